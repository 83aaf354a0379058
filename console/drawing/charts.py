"""Bars: what is against what was planned, and what something is made of."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from console.drawing.lettering import fitted, width_of, wrapped
from console.drawing.svg import (
    Box,
    Frame,
    Paper,
    Point,
    hatch,
    hatched,
    joined,
    legend,
    lines,
    linked,
    on_both_papers,
    picture,
    rect,
    tag,
)  # fmt: skip
from console.drawing.words import DrawingWords, number_said, table

Say = Callable[[float | None], str]
TONES = 6
_SIZE = 14
_UNTOLD = 44
_TOLD_FROM = 11  # the smallest number that is told


class Bar(NamedTuple):
    """One line of a chart: what happened, and what was planned if there was a plan."""

    label: str
    actual: float | None  # None: too few to be told
    planned: float | None = None
    href: str | None = None


class Stack(NamedTuple):
    """One line made of parts, in the order of the chart's series."""

    label: str
    parts: tuple[int | None, ...]
    href: str | None = None


def bars_svg(
    prefix: str, title: str, bars: Sequence[Bar], words: DrawingWords, *, shown: Callable[[float], str] | None = None
) -> Markup:
    """Return horizontal bars, each with its number; a planned number is an upright stroke across its bar."""
    return on_both_papers(prefix, lambda paper: _bars(paper, title, bars, words, _saying(shown, words)))


def _bars(paper: Paper, title: str, bars: Sequence[Bar], words: DrawingWords, say: Say) -> Markup:
    key, top = _bars_key(paper, bars, words)
    most = max((value for bar in bars for value in (bar.actual, bar.planned) if value is not None), default=0)
    scale = (paper.width - 4) / max(most, _TOLD_FROM)
    rows = joined(_bar(paper, bar, top + number * 46, scale, say) for number, bar in enumerate(bars))
    desc = "; ".join(f"{bar.label}: {_figures(bar, say)}" for bar in bars)
    frame = Frame(
        paper.prefix,
        title,
        desc,
        paper.width,
        top + len(bars) * 46,
        f"bars {paper.kind}",
        any(bar.href for bar in bars),
    )
    return picture(frame, hatch(paper.prefix), key, rows)


def bars_words(
    title: str, bars: Sequence[Bar], words: DrawingWords, *, shown: Callable[[float], str] | None = None
) -> Markup:
    """Return the same numbers as a table."""
    _, say = words.gettext, _saying(shown, words)
    if all(bar.planned is None for bar in bars):
        return table(title, ["", _("Number")], [[bar.label, say(bar.actual)] for bar in bars])
    rows = [[bar.label, say(bar.actual), "–" if bar.planned is None else say(bar.planned)] for bar in bars]
    return table(title, ["", _("Actual"), _("Planned")], rows)


def _saying(shown: Callable[[float], str] | None, words: DrawingWords) -> Say:
    def say(value: float | None) -> str:
        return number_said(value, words) if shown is None or value is None else shown(value)

    return say


def _figures(bar: Bar, say: Say) -> str:
    if bar.planned is None:
        return say(bar.actual)
    return f"{say(bar.actual)} / {say(bar.planned)}"


def _bars_key(paper: Paper, bars: Sequence[Bar], words: DrawingWords) -> tuple[Markup, float]:
    """Return what the marks of these bars mean, and where the bars begin; one colour alone needs no key."""
    _, planned = words.gettext, any(bar.planned is not None for bar in bars)
    marks: list[tuple[str, Callable[[Point], Markup]]] = []
    if planned:
        marks += [(_("Actual"), lambda at: rect(Box(at[0] + 1, at[1] + 4, 18, 12), "tone-1", 3))]
        marks += [(_("Planned"), lambda at: tag("path", d=f"M{at[0] + 10:.0f} {at[1] + 1:.0f}v18", class_="draw-plan"))]
    if any(bar.actual is None for bar in bars):
        marks += [(untold_said(words), lambda at: untold_piece(paper.prefix, at))]
    key, line = legend([said for said, _ in marks], lambda n, at: [marks[n][1](at)], paper.width, _SIZE, 25, 16)
    return key, line + 30.0 if marks else 4.0


def untold_said(words: DrawingWords) -> str:
    """Return what hatching means."""
    return words.gettext("fewer than 11, not told")


def untold_piece(prefix: str, at: Point) -> Markup:
    """Return a piece of hatching, for a legend."""
    return rect(Box(at[0] + 1, at[1] + 4, 18, 12), "draw-hatched", 3, fill=hatched(prefix))


def _bar(paper: Paper, bar: Bar, y: float, scale: float, say: Say) -> Markup:
    said = _figures(bar, say)
    room = paper.width - width_of(said, _SIZE, bold=True) - 14
    parts = [
        tag("title", f"{bar.label}: {said}"),
        tag("text", fitted(bar.label, room, _SIZE), x=0, y=y + 14, class_="draw-start"),
        tag("text", said, x=paper.width, y=y + 14, class_="draw-end draw-strong"),
        rect(Box(0, y + 21, paper.width, 14), "draw-foot", 4),
    ]
    if bar.actual is None:
        parts.append(rect(Box(1, y + 21.5, _TOLD_FROM * scale, 13), "draw-hatched", 4, fill=hatched(paper.prefix)))
    elif bar.actual > 0:
        parts.append(rect(Box(0, y + 21, max(bar.actual * scale, 3), 14), "tone-1", 4))
    if bar.planned is not None:
        parts.append(tag("path", d=f"M{2 + bar.planned * scale:.1f} {y + 17:.1f}v22", class_="draw-plan"))
    return linked(bar.href, *parts)


def stacked_svg(prefix: str, title: str, series: Sequence[str], stacks: Sequence[Stack], words: DrawingWords) -> Markup:
    """Return bars made of parts; each part carries its number, and its own pattern beside its colour."""
    assert len(series) <= TONES, "more parts than can be told apart"
    return on_both_papers(prefix, lambda paper: _stacks(paper, title, series, stacks, words))


def _stacks(paper: Paper, title: str, series: Sequence[str], stacks: Sequence[Stack], words: DrawingWords) -> Markup:
    key, top = _stacks_key(paper, series, stacks, words)
    # How much one may measure in every bar; a part that is not told has a width of its own.
    untold = ((sum(part is None for part in stack.parts), sum(part or 0 for part in stack.parts)) for stack in stacks)
    scale = min(((paper.width - hidden * _UNTOLD) / max(told, 1) for hidden, told in untold), default=1.0)
    rows = joined(_stack(paper, stack, series, top + n * 56, scale, words) for n, stack in enumerate(stacks))
    desc = "; ".join(f"{stack.label}: {_parts_said(stack, series, words)}" for stack in stacks)
    height, is_linked = top + len(stacks) * 56, any(stack.href for stack in stacks)
    frame = Frame(paper.prefix, title, desc, paper.width, height, f"stacked {paper.kind}", is_linked)
    return picture(frame, hatch(paper.prefix), weaves(paper.prefix), key, rows)


def _stacks_key(
    paper: Paper, series: Sequence[str], stacks: Sequence[Stack], words: DrawingWords
) -> tuple[Markup, float]:
    """Return which pattern is which part, and where the bars begin."""

    def piece(number: int, at: Point) -> tuple[Markup, ...]:
        if number == len(series):
            return (untold_piece(paper.prefix, at),)
        return _filled(paper.prefix, Box(at[0], at[1] + 4, 18, 12), number)

    hidden = any(part is None for stack in stacks for part in stack.parts)
    named = [*series, *([untold_said(words)] if hidden else [])]
    key, line = legend(named, piece, paper.width, _SIZE, 24, 16)
    return key, line + 30


def stacked_words(title: str, series: Sequence[str], stacks: Sequence[Stack], words: DrawingWords) -> Markup:
    """Return the same numbers as a table."""
    rows = [[stack.label, *(number_said(part, words) for part in stack.parts)] for stack in stacks]
    return table(title, ["", *series], rows)


def _parts_said(stack: Stack, series: Sequence[str], words: DrawingWords) -> str:
    told = zip(series, stack.parts, strict=True)
    return ", ".join(f"{name} {number_said(part, words)}" for name, part in told if part != 0)


def _stack(paper: Paper, stack: Stack, series: Sequence[str], y: float, scale: float, words: DrawingWords) -> Markup:
    label = wrapped(stack.label, paper.width, _SIZE, rows=1)
    parts = [
        tag("title", f"{stack.label}: {_parts_said(stack, series, words)}"),
        *(tag("text", row, x=0, y=y + 14, class_="draw-start") for row in label),
        *_segments(paper.prefix, stack, y + 21, scale, words),
    ]
    return linked(stack.href, *parts)


def _segments(prefix: str, stack: Stack, y: float, scale: float, words: DrawingWords) -> Iterator[Markup]:
    x = 0.0
    for number, part in enumerate(stack.parts):
        width = _UNTOLD if part is None else part * scale
        if width <= 0:
            continue
        box = Box(x, y, max(width - 2, 1), 24)
        yield from [rect(box, "draw-hatched", fill=hatched(prefix))] if part is None else _filled(prefix, box, number)
        said = number_said(part, words)
        room = width_of(said, 12, bold=True) + 8
        if room <= box.width:
            x_mid, y_mid = box.middle
            yield rect(Box(x_mid - room / 2, y_mid - 8.5, room, 17), "draw-chip", 8)
            yield lines((said,), box.middle, _SIZE, "draw-chip-text")
        x += width


def _filled(prefix: str, box: Box, number: int) -> tuple[Markup, ...]:
    tone = rect(box, f"tone-{number + 1}", 2)
    return (tone, rect(box, "draw-weave", 2, fill=f"url(#{prefix}-weave-{number + 1})")) if number else (tone,)


def weaves(prefix: str) -> Markup:
    """Return the patterns that tell parts from each other without colour; the first part has none."""
    ways = ("M0 8L8 0", "M4 0V8", "M0 0L8 8", "M0 4H8", "M0 0L8 8M0 8L8 0")
    drawn = (tag("path", d=way, class_="draw-thread") for way in ways)
    facts = {"patternUnits": "userSpaceOnUse"}
    named = ((way, f"{prefix}-weave-{number}") for number, way in enumerate(drawn, start=2))
    return tag("defs", *(tag("pattern", way, id=name, width=8, height=8, **facts) for way, name in named))
