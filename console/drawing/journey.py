"""The journey of a programme as a picture: where somebody is, how they came there, what is next and what blocks it.

The same picture serves a case, the settings (no one is anywhere) and the statistics (how many are at each stage).
"""

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from console.drawing.journey_words import Told
from console.drawing.lettering import widest_word, width_of, wrapped
from console.drawing.plan import Plan, Route, tall_plan
from console.drawing.plan_wide import wide_plan
from console.drawing.sight import Links, Next, Sight, Track, TrackWay, next_steps, track_of, visits, was_walked
from console.drawing.svg import Box, Frame, hatch, hatched, joined, lines, linked, picture, rect, rounded, tag, tip
from console.drawing.words import DrawingWords, label_of, number_said
from workflow.programme.loading import Definition

SIZE = 14
_SMALL = 11.5
_STEP = 17
_PLAIN = Sight()
_UNLINKED = Links()


class Scene(NamedTuple):
    """All that one picture of a journey is drawn from."""

    told: Told
    track: Track
    plan: Plan
    sight: Sight
    links: Links
    words: DrawingWords
    prefix: str
    following: dict[str, Next]

    def ends(self, stage: str) -> bool:
        """Tell whether a stage ends the journey."""
        return self.told.definition.programme.journey.stages[stage].ends


def journey_svg(
    definition: Definition,
    words: DrawingWords,
    *,
    sight: Sight = _PLAIN,
    links: Links = _UNLINKED,
    prefix: str = "journey",
) -> Markup:
    """Return the journey twice, wide and tall; the stylesheet shows the one there is room for."""
    told = Told(definition, track_of(definition.programme), sight, words)
    following = next_steps(told.track, sight)
    plans = {kind: plan_of(definition, words, kind, sight=sight) for kind in ("wide", "tall")}
    drawn = joined(
        _drawn(Scene(told, told.track, plan, sight, links, words, f"{prefix}-{kind}", following), kind)
        for kind, plan in plans.items()
    )
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


def _drawn(scene: Scene, kind: str) -> Markup:
    title, desc, plan = scene.told.title(), scene.told.description(), scene.plan
    frame = Frame(scene.prefix, title, desc, plan.width, plan.height, f"journey {kind}", scene.links != _UNLINKED)
    importance = ("", "walked", "shut", "open")  # what matters more is drawn over what matters less
    kinds = [(route, _kind_of(route.way, scene)) for route in plan.routes]
    routes = sorted(kinds, key=lambda one: min(importance.index(one[1]), 2))
    stages = (_stage(stage, scene) for stage in scene.track.stages)
    return picture(frame, hatch(scene.prefix), *_band(scene), *(_route(*one) for one in routes), *stages)


def _kind_of(way: TrackWay, scene: Scene) -> str:
    """Return whether a way leads on from here, and may be taken or not, or was walked; nothing if neither."""
    from_here = way.source == scene.sight.here or (not way.source and scene.sight.here in scene.track.endings)
    if from_here and way.dest in scene.following:
        return scene.following[way.dest].mark
    return "walked" if was_walked(way, scene.sight, scene.track) else ""


def _band(scene: Scene) -> Iterator[Markup]:
    if scene.plan.band is None:
        return
    _, box = scene.words.gettext, scene.plan.band
    yield rect(box, "draw-band", 12)
    said = _("From any stage under way, the journey can also end:")
    at = box.x + 14
    rows = wrapped(said, box.width - 28, SIZE)
    yield lines(rows, (at, box.y + (20 if len(rows) == 1 else 27)), _STEP, "draw-heading", "start")


def _route(route: Route, kind: str) -> Markup:
    before, end = route.points[-2:]
    line = tag("path", d=rounded(route.points), class_="draw-line")
    return tag("g", line, tip(before, end), class_=f"way way-{kind}" if kind else "way")


def _stage(stage: str, scene: Scene) -> Markup:
    box, step = scene.plan.boxes[stage], scene.following.get(stage)
    href = scene.links.trigger(step.trigger) if step and scene.links.trigger else None
    href = href or (scene.links.stage(stage) if scene.links.stage else None)
    body = joined((*_body(stage, box, scene), *_marks(stage, box, scene, step)))
    told = ", ".join((scene.told.label(stage), *_told(stage, scene, step)))
    return linked(href, tag("title", told), body, class_=" ".join(_kinds(stage, scene, step)))


def _kinds(stage: str, scene: Scene, step: Next | None) -> Iterator[str]:
    yield "stage"
    if scene.ends(stage):
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
    if scene.ends(stage):
        yield rect(Box(box.x + 3.5, box.y + 3.5, box.width - 7, box.height - 7), "draw-inner", 7)
    if scene.sight.counts is not None:
        yield from _level(stage, box, scene)
    note = _note(stage, scene)
    x, y = box.middle
    lift = 6 if scene.sight.counts is not None else 0  # above the bar at the foot
    if box.height < 2 * _STEP + 14:  # the stage aside has one line for everything
        said = " · ".join((scene.told.label(stage), *([note] if note else [])))
        yield lines((said,), (x, y - lift), _STEP, "draw-label")
        return
    rows_max = max(1, min(5, int((box.height - (28 if note else 10)) // _STEP)))
    rows = wrapped(scene.told.label(stage), box.width - 14, SIZE, rows=rows_max, bold=True)
    y -= lift
    if note:
        told = wrapped(note, box.width - 10, _SMALL, rows=2 if box.height > 2 * _STEP + 60 else 1, bold=True)
        y -= 8
        yield lines(
            told,
            (x, y + len(rows) * _STEP / 2 + 1 + 8 * len(told)),
            _STEP,
            "draw-note" if scene.sight.counts is None else "draw-count",
        )
    yield lines(rows, (x, y), _STEP, "draw-label")


def _note(stage: str, scene: Scene) -> str | None:
    """Return the second line of a stage: that one is here, how many are, or from where an ending can be reached."""
    _ = scene.words.gettext
    if scene.sight.counts is not None:
        return number_said(scene.sight.counts.get(stage, 0), scene.words)
    if stage == scene.sight.here:
        return "● " + _("You are here")
    sources = [way.source for way in scene.track.exits if way.dest == stage]
    if stage in scene.track.endings and len(sources) == 1:
        return _("from {stage}").format(stage=scene.told.label(sources[0]))
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
        yield _visit(", ".join(map(str, been[-3:])), box)
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
