"""Why a case, a house or a programme is not closed, and nobody handed over."""

from typing import Final

from workflow.reasons import ReasonKind

PROGRAMME_WAS_ENDED: Final = ReasonKind("programme_is_running/was_ended", ("day",))
LAST_DAY_IS_PAST: Final = ReasonKind("end_is_ahead/of_programme", field="on")
SUCCESSOR_IS_ANOTHER: Final = ReasonKind("successor_is_another", field="successor")
HAND_OVER_IS_PROPOSED: Final = ReasonKind("hand_over_is_proposed", field="proposal_id")
NO_SUCH_HOUSE: Final = ReasonKind("facility_is_known/no_such", ("house", "known"), field="facility")
HOUSE_CANNOT_TAKE_THEM: Final = ReasonKind("receiver_is_known/cannot_take", ("to",), field="to")
HOUSE_CLOSES_ALREADY: Final = ReasonKind("facility_is_open/closes_already", ("day",))
CLOSING_DAY_IS_PAST: Final = ReasonKind("end_is_ahead/of_house", field="on")
HAND_OVER_IS_OPEN: Final = ReasonKind("hand_over_is_open", ("outcome",), field="proposal_id")
REASON_FOR_DECISION: Final = ReasonKind("reason_is_given/for_decision", field="reason")
NOBODY_IS_NAMED: Final = ReasonKind("receiver_is_known/nobody_is_named", field="to")
CONSENT_TO_HAND_OVER: Final = ReasonKind(
    "consent_to_hand_over", looked_at=("to",), helps_with=("GiveConsent",), field="purpose"
)
REASON_IS_LISTED: Final = ReasonKind("reason_is_listed", ("reasons",), looked_at=("given",), field="reason")
REASON_FOR_STEP: Final = ReasonKind("reason_is_given/for_step", field="reason")
NOTHING_IS_RUNNING: Final = ReasonKind("nothing_is_running", ("tasks",), helps_with=("CancelTask",))
NOTHING_CAME_AFTER: Final = ReasonKind("nothing_came_after", looked_at=("next",))
NOBODY_AGREED: Final = ReasonKind("second_person_agreed/nobody", looked_at=("second",), helps_with=("AdvanceCase",))
ASKER_AGREED: Final = ReasonKind("second_person_agreed/the_asker", looked_at=("second",), helps_with=("AdvanceCase",))
NOTHING_IS_OPEN: Final = ReasonKind("nothing_is_open", ("left",))
BED_IS_LEFT: Final = ReasonKind("nothing_is_open/bed", ("bed", "house"), helps_with=("ReleaseBed",))
TRIP_IS_LEFT: Final = ReasonKind("nothing_is_open/trip", ("trip",), helps_with=("CancelTrip",))
TASK_IS_LEFT: Final = ReasonKind("nothing_is_open/task", ("kind", "key"), helps_with=("CancelTask",))
GRANT_IS_LEFT: Final = ReasonKind(
    "nothing_is_open/grant", ("kind", "key"), helps_with=("ReleaseTranche", "DeclineGrant")
)
REFERRAL_IS_LEFT: Final = ReasonKind(
    "nothing_is_open/referral", ("key", "provider", "status"), helps_with=("RevokeReferral",)
)
COURSE_IS_LEFT: Final = ReasonKind(
    "nothing_is_open/course", ("course", "status"), helps_with=("CompleteCourse", "LeaveCourse")
)
DOCUMENT_IS_LEFT: Final = ReasonKind(
    "nothing_is_open/document", ("kind", "key"), helps_with=("RecordDocumentStep", "WithdrawDocument")
)
