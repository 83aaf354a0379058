"""Reads a programme's journey as a line of stations: the main line, the stage aside, and the ways to end early.

The order is that of the programme file, which is the order its authors think in.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from workflow.programme.programme import Programme


class TrackWay(NamedTuple):
    """Everything that leads from one stage to another."""

    source: str
    dest: str
    triggers: tuple[str, ...]


class Track(NamedTuple):
    """A journey, sorted for drawing; no stage and no way is lost."""

    line: tuple[str, ...]  # the stages one passes, and the ending the last of them leads to
    aside: str | None  # the stage that only leads back into the line
    endings: tuple[str, ...]  # reached from many stages: listed beneath, not joined to each
    ways: tuple[TrackWay, ...]  # between the line and the stage aside
    exits: tuple[TrackWay, ...]  # from stages to the endings beneath
    returns: tuple[TrackWay, ...]  # from the endings beneath back into the journey
    open_stages: tuple[str, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        """Return every stage once."""
        return (*self.line, *((self.aside,) if self.aside else ()), *self.endings)

    @property
    def all_ways(self) -> tuple[TrackWay, ...]:
        """Return every way, by the stage it leaves."""
        order = {stage: number for number, stage in enumerate(self.stages)}
        return tuple(sorted((*self.ways, *self.exits, *self.returns), key=lambda way: order[way.source]))


def track_of(programme: Programme) -> Track:
    """Return the journey of a programme, sorted for drawing."""
    ways = _ways(programme)
    stages = programme.journey.stages
    under_way = tuple(state for state in programme.journey.states if not stages[state].ends)
    aside = _aside(programme, ways, under_way)
    line = tuple(state for state in under_way if state != aside)
    goal = _goal(programme, ways, line, under_way)
    line = (*line, goal) if goal else line
    endings = tuple(state for state in programme.journey.states if stages[state].ends and state != goal)
    beneath = frozenset(endings)
    return Track(
        line=line,
        aside=aside,
        endings=endings,
        ways=tuple(way for way in ways if not {way.source, way.dest} & beneath),
        exits=tuple(way for way in ways if way.dest in beneath),
        returns=tuple(way for way in ways if way.source in beneath and way.dest not in beneath),
        open_stages=under_way,
    )


def _ways(programme: Programme) -> tuple[TrackWay, ...]:
    triggers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for transition in programme.journey.transitions:
        for source in transition.source:
            triggers[source, transition.dest].append(transition.trigger)
    return tuple(TrackWay(source, dest, tuple(names)) for (source, dest), names in triggers.items())


def _aside(programme: Programme, ways: tuple[TrackWay, ...], under_way: tuple[str, ...]) -> str | None:
    """Return the stage from which one only goes back, to more stages than one; a line has room for one such."""
    order = {state: number for number, state in enumerate(under_way)}
    found: dict[str, int] = {}
    for state in under_way:
        onward = [way.dest for way in ways if way.source == state and way.dest in order and way.dest != state]
        if len(onward) > 1 and state != programme.journey.initial and all(order[to] < order[state] for to in onward):
            found[state] = len(onward)
    return max(found, key=lambda state: found[state], default=None)


def _goal(
    programme: Programme, ways: tuple[TrackWay, ...], line: tuple[str, ...], under_way: tuple[str, ...]
) -> str | None:
    """Return the ending that the line leads to: reached from its last stage, and not from nearly everywhere."""
    for state in programme.journey.states:
        sources = {way.source for way in ways if way.dest == state} & set(under_way)
        is_ending = programme.journey.stages[state].ends
        if is_ending and line and line[-1] in sources and len(sources) * 2 <= len(under_way):
            return state
    return None
