"""Numbers over days: a chart with lines, and a line so small that it stands beside a number."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from console.drawing.charts import untold_piece, untold_said
from console.drawing.svg import (
    Box,
    Frame,
    Paper,
    Point,
    hatch,
    hatched,
    joined,
    legend,
    on_both_papers,
    picture,
    rect,
    tag,
)  # fmt: skip
from console.drawing.words import DrawingWords, full_day, number_said, short_day, table

_HEIGHT = 200
_LEFT, _TOP, _BOTTOM = 44, 12, 30
_SIZE = 13
_TOLD_FROM = 11


class Curve(NamedTuple):
    """A name and one number for each of the chart's days; None is too small to be told."""

    label: str
    values: tuple[int | None, ...]


class Axes(NamedTuple):
    """How days and numbers become places."""

    days: tuple[date, ...]
    top: int
    right: float

    def x(self, number: int) -> float:
        """Return the place of a day."""
        return _LEFT + (self.right - _LEFT) * number / max(len(self.days) - 1, 1)

    def y(self, value: float) -> float:
        """Return the height of a number."""
        return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / self.top


def curves_svg(prefix: str, title: str, days: Sequence[date], curves: Sequence[Curve], words: DrawingWords) -> Markup:
    """Return lines over days, each with its name at its end and dashes of its own."""
    assert len(curves) <= 4, "more lines than can be told apart"
    return on_both_papers(prefix, lambda paper: _curves(paper, title, tuple(days), curves, words))


def _curves(paper: Paper, title: str, days: tuple[date, ...], curves: Sequence[Curve], words: DrawingWords) -> Markup:
    most = max((value for curve in curves for value in curve.values if value is not None), default=0)
    axes = Axes(days, ceiling(max(most, _TOLD_FROM)), paper.width - 24)
    key, top = _key(paper, curves, words)
    frame = Frame(
        paper.prefix, title, "; ".join(_told(curve, days, words) for curve in curves), paper.width, top + _HEIGHT,
        f"curves {paper.kind}",
    )  # fmt: skip
    drawn = joined(_curve(paper.prefix, curve, number, axes) for number, curve in enumerate(curves, start=1))
    chart = tag("g", *_grid(axes, words), drawn, transform=f"translate(0 {top:.0f})")
    return picture(frame, hatch(paper.prefix), key, chart)


def _key(paper: Paper, curves: Sequence[Curve], words: DrawingWords) -> tuple[Markup, float]:
    """Return which line is whose and what hatching means, and where the chart begins."""

    def piece(number: int, at: Point) -> Iterator[Markup]:
        return iter([untold_piece(paper.prefix, at)]) if number == len(curves) else _piece(number, at)

    hidden = any(value is None for curve in curves for value in curve.values)
    named = [*(curve.label for curve in curves), *([untold_said(words)] if hidden else [])]
    key, line = legend(named, piece, paper.width, _SIZE, 38, 18)
    return key, line + 26 if named else 0.0


def curves_words(title: str, days: Sequence[date], curves: Sequence[Curve], words: DrawingWords) -> Markup:
    """Return the same numbers as a table, a line for each day."""
    rows = [
        [full_day(day, words), *(number_said(curve.values[number], words) for curve in curves)]
        for number, day in enumerate(days)
    ]
    return table(title, [words.gettext("Day"), *(curve.label for curve in curves)], rows)


def ceiling(most: int) -> int:
    """Return a round number that is not less: the top of an axis with four even steps.

    >>> [ceiling(n) for n in (3, 11, 37, 430)]
    [4, 12, 40, 600]
    """
    power = 10 ** max(math.floor(math.log10(max(most, 1))) - 0, 0)
    steps = (power * n for n in (1, 1.2, 2, 4, 6, 8, 10))
    return next(int(step) for step in steps if step >= max(most, 4) and step % 4 == 0)


def _told(curve: Curve, days: Sequence[date], words: DrawingWords) -> str:
    if not days:
        return curve.label
    first, last = number_said(curve.values[0], words), number_said(curve.values[-1], words)
    return words.gettext("{name}: from {first} on {since} to {last} on {until}").format(
        name=curve.label, first=first, since=full_day(days[0], words), last=last, until=full_day(days[-1], words)
    )


def _grid(axes: Axes, words: DrawingWords) -> Iterator[Markup]:
    for step in range(5):
        value = axes.top * step // 4
        y = axes.y(value)
        yield tag("path", d=f"M{_LEFT} {y:.1f}H{axes.right:.1f}", class_="draw-rule" if step else "draw-axis")
        yield tag("text", number_said(value, words), x=_LEFT - 8, y=y + 4, class_="draw-small draw-end")
    count = len(axes.days)
    marks = max(int((axes.right - _LEFT) / 90), 2)  # as many days as have room for their names
    for number in sorted({round((count - 1) * part / marks) for part in range(marks + 1)}) if count else ():
        said = short_day(axes.days[number], words)
        yield tag("path", d=f"M{axes.x(number):.1f} {axes.y(0):.1f}v5", class_="draw-axis")
        yield tag("text", said, x=axes.x(number), y=_HEIGHT - 8, class_="draw-small")


def _curve(prefix: str, curve: Curve, number: int, axes: Axes) -> Markup:
    parts = [*_untold(prefix, curve, axes)]
    for run in runs(curve.values):
        points = [(axes.x(day), axes.y(curve.values[day] or 0)) for day in run]
        if len(points) == 1:
            parts.append(tag("circle", cx=points[0][0], cy=points[0][1], r=3, class_=f"tone-{number}"))
        else:
            parts.append(tag("path", d=straight(points), class_=f"draw-curve line-{number}"))
    return joined(parts)


def _untold(prefix: str, curve: Curve, axes: Axes) -> Iterator[Markup]:
    half = (axes.right - _LEFT) / max(len(axes.days) - 1, 1) / 2
    for day, value in enumerate(curve.values):
        if value is None:
            left, right = max(axes.x(day) - half, _LEFT), min(axes.x(day) + half, axes.right)
            box = Box(left, axes.y(_TOLD_FROM), right - left, axes.y(0) - axes.y(_TOLD_FROM))
            yield rect(box, "draw-untold", fill=hatched(prefix))


def runs(values: Sequence[int | None]) -> Iterator[list[int]]:
    """Yield the stretches of days whose numbers are told.

    >>> list(runs([1, 2, None, 4]))
    [[0, 1], [3]]
    """
    stretches = groupby(range(len(values)), key=lambda day: values[day] is not None)
    return (list(run) for is_told, run in stretches if is_told)


def straight(points: Sequence[Point]) -> str:
    """Return a path from point to point."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _piece(number: int, at: Point) -> Iterator[Markup]:
    yield tag("path", d=f"M{at[0] + 2:.1f} {at[1] + 10:.1f}h30", class_=f"draw-curve line-{number + 1}")
