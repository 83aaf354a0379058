"""The few things that are likely to be recorded about a case now: what its next steps are, derived as those are."""

from typing import Final

from console.views.ahead import appointments_of
from console.views.case import panels_of
from console.views.erased import commands_on
from console.views.next_step import Standing, Step, standing_of, steps_of
from console.views.reader import Reader
from console.views.ways_on import way_forward, ways_on
from handlers.states.case_reader import CaseSnapshot

LIKELY_MAX: Final = 6


def likely_now(reader: Reader, snapshot: CaseSnapshot) -> tuple[Step, ...]:
    """Return the likeliest first, each command once; nothing is asked of the database."""
    found: dict[tuple[str, str], Step] = {}
    for step in steps_of(_standing(reader, snapshot)):
        found.setdefault((step.action.command, dict(step.action.given).get("trigger", "")), step)
    return tuple(found.values())[:LIKELY_MAX]


def _standing(reader: Reader, snapshot: CaseSnapshot) -> Standing:
    """Return how the case stands; who does not see it is told only what waits for them."""
    may, panels = commands_on(reader, snapshot), panels_of(reader, snapshot)
    if not panels:
        return Standing(reader, snapshot, may, alerts=())
    ended = snapshot.definition.journey.stage(snapshot.case.stage).ends
    ways = tuple(ways_on(reader, snapshot)) if "next" in panels and not ended else ()
    standing = standing_of(reader, snapshot, may, way=way_forward(ways, snapshot.definition.programme))
    ahead = appointments_of(snapshot.case, standing.end_of_today) if "running" in panels else ()
    return standing._replace(ahead=ahead)
