"""A case's history as a strip: its stages as bands, its events as beads one can step to, and the moment looked at.

The strip is not to scale: a short stage stays wide enough for its name, and only the rest is shared out by days.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from markupsafe import Markup

from console.drawing.lettering import fitted, width_of, wrapped
from console.drawing.svg import Box, Frame, joined, lines, linked, picture, rect, tag
from console.drawing.words import DrawingWords, full_day, short_day, table
from workflow.values.days import day_told

_WIDE, _TALL, _LEAST = 952, 356, 74
_BEAD = 27  # beads are so far apart: a finger must meet one of them only
_SIZE = 13
_TOLD = 4
Shape = Literal["wide", "tall"]


class Band(NamedTuple):
    """A stage and the time somebody was in it, by the clocks the days are told by."""

    label: str
    since: datetime
    until: datetime
    here: bool = False  # whether it goes on


class Tick(NamedTuple):
    """Something that happened, and the page that shows the case as of then."""

    at: datetime
    label: str
    href: str | None = None


class Strip(NamedTuple):
    """A history to draw."""

    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    as_of: datetime | None = None


class Rule(NamedTuple):
    """How moments become places along the strip: where each band starts, and where the last one ends."""

    bands: tuple[Band, ...]
    edges: tuple[float, ...]

    def at(self, moment: datetime) -> float:
        """Return the place of a moment; what lies outside the history is put at its end."""
        for band, start, end in zip(self.bands, self.edges, self.edges[1:], strict=False):
            if moment < band.until:
                whole = (band.until - band.since).total_seconds()
                part = max((moment - band.since).total_seconds(), 0) / max(whole, 1)
                return start + (end - start) * min(part, 1)
        return self.edges[-1]


def strip_svg(prefix: str, title: str, strip: Strip, words: DrawingWords) -> Markup:
    """Return the strip twice, lying and standing; the stylesheet shows the one there is room for."""
    shapes: tuple[Shape, Shape] = ("wide", "tall")
    drawn = (_drawn(f"{prefix}-{shape}", title, strip, shape, words) for shape in shapes)
    return tag("div", joined(drawn), class_="drawing-both")


def strip_words(title: str, strip: Strip, words: DrawingWords) -> Markup:
    """Return the same as a table: each stage with its days and how much happened in it."""
    _ = words.gettext
    rows = []
    for band in strip.bands:
        count = sum(band.since <= tick.at < band.until or (band.here and tick.at >= band.since) for tick in strip.ticks)
        until = _("until now") if band.here else full_day(band.until, words)
        rows.append([band.label, full_day(band.since, words), until, str(count)])
    return table(title, [_("Stage"), _("From"), _("Until"), _("Events")], rows)


def rule_of(bands: tuple[Band, ...], length: float, least: Sequence[float], start: float) -> Rule:
    """Return where bands go when each gets its least and the rest is shared out by time."""
    spare = max(length - sum(least), 0)
    seconds = [(band.until - band.since).total_seconds() for band in bands]
    whole = max(sum(seconds), 1)
    edges = [start]
    for own, lasted in zip(least, seconds, strict=True):
        edges.append(edges[-1] + own + spare * lasted / whole)
    return Rule(bands, tuple(edges))


def beads(strip: Strip, rule: Rule) -> list[tuple[float, tuple[Tick, ...]]]:
    """Return events as beads: those too close together for a finger share one."""
    found: dict[int, list[Tick]] = defaultdict(list)
    last = max(int((rule.edges[-1] - rule.edges[0]) // _BEAD) - 1, 0)
    for tick in sorted(strip.ticks, key=lambda one: one.at):
        found[min(int((rule.at(tick.at) - rule.edges[0]) // _BEAD), last)].append(tick)
    return [(rule.edges[0] + (number + 0.5) * _BEAD, tuple(ticks)) for number, ticks in sorted(found.items())]


def _drawn(prefix: str, title: str, strip: Strip, shape: Shape, words: DrawingWords) -> Markup:
    rule = _rule(strip, shape, words)
    along = rule.edges[-1] + 4
    width, height = (along, 142) if shape == "wide" else (_TALL, along + 16)
    is_linked = any(tick.href for tick in strip.ticks)
    frame = Frame(prefix, title, _desc(strip, words), width, height, f"strip {shape}", is_linked)
    pairs = zip(strip.bands, rule.edges, rule.edges[1:], strict=False)
    bands = (_band(band, start, end, shape, words) for band, start, end in pairs)
    said = (*_dates(strip, rule, shape, words), *_as_of(strip, rule, shape, words))
    return picture(frame, *bands, *said, *(_bead(*bead, strip, shape, words) for bead in beads(strip, rule)))


def _rule(strip: Strip, shape: Shape, words: DrawingWords) -> Rule:
    if shape == "tall":
        return rule_of(strip.bands, 90 * len(strip.bands), [_LEAST] * len(strip.bands), 4)
    least = [max(width_of(band.label, _SIZE, bold=True) + 16, 76) for band in strip.bands]
    return rule_of(strip.bands, _WIDE - 8, least, 4)


def _desc(strip: Strip, words: DrawingWords) -> str:
    _ = words.gettext
    told = [f"{band.label}: {full_day(band.since, words)}" for band in strip.bands]
    if strip.as_of is not None:
        told.append(_("Shown as of {day}").format(day=full_day(strip.as_of, words)))
    count = len(strip.ticks)
    return ". ".join((*told, words.ngettext("{n} event", "{n} events", count).format(n=count)))


def _band(band: Band, start: float, end: float, shape: Shape, words: DrawingWords) -> Markup:
    box = Box(start, 64, end - start - 2, 42) if shape == "wide" else Box(64, start, 148, end - start - 2)
    days = (band.until - band.since).days
    lasted = words.ngettext("{n} day", "{n} days", days).format(n=days)
    rows = wrapped(band.label, box.width - 12, _SIZE, rows=1 if shape == "wide" else 2, bold=True)
    x, y = box.middle
    parts = [
        tag("title", f"{band.label}: {full_day(band.since, words)} – {full_day(band.until, words)}, {lasted}"),
        rect(box, "draw-box", 6),
        lines(rows, (x, y - 8), 16, "draw-label"),
        lines((fitted(lasted, box.width - 8, 12),), (x, y + 8 * len(rows) + 1), 16, "draw-note"),
    ]
    return tag("g", *parts, class_="band band-here" if band.here else "band")


def _dates(strip: Strip, rule: Rule, shape: Shape, words: DrawingWords) -> Iterator[Markup]:
    """Write the day each band begins, and the year where it is a new one."""
    before: date | None = None
    for band, place in zip(strip.bands, rule.edges, strict=False):
        day = day_told(band.since)
        x, y = (place + 1, 122.0) if shape == "wide" else (58.0, place + 12)
        side = "draw-start" if shape == "wide" else "draw-end"
        yield tag("text", short_day(day, words), x=x, y=y, class_=f"draw-small {side}")
        if before is None or before.year != day.year:
            yield tag("text", str(day.year), x=x, y=y + 14, class_=f"draw-small {side}")
        before = day


def _as_of(strip: Strip, rule: Rule, shape: Shape, words: DrawingWords) -> Iterator[Markup]:
    if strip.as_of is None:
        return
    place = rule.at(strip.as_of)
    said = words.gettext("as of {day}").format(day=full_day(strip.as_of, words))
    width = width_of(said, 12, bold=True) + 12
    if shape == "wide":
        rows: tuple[str, ...] = (said,)
        box = Box(min(max(place - width / 2, 0), rule.edges[-1] + 4 - width), 1, width, 20)
        yield tag("path", d=f"M{place:.1f} 20V108", class_="draw-now")
    else:
        rows = wrapped(said, 104, 12, bold=True)
        box = Box(246, min(max(place - 18, 0), rule.edges[-1] - 24), _TALL - 248, 36)
        yield tag("path", d=f"M60 {place:.1f}H248", class_="draw-now")
    yield rect(box, "draw-now-box", 6)
    yield lines(rows, box.middle, 15, "draw-now-text")


def _bead(place: float, ticks: tuple[Tick, ...], strip: Strip, shape: Shape, words: DrawingWords) -> Markup:
    x, y = (place, 40.0) if shape == "wide" else (229.0, place)
    stem = f"M{x:.1f} {y:.1f}V64" if shape == "wide" else f"M{x:.1f} {y:.1f}H212"
    last, count = ticks[-1], len(ticks)
    told = "; ".join(tick.label for tick in ticks[-_TOLD:]) + ("; …" if count > _TOLD else "")
    is_seen = strip.as_of is not None and ticks[0].at <= strip.as_of <= last.at
    parts = [
        tag("title", f"{full_day(last.at, words)}: {told}"),
        tag("path", d=stem, class_="draw-axis"),
        tag("circle", cx=x, cy=y, r=13, class_="draw-touch"),
        tag("circle", cx=x, cy=y, r=10 if count > 1 else 6, class_="draw-bead"),
    ]
    if count > 1:
        parts.append(tag("text", str(count) if count < 100 else "99+", x=x, y=y + 4, class_="draw-bead-number"))
    return linked(last.href, *parts, class_="bead bead-seen" if is_seen else "bead")
