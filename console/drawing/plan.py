"""Where everything in a journey's picture goes: wide in one or two rows that turn, or tall for a narrow screen.

Stations stand on the line; whatever passes a station by runs outside the line in a lane of its own; the stage aside
is a bar inside the line, so that its many ways are short and straight and cross nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from console.drawing.svg import Box, Point
from console.drawing.track import Track, TrackWay

LANE = 15
PORT = 11  # how far two ways beside each other are apart


class Route(NamedTuple):
    """A way with the corners it takes."""

    way: TrackWay
    points: tuple[Point, ...]


class Plan(NamedTuple):
    """The places of all that is drawn."""

    width: float
    height: float
    boxes: dict[str, Box]
    routes: tuple[Route, ...]
    band: Box | None  # the frame round the endings


class Lane(NamedTuple):
    """A way that passes stations by, and how far outside the line it runs."""

    way: TrackWay
    start: int
    end: int
    number: int


def lanes(track: Track) -> tuple[Lane, ...]:
    """Give each way that passes stations by a lane, the shortest nearest to the line."""
    order = {stage: number for number, stage in enumerate(track.line)}
    passing = [
        (way, order[way.source], order[way.dest])
        for way in track.ways
        if way.source in order and way.dest in order and order[way.dest] - order[way.source] not in (0, 1)
    ]
    given: list[Lane] = []
    for way, start, end in sorted(passing, key=lambda one: abs(one[2] - one[1])):
        low, high = sorted((start, end))
        taken = {lane.number for lane in given if _overlap(lane, low, high)}
        given.append(Lane(way, start, end, next(n for n in range(1, len(given) + 2) if n not in taken)))
    return tuple(given)


def _overlap(lane: Lane, low: int, high: int) -> bool:
    start, end = sorted((lane.start, lane.end))
    return start <= high and low <= end


def room_for(found: Sequence[Lane], edge: float) -> float:
    """Return how much is left free outside the line."""
    return edge + max((lane.number for lane in found), default=0) * LANE


def steps(track: Track) -> Iterator[tuple[TrackWay, int]]:
    """Yield the ways from each station to the next one, with the number of the first."""
    order = {stage: number for number, stage in enumerate(track.line)}
    for way in track.ways:
        if way.source in order and order.get(way.dest) == order[way.source] + 1:
            yield way, order[way.source]


def beside(track: Track) -> Iterator[tuple[TrackWay, str, float]]:
    """Yield the ways between the bar and a station: the station, and how far from its middle the way runs."""
    joined = {(way.source, way.dest) for way in track.ways}
    for way in track.ways:
        if track.aside in (way.source, way.dest) and way.source != way.dest:
            station = way.dest if way.source == track.aside else way.source
            both = (way.dest, way.source) in joined
            shift = 0.0 if not both else PORT if way.source == track.aside else -PORT
            yield way, station, shift


def banded(endings: Sequence[str], frame: Box, columns: int, height: float, head: float) -> dict[str, Box]:
    """Place endings in rows inside their frame."""
    gap = 14
    width = (frame.width - gap * (columns + 1)) / columns
    return {
        ending: Box(
            frame.x + gap + number % columns * (width + gap),
            frame.y + head + number // columns * (height + gap),
            width,
            height,
        )
        for number, ending in enumerate(endings)
    }


def band_height(count: int, columns: int, height: float, head: float) -> float:
    """Return how high the frame of so many endings is."""
    return head + -(-count // columns) * (height + 14) if count else 0


def returning(track: Track) -> tuple[TrackWay, ...]:
    """Return the ways back from the endings, one for each stage they lead to."""
    found: dict[str, TrackWay] = {}
    for way in track.returns:
        found.setdefault(way.dest, TrackWay("", way.dest, way.triggers))
    return tuple(found.values())
