"""Fields typed as name=value: read, checked and explained in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar, get_args, get_origin

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from console.errors import BadInput
from console.printing import print_rows, say
from console.typed_apart import HOW as TYPED_APART
from console.typed_apart import apart, given_apart
from events.money import Money
from workflow.command import Command, fields_of
from workflow.subjects.travel.commands import PlanTrip, TripLeg

Kind = TypeVar("Kind", bound=Command)
_PARTS: Final = ("mode", "number", "origin", "from_country", "departs_at", "destination", "to_country", "arrives_at")
HOW: Final = "mode|number|from|country|departs|to|country|arrives for each leg, with ; between legs"


def legs(text: str) -> tuple[dict[str, Any], ...]:
    """Return the legs that were typed; raises BadInput when one has not its eight parts.

    >>> legs("train|061Ч|Moscow|RU|2030-06-01T09:00+03:00|Samara|RU|2030-06-01T23:00+04:00")[0]["destination"]
    'Samara'
    """
    found = []
    for number, leg in enumerate((one for one in text.split(";") if one.strip()), 1):
        parts = [part.strip() for part in leg.split("|")]
        if len(parts) != len(_PARTS):
            raise BadInput(f"leg {number} has {len(parts)} parts; write {HOW}")
        found.append(dict(zip(_PARTS, parts, strict=True)))
    return tuple(found)


_WORDS: Final[Mapping[Any, str]] = {
    bool: "true or false",
    date: "a day, like 2026-03-01",
    AwareDatetime: "a time with its zone, like 2026-03-01T18:40+03:00",
    int: "a whole number",
    Money: "an amount, like EUR 200",
    str: "text",
}


def pairs(fields: Sequence[str]) -> dict[str, str]:
    """Return what was typed as name=value; raises BadInput for anything else."""
    unequal = next((number for number, field in enumerate(fields, 1) if "=" not in field), None)
    if unequal is not None:
        raise BadInput(f"write fields as name=value, in quotes if there is a space in it; field {unequal} has no =")
    return {name: value for name, _, value in (field.partition("=") for field in fields)}


def values(kind: type[Command], given: dict[str, str]) -> dict[str, Any]:
    """Return the fields, those that identify a person asked for, with comma-separated lists where several are taken."""
    known = fields_of(kind)
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        named = unknown[0][:40] if re.fullmatch("[a-z_]+", unknown[0]) else "of that name"
        raise BadInput(f"{kind.__name__} has no field {named}; it has: {', '.join(known) or 'none'}")
    given = given_apart(kind, given)
    several = {name for name in given if "tuple" in str(known[name].annotation)}
    typed: dict[str, Any] = {name: tuple(v.split(",")) if name in several else v for name, v in given.items()}
    if kind is PlanTrip and "legs" in given:
        typed["legs"] = legs(given["legs"])
    return typed


def command_named(name: str, kinds: Iterable[type[Kind]]) -> type[Kind]:
    """Return one of these commands by its name, in any case of letters; raises BadInput with the names there are."""
    known = {kind.__name__: kind for kind in kinds}
    found = {one.lower(): kind for one, kind in known.items()}.get(name.lower().replace("-", "").replace("_", ""))
    if found is None:
        raise BadInput(f"nothing is called like that; there is: {', '.join(sorted(known))}")
    return found


def list_commands(title: str, kinds: Iterable[type[Command]]) -> None:
    """Print everything that can be recorded about something."""
    print_rows(title, ("name", "", "fields"), [(k.__name__, first_line(k), ", ".join(fields_of(k))) for k in kinds])


def explain(kind: type[Command]) -> None:
    """Print what a command takes, in words."""
    say(f"{kind.__name__}: {first_line(kind)}")
    rows = [(name, takes(field.annotation), _default(field)) for name, field in fields_of(kind).items()]
    print_rows("Fields", ("name", "takes", ""), rows)
    if own := ", ".join(name for name in fields_of(kind) if name in apart(kind)):
        say(f"never on the command line, where others can read it: {own} ({TYPED_APART})")


def first_line(kind: type[Command]) -> str:
    """Return what a command is for, in one line."""
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return f"else {field.default}" if field.default not in (None, "", ()) else ""


def takes(annotation: Any) -> str:
    """Return in words what a field takes.

    >>> takes(int | None), takes(Literal["low", "high"])
    ('a whole number', 'low, high')
    """
    if get_origin(annotation) is Literal:
        return ", ".join(str(value) for value in get_args(annotation) if value)
    if get_origin(annotation) is Annotated:
        return takes(get_args(annotation)[0])
    if hasattr(annotation, "typed"):  # a model with a way to type it in one word
        return str(annotation.typed)
    if get_origin(annotation) is tuple and get_args(annotation)[0] is TripLeg:
        return HOW
    if get_origin(annotation) is tuple:
        return f"several, with commas between: {takes(get_args(annotation)[0])}"
    several = [takes(one) for one in get_args(annotation) if one is not type(None)]
    return next(filter(None, several), "") if several else _WORDS.get(annotation, "text")
