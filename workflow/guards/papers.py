"""Guards about documents."""

from __future__ import annotations

from typing import Final

from workflow.guards.asked import Asked
from workflow.reasons import Reason, reason


def travel_papers_are_in_order(asked: Asked) -> Reason | None:
    """Nobody books international travel without a valid document; at home an identity document is enough."""
    case = asked.case
    needed = case.trip.arrives_at.date() if case.trip else asked.today
    if case.document is not None and case.document.valid_until >= needed:
        return None
    said = "there is no travel document" if case.document is None else "the travel document runs out before arrival"
    advice = "record RecordTravelDocument when it is in hand"
    return reason("travel_papers_are_in_order", said, advice, needed_until=needed)


GUARDS: Final = (travel_papers_are_in_order,)
