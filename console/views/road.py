"""The stages of a journey in their order, as the slim line at the head of a case: done, here, ahead; its end apart."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from console.drawing.sight import track_of
from workflow.programme.programme import Programme

Mark = Literal["done", "here", "ahead", "passed"]
PASSED: Final[Mark] = "passed"  # the journey went on without it


class Stop(NamedTuple):
    """A stage on the road, and how the person stands to it."""

    stage: str
    mark: Mark


class Road(NamedTuple):
    """The stages under way in order, the one beside the line if somebody is there, and the end apart from them."""

    stops: tuple[Stop, ...]
    aside: str = ""
    end: str = ""  # where the journey ended, or the end the line leads to
    ended: bool = False


def road_of(programme: Programme, here: str, walked: Sequence[str]) -> Road:
    """Return the road of somebody who is at a stage and has been at those walked."""
    track, stages = track_of(programme), programme.journey.stages
    line = tuple(stage for stage in track.line if not stages[stage].ends)
    goal = next((stage for stage in track.line if stages[stage].ends), "")
    ended = stages[here].ends
    return Road(
        stops=tuple(_stops(line, here, walked, ended=ended)),
        aside=here if here not in line and not ended else "",
        end=here if ended else goal,
        ended=ended,
    )


def _stops(line: Sequence[str], here: str, walked: Sequence[str], *, ended: bool) -> Iterator[Stop]:
    """Yield the stages; what lies behind and was never entered was passed, and after a way back all else is ahead."""
    at = line.index(here) if here in line else len(line) if ended else _furthest(line, walked)
    for number, stage in enumerate(line):
        if number == at and stage == here:
            yield Stop(stage, "here")
        elif number < at:
            yield Stop(stage, "done" if stage in walked else PASSED)
        else:
            yield Stop(stage, "ahead")


def _furthest(line: Sequence[str], walked: Sequence[str]) -> int:
    """Return where on the line somebody stands who is beside it: after the last of its stages they were at."""
    return next((line.index(stage) + 1 for stage in reversed(walked) if stage in line), 0)
