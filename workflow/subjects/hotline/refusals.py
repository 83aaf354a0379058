"""Why a call, a call-back or a consultation is not recorded."""

from typing import Final

from workflow.reasons import ReasonKind

CASE_CODE_IS_UNUSED: Final = ReasonKind("case_code_is_unused", helps_with=("PrintCaseCodes",), field="consultation")
CONSENT_IS_GIVEN: Final = ReasonKind("consent_is_given", field="consent")
CENTRE_IS_KNOWN: Final = ReasonKind("centre_is_known", ("known",), field="centre")
CENTRE_WAS_NOT_OPEN: Final = ReasonKind("facility_is_open/was_not_open", ("house", "known"), looked_at=("day",))
CALL_BACK_IS_PROMISED: Final = ReasonKind("call_back_is_promised", helps_with=("TakeCall",), field="code")
CALL_BACK_IS_LONG_DUE: Final = ReasonKind("call_back_is_long_due", ("days",))
HOTLINE_IS_OPEN: Final = ReasonKind("hotline_is_open", ("opens",), looked_at=("at",), helps_with=("RecordMissedCall",))
PROGRAMME_DOES_NOT_RUN: Final = ReasonKind("programme_is_running/not_on_this_day", looked_at=("at",))
TOPIC_IS_NAMED: Final = ReasonKind("topic_is_named", ("outcome", "topics"), field="topics")
TOPIC_IS_KNOWN: Final = ReasonKind("topic_is_known", ("known",), field="topics")
GROUP_IS_KNOWN: Final = ReasonKind("group_is_known", ("known",), field="at_risk_groups")
HOTLINE_EXISTS: Final = ReasonKind("hotline_exists")
