"""A form as a page draws it: fields with labels, hints, choices, what stands in them, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from console.forms.about_case import next_step
from console.forms.choices import Offer, offer
from console.forms.context import Choice, FormContext
from console.forms.given import CURRENCY, TWICE, Given
from console.forms.known import known_values
from console.forms.listed import countries, currencies, languages
from console.forms.shapes import COUNTRIES_MAX, ROWS, Shape, shapes_of
from console.words.amounts import place_of
from console.words.reasons import Worded
from workflow.command import Command
from workflow.subjects.reception.state import reception_of
from workflow.subjects.travel.state import travel_of
from workflow.values.days import by_clock

_RADIOS_MAX: Final = 5
_TODAY: Final = frozenset({"day", "on", "signed_on", "made_on", "decided_on", "certified_on"})
_AHEAD: Final = frozenset({"CloseFacility", "EndProgramme"})  # their day is still to come
_PICKERS: Final[Mapping[str, tuple[str, str]]] = {
    "day": ("date", r"\d{4}-\d\d-\d\d"),
    "moment": ("datetime-local", r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?"),
}
_INPUT_MODE: Final[Mapping[str, str]] = {"number": "numeric", "money": "decimal", "phone": "tel"}


class Field(NamedTuple):
    """One field: ``name`` is its own in the form, ``values`` is what stands in it."""

    name: str
    kind: str
    label: str
    hint: str = ""
    needed: bool = False
    choices: tuple[Choice, ...] = ()
    values: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    rows: tuple[tuple[Field, ...], ...] = ()
    unit: Field | None = None  # the currency of an amount; which of two equal hours
    zone: str = ""
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    sealed: bool = False
    empty: str = ""  # what it is called to choose nothing, where that is an answer

    @property
    def value(self) -> str:
        """Return what stands in a field that takes one value."""
        return self.values[0] if self.values else ""

    @property
    def radios(self) -> bool:
        """Tell whether there are so few choices that all are shown at once."""
        return self.kind == "yes_no" or (self.kind in ("choice", "person") and 0 < len(self.choices) <= _RADIOS_MAX)

    @property
    def nothing_to_choose(self) -> bool:
        """Tell whether the field cannot be filled in now: there is nothing it could be about."""
        return self.kind == "choice" and self.needed and not self.choices

    @property
    def input_type(self) -> str:
        """Return the browser's own picker where it can show what stands there; what cannot be read stays as typed."""
        picker, shape = _PICKERS.get(self.kind, ("text", ""))
        return picker if not self.value or re.fullmatch(shape, self.value) else "text"

    @property
    def slots(self) -> tuple[str, ...]:
        """Return what stands in each place of a field with several, and one free place more."""
        return (*self.values, *("",) * max(1, 2 - len(self.values)))[: self.most or COUNTRIES_MAX]

    def said(self) -> str:
        """Return what was given, as people read it."""
        labels = {choice.value: choice.label for choice in self.choices}
        words = [labels.get(value, value) for value in self.values if value]
        return ", ".join([*words, *([self.unit.value] if self.unit and words else [])])

    @property
    def input_mode(self) -> str:
        """Return which keyboard a telephone should show."""
        return _INPUT_MODE.get(self.kind, "text")

    def described_by(self) -> str:
        """Return the ids of the texts that say more about the field."""
        named = ((self.hint or self.zone, f"{self.name}-hint"), (self.errors, f"{self.name}-error"))
        return " ".join(name for there, name in named if there)


class Form(NamedTuple):
    """A form for one command, in one language."""

    command: str
    title: str
    explains: str
    fields: tuple[Field, ...]
    errors: tuple[str, ...] = ()  # what concerns no single field
    reasons: tuple[Worded, ...] = ()  # why the rules said no
    sealed: bool = False

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        """Return everything that is wrong, each with the name of the field to go to ("" for none)."""
        found = [("", text) for text in self.errors]
        for field in _every(self.fields):
            found += [(field.name, f"{field.label}: {text}") for text in field.errors]
        return tuple(found)

    def every(self) -> list[Field]:
        """Return every field, those in rows too."""
        return _every(self.fields)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Return what was given, by label, as people read it."""
        return [(field.label, said) for field in self.every() if (said := field.said())]

    @property
    def possible(self) -> bool:
        """Tell whether there is anything the command could be about now."""
        return not any(field.nothing_to_choose for field in self.fields)


def form_for(
    kind: type[Command],
    context: FormContext,
    given: Given | None = None,
    errors: Mapping[str, tuple[str, ...]] | None = None,
    reasons: Sequence[Worded] = (),
    *,
    preset: Mapping[str, str] | None = None,
    more_rows: int = 0,
    shapes: tuple[Shape, ...] = (),
) -> Form:
    """Return the form of a command: as it is offered first, or with what was given and what is wrong with it.

    Where a form has other fields than its command, ``shapes`` says which.
    """
    drawing = _Drawing(kind, context, given, errors or {}, reasons, preset or {}, more_rows)
    fields = tuple(drawing.field(shape) for shape in shapes or shapes_of(kind))
    shown = {field.name for field in _every(fields)}
    loose = tuple(text for name, texts in (errors or {}).items() if name not in shown for text in texts)
    said = context.words.label("command", kind.__name__), context.words.label("command_help", kind.__name__)
    return Form(kind.__name__, *said, fields, loose, tuple(reasons), kind.sealed)


def is_possible(kind: type[Command], context: FormContext) -> bool:
    """Tell whether there is anything a command could be about now, as its form would, without drawing the form."""
    drawing = _Drawing(kind, context, None, {}, (), {}, 0)
    return not any(shape.needed and drawing.nothing_to_choose(shape) for shape in shapes_of(kind))


def _every(fields: Iterable[Field]) -> list[Field]:
    return [one for field in fields for one in (field, *_every(each for row in field.rows for each in row))]


class _Drawing(NamedTuple):
    """What one form is drawn from."""

    kind: type[Command]
    context: FormContext
    given: Given | None
    errors: Mapping[str, tuple[str, ...]]
    reasons: Sequence[Worded]
    preset: Mapping[str, str]
    more_rows: int

    def field(self, shape: Shape) -> Field:
        if shape.kind in ROWS:
            return self._rows(shape)
        return self._field(shape, shape.name, offer(self.kind.__name__, shape.name, self.context))

    def nothing_to_choose(self, shape: Shape) -> bool:
        """Tell whether a field has nothing to choose from."""
        if shape.kind in ROWS:
            return False
        offered = offer(self.kind.__name__, shape.name, self.context)
        return _drawn_as(shape, offered) == "choice" and not self._choices(shape, offered, self.kind.__name__)

    def _field(self, shape: Shape, name: str, offered: Offer | None, of: str = "") -> Field:
        words, command = self.context.words, of or self.kind.__name__
        choices = self._choices(shape, offered, command)
        return Field(
            name,
            _drawn_as(shape, offered),
            words.label("field", f"{command}.{shape.name}"),
            words.label("hint", f"{command}.{shape.name}"),
            needed=shape.needed,
            choices=choices,
            values=self._values(shape, name, offered, choices, command),
            errors=(*self.errors.get(name, ()), *(one.text for one in self.reasons if one.field == name)),
            unit=self._unit(shape, name),
            zone=place_of(self.context.programme.time_zone, words.language) if shape.kind == "moment" else "",
            longest=shape.longest, least=shape.least, most=shape.most,
            sealed=self.kind.sealed and shape.kind in ("text", "long_text", "phone", "day") and offered is None,
            empty="" if shape.needed or shape.default else words.gettext("Leave open"),
        )  # fmt: skip

    def _choices(self, shape: Shape, offered: Offer | None, command: str) -> tuple[Choice, ...]:
        words = self.context.words
        if offered is not None:
            return offered.choices
        if shape.kind == "yes_no":
            return Choice("true", words.gettext("Yes")), Choice("false", words.gettext("No"))
        if shape.kind in ("country", "countries"):
            return countries(self.context)
        if shape.kind == "language":
            return languages(self.context)
        return tuple(Choice(name, words.label("choice", f"{command}.{shape.name}.{name}")) for name in shape.options)

    def _values(
        self, shape: Shape, name: str, offered: Offer | None, choices: tuple[Choice, ...], command: str
    ) -> tuple[str, ...]:
        if self.given is not None and (name in self.given.typed or not self._is_new_row(name)):
            return self.given.typed.get(name, ())
        asked = self.preset.get(name, "")
        if asked and asked in {choice.value for choice in choices}:
            return (asked,)
        if known := known_values(f"{command}.{shape.name}", self.context):
            return known
        about = self.preset.get("grant_id", "") if shape.name == "tranche_id" else ""
        if about:
            return tuple(choice.value for choice in choices if choice.value.startswith(f"{about}/"))[:1]
        usual = _USUAL.get(f"{command}.{shape.name}")
        found = usual(self.context) if usual else ""
        if not found and shape.kind == "day" and shape.name in _TODAY and command not in _AHEAD:
            found = self.context.today.isoformat()
        found = found or (offered.preset if offered else "") or shape.default
        return (found,) if found else ()

    def _is_new_row(self, name: str) -> bool:
        """Tell whether a field is in a row that was not there when the form was filled in."""
        stem, _, rest = name.partition("-")
        row = f"{stem}-{rest.partition('-')[0]}-"
        return bool(rest) and not any(typed.startswith(row) for typed in (self.given.typed if self.given else ()))

    def _unit(self, shape: Shape, name: str) -> Field | None:
        _ = self.context.words.gettext
        if shape.kind == "money":
            choices = currencies(self.context)
            typed = self.given.typed.get(name + CURRENCY) if self.given else None
            return Field(name + CURRENCY, "choice", _("Currency"), choices=choices, values=typed or (choices[0].value,))
        if shape.kind != "moment" or self.given is None or not self._comes_twice(self.given, name):
            return None
        both = Choice("0", _("The first time, before the clocks went back")), Choice("1", _("The second time"))
        chosen = self.given.typed.get(name + TWICE, ())
        return Field(name + TWICE, "choice", _("Which of the two"), choices=both, values=chosen)

    def _comes_twice(self, given: Given, name: str) -> bool:
        """Tell whether it must be asked which of two equal hours is meant, or was asked before."""
        try:
            local = datetime.fromisoformat(given.first(name))
        except ValueError:
            return False
        first, second = (local.replace(tzinfo=self.context.zone, fold=fold) for fold in (0, 1))
        return (name in self.errors or name + TWICE in given.typed) and first.utcoffset() != second.utcoffset()

    def _rows(self, shape: Shape) -> Field:
        row, filled = ROWS[shape.kind], self.given.rows if self.given else 0
        rows = tuple(
            tuple(self._field(part, f"{shape.name}-{number}-{part.name}", None, row.name) for part in row.fields)
            for number in range(min(max(filled, 1) + self.more_rows, row.most))
        )
        words, command = self.context.words, self.kind.__name__
        said = words.label("field", f"{command}.{shape.name}"), words.label("hint", f"{command}.{shape.name}")
        return Field(
            shape.name, shape.kind, *said, needed=shape.needed, rows=rows, errors=self.errors.get(shape.name, ()),
            most=row.most,
        )  # fmt: skip


def _drawn_as(shape: Shape, offered: Offer | None) -> str:
    if shape.kind == "person":
        return "choice" if offered and offered.choices else "text"
    is_one_of = offered is not None and shape.kind != "choices"
    return "choice" if is_one_of or shape.kind in ("country", "language") else shape.kind


def _language(context: FormContext) -> str:
    return context.case.language if context.case else ""


def _desk_language(context: FormContext) -> str:
    return context.programme.hotline.languages[0] if context.programme.hotline else context.words.language


def _own_country(context: FormContext) -> str:
    own = context.case.citizenships if context.case else ()
    return own[0] if len(own) == 1 else ""


def _arrival(context: FormContext) -> str:
    arrival = reception_of(context.case).arrival if context.case else None
    return f"{by_clock(arrival.at, context.programme.time_zone):%Y-%m-%dT%H:%M}" if arrival and not arrival.over else ""


# What is meant in the usual case, so that it is one click.
_USUAL: Final[Mapping[str, Callable[[FormContext], str]]] = {
    **dict.fromkeys(("PlanArrival.language", "SendReferral.language"), _language),
    **dict.fromkeys(("TakeCall.language", "MakeCallBack.language", "RecordConsultation.language"), _desk_language),
    **dict.fromkeys(("RecordTravelDocument.country", "DeclareReturn.destination"), _own_country),
    "DelayArrival.at": _arrival,
    "TripLeg.from_country": lambda context: context.programme.home_country,
    "TripLeg.to_country": lambda context: travel_of(context.case).destination if context.case else "",
    "RecordDocumentStep.step": next_step,
}
