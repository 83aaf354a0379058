"""Why a case, a house or a programme is not closed, and nobody handed over."""

from __future__ import annotations

from typing import Final

from workflow.reasons import ReasonKind

PROGRAMME_WAS_ENDED: Final = ReasonKind("programme_is_running", ("day",), said="was_ended")
LAST_DAY_IS_PAST: Final = ReasonKind("end_is_ahead", said="of_programme", field="on")
SUCCESSOR_IS_ANOTHER: Final = ReasonKind("successor_is_another", field="successor")
HAND_OVER_IS_PROPOSED: Final = ReasonKind("hand_over_is_proposed", field="proposal_id")
NO_SUCH_HOUSE: Final = ReasonKind("facility_is_known", ("house", "known"), said="no_such", field="facility")
HOUSE_CANNOT_TAKE_THEM: Final = ReasonKind("receiver_is_known", ("to",), said="cannot_take", field="to")
HOUSE_CLOSES_ALREADY: Final = ReasonKind("facility_is_open", ("day",), said="closes_already")
CLOSING_DAY_IS_PAST: Final = ReasonKind("end_is_ahead", said="of_house", field="on")
HAND_OVER_IS_OPEN: Final = ReasonKind("hand_over_is_open", ("outcome",), field="proposal_id")
REASON_FOR_DECISION: Final = ReasonKind("reason_is_given", said="for_decision", field="reason")
NOBODY_IS_NAMED: Final = ReasonKind("receiver_is_known", said="nobody_is_named", field="to")
CONSENT_TO_HAND_OVER: Final = ReasonKind(
    "consent_to_hand_over", looked_at=("to",), helps_with=("GiveConsent",), field="purpose"
)
REASON_IS_LISTED: Final = ReasonKind("reason_is_listed", ("reasons",), looked_at=("given",), field="reason")
REASON_FOR_STEP: Final = ReasonKind("reason_is_given", said="for_step", field="reason")
NOTHING_IS_RUNNING: Final = ReasonKind("nothing_is_running", ("tasks",), helps_with=("CancelTask",))
NOTHING_CAME_AFTER: Final = ReasonKind("nothing_came_after", looked_at=("next",))
NOBODY_AGREED: Final = ReasonKind("second_person_agreed", said="nobody", looked_at=("second",), field="second")
ASKER_AGREED: Final = ReasonKind("second_person_agreed", said="the_asker", looked_at=("second",), field="second")
NOTHING_IS_OPEN: Final = ReasonKind("nothing_is_open", ("left",))
BED_IS_LEFT: Final = ReasonKind("nothing_is_open", ("bed", "house"), said="bed", helps_with=("ReleaseBed",))
TRIP_IS_LEFT: Final = ReasonKind("nothing_is_open", ("trip",), said="trip", helps_with=("CancelTrip",))
TASK_IS_LEFT: Final = ReasonKind("nothing_is_open", ("kind", "key"), said="task", helps_with=("CancelTask",))
GRANT_IS_LEFT: Final = ReasonKind(
    "nothing_is_open", ("kind", "key"), said="grant", helps_with=("ReleaseTranche", "DeclineGrant")
)
REFERRAL_IS_LEFT: Final = ReasonKind(
    "nothing_is_open", ("key", "provider", "status"), said="referral", helps_with=("RevokeReferral",)
)
COURSE_IS_LEFT: Final = ReasonKind(
    "nothing_is_open", ("course", "status"), said="course", helps_with=("CompleteCourse", "LeaveCourse")
)
DOCUMENT_IS_LEFT: Final = ReasonKind(
    "nothing_is_open", ("kind", "key"), said="document", helps_with=("RecordDocumentStep", "WithdrawDocument")
)
