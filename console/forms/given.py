"""What a browser sent, turned into the values of a command; what cannot be read is told by field, in words.

Times are typed by the clock of the programme. An hour that a change of clocks repeats is asked about, one that it
leaves out is refused; nothing is guessed.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from console.forms.context import FormContext
from console.forms.faults import A_MOMENT, GENERAL, LAST_OF_ROW, NEEDED, Faults, faults_of
from console.forms.shapes import COUNTRIES_MAX, ROWS, Shape, read_off, shapes_of
from workflow.command import Command
from workflow.values.days import by_clock, in_utc

N_: Final = str  # marks a text for translation; it is translated where it is shown
# What every form carries beside the command's own fields.
ENVELOPE: Final = frozenset({"_token", "command_id", "expected", "kept", "checked"})
ADD_ROW: Final = "add_row"  # the button that asks for one more row
AS_SHOWN: Final = "as_shown-"  # before the name of a field: how it stood there when it was opened
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


def read(
    kind: type[Command],
    sent: Iterable[tuple[str, str]],
    context: FormContext,
    shapes: tuple[Shape, ...] = (),
) -> Given:
    """Return what a form said; a field it does not have, or one sent twice, is a fault of the whole form.

    Where a form has other fields than its command, ``shapes`` says which.
    """
    typed = _typed(sent)
    reading = _Reading(typed, context)
    shapes = shapes or shapes_of(kind)
    values: dict[str, Any] = {}
    for shape in shapes:
        values |= reading.value(shape)
    if not reading.is_whole(shapes):
        reading.say(GENERAL, N_("This form was changed on its way. Open it again and fill it in anew."))
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
    found = given.faults | found | given.faults  # in this order; what was said first of a field is all that is said
    if any(name.startswith("legs-") for name in found):
        found.pop("legs", None)  # it only says that a row is not right
    return made if made is not None and not found else found


def _shown_at(kind: type[Command]) -> Mapping[str, str]:
    rows = (ROWS[shape.kind] for shape in shapes_of(kind) if shape.kind in ROWS)
    return {**read_off(kind), LAST_OF_ROW: next((row.fields[-1].name for row in rows), "")}


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
        countries = (shape for shape in shapes if shape.kind == "countries")
        many = all(len(self._typed.get(one.name, ())) <= (one.most or COUNTRIES_MAX) for one in countries)
        return once and many and self._typed.keys() <= self._met

    def value(self, shape: Shape) -> dict[str, Any]:
        """Return a field's value by its name, or nothing when it was left empty."""
        if shape.kind in ROWS:
            return self._legs(shape)
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
            self.say(name, A_MOMENT)
            return {}
        earlier, later = (local.replace(tzinfo=self._context.zone, fold=fold) for fold in (0, 1))
        if earlier.utcoffset() == later.utcoffset():
            return {shape.name: earlier}
        if by_clock(in_utc(earlier), self._context.programme.time_zone).replace(tzinfo=None) != local:
            self.say(name, N_("This time did not exist: the clocks went forward that night. Check it."))
            return {}
        if choice not in ("0", "1"):
            self.say(name, N_("The clocks went back that night and this time came twice. Choose which one is meant."))
            return {}
        return {shape.name: later if choice == "1" else earlier}

    def _legs(self, shape: Shape) -> dict[str, Any]:
        legs, row = [], ROWS[shape.kind]
        usual = {field.name for field in row.fields if field.default}  # filled in when the row is drawn
        for number in range(row.most):
            leg: dict[str, Any] = {}
            for field in row.fields:
                name = f"{shape.name}-{number}-{field.name}"
                if name in self._typed:
                    self.rows = number + 1
                leg |= self._single(field, name)
            if leg.keys() - usual:
                legs.append(leg)
        if not legs and shape.needed:
            self.say(f"{shape.name}-0-{row.fields[0].name}", NEEDED)
        return {shape.name: tuple(legs)} if legs else {}

    def _all(self, name: str) -> tuple[str, ...]:
        self._met.add(name)
        return self._typed.get(name, ())

    def _one(self, name: str) -> str:
        return next(iter(self._all(name)), "")

    def say(self, name: str, text: str) -> None:
        """Keep what is wrong with a field."""
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
        return text
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
    except ValueError:
        return None
    return found if found.tzinfo is None and 1900 <= found.year <= 2200 else None
