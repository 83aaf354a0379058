"""What a browser sent, turned into the values of a command; what cannot be read is told by field, in words.

Times are typed by the clock of the programme. An hour that a change of clocks repeats is asked about, one that it
leaves out is refused; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from console.forms.context import FormContext
from console.forms.faults import GENERAL, LAST_OF_ROW, NEEDED, Faults, faults_of, joined
from console.forms.shapes import COUNTRIES_MAX, ROWS_MAX, Shape, read_off, row_fields, shapes_of
from workflow.command import Command

N_: Final = str  # marks a text for translation; it is translated where it is shown
# What every form carries beside the command's own fields.
ENVELOPE: Final = frozenset({"_token", "command_id", "expected", "applied"})
ADD_ROW: Final = "add_row"  # the button that asks for one more row
CURRENCY: Final = "_currency"
TWICE: Final = "_twice"
_DAY: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_TIME: Final = re.compile(r"[T ]+")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f']")


class Given(NamedTuple):
    """What was typed, as it was typed; the values read from it; and what could not be read."""

    typed: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Any]
    faults: Faults
    rows: int = 0

    def first(self, name: str) -> str:
        """Return what was typed into a field that takes one value."""
        return self.typed.get(name, ("",))[0]


def read(kind: type[Command], sent: Iterable[tuple[str, str]], context: FormContext) -> Given:
    """Return what a form said; a field it does not have, or one sent twice, is a fault of the whole form."""
    typed = _typed(sent)
    reading = _Reading(typed, context)
    shapes = shapes_of(kind)
    values: dict[str, Any] = {}
    for shape in shapes:
        values |= reading.value(kind, shape)
    if not reading.is_whole(shapes):
        said = context.words.gettext("This form was changed on its way. Open it again and fill it in anew.")
        reading.faults[GENERAL] = (said,)
    return Given(typed, values, reading.faults, reading.rows)


def command_of(kind: type[Command], given: Given, context: FormContext, **envelope: Any) -> Command | Faults:
    """Return the command, or everything that is wrong with what was given."""
    if GENERAL in given.faults:
        return {GENERAL: given.faults[GENERAL]}  # nothing of a form that was changed is to be trusted
    made: Command | None = None
    found: Faults = {}
    try:
        made = kind.model_validate({**given.values, **envelope})
    except ValidationError as problem:
        found = faults_of(problem, context.words, _shown_at(kind))
    found = joined(given.faults, found)
    if any(name.startswith("legs-") for name in found):
        found.pop("legs", None)  # it only says that a row is not right
    return made if made is not None and not found else found


def _shown_at(kind: type[Command]) -> Mapping[str, str]:
    rows = [row_fields(shape) for shape in shapes_of(kind) if shape.kind in ("trip_legs", "route_legs")]
    return {**read_off(kind), LAST_OF_ROW: rows[0][-1].name if rows else ""}


def _typed(sent: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    typed: dict[str, tuple[str, ...]] = {}
    for name, value in sent:
        if name not in ENVELOPE and name != ADD_ROW:
            typed[name] = (*typed.get(name, ()), value.replace("\r\n", "\n"))
    return typed


class _Reading:
    """Reads one form once; keeps what it could not read, and which names it has met."""

    def __init__(self, typed: Mapping[str, tuple[str, ...]], context: FormContext) -> None:
        self._typed = typed
        self._context = context
        self._met: set[str] = set()
        self._several: set[str] = set()
        self.faults: Faults = {}
        self.rows = 0

    def is_whole(self, shapes: tuple[Shape, ...]) -> bool:
        """Tell whether the form had only fields of ours, each as often as it may."""
        once = all(len(values) == 1 or name in self._several for name, values in self._typed.items())
        many = all(
            len(self._typed.get(shape.name, ())) <= COUNTRIES_MAX for shape in shapes if shape.kind == "countries"
        )
        return once and many and self._typed.keys() <= self._met

    def value(self, kind: type[Command], shape: Shape) -> dict[str, Any]:
        """Return a field's value by its name, or nothing when it was left empty."""
        if shape.kind in ("trip_legs", "route_legs"):
            return self._legs(kind, shape)
        if shape.kind in ("choices", "countries"):
            self._several.add(shape.name)
            values = tuple(value for value in self._all(shape.name) if value)
            return {shape.name: values} if values else {}
        if shape.kind == "tick":
            return {shape.name: True} if self._one(shape.name) else {}
        return self._single(shape, shape.name)

    def _single(self, shape: Shape, name: str) -> dict[str, Any]:
        text = self._one(name)
        if shape.kind == "money":
            return self._money(shape, text)
        if shape.kind == "moment":
            return self._moment(shape, name, text)
        if not text.strip():
            return {}
        if shape.name == "tranche_id" and "/" in text:
            grant_id, _, part = text.partition("/")
            return {"grant_id": grant_id, shape.name: part}
        return {shape.name: _plain(shape, text)}

    def _money(self, shape: Shape, text: str) -> dict[str, Any]:
        currency = self._one(shape.name + CURRENCY)
        return {shape.name: {"amount": decimal(text), "currency": currency}} if text.strip() else {}

    def _moment(self, shape: Shape, name: str, text: str) -> dict[str, Any]:
        choice = self._one(name + TWICE)
        if not text.strip():
            return {}
        local = _local(text)
        if local is None:
            self._say(name, N_("Write a day and a time, like 2026-03-01 18:40."))
            return {}
        earlier, later = (local.replace(tzinfo=self._context.zone, fold=fold) for fold in (0, 1))
        if earlier.utcoffset() == later.utcoffset():
            return {shape.name: earlier}
        if not _exists(local, self._context.zone):
            self._say(name, N_("This time did not exist: the clocks went forward that night. Check it."))
            return {}
        if choice not in ("0", "1"):
            self._say(name, N_("The clocks went back that night and this time came twice. Choose which one is meant."))
            return {}
        return {shape.name: later if choice == "1" else earlier}

    def _legs(self, kind: type[Command], shape: Shape) -> dict[str, Any]:
        legs = []
        for number in range(ROWS_MAX[shape.kind]):
            fields = row_fields(shape)
            names = {field.name: f"{shape.name}-{number}-{field.name}" for field in fields}
            if any(name in self._typed for name in names.values()):
                self.rows = number + 1
            leg: dict[str, Any] = {}
            for field in fields:
                leg |= self._single(field, names[field.name])
            if leg.keys() - {"mode", "kind"}:
                legs.append(leg)
        if not legs:
            self.faults[f"{shape.name}-0-{row_fields(shape)[0].name}"] = (self._context.words.gettext(NEEDED),)
        return {shape.name: tuple(legs)} if legs else {}

    def _all(self, name: str) -> tuple[str, ...]:
        self._met.add(name)
        return self._typed.get(name, ())

    def _one(self, name: str) -> str:
        return next(iter(self._all(name)), "")

    def _say(self, name: str, text: str) -> None:
        self.faults[name] = (self._context.words.gettext(text),)


def decimal(text: str) -> str:
    """Return an amount as it is written everywhere: half of Europe writes a comma before the cents.

    >>> decimal("1 250,5"), decimal("1250.50"), decimal("1.250,50")
    ('1250.5', '1250.50', '1.250,50')
    """
    bare = _SPACES.sub("", text)
    return bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare


def _plain(shape: Shape, text: str) -> str:
    if shape.kind == "phone":
        return re.sub(r"[\s\u00a0().-]", "", text)
    if shape.kind == "day":
        return _iso_day(text.strip())
    if shape.kind in ("long_text", "text"):
        return text if shape.name != "payee_account" else re.sub(r"\s", "", text).upper()
    return text.strip()


def _iso_day(text: str) -> str:
    found = _DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text


def _local(text: str) -> datetime | None:
    """Return a day and a time without a zone, as browsers write them and people type them."""
    parts = _TIME.split(text.strip(), maxsplit=1)
    if len(parts) != 2:
        return None
    try:
        found = datetime.fromisoformat(f"{_iso_day(parts[0])}T{parts[1].zfill(5)}")
        date(found.year, 1, 1)
    except ValueError:
        return None
    return found if found.tzinfo is None and 1900 <= found.year <= 2200 else None


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    there = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None) == local
