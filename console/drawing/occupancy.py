"""Who has which bed on which day, and how many beds are free."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from markupsafe import Markup

from console.drawing.lettering import fitted, width_of, wrapped
from console.drawing.svg import (
    Box,
    Frame,
    Paper,
    hatch,
    hatched,
    joined,
    lines,
    linked,
    on_both_papers,
    picture,
    rect,
    tag,
)  # fmt: skip
from console.drawing.words import DrawingWords, full_day, short_day, table

Kind = Literal["taken", "held", "leaving"]
_DAY, _ROW, _TOP = 30, 40, 50
_SIZE = 13
_SEGMENTS_MAX = 24  # beds that are drawn one by one


class BedStay(NamedTuple):
    """Days a bed is not free: from the first day to the last one, both included."""

    first: date
    last: date
    kind: Kind
    label: str  # a reference, never a name: pictures are printed
    href: str | None = None


class Bed(NamedTuple):
    """One bed, or one place, with its stays in order."""

    label: str
    stays: tuple[BedStay, ...] = ()


class Days(NamedTuple):
    """The days a picture shows."""

    first: date
    length: int
    today: date


class Chart(NamedTuple):
    """The measures of one picture."""

    prefix: str
    days: Days
    left: float
    words: DrawingWords
    day: float = _DAY  # how wide a day is

    @property
    def right(self) -> float:
        """Return where the last day ends."""
        return self.left + self.days.length * self.day

    def x(self, day: date) -> float:
        """Return where a day begins."""
        return self.left + (day - self.days.first).days * self.day


def occupancy_svg(prefix: str, title: str, beds: Sequence[Bed], days: Days, words: DrawingWords) -> Markup:
    """Return beds down and days across; what is neither taken nor held is free."""
    return on_both_papers(prefix, lambda paper: _beds_and_days(paper, title, beds, days, words))


def _beds_and_days(paper: Paper, title: str, beds: Sequence[Bed], days: Days, words: DrawingWords) -> Markup:
    left = min(max((width_of(bed.label, _SIZE) for bed in beds), default=0) + 14, 150)
    # A day is never narrower than a number of two digits: on a telephone the picture scrolls instead.
    chart = Chart(paper.prefix, days, left, words, max(_DAY, (paper.width - left - 2) / max(days.length, 1)))
    bottom = _TOP + len(beds) * _ROW
    is_linked = any(stay.href for bed in beds for stay in bed.stays)
    frame = Frame(
        paper.prefix,
        title,
        desc_of(beds, days, words),
        chart.right + 2,
        bottom + 36,
        f"occupancy {paper.kind}",
        is_linked,
    )
    rows = (_bed(bed, _TOP + number * _ROW, chart) for number, bed in enumerate(beds))
    drawn = (*_days(chart, bottom), *rows, *_today(chart, bottom), _key(chart, bottom + 10))
    return picture(frame, hatch(paper.prefix), *drawn)


def occupancy_words(title: str, beds: Sequence[Bed], days: Days, words: DrawingWords) -> Markup:
    """Return the same as a table: each bed with its stays."""
    _ = words.gettext
    rows = [[bed.label, "; ".join(_stay_said(stay, words) for stay in _seen(bed, days)) or _("free")] for bed in beds]
    return table(title, [_("Bed"), _("Taken")], rows)


def desc_of(beds: Sequence[Bed], days: Days, words: DrawingWords) -> str:
    """Say how many beds are free today, and what days are shown."""
    free = sum(not any(stay.first <= days.today <= stay.last for stay in bed.stays) for bed in beds)
    said = words.ngettext("{n} bed free today of {all}.", "{n} beds free today of {all}.", free)
    since, until = (full_day(day, words) for day in (days.first, days.first + timedelta(days=days.length - 1)))
    shown = words.gettext("Shown: {since} to {until}.").format(since=since, until=until)
    return f"{said.format(n=free, all=len(beds))} {shown}"


def _seen(bed: Bed, days: Days) -> list[BedStay]:
    end = days.first + timedelta(days=days.length)
    return [stay for stay in bed.stays if stay.first < end and stay.last >= days.first]


def _stay_said(stay: BedStay, words: DrawingWords) -> str:
    since, until = full_day(stay.first, words), full_day(stay.last, words)
    return f"{_kind_said(stay.kind, words)}: {stay.label}, {since} – {until}"


def _kind_said(kind: Kind, words: DrawingWords) -> str:
    _ = words.gettext
    return {"taken": _("taken"), "held": _("held"), "leaving": _("leaving")}[kind]


def _days(chart: Chart, bottom: float) -> Iterator[Markup]:
    for number in range(chart.days.length):
        day = chart.days.first + timedelta(days=number)
        x = chart.x(day)
        if day.weekday() >= 5:
            yield rect(Box(x, _TOP, chart.day, bottom - _TOP), "draw-weekend")
        yield tag("path", d=f"M{x} {_TOP - 4}V{bottom}", class_="draw-rule")
        yield tag("text", str(day.day), x=x + chart.day / 2, y=_TOP - 12, class_="draw-small")
        near_today = abs((day - chart.days.today).days) < 3
        if (number == 0 or day.day == 1) and number < chart.days.length - 1 and not near_today:
            yield tag("text", short_day(day, chart.words), x=x + 2, y=16, class_="draw-small draw-start draw-strong")


def _bed(bed: Bed, y: float, chart: Chart) -> Markup:
    said = fitted(bed.label, chart.left - 8, _SIZE)
    label = tag("text", said, x=0, y=y + _ROW / 2 + 5, class_="draw-start")
    rule = tag("path", d=f"M0 {y + _ROW}H{chart.right}", class_="draw-rule")
    return joined((label, rule, *(_stay(stay, y, chart) for stay in _seen(bed, chart.days))))


def _stay(stay: BedStay, y: float, chart: Chart) -> Markup:
    left = max(chart.x(stay.first), chart.left)
    right = min(chart.x(stay.last) + chart.day, chart.right)
    box = Box(left + 2, y + 6, right - left - 4, _ROW - 12)
    parts = [tag("title", _stay_said(stay, chart.words)), rect(box, "draw-box", 6)]
    if stay.kind == "held":
        parts.append(rect(box, "draw-hatched", 6, fill=hatched(chart.prefix)))
    said = fitted(stay.label, box.width - (24 if stay.kind == "leaving" else 8), _SIZE)
    if said == stay.label or len(said) > 4:  # less would tell nothing
        parts += _label(said, box)
    if stay.kind == "leaving":
        x, middle = box.right - 15, box.middle[1]
        parts.append(tag("path", d=f"M{x} {middle}h9m-4-4l4 4l-4 4", class_="draw-leave"))
    return linked(stay.href, *parts, class_=f"stay stay-{stay.kind}")


def _label(said: str, box: Box) -> list[Markup]:
    plate = Box(box.x + 3, box.y + 5, min(width_of(said, _SIZE) + 3, box.width - 6), box.height - 10)
    return [rect(plate, "draw-plate", 4), tag("text", said, x=box.x + 5, y=box.middle[1] + 5, class_="draw-start")]


def _today(chart: Chart, bottom: float) -> Iterator[Markup]:
    if not 0 <= (chart.days.today - chart.days.first).days < chart.days.length:
        return
    x, said = chart.x(chart.days.today), chart.words.gettext("today")
    said = f"{said}, {short_day(chart.days.today, chart.words)}"
    width = width_of(said, 12, bold=True) + 10
    box = Box(min(x - 1, chart.right - width), 4, width, 18)
    yield tag("path", d=f"M{x} 20V{bottom}", class_="draw-now")
    yield rect(box, "draw-now-box", 4)
    yield tag("text", said, x=box.middle[0], y=box.middle[1] + 4, class_="draw-now-text")


def _key(chart: Chart, y: float) -> Markup:
    parts, x = [], 0.0
    kinds: tuple[Kind, ...] = ("taken", "held", "leaving")
    for kind in kinds:
        box = Box(x + 1, y + 2, 26, 16)
        drawn = [rect(box, "draw-box", 4)]
        if kind == "held":
            drawn.append(rect(box, "draw-hatched", 4, fill=hatched(chart.prefix)))
        if kind == "leaving":
            drawn.append(tag("path", d=f"M{x + 9} {y + 10}h9m-4-4l4 4l-4 4", class_="draw-leave"))
        said = _kind_said(kind, chart.words)
        parts.append(tag("g", *drawn, class_=f"stay stay-{kind}"))
        parts.append(tag("text", said, x=x + 33, y=y + 15, class_="draw-start"))
        x += 33 + width_of(said, 14) + 20
    return joined(parts)


class Beds(NamedTuple):
    """How many beds there are, and how many of them are not free."""

    taken: int
    held: int
    all: int

    @property
    def free(self) -> int:
        """Return how many are free; more people than beds leave none."""
        return max(self.all - self.taken - self.held, 0)


def ring_svg(prefix: str, title: str, beds: Beds, words: DrawingWords) -> Markup:
    """Return a ring with a piece for each bed and the number of free ones inside."""
    pieces = _pieces(prefix, beds)
    said = words.ngettext("{n} bed free", "{n} beds free", beds.free).format(n=beds.free)
    desc = words.gettext("{free}, {taken} taken, {held} held, {all} in all").format(free=said, **beds._asdict())
    inside = (
        tag("text", str(beds.free), x=80, y=84, class_="ring-number"),
        lines(wrapped(said.replace(str(beds.free), "").strip(), 84, 12), (80, 106), 14, "draw-small"),
    )
    return picture(Frame(prefix, title, desc, 160, 160, "ring"), hatch(prefix), *pieces, *inside)


def _pieces(prefix: str, beds: Beds) -> Iterator[Markup]:
    count = max(beds.all, 1)
    if count <= _SEGMENTS_MAX:
        kinds = ["taken"] * beds.taken + ["held"] * beds.held + ["free"] * beds.free
        for number, kind in enumerate(kinds[:count]):
            yield _piece(prefix, kind, number / count, (number + 1) / count)
        return
    start = 0.0
    for kind, number in (("taken", beds.taken), ("held", beds.held), ("free", beds.free)):
        end = min(start + number / count, 1.0)
        if end > start:
            yield _piece(prefix, kind, start, end)
        start = end


def _piece(prefix: str, kind: str, start: float, end: float) -> Markup:
    if end - start > 0.999:
        start, end = 0.0, 0.999
    gap = min(0.008, (end - start) / 6)
    turns = [2 * math.pi * part - math.pi / 2 for part in (start + gap, end - gap)]
    outer = [f"{80 + 74 * math.cos(turn):.1f} {80 + 74 * math.sin(turn):.1f}" for turn in turns]
    inner = [f"{80 + 54 * math.cos(turn):.1f} {80 + 54 * math.sin(turn):.1f}" for turn in turns]
    large = int(end - start > 0.5)
    path = f"M{outer[0]}A74 74 0 {large} 1 {outer[1]}L{inner[1]}A54 54 0 {large} 0 {inner[0]}Z"
    shape = tag("path", d=path, class_="draw-box")
    over = (tag("path", d=path, class_="draw-hatched", fill=hatched(prefix)),) if kind == "held" else ()
    return tag("g", shape, *over, class_=f"stay stay-{kind}")
