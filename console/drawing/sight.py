"""A programme's journey as a line of stations, and what a picture of it is to show of one case, or of many.

The line's order is that of the programme file, which is the order its authors think in.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from workflow.programme.programme import Programme

Mark = Literal["open", "shut"]


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


def _goal(programme: Programme, ways: Sequence[TrackWay], line: Sequence[str], under_way: Sequence[str]) -> str | None:
    """Return the ending that the line leads to: reached from its last stage, and not from nearly everywhere."""
    for state in programme.journey.states:
        sources = {way.source for way in ways if way.dest == state} & set(under_way)
        is_ending = programme.journey.stages[state].ends
        if is_ending and line and line[-1] in sources and len(sources) * 2 <= len(under_way):
            return state
    return None


class Sight(NamedTuple):
    """One person's place in the journey, or how many people are at each stage; empty, it is the programme itself."""

    here: str | None = None
    walked: tuple[str, ...] = ()  # the stages in the order they were entered; the present one may close the row
    allowed: Mapping[str, bool] = {}  # the triggers that lead on from here, and whether they may be taken now
    counts: Mapping[str, int | None] | None = None  # None for a number too small to be told

    @property
    def path(self) -> tuple[str, ...]:
        """Return the stages walked, with the present one at the end."""
        if self.here is None or (self.walked and self.walked[-1] == self.here):
            return self.walked
        return (*self.walked, self.here)


class Links(NamedTuple):
    """Where the parts of a picture lead; both may say None for "nowhere"."""

    stage: Callable[[str], str | None] | None = None
    trigger: Callable[[str], str | None] | None = None  # for the next steps from here


class Next(NamedTuple):
    """A stage that can be next, and by which triggers."""

    dest: str
    mark: Mark
    trigger: str  # the first that is allowed, otherwise the first


def next_steps(track: Track, sight: Sight) -> dict[str, Next]:
    """Return the stages one step away from here; a way nothing is known of is not marked."""
    found: dict[str, Next] = {}
    for way in track.all_ways:
        known = [trigger for trigger in way.triggers if trigger in sight.allowed]
        if way.source == sight.here and known:
            going = [trigger for trigger in known if sight.allowed[trigger]]
            found[way.dest] = Next(way.dest, "open" if going else "shut", (going or known)[0])
    return found


def visits(sight: Sight) -> dict[str, tuple[int, ...]]:
    """Return when each stage was entered: first, second, ... Nobody walks without being somewhere."""
    found: dict[str, tuple[int, ...]] = {}
    for number, stage in enumerate(sight.path, start=1):
        found[stage] = (*found.get(stage, ()), number)
    return found


def was_walked(way: TrackWay, sight: Sight, track: Track) -> bool:
    """Tell whether a way is part of the path; the way back is one way for all endings."""
    sources = [way.source] if way.source else track.endings
    return any(dest == way.dest and source in sources for source, dest in pairwise(sight.path))
