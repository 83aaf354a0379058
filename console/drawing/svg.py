"""The paper all pictures are drawn on: escaped elements, a frame that says what it shows, links that stay here."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from console.drawing.lettering import fitted, width_of

Point = tuple[float, float]
_EM = 16  # units of a picture to one em of the page: text in pictures grows with the text around them
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,60}")


class Frame(NamedTuple):
    """What a picture says of itself: ids begin with the prefix, which is unique on its page."""

    prefix: str
    title: str
    desc: str
    width: float
    height: float
    kind: str  # classes for the stylesheet
    linked: bool = False  # whether there are links inside: then it is a group and not one image


class Box(NamedTuple):
    """A rectangle on the paper."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        """Return its centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def right(self) -> float:
        """Return its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return its lower edge."""
        return self.y + self.height


def tag(name: str, *inside: str, **facts: str | float | None) -> Markup:
    """Return one element; text and attributes are escaped, an attribute of None is left out.

    >>> tag("text", "<b>", x=1.50, class_="label")
    Markup('<text x="1.5" class="label">&lt;b&gt;</text>')
    """
    named = ((key.rstrip("_").replace("_", "-"), value) for key, value in facts.items() if value is not None)
    # Joined as plain text, because a picture has hundreds of elements: every piece was escaped just before.
    written = "".join(f' {key}="{_plain(value)}"' for key, value in named)
    body = f">{joined(inside)}</{name}>" if inside else "/>"
    return Markup(f"<{name}{written}{body}")  # noqa: S704


def joined(parts: Iterable[str]) -> Markup:
    """Return parts one after the other; what is not markup yet is escaped."""
    return Markup("".join([_safe(part) for part in parts]))  # noqa: S704 - each was escaped


def _safe(part: str) -> Markup:
    # Some characters have no place in XML at all, however they are written: one of them would lose the picture.
    return part if isinstance(part, Markup) else escape(_NOT_XML.sub("\ufffd", part))


def _plain(value: str | float) -> str:
    return str(escape(str(_NOT_XML.sub("\ufffd", value)))) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def picture(frame: Frame, *inside: str) -> Markup:
    """Return the whole picture with its title and description, as one image or as a group of links."""
    assert _PREFIX.fullmatch(frame.prefix), "a prefix of ids is a small word"
    title, desc = f"{frame.prefix}-title", f"{frame.prefix}-desc"
    return tag(
        "svg",
        tag("title", frame.title, id=title),
        tag("desc", frame.desc, id=desc),
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"drawing {frame.kind}",
        viewBox=f"0 0 {_number(frame.width)} {_number(frame.height)}",
        width=f"{_number(frame.width / _EM)}em",
        height=f"{_number(frame.height / _EM)}em",
        role="group" if frame.linked else "img",
        aria_labelledby=title,
        aria_describedby=desc,
    )


class Paper(NamedTuple):
    """What a chart is drawn on: ids of its own, a width, and the class by which a stylesheet shows it or not."""

    prefix: str
    width: float
    kind: str


PAPERS: Final = (("wide", 960.0), ("tall", 320.0))  # a desk's, and a telephone's: letters are as large on both


def on_both_papers(prefix: str, draw: Callable[[Paper], Markup]) -> Markup:
    """Return a chart twice, wide and narrow; the stylesheet shows the one there is room for."""
    drawn = (draw(Paper(f"{prefix}-{kind}", width, f"chart {kind}")) for kind, width in PAPERS)
    return tag("div", joined(drawn), class_="drawing-both charts")


def linked(href: str | None, *inside: str, class_: str | None = None, **facts: str | float | None) -> Markup:
    """Return a group, which is a link when there is somewhere to go; links lead to this console only."""
    if href is None:
        return tag("g", *inside, class_=class_, **facts)
    assert re.match(r"[?#]|/(?![/\\])", href), "a picture links to nothing outside"
    return tag("a", *inside, href=href, class_=class_, **facts)


def lines(rows: Sequence[str], at: Point, step: float, class_: str, anchor: str | None = None) -> Markup:
    """Return text of several lines, centred on the height given."""
    top = at[1] - (len(rows) - 1) * step / 2
    anchor = None if anchor == "start" else anchor
    return joined(
        tag("text", row, x=at[0], y=top + number * step + step * 0.27, class_=class_, text_anchor=anchor)
        for number, row in enumerate(rows)
    )


def legend(
    names: Sequence[str],
    swatch: Callable[[int, Point], Iterable[str]],
    width: float,
    size: float,
    left: float,
    gap: float,
) -> tuple[Markup, float]:
    """Return names behind a swatch each, in as many lines as they take, and where the last line stands."""
    parts, x, y = list[str](), 0.0, 0.0
    for number, name in enumerate(names):
        said = fitted(name, width - left - 2, size)
        wide = width_of(said, size) + left + gap
        if x and x + wide > width:
            x, y = 0.0, y + 22
        parts += [*swatch(number, (x, y)), tag("text", said, x=x + left, y=y + 15, class_="draw-start")]
        x += wide
    return joined(parts), y


def rect(box: Box, class_: str, radius: float = 0, fill: str | None = None) -> Markup:
    """Return a rectangle; a fill is the name of a pattern, colours belong to the stylesheet."""
    x, y, width, height = box
    return tag("rect", x=x, y=y, width=width, height=height, rx=radius or None, class_=class_, fill=fill)


def hatch(prefix: str) -> Markup:
    """Return the pattern of what is not told: small numbers, things only held."""
    line = tag("path", d="M0 0V7", class_="draw-hatch")
    facts = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return tag("defs", tag("pattern", line, id=f"{prefix}-hatch", width=7, height=7, **facts))


def hatched(prefix: str) -> str:
    """Return how a shape asks for that pattern."""
    return f"url(#{prefix}-hatch)"


def rounded(points: Sequence[Point], radius: float = 9) -> str:
    """Return a path through points whose corners are round.

    >>> rounded([(0, 0), (20, 0), (20, 20)], 5)
    'M0 0L15 0Q20 0 20 5L20 20'
    """
    said = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        said += [f"L{_at(_towards(corner, before, radius))}", f"Q{_at(corner)} {_at(_towards(corner, after, radius))}"]
    return "".join([*said, f"L{_at(points[-1])}"])


def _towards(corner: Point, other: Point, radius: float) -> Point:
    across, down = other[0] - corner[0], other[1] - corner[1]
    length = max((across**2 + down**2) ** 0.5, 0.01)
    part = min(radius, length / 2) / length
    return corner[0] + across * part, corner[1] + down * part


def _at(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def tip(before: Point, end: Point, size: float = 7) -> Markup:
    """Return the head of an arrow, drawn by itself: a marker could not take the colour of its line everywhere."""
    across, down = end[0] - before[0], end[1] - before[1]
    length = max((across**2 + down**2) ** 0.5, 0.01)
    ahead, beside = across / length * size, down / length * size
    back = end[0] - ahead, end[1] - beside
    left, right = (back[0] - beside / 2, back[1] + ahead / 2), (back[0] + beside / 2, back[1] - ahead / 2)
    return tag("path", d=f"M{_at(end)}L{_at(left)}L{_at(right)}Z", class_="draw-tip")
