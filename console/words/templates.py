"""The wordings of ``reasons/*.yaml``, read once: by code, with the template the rules write each text with.

``{house:house}`` in a template is a value and its kind; a mark behind the kind says that it is a list, and how the
rules join it: ``,`` by commas, ``;`` by semicolons, ``.`` likewise but sentences, ``|`` by "or".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

_DATA: Final = Path(__file__).parent / "reasons"
_SLOT: Final = re.compile(r"\{(\w+)(?::(\w*)([,;.|]?))?\}")
_ANY: Final = "any"  # the entry whose help goes with every code
_APART: Final[Mapping[str, str]] = {",": ", ", ";": "; ", ".": "; ", "|": " or "}
_TOGETHER: Final[Mapping[str, tuple[str, str]]] = {
    ",": (", ", ", "),
    ";": ("; ", "; "),
    ".": (". ", ". "),
    "|": (" or ", " или "),
}


class Slot(NamedTuple):
    """A place in a template for a value, or for several."""

    name: str
    kind: str
    mark: str

    def parted(self, text: str) -> list[str]:
        """Return the values that stand here."""
        return text.split(_APART[self.mark]) if self.mark else [text]

    def joined(self, words: Sequence[str], language: str) -> str:
        """Return the values as one text of a language."""
        return _TOGETHER[self.mark][language == "ru"].join(words) if self.mark else words[0]


class Template(NamedTuple):
    """What the rules write, and what a person reads instead, in the order of the languages."""

    say: str
    shape: re.Pattern[str]
    slots: tuple[Slot, ...]
    said: tuple[str, str]
    do: tuple[str, ...]

    @property
    def letters(self) -> int:
        """Return how much of the template is text and not values."""
        return len(_SLOT.sub("", self.say))

    def fits(self, text: str, entry: Entry) -> Fitting | None:
        """Return the values in a text when this template wrote it."""
        found = self.shape.fullmatch(text)
        return Fitting(self, entry, found.groupdict()) if found else None


class Entry(NamedTuple):
    """All wordings of a code."""

    code: re.Pattern[str]
    field: str | None
    texts: tuple[Template, ...]
    helps: tuple[Template, ...]
    pieces: tuple[Template, ...]


class Fitting(NamedTuple):
    """A template that wrote a text, and the values it wrote it with."""

    template: Template
    entry: Entry
    values: Mapping[str, str]


@cache
def entries(code: str) -> tuple[Entry, ...]:
    """Return the wordings of a code, its own before those that every code shares."""
    exact = [entry for entry in all_entries().values() if entry.code.pattern == code]
    alike = [entry for entry in all_entries().values() if entry not in exact and entry.code.fullmatch(code)]
    return (*exact, *alike, all_entries()[_ANY])


@cache
def all_entries() -> Mapping[str, Entry]:
    """Return every entry of every file by its code."""
    found: dict[str, Entry] = {}
    for path in sorted(_DATA.glob("*.yaml")):
        for code, told in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            assert code not in found, f"{code} is worded twice"
            found[code] = _entry(code, told)
    return found


def _entry(code: str, told: Mapping[str, Any]) -> Entry:
    texts, helps, pieces = (tuple(map(_template, told.get(part, ()))) for part in ("texts", "helps", "pieces"))
    return Entry(_shape(code), told.get("field"), texts, helps, pieces)


def _template(told: Mapping[str, Any]) -> Template:
    say = told["say"]
    slots = tuple(Slot(name, kind or "", mark or "") for name, kind, mark in _SLOT.findall(say))
    return Template(say, _shape(say), slots, (told.get("en") or _plain(say), told["ru"]), tuple(told.get("do", ())))


def _plain(say: str) -> str:
    """Return a template with nothing but names in its places: what the rules write is good English as it is."""
    return _SLOT.sub(r"{\1}", say)


def _shape(say: str) -> re.Pattern[str]:
    """Return what a template matches; the same value may stand in it twice."""
    parts, at, seen = [], 0, set[str]()
    for slot in _SLOT.finditer(say):
        name = slot.group(1)
        parts += [re.escape(say[at : slot.start()]), f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"]
        at = slot.end()
        seen.add(name)
    return re.compile("".join((*parts, re.escape(say[at:]))), re.DOTALL)
