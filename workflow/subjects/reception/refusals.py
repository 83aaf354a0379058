"""Why somebody is not received."""

from typing import Final

from workflow.reasons import ReasonKind

ARRIVAL_IS_PLANNED: Final = ReasonKind("arrival_is_planned", helps_with=("PlanArrival",))
ARRIVAL_IS_AHEAD: Final = ReasonKind("arrival_is_ahead", helps_with=("PlanArrival",))
