"""What the values in a refusal are called: an id becomes a name, the office's own if its programme file has one."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Final, NamedTuple, TypeVar

from console.words.amounts import Amounts
from console.words.labels import is_worded, label
from console.words.language import Language
from workflow.programme.part import Label
from workflow.programme.programme import Programme
from workflow.values.days import day_of

_TECHNICAL: Final = re.compile(r"[\w -]*")  # what may be an id or a word of the programme
Day = TypeVar("Day", date, datetime)


class Naming(NamedTuple):
    """Names things for a reader: in their language, by a place's clocks, as their programme calls its own."""

    language: Language
    zone: str = "UTC"
    programme: Programme | None = None

    def name(self, kind: str, value: str) -> str:
        """Return what a value of a kind is called; a value of no kind stays as it is."""
        if not kind:
            return value
        if kind in _READ:
            return _READ[kind](self, value) or value
        if kind == "running":
            kind = "service" if self._is_named("service", value) else "task"
        own = own_name(self.programme, kind, value, self.language) if self.programme else None
        if own is not None:
            return own
        if is_worded(kind, value):
            return label(kind, value, self.language)
        if not _TECHNICAL.fullmatch(value):
            return value  # somebody's own words, whole
        spelt = value.replace(" ", "_")
        return label(kind, spelt if is_worded(kind, spelt) else value, self.language)

    def _is_named(self, kind: str, value: str) -> bool:
        own = own_name(self.programme, kind, value, self.language) if self.programme else None
        return own is not None or is_worded(kind, value)

    def day(self, text: str) -> str | None:
        """Return a stored day as people write it."""
        found = _stored(date.fromisoformat, text)
        return Amounts(self.language).day(found) if found else None

    def on(self, at: datetime) -> date:
        """Return which day an instant is on, by the clocks things are named by."""
        return day_of(at, self.zone)

    def moment(self, text: str) -> str | None:
        """Return a stored time as people write it; without a zone it is UTC."""
        found = _stored(datetime.fromisoformat, text)
        if found is not None and found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return Amounts(self.language).moment(found, self.zone) if found else None


_Read = Callable[[Naming, str], str | None]
_READ: Final[Mapping[str, _Read]] = {"day": Naming.day, "moment": Naming.moment}


def _stored(read: Callable[[str], Day], text: str) -> Day | None:
    try:
        return read(text)
    except ValueError:
        return None  # not written by the rules as we know them; it is shown as it stands


def own_name(programme: Programme, kind: str, name: str, language: Language) -> str | None:
    """Return what a programme file calls something, None when it has no name of its own for it."""
    found = _NAMED[kind](programme, name) if kind in _NAMED else None
    return str(getattr(found, language)) if isinstance(found, Label) else found


def _step(programme: Programme, name: str) -> Label | None:
    """Return the step's name when all the programme's ways to a document call it the same."""
    labels = {step.label for path in programme.documents for step in path.steps if step.id == name}
    return labels.pop() if len(labels) == 1 else None


def _place(programme: Programme, name: str) -> str | None:
    """Return the name of a house or a provider: whoever takes somebody on may be either."""
    found = programme.facility_of.get(name) or programme.provider_of.get(name)
    return found.name if found else None


_NAMED: Final[Mapping[str, Callable[[Programme, str], Label | str | None]]] = {
    "stage": lambda programme, name: getattr(programme.journey.stages.get(name), "label", None),
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
    "team": lambda programme, name: getattr(programme.team_of.get(name), "name", None),
    "programme": lambda programme, name: programme.title if programme.programme == name else None,
}
