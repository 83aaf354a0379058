"""The way a rehearsed person was taken: from home, over a neighbour for some, to where they were exploited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from workflow.command import Command
from workflow.subjects.trafficking_routes.commands import RecordRoute

if TYPE_CHECKING:
    from console.simulation.manager import ManagedCase

# A made-up mix: the founding text names Russia, the Gulf, Europe, Asia and North America without any shares.
_TO: Final = ("RU", "RU", "RU", "AE", "TR", "DE")


def route(managed: ManagedCase) -> Iterator[Command]:
    """Record what the person told of the way they were taken."""
    if managed.case.route:
        return
    home = (managed.case.citizenships or ("MD",))[0]
    number = sum(map(ord, managed.case.case_id))
    transit = ("transit:UA",) if number % 3 == 0 else ()
    legs = (f"recruitment:{home}", *transit, f"exploitation:{_TO[number % len(_TO)]}")
    yield managed.make(RecordRoute, legs=legs)
