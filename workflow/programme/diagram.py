"""A journey as a diagram, drawn from the programme file and from nothing else."""

from collections.abc import Iterator
from typing import Literal

from workflow.programme.programme import Programme
from workflow.programme.stages import Transition

Language = Literal["en", "ru"]
_ANYWHERE = 5  # a way on from at least so many stages is drawn once, from all of them together


def mermaid(programme: Programme, language: Language = "en") -> str:
    """Return the journey as Mermaid text, which code hosts and many editors draw."""
    return "\n".join(["stateDiagram-v2", *_lines(programme, language)])


def _lines(programme: Programme, language: Language) -> Iterator[str]:
    journey = programme.journey
    together = _together(programme)
    yield '  state "under way" as under_way {'
    for state in journey.states:
        if state in together:
            yield f'    state "{getattr(journey.stages[state].label, language)}" as {state}'
    yield f"    [*] --> {journey.initial}"
    for way in journey.transitions:
        inside = together & set(way.source) if way.dest in together else ()
        yield from (f"    {source} --> {way.dest}: {way.trigger}" for source in way.source if source in inside)
    yield "  }"
    for state in journey.states:
        if state not in together:
            yield f'  state "{getattr(journey.stages[state].label, language)}" as {state}'
    for way in journey.transitions:
        yield from _outside_edges(way, together)


def _together(programme: Programme) -> frozenset[str]:
    """Return the stages that most often share a way out: those under way."""
    open_stages = {state for state, stage in programme.journey.stages.items() if not stage.ends}
    shared = [frozenset(open_stages & set(way.source)) for way in programme.journey.transitions]
    widest = max(shared, key=len)
    return widest if len(widest) >= _ANYWHERE else frozenset()


def _outside_edges(way: Transition, together: frozenset[str]) -> Iterator[str]:
    if together and together <= set(way.source):
        yield f"  under_way --> {way.dest}: {way.trigger}"
        return
    for source in way.source:
        if not (source in together and way.dest in together):
            yield f"  {source} --> {way.dest}: {way.trigger}"
