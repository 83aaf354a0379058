"""Where everything in a journey's picture goes: wide in one or two rows that turn, or tall for a narrow screen.

Stations stand on the line; whatever passes a station by runs outside the line in a lane of its own; the stage aside
is a bar inside the line, so that its many ways are short and straight and cross nothing. The tall plan is here:
stations one beneath the other, for a telephone and for 200 % zoom.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from console.drawing.sight import Track, TrackWay
from console.drawing.svg import Box, Point

LANE = 15
PORT = 11  # how far two ways beside each other are apart
TALL_WIDTH = 356
_GAP = 26
_HEAD = 54  # two lines: a heading has less room here
_REACH = 30
_TOP = 14


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
        taken = {lane.number for lane in given if min(lane[1:3]) <= high and low <= max(lane[1:3])}
        given.append(Lane(way, start, end, next(n for n in range(1, len(given) + 2) if n not in taken)))
    return tuple(given)


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
    places = ((ending, *divmod(number, columns)) for number, ending in enumerate(endings))
    left, top = frame.x + gap, frame.y + head
    return {
        ending: Box(left + column * (width + gap), top + row * (height + gap), width, height)
        for ending, row, column in places
    }


def band_height(count: int, columns: int, height: float, head: float) -> float:
    """Return how high the frame of so many endings is."""
    return head + -(-count // columns) * (height + 14) if count else 0


def returning(track: Track) -> tuple[TrackWay, ...]:
    """Return the ways back from the endings, one for each stage they lead to."""
    first = {way.dest: way for way in reversed(track.returns)}
    return tuple(first[dest]._replace(source="") for dest in dict.fromkeys(way.dest for way in track.returns))


def tall_plan(track: Track, height: float, bar_width: float) -> Plan:
    """Return the plan for a narrow screen, with stations of this height and a bar of this width beside them."""
    found = lanes(track)
    left = max(room_for(found, 8), 16) + (10 if not track.aside else 0)
    bar = bar_width + _REACH if track.aside else 0
    width = TALL_WIDTH - left - bar - 14
    tops = (_TOP + number * (height + _GAP) for number in range(len(track.line)))
    boxes = {stage: Box(left, top, width, height) for stage, top in zip(track.line, tops, strict=True)}
    bottom = _TOP + len(track.line) * (height + _GAP) - _GAP
    if track.aside:
        boxes[track.aside] = Box(left + width + _REACH, _TOP, bar_width, bottom - _TOP)
    frame = Box(3, bottom + 34, TALL_WIDTH - 6, band_height(len(track.endings), 2, height, _HEAD))
    boxes |= banded(track.endings, frame, 2, height, _HEAD)
    passing = (*_passing(found, boxes, left), *_beside(track, boxes))
    routes = (*_steps(track, boxes), *passing, *_returns(track, boxes, frame))
    end = frame.bottom if track.endings else bottom
    return Plan(TALL_WIDTH, end + 4, boxes, routes, frame if track.endings else None)


def _steps(track: Track, boxes: dict[str, Box]) -> Iterator[Route]:
    for way, _ in steps(track):
        here, there = boxes[way.source], boxes[way.dest]
        yield Route(way, ((here.middle[0], here.bottom), (there.middle[0], there.y)))


def _passing(found: tuple[Lane, ...], boxes: dict[str, Box], left: float) -> Iterator[Route]:
    for lane in found:
        here, there, x = boxes[lane.way.source], boxes[lane.way.dest], left - lane.number * LANE
        ahead = 9 if lane.end > lane.start else -9
        start, end = here.middle[1] + ahead, there.middle[1] - ahead
        yield Route(lane.way, ((left, start), (x, start), (x, end), (left, end)))


def _beside(track: Track, boxes: dict[str, Box]) -> Iterator[Route]:
    if track.aside is None:
        return
    bar = boxes[track.aside]
    for way, station, shift in beside(track):
        box = boxes[station]
        y = box.middle[1] + shift
        to_station = (bar.x, y), (box.right, y)
        yield Route(way, to_station if way.source == track.aside else to_station[::-1])


def _returns(track: Track, boxes: dict[str, Box], frame: Box) -> Iterator[Route]:
    for way in returning(track):
        box = boxes[way.dest]
        if way.dest in (track.aside, track.line[-1]):
            yield Route(way, ((box.middle[0], frame.y), (box.middle[0], box.bottom)))
        elif way.dest == track.line[0]:
            yield Route(way, ((9, frame.y), (9, box.middle[1]), (box.x, box.middle[1])))
