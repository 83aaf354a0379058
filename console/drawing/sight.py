"""What a journey's picture is to show of one case, or of many: where somebody is, came from and may go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from console.drawing.track import Track, TrackWay

Mark = Literal["open", "shut"]


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

    def to_stage(self, name: str) -> str | None:
        """Return where a stage leads."""
        return self.stage(name) if self.stage else None

    def to_trigger(self, name: str) -> str | None:
        """Return where a next step leads."""
        return self.trigger(name) if self.trigger else None

    @property
    def any(self) -> bool:
        """Tell whether there may be links at all."""
        return self.stage is not None or self.trigger is not None


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
    pairs = zip(sight.path, sight.path[1:], strict=False)
    return any(
        dest == way.dest and (source == way.source or (not way.source and source in track.endings))
        for source, dest in pairs
    )
