"""Why a bed is not held, taken, kept or given up, and why nobody waits for one."""

from typing import Final

from workflow.reasons import ReasonKind

NO_BED_IS_HELD: Final = ReasonKind("bed_is_held/none_is_held", helps_with=("HoldBed",))
UNTIL_OR_HOURS: Final = ReasonKind("until_or_hours", field="until")
HOLD_GETS_LONGER: Final = ReasonKind("hold_gets_longer", ("until",), field="until")
HOLD_IS_WITHIN_POLICY: Final = ReasonKind(
    "hold_is_within_policy", ("hours", "most"), helps_with=("ReleaseBed",), field="until"
)
HAS_NOT_MOVED_IN: Final = ReasonKind("has_not_moved_in")
HOLD_RAN_OUT: Final = ReasonKind("bed_is_held/ran_out", helps_with=("HoldBed",))
HAS_ARRIVED: Final = ReasonKind("has_arrived", field="occurred_at")
BED_IS_EMPTY: Final = ReasonKind("bed_is_empty", ("bed", "until"), field="occurred_at")
STAY_ENDS_BEFORE_IT_BEGINS: Final = ReasonKind("stay_is_ahead/ends_before_it_begins", field="until")
LIVES_IN_NO_HOUSE: Final = ReasonKind("moved_in/lives_nowhere", helps_with=("TakeBed",))
STAY_ENDS_IN_THE_PAST: Final = ReasonKind("stay_is_ahead/is_past", helps_with=("ReleaseBed",), field="until")
HOUSE_CLOSES_DURING_STAY: Final = ReasonKind("facility_is_open/closes_during_stay", ("day",))
PERSON_HAS_NO_BED: Final = ReasonKind("bed_is_held/no_bed")
CHECK_OUT_IS_AFTER_CHECK_IN: Final = ReasonKind("check_out_is_after_check_in", ("since",), field="occurred_at")
HAS_LEFT: Final = ReasonKind("has_left", field="occurred_at")
ROOM_FITS: Final = ReasonKind("room_fits", ("house", "facility"), helps_with=("JoinWaitingList",), field="facility")
BED_IS_FREE: Final = ReasonKind(
    "bed_is_free",
    ("house", "taken", "capacity", "waiting"),
    looked_at=("facility",),
    helps_with=("JoinWaitingList", "HoldBed"),
    field="facility",
)
HAS_NO_BED: Final = ReasonKind("has_no_bed")
NO_BED_IS_HELD_YET: Final = ReasonKind("bed_is_held/none_yet", helps_with=("HoldBed", "JoinWaitingList"))
HAS_NOT_MOVED_IN_YET: Final = ReasonKind("moved_in/not_yet", helps_with=("TakeBed",))
IS_WAITING: Final = ReasonKind("is_waiting", field="facility")
PROGRAMME_HAS_NO_HOUSE: Final = ReasonKind("facility_is_known/none_of_its_own", field="facility")
NO_SUCH_HOUSE_WITH_BEDS: Final = ReasonKind("facility_is_known/none_with_beds", ("house", "known"), field="facility")
HOUSE_OPENS_LATER: Final = ReasonKind("facility_is_open/opens_later", ("house", "day"))
HOUSE_IS_CLOSED: Final = ReasonKind("facility_is_open/is_closed", ("house",), helps_with=("HoldBed",))
HOUSE_CLOSES_SOON: Final = ReasonKind("facility_is_open/closes_soon", ("house", "day"), helps_with=("HoldBed",))
IS_NOT_WAITING: Final = ReasonKind("is_not_waiting", field="facility")
HOUSE_IS_FULL: Final = ReasonKind("house_is_full", ("house",), helps_with=("HoldBed",), field="facility")
