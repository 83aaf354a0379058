"""What an office calls its own things: stages, services, houses and the rest of its programme file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from console.words.language import Language
from workflow.programme.part import Label
from workflow.programme.programme import Programme

Named = Callable[[Programme, str], Label | str | None]


def own_name(programme: Programme, kind: str, name: str, language: Language) -> str | None:
    """Return what a programme file calls something, None when it has no name of its own for it."""
    found = _NAMED[kind](programme, name) if kind in _NAMED else None
    return str(getattr(found, language)) if isinstance(found, Label) else found


def _stage(programme: Programme, name: str) -> Label | None:
    stage = programme.journey.stages.get(name)
    return stage.label if stage else None


def _step(programme: Programme, name: str) -> Label | None:
    """Return the step's name when all the programme's ways to a document call it the same."""
    labels = {step.label for path in programme.documents for step in path.steps if step.id == name}
    return labels.pop() if len(labels) == 1 else None


def _place(programme: Programme, name: str) -> str | None:
    """Return the name of a house or a provider: whoever takes somebody on may be either."""
    found = programme.facility_of.get(name) or programme.provider_of.get(name)
    return found.name if found else None


def _of(programme: Programme, name: str) -> Label | None:
    return programme.title if programme.programme == name else None


_NAMED: Final[Mapping[str, Named]] = {
    "stage": _stage,
    "service": lambda programme, name: getattr(programme.service_of.get(name), "label", None),
    "grant": lambda programme, name: getattr(programme.grant_kind.get(name), "label", None),
    "course": lambda programme, name: getattr(programme.course_of.get(name), "label", None),
    "path": lambda programme, name: getattr(programme.document_path.get(name), "label", None),
    "topic": lambda programme, name: {one.id: one.label for one in programme.consultation_topics}.get(name),
    "group": lambda programme, name: {one.id: one.label for one in programme.at_risk_groups}.get(name),
    "host": lambda programme, name: getattr(programme.host_of.get(name), "name", None),
    "house": _place,
    "provider": _place,
    "step": _step,
    "programme": _of,
}
