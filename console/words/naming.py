"""What the values in a refusal are called: an id becomes a name, a stored time a time of a place's clocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Final, NamedTuple, TypeVar

from console.words import amounts
from console.words.labels import is_worded, label
from console.words.language import Language
from console.words.own_names import own_name
from workflow.programme.programme import Programme

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
        if not _TECHNICAL.fullmatch(value):
            return value  # somebody's own words, whole
        spelt = value if is_worded(kind, value) else value.replace(" ", "_")
        return label(kind, spelt if is_worded(kind, spelt) else value, self.language)

    def _is_named(self, kind: str, value: str) -> bool:
        own = own_name(self.programme, kind, value, self.language) if self.programme else None
        return own is not None or is_worded(kind, value)

    def day(self, text: str) -> str | None:
        """Return a stored day as people write it."""
        found = _stored(date.fromisoformat, text)
        return amounts.day(found, self.language) if found else None

    def moment(self, text: str) -> str | None:
        """Return a stored time as people write it; without a zone it is UTC."""
        found = _stored(datetime.fromisoformat, text)
        if found is None:
            return None
        return amounts.moment(found if found.tzinfo else found.replace(tzinfo=UTC), self.zone, self.language)


_Read = Callable[[Naming, str], str | None]
_READ: Final[Mapping[str, _Read]] = {"day": Naming.day, "moment": Naming.moment}


def _stored(read: Callable[[str], Day], text: str) -> Day | None:
    try:
        return read(text)
    except ValueError:
        return None  # not written by the rules as we know them; it is shown as it stands
