"""A journey told without its picture: one paragraph for the picture's description, and a table of all ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup

from console.drawing.sight import Sight, next_steps
from console.drawing.tables import table
from console.drawing.track import Track, track_of
from console.drawing.words import DrawingWords, label_of, number_said
from workflow.programme.loading import Definition

_PLAIN = Sight()


def described(definition: Definition, track: Track, sight: Sight, words: DrawingWords) -> tuple[str, str]:
    """Return the title and the description of a journey's picture."""
    _ = words.gettext
    if sight.here is not None:
        title = _("Journey: you are here: {stage}").format(stage=_label(definition, sight.here, words))
    else:
        title = _("Journey of the programme")
    return title, " ".join(_said(definition, track, sight, words))


def _said(definition: Definition, track: Track, sight: Sight, words: DrawingWords) -> Iterator[str]:
    _ = words.gettext

    def named(stages: Iterator[str]) -> str:
        return ", ".join(_label(definition, stage, words) for stage in stages)

    if sight.here is not None:
        yield _("You are here: {stage}.").format(stage=named(iter([sight.here])))
        if sight.path[:-1]:
            yield _("Before: {stages}.").format(stages=named(iter(sight.path[:-1])))
        following = next_steps(track, sight)
        going = [dest for dest, step in following.items() if step.mark == "open"]
        stopped = [dest for dest, step in following.items() if step.mark == "shut"]
        if going:
            yield _("Allowed next: {stages}.").format(stages=named(iter(going)))
        if stopped:
            yield _("Blocked for now: {stages}.").format(stages=named(iter(stopped)))
        return
    yield _("Stages in order: {stages}.").format(stages=named(iter(track.line)))
    if track.endings:
        yield _("It can also end as: {stages}.").format(stages=named(iter(track.endings)))


def journey_words(
    definition: Definition, words: DrawingWords, *, sight: Sight = _PLAIN, say_way: Callable[[str], str] | None = None
) -> Markup:
    """Return the journey as a table: each stage, what is known of it, and every way on with its name."""
    _ = words.gettext
    track = track_of(definition.programme)
    heads = [_("Stage"), _("Ways on")]
    heads[1:1] = [_("People")] if sight.counts is not None else [_("State")] if sight.path else []
    rows = [_row(definition, track, sight, words, stage, say_way or _plainly) for stage in track.stages]
    title, _desc = described(definition, track, sight, words)
    return table(title, heads, rows)


def _row(
    definition: Definition, track: Track, sight: Sight, words: DrawingWords, stage: str, say_way: Callable[[str], str]
) -> list[str]:
    onward = "; ".join(_ways(definition, track, sight, words, stage, say_way))
    cells = [_label(definition, stage, words), onward or "–"]
    if sight.counts is not None:
        cells.insert(1, number_said(sight.counts.get(stage, 0), words))
    elif sight.path:
        cells.insert(1, _state(stage, sight, words))
    return cells


def _ways(
    definition: Definition, track: Track, sight: Sight, words: DrawingWords, stage: str, say_way: Callable[[str], str]
) -> Iterator[str]:
    _ = words.gettext
    for way in track.all_ways:
        for trigger in way.triggers if way.source == stage else ():
            said = f"{_label(definition, way.dest, words)} ({say_way(trigger)})"
            if stage == sight.here and trigger in sight.allowed:
                said += ": " + (_("allowed") if sight.allowed[trigger] else _("blocked"))
            yield said


def _state(stage: str, sight: Sight, words: DrawingWords) -> str:
    _ = words.gettext
    if stage == sight.here:
        return _("You are here")
    return _("was here before") if stage in sight.path else "–"


def _label(definition: Definition, stage: str, words: DrawingWords) -> str:
    return label_of(definition.programme.journey.stages[stage].label, words)


def _plainly(trigger: str) -> str:
    return trigger.replace("_", " ")
