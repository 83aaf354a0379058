"""The wide plan: one row of stations, or two of which the second runs back."""

from collections.abc import Iterator
from typing import NamedTuple

from console.drawing.plan import LANE, Lane, Plan, Route, band_height, banded, beside, lanes, returning, room_for, steps
from console.drawing.sight import Track, TrackWay
from console.drawing.svg import Box, Point

_GAP = 38  # between stations: an arrow must be seen
_BAR = 38
_REACH = 34  # between a station and the bar
_TURN = 24  # how far from the right edge the line turns down
_HEAD = 38
_ROW_MAX = 880


class Grid(NamedTuple):
    """The measures of one wide picture."""

    columns: int
    rows: int
    left: float
    top: float
    width: float  # of a station
    height: float
    between: float  # the rows

    def station(self, number: int) -> Box:
        """Return the place of a station on the line."""
        row, column = divmod(number, self.columns)
        column = self.columns - 1 - column if row else column
        x = self.left + column * (self.width + _GAP)
        return Box(x, self.top + row * (self.height + self.between), self.width, self.height)

    def row(self, number: int) -> int:
        """Return whether a station stands in the first row or in the second."""
        return number // self.columns

    @property
    def right(self) -> float:
        """Return where the stations end."""
        return self.left + self.columns * (self.width + _GAP) - _GAP

    @property
    def bottom(self) -> float:
        """Return where the line ends."""
        return self.top + self.rows * self.height + (self.rows - 1) * self.between


def wide_plan(track: Track, width: float, height: float) -> Plan:
    """Return the plan for a wide screen and for paper, with stations of this size."""
    found = lanes(track)
    grid = _grid(track, found, width, height)
    boxes = {stage: grid.station(number) for number, stage in enumerate(track.line)}
    outside = room_for(found, 6)
    bottom = grid.bottom + (outside if grid.rows > 1 else 0)
    if track.aside:
        boxes[track.aside] = _bar(grid)
        bottom = max(bottom, boxes[track.aside].bottom)
    whole = grid.right + max(outside, 14)
    columns = max(1, min(len(track.endings), int((whole - 20) // (width + 14))))
    columns = -(-len(track.endings) // -(-len(track.endings) // columns)) if track.endings else 1
    frame = Box(3, bottom + 26, whole - 6, band_height(len(track.endings), columns, height, _HEAD))
    boxes |= banded(track.endings, frame, columns, height, _HEAD)
    passing = (*_passing(found, grid), *_beside(track, grid, boxes))
    routes = (*_steps(track, grid), *passing, *_returns(track, grid, boxes, frame))
    end = frame.bottom if track.endings else bottom
    return Plan(whole, end + 4, boxes, routes, frame if track.endings else None)


def _grid(track: Track, found: tuple[Lane, ...], width: float, height: float) -> Grid:
    count = len(track.line)
    rows = 1 if count * (width + _GAP) <= _ROW_MAX else 2
    between = _REACH * 2 + _BAR if track.aside else 56
    return Grid(-(-count // rows), rows, 42, max(room_for(found, 8), 16), width, height, between)


def _bar(grid: Grid) -> Box:
    width = grid.right - grid.left - (_TURN + 18 if grid.rows > 1 else 0)
    return Box(grid.left, grid.top + grid.height + _REACH, width, _BAR)


def _steps(track: Track, grid: Grid) -> Iterator[Route]:
    for way, number in steps(track):
        here, there = grid.station(number), grid.station(number + 1)
        turn = here.right - _TURN
        if grid.row(number) != grid.row(number + 1):
            yield Route(way, ((turn, here.bottom), (turn, there.y)))
        else:
            out, into = (here.x, there.right) if grid.row(number) else (here.right, there.x)
            yield Route(way, ((out, here.middle[1]), (into, there.middle[1])))


def _passing(found: tuple[Lane, ...], grid: Grid) -> Iterator[Route]:
    for lane in found:
        leaving, arriving = _leave(lane, lane.start, grid, 1), _leave(lane, lane.end, grid, -1)[::-1]
        yield Route(lane.way, (*leaving, *_round(lane, grid), *arriving))


def _leave(lane: Lane, number: int, grid: Grid, going: int) -> tuple[Point, ...]:
    """Return how a way leaves a station for its lane: from the outer side, or from the end of the row."""
    box, row, away = grid.station(number), grid.row(number), lane.number * LANE
    crosses = grid.row(lane.start) != grid.row(lane.end)
    if crosses and number in (grid.columns - 1, grid.columns):
        y = box.middle[1]
        return (box.right, y), (grid.right + away, y)
    ahead = going if lane.end > lane.start else -going
    x = box.middle[0] + (ahead if row == 0 else -ahead) * grid.width * 0.2
    edge, lane_y = (box.bottom, grid.bottom + away) if row else (box.y, grid.top - away)
    return (x, edge), (x, lane_y)


def _round(lane: Lane, grid: Grid) -> tuple[Point, ...]:
    """Return the corners at the end of the rows that a way from one row to the other takes."""
    rows = grid.row(lane.start), grid.row(lane.end)
    if rows[0] == rows[1]:
        return ()
    away = lane.number * LANE
    numbers = {rows[0]: lane.start, rows[1]: lane.end}
    upper = () if numbers[0] == grid.columns - 1 else ((grid.right + away, grid.top - away),)
    lower = () if numbers[1] == grid.columns else ((grid.right + away, grid.bottom + away),)
    corners = (*upper, *lower)
    return corners if rows[0] < rows[1] else corners[::-1]


def _beside(track: Track, grid: Grid, boxes: dict[str, Box]) -> Iterator[Route]:
    if track.aside is None:
        return
    bar = boxes[track.aside]
    for way, station, shift in beside(track):
        box = boxes[station]
        x = box.middle[0] + shift - (8 if grid.rows > 1 and box.right == grid.right else 0)
        outer, inner = (box.bottom, bar.y) if box.y < bar.y else (box.y, bar.bottom)
        yield Route(way, ((x, inner), (x, outer)) if way.source == track.aside else ((x, outer), (x, inner)))


def _returns(track: Track, grid: Grid, boxes: dict[str, Box], frame: Box) -> Iterator[Route]:
    routes = (Route(way, _back(way, track, grid, boxes, frame)) for way in returning(track))
    return (route for route in routes if route.points)


def _back(way: TrackWay, track: Track, grid: Grid, boxes: dict[str, Box], frame: Box) -> tuple[Point, ...]:
    """Return how one comes back from the endings: along the left margin, or straight up; else only text says it."""
    box = boxes[way.dest]
    if way.dest == track.aside or (way.dest == track.line[0] and (grid.rows > 1 or track.aside)):
        x = 18 if way.dest == track.aside else 30
        return (x, frame.y), (x, box.middle[1]), (box.x, box.middle[1])
    in_last_row = grid.row(track.line.index(way.dest)) == grid.rows - 1
    if in_last_row and not (track.aside and grid.rows == 1):
        return (box.middle[0], frame.y), (box.middle[0], box.bottom)
    return ()
