"""Why somebody is not received."""

from typing import Final

from workflow.reasons import ReasonKind

ARRIVAL_IS_PLANNED: Final = ReasonKind("arrival_is_planned", helps_with=("PlanArrival",))
ARRIVAL_IS_LATE: Final = ReasonKind("arrival_is_late", ("at",), helps_with=("MeetPerson",), field="at")
ARRIVAL_HAS_COME: Final = ReasonKind("it_has_happened/arrival", looked_at=("at",), field="late")
MET_AFTER_ARRIVAL: Final = ReasonKind("met_after_arrival", ("at",), helps_with=("DelayArrival",), field="occurred_at")
ARRIVAL_IS_AHEAD: Final = ReasonKind("arrival_is_ahead", helps_with=("PlanArrival",))
