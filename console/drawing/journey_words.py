"""A journey told without its picture: one paragraph for the picture's description, and a table of all ways."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from markupsafe import Markup

from console.drawing.sight import Sight, Track, next_steps, track_of
from console.drawing.words import DrawingWords, label_of, number_said, table
from workflow.programme.loading import Definition

_PLAIN = Sight()


class Told(NamedTuple):
    """A journey, what is to be told of it, and in which language."""

    definition: Definition
    track: Track
    sight: Sight
    words: DrawingWords

    def label(self, stage: str) -> str:
        """Return what people call a stage."""
        return label_of(self.definition.programme.journey.stages[stage].label, self.words)

    def title(self) -> str:
        """Return the title of the journey's picture."""
        _ = self.words.gettext
        if self.sight.here is None:
            return _("Journey of the programme")
        return _("Journey: you are here: {stage}").format(stage=self.label(self.sight.here))

    def description(self) -> str:
        """Return the description of the journey's picture; what there is none of is not mentioned."""
        found = ((said, ", ".join(map(self.label, stages))) for said, stages in self._listed() if stages)
        return " ".join(said.format(stages=stages, stage=stages) for said, stages in found)

    def _listed(self) -> Iterator[tuple[str, Iterable[str]]]:
        _ = self.words.gettext
        if self.sight.here is None:
            yield _("Stages in order: {stages}."), self.track.line
            yield _("It can also end as: {stages}."), self.track.endings
            return
        following = next_steps(self.track, self.sight).items()
        yield _("You are here: {stage}."), [self.sight.here]
        yield _("Before: {stages}."), self.sight.path[:-1]
        yield _("Allowed next: {stages}."), [dest for dest, step in following if step.mark == "open"]
        yield _("Blocked for now: {stages}."), [dest for dest, step in following if step.mark == "shut"]


def journey_words(
    definition: Definition, words: DrawingWords, *, sight: Sight = _PLAIN, say_way: Callable[[str], str] | None = None
) -> Markup:
    """Return the journey as a table: each stage, what is known of it, and every way on with its name."""
    _ = words.gettext
    told = Told(definition, track_of(definition.programme), sight, words)
    heads = [_("Stage"), _("Ways on")]
    heads[1:1] = [_("People")] if sight.counts is not None else [_("State")] if sight.path else []
    say = say_way or (lambda trigger: trigger.replace("_", " "))
    rows = [_row(told, stage, say) for stage in told.track.stages]
    return table(told.title(), heads, rows)


def _row(told: Told, stage: str, say_way: Callable[[str], str]) -> list[str]:
    cells = [told.label(stage), "; ".join(_ways(told, stage, say_way)) or "–"]
    if told.sight.counts is not None:
        cells.insert(1, number_said(told.sight.counts.get(stage, 0), told.words))
    elif told.sight.path:
        cells.insert(1, _state(told, stage))
    return cells


def _ways(told: Told, stage: str, say_way: Callable[[str], str]) -> Iterator[str]:
    _, sight = told.words.gettext, told.sight
    for way in told.track.all_ways:
        for trigger in way.triggers if way.source == stage else ():
            said = f"{told.label(way.dest)} ({say_way(trigger)})"
            if stage == sight.here and trigger in sight.allowed:
                said += ": " + (_("allowed") if sight.allowed[trigger] else _("blocked"))
            yield said


def _state(told: Told, stage: str) -> str:
    _ = told.words.gettext
    if stage == told.sight.here:
        return _("You are here")
    return _("was here before") if stage in told.sight.path else "–"
