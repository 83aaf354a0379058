"""Why a plan, a course or a visit does not count."""

from typing import Final

from workflow.reasons import ReasonKind

PLAN_IS_BEING_READ: Final = ReasonKind(
    "plan_is_being_read", looked_at=("proposal_id",), helps_with=("WithdrawProposal", "DeclineDecision")
)
PLAN_IS_NO_DRAFT: Final = ReasonKind("plan_is_a_draft/to_draft", looked_at=("version",), helps_with=("RevisePlan",))
PLAN_IS_DRAFTED: Final = ReasonKind("plan_is_drafted", helps_with=("DraftPlan",))
PLAN_WAS_AGREED: Final = ReasonKind("plan_is_a_draft/to_agree", ("number",), helps_with=("RevisePlan",))
NO_PLAN_TO_REVISE: Final = ReasonKind("plan_is_agreed/to_revise", helps_with=("DraftPlan", "AgreePlan"))
VISIT_WAS_MADE: Final = ReasonKind("visit_was_made", looked_at=("on",), field="made_on")
VISIT_IS_THE_FIRST: Final = ReasonKind("visit_is_the_first", ("month",), helps_with=("AddNote",), field="month")
FOLLOW_UP_HAS_BEGUN: Final = ReasonKind(
    "follow_up_has_begun", looked_at=("stage",), helps_with=("AddNote", "AdvanceCase")
)
VISIT_IS_OF_ITS_MONTH: Final = ReasonKind(
    "visit_is_of_its_month", ("month", "earliest", "made"), looked_at=("counted_from",), field="month"
)
NO_TRAINING_YET: Final = ReasonKind("training_is_settled/none_yet", helps_with=("EnrolInCourse", "DeclineTraining"))
FOLLOW_UP_IS_DONE: Final = ReasonKind(
    "follow_up_is_done", ("month",), looked_at=("made",), helps_with=("RecordFollowUp",), field="reason"
)
OFFER_IS_LIVE: Final = ReasonKind("offer_is_live", looked_at=("until",))
COURSE_WAS_ATTENDED: Final = ReasonKind("course_was_attended", helps_with=("RecordAttendance", "LeaveCourse"))
IS_IN_NO_COURSE: Final = ReasonKind("is_in_no_course", ("courses",), helps_with=("LeaveCourse",))
IS_FIRST_IN_LINE: Final = ReasonKind("is_first_in_line")
SEAT_IS_FREE: Final = ReasonKind("seat_is_free", ("seats",))
COURSE_IS_OFFERED: Final = ReasonKind("course_is_offered", field="course")
COURSE_IS_OPEN: Final = ReasonKind("course_is_open", ("day",), field="course")
IS_NOT_IN_COURSE: Final = ReasonKind("is_not_in_course", field="course")
DAY_IS_PAST: Final = ReasonKind("day_is_past", field="day")
COURSE_IS_KNOWN: Final = ReasonKind("course_is_known", ("known",), field="course")
PLAN_IS_NOT_AGREED: Final = ReasonKind("plan_is_agreed/not_agreed", helps_with=("AgreePlan",))
PLAN_IS_NOT_DRAFTED: Final = ReasonKind("plan_is_agreed/not_drafted", helps_with=("DraftPlan", "AgreePlan"))
PERSON_IS_IN_COURSES: Final = ReasonKind(
    "training_is_settled/in_courses", ("courses",), helps_with=("CompleteCourse", "LeaveCourse")
)
COURSE_UNDER_WAY: Final = ReasonKind("training_is_settled/course", ("status", "course"))
DAY_IS_BEFORE_SEAT: Final = ReasonKind("day_is_in_course/before_seat", ("first",), looked_at=("day",), field="day")
DAY_IS_OUTSIDE_COURSE: Final = ReasonKind(
    "day_is_in_course/outside", ("first", "ends"), looked_at=("day",), field="day"
)
_STANDS: Final = ("wanted", "stands")
WAITS_FOR_COURSE: Final = ReasonKind("has_a_place_in_course/waiting", _STANDS, looked_at=("course",), field="course")
SEAT_IS_OFFERED: Final = ReasonKind(
    "has_a_place_in_course/offered", _STANDS, looked_at=("course",), helps_with=("TakeSeat",), field="course"
)
IS_ENROLLED: Final = ReasonKind("has_a_place_in_course/enrolled", _STANDS, looked_at=("course",), field="course")
IS_NOT_IN_COURSE_YET: Final = ReasonKind(
    "has_a_place_in_course/not_in_it", _STANDS, looked_at=("course",), helps_with=("EnrolInCourse",), field="course"
)
WHEN_OFFERED: Final = ReasonKind("has_a_place_in_course/when_offered")
WHEN_IN_COURSE: Final = ReasonKind("has_a_place_in_course/when_in_it")
WHEN_SEATED: Final = ReasonKind("has_a_place_in_course/when_seated")
COURSE_RESTS_ON_IT: Final = ReasonKind("nothing_stands_on_it/course", ("course",), field="record")
