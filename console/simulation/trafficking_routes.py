"""The way a rehearsed person was taken: from home, over a neighbour for some, to where they were exploited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from workflow.command import Command
from workflow.subjects.trafficking_routes.commands import RecordRoute
from workflow.subjects.trafficking_routes.state import trafficking_routes_of

if TYPE_CHECKING:
    from console.simulation.manager import Look

# A made-up mix: the founding text names Russia, the Gulf, Europe, Asia and North America without any shares.
_TO: Final = ("RU", "RU", "RU", "AE", "TR", "DE")


def route(look: Look) -> Iterator[Command]:
    """Record what the person told of the way they were taken."""
    if trafficking_routes_of(look.case).route:
        return
    home = (look.case.citizenships or ("MD",))[0]
    number = sum(map(ord, look.case.case_id))
    transit = ("transit:UA",) if number % 3 == 0 else ()
    legs = (f"recruitment:{home}", *transit, f"exploitation:{_TO[number % len(_TO)]}")
    yield look.make(RecordRoute, legs=legs)
