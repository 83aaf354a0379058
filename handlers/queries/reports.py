"""Reports for people outside: counts in which nobody can be found, read off the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import select

from events.facts.trafficking_routes import RouteLeg, RouteRecorded
from events.ids import case_of_stream
from events.log import Log, recorded_event
from events.tables import events
from handlers.projections.tables import case_board
from handlers.queries.suppression import K, suppress_table

UNKNOWN: Final = "unknown"
NOT_COUNTED: Final = ("not_a_victim",)  # stages: who was found not to be a victim was not taken any way
_ROUTES = select(events).where(events.c.type == "RouteRecorded").order_by(events.c.position)
Key = TypeVar("Key", bound=Hashable)
Corridor = tuple[str, str]  # from the country of recruitment to that of the last exploitation


class Corridors(NamedTuple):
    """How many people were taken from where to where; what is not listed is hidden or nobody."""

    k: int
    cells: Mapping[Corridor, int]
    recruited: Mapping[str, int]
    exploited: Mapping[str, int]
    total: int | None


def corridors(log: Log, *, programme: str | None = None, k: int = K) -> Corridors:
    """Return the corridors of everybody whose route is known, safe to hand out as they are.

    Safe is one release. Two of them, a case apart or with another k, may be subtracted: hand out few.
    """
    return suppressed_corridors(_counted(log, programme), k)


def suppressed_corridors(counts: Mapping[Corridor, int], k: int = K) -> Corridors:
    """Return counts as they may be told: nothing below k, nor what would lead to it by subtraction."""
    safe = suppress_table(counts, k)
    return Corridors(k, _shown(safe.cells), _shown(safe.rows), _shown(safe.columns), safe.total)


def corridor_of(legs: Iterable[RouteLeg]) -> Corridor:
    """Return from where to where somebody was taken: first recruited, last exploited.

    >>> corridor_of([RouteLeg(order=1, kind="Exploitation", country="RU")])
    ('unknown', 'RU')
    """
    known = sorted(legs, key=lambda leg: leg.order)
    recruited = [leg.country for leg in known if leg.kind == "Recruitment"]
    exploited = [leg.country for leg in known if leg.kind == "Exploitation"]
    return (recruited or [UNKNOWN])[0], (exploited or [UNKNOWN])[-1]


def _counted(log: Log, programme: str | None) -> Counter[Corridor]:
    """Count each case once, by what was last told of it."""
    with log.database.reading() as connection:
        told = [recorded_event(row) for row in connection.execute(_ROUTES)]
        counted = select(case_board.c.case_id).where(case_board.c.stage.not_in(NOT_COUNTED))
        if programme is not None:
            counted = counted.where(case_board.c.programme == programme)
        cases = set(connection.execute(counted).scalars())
    found: dict[str, Corridor] = {}
    for event in told:
        fact = log.fact(event)
        if isinstance(fact, RouteRecorded) and case_of_stream(event.envelope.stream) in cases:
            found[event.envelope.stream] = corridor_of(fact.legs)
    return Counter(found.values())


def _shown(counts: Mapping[Key, int | None]) -> dict[Key, int]:
    return {key: count for key, count in counts.items() if count is not None}
