"""Why nobody is erased yet, or asked for it."""

from typing import Final

from workflow.reasons import ReasonKind

REQUEST_IS_NEW: Final = ReasonKind("erasure_is_asked_once", ("paper",), helps_with=("WithdrawErasureRequest",))
REQUEST_IS_PAST: Final = ReasonKind("erasure_request_is_past", ("day",), field="received_on")
RETENTION_IS_OVER: Final = ReasonKind("retention_is_over", field="asked_by")
ERASURE_IS_ASKED_FOR: Final = ReasonKind("erasure_is_asked_for", helps_with=("RequestErasure",))
CASE_HAS_ENDED: Final = ReasonKind("case_has_ended_before_erasure", looked_at=("stage",), helps_with=("AdvanceCase",))
JOINED_IS_ERASED_FIRST: Final = ReasonKind("joined_case_is_erased_first", ("case",))
LATER_CASE_IS_ASKED: Final = ReasonKind("latest_case_is_erased", ("case",))
NOBODY_IS_STRANDED: Final = ReasonKind("nobody_is_stranded", ("case", "left"))
MONEY_IS_AWAY: Final = ReasonKind(
    "nobody_is_stranded/money", ("key",), helps_with=("RecordPayment", "SettleBankAnswer", "RetryTask")
)
WORK_IS_OVER: Final = ReasonKind("nobody_is_stranded/work", ("kind", "key"), helps_with=("RetryTask", "CancelTask"))
LOOK_IS_REVIEWED: Final = ReasonKind("looks_are_reviewed", ("account",), helps_with=("ReviewAccess", "ReviewStop"))
