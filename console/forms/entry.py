"""The form of an entry of the directory: a field for every key that a programme file has for its kind."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from pydantic import ValidationError

from console.forms.context import FormContext
from console.forms.faults import faults_of
from console.forms.given import Given
from console.forms.shapes import Kind, Shape, shape_of
from workflow.programme.part import DirectoryPart
from workflow.subjects.directory.entries import KINDS, id_of, is_stand_in, keys_of, parts_of
from workflow.values.calendars import WEEKDAYS

_LANGUAGES: Final = ("en", "ru")
_COUNTRIES_MAX: Final = 60
_CHANGED_ONLY: Final = frozenset({"status"})
_KEPT: Final = frozenset({"id", "staff"})  # never another once it is listed
# What a schema cannot say of a key.
_KINDS: Final[Mapping[str, Kind]] = {
    "areas": "text",
    "countries": "countries",
    "language": "language",
    "rooms": "rooms",
    "away": "absences",
}
_OF_HOURS: Final = (
    Shape("hours_days", "choices", needed=False, options=tuple(WEEKDAYS)),
    Shape("hours_opens", "text", needed=False, longest=5),
    Shape("hours_closes", "text", needed=False, longest=5),
    Shape("hours_holidays_of", "country", needed=False),
)
_SHOWN_AT: Final = {"id": "entry", "hours": "hours_opens", "label": "label_en"}
_PEOPLE: Final = frozenset({"host", "escort", "meeter"})
_NUMBERED: Final = re.compile(r"-(\d{1,4})$")


def entry_shapes(kind: str, *, is_new: bool) -> tuple[Shape, ...]:
    """Return what a person fills in for an entry of a kind.

    >>> [(shape.name, shape.kind) for shape in entry_shapes("meeter", is_new=True)]
    [('entry', 'text'), ('name', 'text'), ('email', 'text'), ('languages', 'choices'), ('seats', 'number')]
    """
    first = (Shape("entry", "text", needed=True, longest=40),) if is_new else ()
    left_out = _CHANGED_ONLY | {"id"} if is_new else _KEPT
    schema = KINDS[kind].part.model_json_schema()
    names = [name for name in schema["properties"] if name not in left_out]
    found = (shape for name in sorted(names, key=_place) for shape in _shapes(name, schema))
    return (*first, *found)


def _place(name: str) -> int:
    """Return where a key comes: names first, how it stands last, the others as in the file."""
    return {"label": -1, "name": -1, "status": 1}.get(name, 0)


def _shapes(name: str, schema: Mapping[str, Any]) -> Iterator[Shape]:
    needed = name in schema.get("required", ())
    if name == "label":
        yield from (Shape(f"label_{language}", "text", needed=needed, longest=120) for language in _LANGUAGES)
    elif name == "hours":
        yield from _OF_HOURS
    else:
        shape = shape_of("", name, schema["properties"][name], needed=needed)
        most = _COUNTRIES_MAX if name == "countries" else shape.most
        yield shape._replace(kind=_KINDS.get(name, shape.kind), default="", most=most)


# -- what stands in it ----------------------------------------------------------------------------------------------


def as_it_is(part: DirectoryPart) -> Given:
    """Return an entry as if it had been typed."""
    keys = {"status": part.status} | keys_of(part)
    typed = dict(_typed(keys))
    rooms = max((len(keys.get(name, ())) for name in ("rooms", "away")), default=0)
    return Given(typed, {}, {}, rooms)


def still_empty(kind: str, context: FormContext) -> Given:
    """Return what is usual for a new entry: the programme's zone, and for people the next number instead of a name."""
    typed: dict[str, tuple[str, ...]] = {"rooms-0-for": ("any",), "rooms-0-minors": ("allowed",)}
    if "time_zone" in KINDS[kind].part.model_fields and kind != "host":
        typed["time_zone"] = (context.programme.time_zone,)
    if kind in _PEOPLE:
        taken = [
            int(found[1]) for part in parts_of(context.programme, kind) if (found := _NUMBERED.search(id_of(part)))
        ]
        typed["entry"] = (f"{kind}-{max(taken, default=0) + 1:02}",)
    return Given(typed, {}, {})


def _typed(keys: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in keys.items():
        if name == "label":
            yield from ((f"label_{language}", (value[language],)) for language in _LANGUAGES)
        elif name == "hours":
            yield from _typed_hours(value)
        elif name in ("rooms", "away"):
            usual = {"for": "any", "minors": "allowed"} if name == "rooms" else {}
            for number, row in enumerate(value):
                yield from ((f"{name}-{number}-{key}", (str(of),)) for key, of in (usual | row).items())
        elif name == "areas":
            yield name, (", ".join(value),)
        elif name == "email" and is_stand_in(value):
            yield name, ("",)
        else:
            yield name, tuple(map(str, value)) if isinstance(value, list) else (_one(value),)


def _typed_hours(hours: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "hours_days", tuple(hours.get("days", ("mo", "tu", "we", "th", "fr")))
    yield from ((f"hours_{name}", (str(hours[name])[:5],)) for name in ("opens", "closes"))
    yield "hours_holidays_of", (hours.get("holidays_of", ""),)


def _one(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- what was given -------------------------------------------------------------------------------------------------


def as_command(given: Given, kind: str, entry: str, before: DirectoryPart | None, context: FormContext) -> Given:
    """Return what was filled in as what ``ListEntry`` or ``ChangeEntry`` takes, with what is wrong by field."""
    entry = entry or str(given.values.get("entry", ""))
    keys = _keys(given.values, kind, before, context)
    try:
        made = KINDS[kind].part.model_validate({"id": entry} | {k: v for k, v in keys.items() if v is not None})
    except ValidationError as problem:
        return given._replace(faults=faults_of(problem, context.words, _SHOWN_AT) | given.faults, values={})
    wanted = keys_of(made) if before is None else _changed(keys_of(before), keys_of(made))
    name = {} if before is not None else {"name": keys.get("name") or keys["label"]["en"]}
    more = orjson.dumps({key: value for key, value in wanted.items() if key != "id"}).decode() if wanted else ""
    return given._replace(values={"kind": kind, "entry": entry, **name, "more": more})


def _changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that are others now; None for one that was emptied. In which order words were ticked is none."""
    found = {name: now.get(name) for name in sorted({*was, *now}) if not _same(was.get(name), now.get(name))}
    return found | ({"status": now.get("status", "active")} if "status" in found else {})


def _same(one: Any, other: Any) -> bool:
    words = isinstance(one, list) and isinstance(other, list) and all(isinstance(word, str) for word in (*one, *other))
    return sorted(one) == sorted(other) if words else bool(one == other)


def _keys(values: Mapping[str, Any], kind: str, before: DirectoryPart | None, context: FormContext) -> dict[str, Any]:
    """Return the keys of a programme file that were filled in; None for one that was left empty or emptied."""
    names = KINDS[kind].part.model_json_schema()["properties"].keys() - {"id", "label", "hours", "areas"}
    keys: dict[str, Any] = {name: values.get(name) for name in names}
    fields = KINDS[kind].part.model_fields
    if "label" in fields:
        keys["label"] = {language: values.get(f"label_{language}", "") for language in _LANGUAGES}
    if "hours" in fields:
        keys["hours"] = _hours(values, values.get("time_zone") or context.programme.time_zone)
    if "areas" in fields:
        keys["areas"] = re.split(r"[,\s]+", str(values.get("areas", "")).strip(" ,")) if values.get("areas") else None
    if before is not None:
        keys |= _kept(keys, before)
    return keys


def _hours(values: Mapping[str, Any], zone: str) -> dict[str, Any] | None:
    told = {name: values.get(f"hours_{name}") for name in ("days", "opens", "closes", "holidays_of")}
    if not any(told[name] for name in ("opens", "closes")):
        return None
    return {name: value for name, value in told.items() if value} | {"time_zone": zone}


def _kept(keys: Mapping[str, Any], before: DirectoryPart) -> dict[str, Any]:
    """Return what a form of a change does not ask, or could not show: it stays as it is."""
    was: dict[str, Any] = dict(vars(before))
    kept = {"staff": was["staff"]} if "staff" in was else {}
    if not keys.get("email") and is_stand_in(was.get("email") or ""):
        kept["email"] = was["email"]
    return kept
