"""The tall plan: stations one beneath the other, for a telephone and for 200 % zoom."""

from __future__ import annotations

from collections.abc import Iterator

from console.drawing.plan import LANE, Lane, Plan, Route, band_height, banded, beside, lanes, returning, room_for, steps
from console.drawing.svg import Box
from console.drawing.track import Track

WIDTH = 356
_GAP = 26
_HEAD = 54  # two lines: a heading has less room here
_REACH = 30
_TOP = 14


def tall_plan(track: Track, height: float, bar_width: float) -> Plan:
    """Return the plan for a narrow screen, with stations of this height and a bar of this width beside them."""
    found = lanes(track)
    left = max(room_for(found, 8), 16) + (10 if not track.aside else 0)
    bar = bar_width + _REACH if track.aside else 0
    width = WIDTH - left - bar - 14
    boxes = {
        stage: Box(left, _TOP + number * (height + _GAP), width, height) for number, stage in enumerate(track.line)
    }
    bottom = _TOP + len(track.line) * (height + _GAP) - _GAP
    if track.aside:
        boxes[track.aside] = Box(left + width + _REACH, _TOP, bar_width, bottom - _TOP)
    frame = Box(3, bottom + 34, WIDTH - 6, band_height(len(track.endings), 2, height, _HEAD))
    boxes |= banded(track.endings, frame, 2, height, _HEAD)
    routes = (
        *_steps(track, boxes),
        *_passing(found, boxes, left),
        *_beside(track, boxes),
        *_returns(track, boxes, frame),
    )
    end = frame.bottom if track.endings else bottom
    return Plan(WIDTH, end + 4, boxes, routes, frame if track.endings else None)


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
        if way.dest == track.aside or way.dest == track.line[-1]:
            yield Route(way, ((box.middle[0], frame.y), (box.middle[0], box.bottom)))
        elif way.dest == track.line[0]:
            yield Route(way, ((9, frame.y), (9, box.middle[1]), (box.x, box.middle[1])))
