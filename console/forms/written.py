"""What was recorded, as if it had been typed into a form: so that only what is wrong is typed again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from console.forms.context import FormContext
from console.forms.form import form_for
from console.forms.given import CURRENCY, TWICE, Given
from console.forms.known import known_values
from console.forms.shapes import ROWS, Shape, read_off, shapes_of
from events.catalogue import CLOSED, Fact
from workflow.command import WHEN, Command
from workflow.values.days import by_clock

Typed = Iterator[tuple[str, tuple[str, ...]]]
# What a fact calls otherwise than the command that told it.
_ELSE: Final[Mapping[str, tuple[str, ...]]] = {"note": ("medical_note", "legal_note"), "with_case": ("to",)}


def as_recorded(kind: type[Command], fact: Fact, context: FormContext, happened: datetime | None) -> Given:
    """Return a form of a command filled in with what a fact says, as far as that is open here; the rest as usual.

    What a form knows of the person by itself is newer than any one record, and stays.
    """
    usual = {field.name: field.values for field in form_for(kind, context).every() if field.values}
    told: dict[str, tuple[str, ...]] = {}
    rows = 0
    for shape in shapes_of(kind):
        value: Any = happened if shape.name == WHEN else said(fact, shape.name)
        if known_values(f"{kind.__name__}.{shape.name}", context):
            continue
        if shape.name == "tranche_id" and "grant_id" in read_off(kind):
            value = f"{said(fact, 'grant_id')}/{value}"  # both numbers travel in one value
        told |= dict(_typed(shape, shape.name, value, context))
        rows = max(rows, len(value)) if shape.kind in ROWS and value else rows
    return Given(usual | told, {}, {}, rows)


def said(fact: Fact, name: str) -> Any:
    """Return what a fact says in a field of its command, or None: nothing, or sealed and not opened."""
    found = (getattr(fact, one, None) for one in (name, *_ELSE.get(name, ())))
    return next((value for value in found if value is not None and value is not CLOSED), None)


def sealed_fields(kind: type[Command], fact: Fact, hidden: frozenset[str]) -> frozenset[str]:
    """Return the fields of a command whose values are sealed in a fact."""
    return frozenset(
        s.name for s in shapes_of(kind) if hidden & {s.name, *_ELSE.get(s.name, ())} and said(fact, s.name)
    )


def _typed(shape: Shape, name: str, value: Any, context: FormContext) -> Typed:
    if value in (None, "", ()):
        return
    if shape.kind in ROWS:
        for number, row in enumerate(value):
            for part in ROWS[shape.kind].fields:
                yield from _typed(part, f"{name}-{number}-{part.name}", getattr(row, part.name, None), context)
    elif shape.kind in ("choices", "countries"):
        yield name, tuple(map(str, value))
    elif shape.kind == "moment":
        yield from _moment(name, value, context)
    elif shape.kind == "money":
        yield name, (str(value.amount),)
        yield name + CURRENCY, (value.currency,)
    elif shape.kind != "tick" or value:
        yield name, (str(value).lower() if isinstance(value, bool) else str(value),)


def _moment(name: str, value: datetime, context: FormContext) -> Typed:
    local = by_clock(value, context.programme.time_zone)
    yield name, (f"{local:%Y-%m-%dT%H:%M}",)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        yield name + TWICE, (str(local.fold),)
