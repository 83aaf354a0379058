"""Bars: what is against what was planned, and what something is made of."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from console.drawing.lettering import fitted, width_of, wrapped
from console.drawing.svg import Box, Frame, hatch, hatched, joined, legend, lines, linked, picture, rect, tag
from console.drawing.words import DrawingWords, number_said, table

WIDTH = 400
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
    say = _saying(shown, words)
    planned = any(bar.planned is not None for bar in bars)
    key = _planned_key(words) if planned else Markup("")
    top = 30.0 if planned else 4.0
    most = max((value for bar in bars for value in (bar.actual, bar.planned) if value is not None), default=0)
    scale = (WIDTH - 4) / max(most, _TOLD_FROM)
    rows = joined(_bar(prefix, bar, top + number * 46, scale, say) for number, bar in enumerate(bars))
    desc = "; ".join(f"{bar.label}: {_figures(bar, say)}" for bar in bars)
    is_linked = any(bar.href for bar in bars)
    frame = Frame(prefix, title, desc, WIDTH, top + len(bars) * 46, "bars", is_linked)
    return picture(frame, hatch(prefix), key, rows)


def bars_words(
    title: str, bars: Sequence[Bar], words: DrawingWords, *, shown: Callable[[float], str] | None = None
) -> Markup:
    """Return the same numbers as a table."""
    _, say = words.gettext, _saying(shown, words)
    if all(bar.planned is None for bar in bars):
        return table(title, ["", _("Number")], [[bar.label, say(bar.actual)] for bar in bars])
    rows = [[bar.label, say(bar.actual), "–" if bar.planned is None else say(bar.planned)] for bar in bars]
    return table(title, ["", _("Actual"), _("Planned")], rows)


def _saying(shown: Callable[[float], str] | None, words: DrawingWords) -> Callable[[float | None], str]:
    def say(value: float | None) -> str:
        return number_said(value, words) if shown is None or value is None else shown(value)

    return say


def _figures(bar: Bar, say: Callable[[float | None], str]) -> str:
    if bar.planned is None:
        return say(bar.actual)
    return f"{say(bar.actual)} / {say(bar.planned)}"


def _planned_key(words: DrawingWords) -> Markup:
    _ = words.gettext
    actual, planned = _("Actual"), _("Planned")
    second = 36 + width_of(actual, _SIZE)
    first = rect(Box(1, 4, 18, 12), "tone-1", 3), tag("text", actual, x=25, y=15, class_="draw-start")
    stroke = tag("path", d=f"M{second + 6:.0f} 1V19", class_="draw-plan")
    return joined((*first, stroke, tag("text", planned, x=second + 16, y=15, class_="draw-start")))


def _bar(prefix: str, bar: Bar, y: float, scale: float, say: Callable[[float | None], str]) -> Markup:
    said = _figures(bar, say)
    room = WIDTH - width_of(said, _SIZE, bold=True) - 14
    parts = [
        tag("title", f"{bar.label}: {said}"),
        tag("text", fitted(bar.label, room, _SIZE), x=0, y=y + 14, class_="draw-start"),
        tag("text", said, x=WIDTH, y=y + 14, class_="draw-end draw-strong"),
        rect(Box(0, y + 21, WIDTH, 14), "draw-foot", 4),
    ]
    if bar.actual is None:
        parts.append(rect(Box(1, y + 21.5, _TOLD_FROM * scale, 13), "draw-hatched", 4, fill=hatched(prefix)))
    elif bar.actual > 0:
        parts.append(rect(Box(0, y + 21, max(bar.actual * scale, 3), 14), "tone-1", 4))
    if bar.planned is not None:
        parts.append(tag("path", d=f"M{2 + bar.planned * scale:.1f} {y + 17:.1f}v22", class_="draw-plan"))
    return linked(bar.href, *parts)


def stacked_svg(prefix: str, title: str, series: Sequence[str], stacks: Sequence[Stack], words: DrawingWords) -> Markup:
    """Return bars made of parts; each part carries its number, and its own pattern beside its colour."""
    assert len(series) <= TONES, "more parts than can be told apart"
    key, line = legend(series, lambda n, at: _filled(prefix, Box(at[0], at[1] + 4, 18, 12), n), WIDTH, _SIZE, 24, 16)
    top = line + 30
    # How much one may measure in every bar; a part that is not told has a width of its own.
    untold = ((sum(part is None for part in stack.parts), sum(part or 0 for part in stack.parts)) for stack in stacks)
    scale = min(((WIDTH - hidden * _UNTOLD) / max(told, 1) for hidden, told in untold), default=1.0)
    rows = joined(_stack(prefix, stack, series, top + number * 56, scale, words) for number, stack in enumerate(stacks))
    desc = "; ".join(f"{stack.label}: {_parts_said(stack, series, words)}" for stack in stacks)
    frame = Frame(prefix, title, desc, WIDTH, top + len(stacks) * 56, "stacked", any(stack.href for stack in stacks))
    return picture(frame, hatch(prefix), weaves(prefix), key, rows)


def stacked_words(title: str, series: Sequence[str], stacks: Sequence[Stack], words: DrawingWords) -> Markup:
    """Return the same numbers as a table."""
    rows = [[stack.label, *(number_said(part, words) for part in stack.parts)] for stack in stacks]
    return table(title, ["", *series], rows)


def _parts_said(stack: Stack, series: Sequence[str], words: DrawingWords) -> str:
    told = zip(series, stack.parts, strict=True)
    return ", ".join(f"{name} {number_said(part, words)}" for name, part in told if part != 0)


def _stack(prefix: str, stack: Stack, series: Sequence[str], y: float, scale: float, words: DrawingWords) -> Markup:
    parts = [
        tag("title", f"{stack.label}: {_parts_said(stack, series, words)}"),
        *(tag("text", row, x=0, y=y + 14, class_="draw-start") for row in wrapped(stack.label, WIDTH, _SIZE, rows=1)),
        *_segments(prefix, stack, y + 21, scale, words),
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
