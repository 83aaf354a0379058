"""The journey of a programme as a picture: where somebody is, how they came there, what is next and what blocks it.

The same picture serves a case, the settings (no one is anywhere) and the statistics (how many are at each stage).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from console.drawing.journey_words import described
from console.drawing.lettering import widest_word, width_of, wrapped
from console.drawing.plan import Plan, Route
from console.drawing.plan_tall import tall_plan
from console.drawing.plan_wide import wide_plan
from console.drawing.sight import Links, Next, Sight, next_steps, visits, was_walked
from console.drawing.svg import Box, Frame, hatch, hatched, joined, lines, linked, picture, rect, rounded, tag, tip
from console.drawing.track import Track, TrackWay, track_of
from console.drawing.words import DrawingWords, label_of, number_said
from workflow.programme.loading import Definition

SIZE = 14
_SMALL = 11.5
_STEP = 17
_PLAIN = Sight()
_UNLINKED = Links()


class Scene(NamedTuple):
    """All that one picture of a journey is drawn from."""

    definition: Definition
    track: Track
    plan: Plan
    sight: Sight
    links: Links
    words: DrawingWords
    prefix: str

    def label(self, stage: str) -> str:
        """Return what people call a stage."""
        return label_of(self.definition.programme.journey.stages[stage].label, self.words)


def journey_svg(
    definition: Definition,
    words: DrawingWords,
    *,
    sight: Sight = _PLAIN,
    links: Links = _UNLINKED,
    prefix: str = "journey",
) -> Markup:
    """Return the journey twice, wide and tall; the stylesheet shows the one there is room for."""
    scenes = {kind: _scene(definition, words, sight, links, f"{prefix}-{kind}") for kind in ("wide", "tall")}
    drawn = joined(_drawn(scene, kind) for kind, scene in scenes.items())
    return tag("div", drawn, class_="drawing-both")


def plan_of(definition: Definition, words: DrawingWords, kind: str, *, sight: Sight = _PLAIN) -> Plan:
    """Return where everything goes: stations are as wide as the longest word in this language."""
    track = track_of(definition.programme)
    stages = definition.programme.journey.stages
    word = widest_word(tuple(label_of(stages[name].label, words) for name in track.stages), SIZE, bold=True)
    height = 68.0 if sight.counts is None else 80.0
    if kind == "wide":
        return wide_plan(track, min(max(word + 18, 124), 190), height)
    aside = widest_word((label_of(stages[track.aside].label, words),), SIZE, bold=True) if track.aside else 0
    return tall_plan(track, height, min(max(aside + 14, 92), 138))


def _scene(definition: Definition, words: DrawingWords, sight: Sight, links: Links, prefix: str) -> Scene:
    plan = plan_of(definition, words, prefix.rpartition("-")[2], sight=sight)
    return Scene(definition, track_of(definition.programme), plan, sight, links, words, prefix)


def _drawn(scene: Scene, kind: str) -> Markup:
    title, desc = described(scene.definition, scene.track, scene.sight, scene.words)
    frame = Frame(scene.prefix, title, desc, scene.plan.width, scene.plan.height, f"journey {kind}", scene.links.any)
    following = next_steps(scene.track, scene.sight)
    routes = sorted(scene.plan.routes, key=lambda route: _importance(route.way, scene, following))
    return picture(
        frame,
        hatch(scene.prefix),
        *_band(scene),
        *(_route(route, scene, following) for route in routes),
        *(_stage(stage, scene, following) for stage in scene.track.stages),
    )


def _importance(way: TrackWay, scene: Scene, following: dict[str, Next]) -> int:
    return 2 if _leads_on(way, scene, following) else int(was_walked(way, scene.sight, scene.track))


def _leads_on(way: TrackWay, scene: Scene, following: dict[str, Next]) -> bool:
    from_here = way.source == scene.sight.here or (not way.source and scene.sight.here in scene.track.endings)
    return from_here and way.dest in following


def _band(scene: Scene) -> Iterator[Markup]:
    if scene.plan.band is None:
        return
    _, box = scene.words.gettext, scene.plan.band
    yield rect(box, "draw-band", 12)
    said = _("From any stage under way, the journey can also end:")
    at = box.x + 14
    rows = wrapped(said, box.width - 28, SIZE)
    yield lines(rows, (at, box.y + (20 if len(rows) == 1 else 27)), _STEP, "draw-heading", "start")


def _route(route: Route, scene: Scene, following: dict[str, Next]) -> Markup:
    kind = "way"
    if _leads_on(route.way, scene, following):
        kind = f"way way-{following[route.way.dest].mark}"
    elif was_walked(route.way, scene.sight, scene.track):
        kind = "way way-walked"
    ends = route.points[-2:]
    return tag("g", tag("path", d=rounded(route.points), class_="draw-line"), tip(ends[0], ends[1]), class_=kind)


def _stage(stage: str, scene: Scene, following: dict[str, Next]) -> Markup:
    box, step = scene.plan.boxes[stage], following.get(stage)
    href = scene.links.to_stage(stage)
    if step is not None:
        href = scene.links.to_trigger(step.trigger) or href
    body = joined((*_body(stage, box, scene), *_marks(stage, box, scene, step)))
    told = ", ".join((scene.label(stage), *_told(stage, scene, step)))
    return linked(href, tag("title", told), body, class_=" ".join(_kinds(stage, scene, step)))


def _kinds(stage: str, scene: Scene, step: Next | None) -> Iterator[str]:
    yield "stage"
    if scene.definition.programme.journey.stages[stage].ends:
        yield "stage-end"
    if stage == scene.track.aside:
        yield "stage-aside"
    if step is not None:
        yield f"stage-{step.mark}"
    if stage == scene.sight.here:
        yield "stage-here"
    elif stage in scene.sight.path:
        yield "stage-walked"


def _told(stage: str, scene: Scene, step: Next | None) -> Iterator[str]:
    _ = scene.words.gettext
    if stage == scene.sight.here:
        yield _("you are here")
    elif stage in scene.sight.path:
        yield _("was here before")
    if step is not None:
        yield _("next step, allowed") if step.mark == "open" else _("next step, blocked")
    if scene.sight.counts is not None:
        yield number_said(scene.sight.counts.get(stage, 0), scene.words)


def _body(stage: str, box: Box, scene: Scene) -> Iterator[Markup]:
    yield rect(box, "draw-box", 10)
    if scene.definition.programme.journey.stages[stage].ends:
        yield rect(Box(box.x + 3.5, box.y + 3.5, box.width - 7, box.height - 7), "draw-inner", 7)
    if scene.sight.counts is not None:
        yield from _level(stage, box, scene)
    note = _note(stage, scene)
    x, y = box.middle
    lift = 6 if scene.sight.counts is not None else 0  # above the bar at the foot
    if box.height < 2 * _STEP + 14:  # the stage aside has one line for everything
        said = " · ".join((scene.label(stage), *([note] if note else [])))
        yield lines((said,), (x, y - lift), _STEP, "draw-label")
        return
    rows = wrapped(scene.label(stage), box.width - 14, SIZE, rows=_rows_of(box, note), bold=True)
    y -= lift
    if note:
        told = wrapped(note, box.width - 10, _SMALL, rows=2 if box.height > 2 * _STEP + 60 else 1, bold=True)
        y -= 8
        yield lines(told, (x, y + len(rows) * _STEP / 2 + 1 + 8 * len(told)), _STEP, _note_class(scene))
    yield lines(rows, (x, y), _STEP, "draw-label")


def _note_class(scene: Scene) -> str:
    return "draw-note" if scene.sight.counts is None else "draw-count"


def _rows_of(box: Box, note: str | None) -> int:
    return max(1, min(5, int((box.height - (28 if note else 10)) // _STEP)))


def _note(stage: str, scene: Scene) -> str | None:
    """Return the second line of a stage: that one is here, how many are, or from where an ending can be reached."""
    _ = scene.words.gettext
    if scene.sight.counts is not None:
        return number_said(scene.sight.counts.get(stage, 0), scene.words)
    if stage == scene.sight.here:
        return "● " + _("You are here")
    sources = [way.source for way in scene.track.exits if way.dest == stage]
    if stage in scene.track.endings and len(sources) == 1:
        return _("from {stage}").format(stage=scene.label(sources[0]))
    if stage in scene.track.endings and len(sources) < len(scene.track.open_stages):
        return _("from {some} of {all} stages").format(some=len(sources), all=len(scene.track.open_stages))
    return None


def _level(stage: str, box: Box, scene: Scene) -> Iterator[Markup]:
    """Draw a bar at the foot of a stage as long as its number is large; a number not told is hatched."""
    counts = scene.sight.counts or {}
    count, most = counts.get(stage, 0), max((n for n in counts.values() if n is not None), default=0)
    foot = Box(box.x + 10, box.bottom - 11, box.width - 20, 5)
    yield rect(foot, "draw-foot", 2.5)
    if count is None:
        yield rect(foot, "draw-hatched", 2.5, fill=hatched(scene.prefix))
    elif count and most:
        yield rect(Box(foot.x, foot.y, max(foot.width * count / most, 4), 5), "draw-level", 2.5)


def _marks(stage: str, box: Box, scene: Scene, step: Next | None) -> Iterator[Markup]:
    been = visits(scene.sight).get(stage, ())
    if been:
        yield _visit(", ".join(str(number) for number in been[-3:]), box)
    if step is None:
        return
    x, y = box.right - 6, box.y + 4
    yield tag("circle", cx=x, cy=y, r=10.5, class_=f"draw-mark mark-{step.mark}")
    # Drawn and not written: a font need not have these signs.
    sign = f"M{x - 4.5} {y + 0.5}l3.2 3.5l6-7.5" if step.mark == "open" else f"M{x - 4} {y - 4}l8 8m0-8l-8 8"
    yield tag("path", d=sign, class_="draw-sign")


def _visit(said: str, box: Box) -> Markup:
    width = width_of(said, _SMALL, bold=True) + 11
    badge = Box(box.x - 4, box.y - 8, max(width, 18), 18)
    return joined((rect(badge, "draw-visit", 9), lines((said,), badge.middle, _STEP, "draw-visit-number")))
