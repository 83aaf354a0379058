"""What a field of a command takes, read off the command class: a day, an amount, one of these words."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from workflow.command import Command, fields_of

Kind = Literal[
    "text", "long_text", "choice", "choices", "yes_no", "tick", "day", "moment", "number", "money",
    "country", "countries", "language", "person", "phone", "trip_legs", "route_legs", "rooms", "absences",
]  # fmt: skip
COUNTRIES_MAX: Final = 5


class Shape(NamedTuple):
    """One field as its command takes it."""

    name: str
    kind: Kind
    needed: bool
    options: tuple[str, ...] = ()  # the words of a closed list that the command itself names
    default: str = ""
    longest: int | None = None
    least: int | None = None
    most: int | None = None


# What a schema cannot say. A name without a command holds for all of them.
_BY_NAME: Final[Mapping[str, Kind]] = {
    "country": "country",
    "country_of_exploitation": "country",
    "DeclareReturn.destination": "country",
    "citizenships": "countries",
    "language": "language",
    "phone": "phone",
    "second": "person",
    "owner": "person",
    "PlanTrip.legs": "trip_legs",
    "RecordRoute.legs": "route_legs",
    "text": "long_text",
    "more": "long_text",
}
# Read off other fields of the form: the legs of a journey, the part of a grant.
_READ_OFF: Final[Mapping[str, frozenset[str]]] = {
    "PlanTrip": frozenset({"departs_at", "arrives_at", "origin", "destination"}),
    "RecordEvidence": frozenset({"grant_id"}),
    **dict.fromkeys(("RecordPayment", "SettleBankAnswer"), frozenset({"grant_id"})),
    "ReturnPayment": frozenset({"grant_id"}),
}
# What people ask first stands first, whatever the order of the class: who somebody is, then who sent them.
_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "OpenCase": ("programme", "name", "birth_date", "age_band", "majority", "gender", "citizenships", "language",
                 "phone", "handle", "source", "referred_by", "reference", "team", "consultation", "consent"),
}  # fmt: skip
# How many do it together is counted where they are chosen, and which bed is found where beds are offered: never typed.
_COUNTED: Final = frozenset({"company", "bed"})
_ASKED_FOR: Final = "PlanTrip.legs"  # the command takes them for granted, a form without them makes no sense
_LONG: Final = 1000


@cache
def shapes_of(kind: type[Command]) -> tuple[Shape, ...]:
    """Return what a person fills in for a command, in the order in which they are asked.

    >>> from workflow.subjects.accommodation.commands import HoldBed
    >>> [(shape.name, shape.kind) for shape in shapes_of(HoldBed)]
    [('facility', 'text'), ('family', 'tick')]
    """
    schema = kind.model_json_schema()
    needed = set(schema.get("required", ()))
    hidden, first = _COUNTED | _READ_OFF.get(kind.__name__, frozenset()), _FIRST.get(kind.__name__, ())
    return tuple(
        _shape(kind.__name__, name, schema["properties"][name], needed=name in needed)
        for name in (*first, *(name for name in fields_of(kind) if name not in first))
        if name not in hidden
    )


def _shape(command: str, name: str, schema: Mapping[str, Any], *, needed: bool) -> Shape:
    full = f"{command}.{name}"
    said = _said(schema)
    options = _options(said)
    named = _BY_NAME.get(full) or (None if options else _BY_NAME.get(name))
    return Shape(
        name, named or _kind(said, options, needed=needed), needed or full == _ASKED_FOR, options, _default(schema),
        said.get("maxLength"), said.get("minimum"), said.get("maximum"),
    )  # fmt: skip


def _said(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is said of a field's value, without "or nothing"."""
    ways = [way for way in schema.get("anyOf", ()) if way.get("type") != "null" and way.get("const") != ""]
    return ways[0] if ways else schema


def _options(said: Mapping[str, Any]) -> tuple[str, ...]:
    listed = said.get("items", {}).get("enum") or said.get("enum") or ()
    return tuple(str(option) for option in listed if option != "")


def _default(schema: Mapping[str, Any]) -> str:
    found = schema.get("default")
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _kind(said: Mapping[str, Any], options: tuple[str, ...], *, needed: bool) -> Kind:
    if said.get("type") == "array":
        return "choices"
    if options:
        return "choice"
    if "$ref" in said:
        return "money"
    if said.get("type") == "boolean":
        return "yes_no" if needed else "tick"
    if said.get("type") == "integer":
        return "number"
    by_format: Mapping[Any, Kind] = {"date": "day", "date-time": "moment"}
    long = (said.get("maxLength") or 0) > _LONG
    return by_format.get(said.get("format")) or ("long_text" if long else "text")


def read_off(kind: type[Command]) -> Mapping[str, str]:
    """Return where a form shows what concerns a field it does not have: legs hold times, a part names its grant."""
    hidden = _READ_OFF.get(kind.__name__, frozenset())
    if any(shape.kind == "trip_legs" for shape in shapes_of(kind)):
        return {name: f"legs-0-{name}" for name in hidden}
    return dict.fromkeys(hidden, "tranche_id")


def shape_of(owner: str, name: str, schema: Mapping[str, Any], *, needed: bool) -> Shape:
    """Return the shape of one field of something that is no command, from its JSON schema."""
    return _shape(owner, name, schema, needed=needed)


class Row(NamedTuple):
    """A row of a field that has several: its class, by which its fields are named, and how many there may be."""

    name: str
    fields: tuple[Shape, ...]
    most: int


_STATIONS: Final = ("recruitment", "transit", "exploitation")
ROWS: Final[Mapping[str, Row]] = {
    "trip_legs": Row(
        "TripLeg",
        (
            Shape("mode", "choice", needed=True, options=("flight", "train", "bus", "car"), default="flight"),
            Shape("number", "text", needed=False, longest=10),
            Shape("origin", "text", needed=True, longest=120),
            Shape("from_country", "country", needed=False),
            Shape("departs_at", "moment", needed=True),
            Shape("destination", "text", needed=True, longest=120),
            Shape("to_country", "country", needed=False),
            Shape("arrives_at", "moment", needed=True),
        ),
        12,
    ),
    "route_legs": Row(
        "Leg",
        (
            Shape("kind", "choice", needed=True, options=_STATIONS, default="recruitment"),
            Shape("country", "country", needed=True),
            Shape("year", "number", needed=False, least=1950, most=2200),
            Shape("month", "number", needed=False, least=1, most=12),
        ),
        20,
    ),
    "rooms": Row(
        "Room",
        (
            Shape("id", "text", needed=True, longest=40),
            Shape("beds", "number", needed=True, least=1),
            Shape("for", "choice", needed=True, options=("any", "women", "men", "family"), default="any"),
            Shape("minors", "choice", needed=True, options=("allowed", "only", "no"), default="allowed"),
        ),
        40,
    ),
    "absences": Row(
        "Absence",
        (Shape("from", "day", needed=True), Shape("until", "day", needed=True)),
        20,
    ),
}
