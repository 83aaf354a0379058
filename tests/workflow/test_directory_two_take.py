"""What of an entry takes two people: said at each field, and what nobody marked takes two."""

from typing import Any

import pytest

from workflow.programme.office import OfficeContact
from workflow.programme.part import ByOne
from workflow.subjects.directory.entries import KINDS
from workflow.subjects.directory.two_take import taken_by_two

PROVIDER = {
    "id": "harbour", "name": "Harbour", "kind": "ngo", "services": ["counselling", "legal"],
    "languages": ["ru", "uz"], "email": "desk@example.org",
    "hours": {"opens": "09:00", "closes": "18:00", "time_zone": "Europe/Moscow"}, "capacity": 5, "areas": ["RU-MOW"],
}  # fmt: skip
HOUSE = {
    "id": "birch", "name": "Birch", "kind": "shelter", "opens": "2007-01-01", "time_zone": "Europe/Moscow",
    "rooms": [{"id": "aa", "beds": 2, "for": "women"}, {"id": "bb", "beds": 3}], "address": "a quiet street 4",
}  # fmt: skip
OFFICE = {"id": "new", "name": "New", "kind": "shelter", "opens": "2007-01-01", "time_zone": "Europe/Moscow"}
DRIVER = {"id": "gia", "name": "Gia", "email": "gia@example.org", "languages": ["ka", "ru"], "seats": 4}
ESCORT = {"id": "vera", "name": "Vera", "email": "vera@example.org", "skills": ["medical"], "languages": ["ro"]}
HOST = {"id": "anon", "name": "Anon", "email": "anon@example.org", "countries": ["UZ"]}
COURSE = {
    "id": "bees", "label": {"en": "Bees", "ru": "Bees"}, "seats": 8, "language": "ru", "place": "Moscow",
    "provider": "harbour",
}  # fmt: skip
TEAM = {"id": "north", "name": "North"}


def takes(kind: str, before: dict[str, Any], keys: dict[str, Any]) -> tuple[str, ...]:
    part = KINDS[kind].part
    return taken_by_two(part.model_validate(before | keys), part.model_validate(before))


@pytest.mark.parametrize(
    ("kind", "before", "keys"),
    [
        ("provider", PROVIDER, {"languages": ["uz"]}),
        ("provider", PROVIDER, {"services": ["legal"]}),
        ("provider", PROVIDER, {"capacity": 4}),
        ("provider", PROVIDER | {"capacity": None}, {"capacity": 400}),
        ("provider", PROVIDER | {"areas": []}, {"areas": ["RU-MOW"]}),
        ("provider", PROVIDER, {"hours": PROVIDER["hours"] | {"closes": "17:00", "days": ["mo"]}}),  # type: ignore[operator]
        ("provider", PROVIDER, {"status": "temporarily_closed"}),
        ("provider", PROVIDER, {"status": "defunct"}),
        ("facility", HOUSE, {"rooms": [{"id": "bb", "beds": 2}]}),
        ("facility", HOUSE, {"closes": "2008-01-01"}),
        ("meeter", DRIVER, {"seats": 3, "languages": ["ru"]}),
        ("escort", ESCORT, {"away": [{"from": "2007-01-01", "until": "2007-01-09"}]}),
        ("course", COURSE, {"seats": 7, "starts": "2007-01-01"}),
        ("team", TEAM, {"name": "Northern"}),
        ("team", TEAM | {"status": "inactive"}, {"status": "active"}),
    ],
)
def test_what_only_becomes_less_or_shows_nothing_takes_one(
    kind: str, before: dict[str, Any], keys: dict[str, Any]
) -> None:
    assert takes(kind, before, keys) == ()


@pytest.mark.parametrize(
    ("kind", "before", "keys"),
    [
        ("provider", PROVIDER, {"email": "elsewhere@example.net"}),
        ("provider", PROVIDER, {"phone": "+79161234567"}),
        ("provider", PROVIDER, {"address": "elsewhere"}),
        ("provider", PROVIDER, {"name": "Harbor"}),
        ("provider", PROVIDER, {"kind": "health"}),
        ("provider", PROVIDER, {"languages": ["ru", "tg"]}),
        ("provider", PROVIDER, {"services": ["legal", "medical"]}),
        ("provider", PROVIDER, {"capacity": 6}),
        ("provider", PROVIDER, {"capacity": None}),
        ("provider", PROVIDER, {"areas": []}),
        ("provider", PROVIDER, {"hours": PROVIDER["hours"] | {"closes": "19:00"}}),  # type: ignore[operator]
        ("provider", PROVIDER, {"hours": None}),
        ("provider", PROVIDER | {"status": "defunct"}, {"status": "inactive"}),
        ("provider", PROVIDER | {"status": "inactive"}, {"status": "active"}),
        ("facility", HOUSE, {"rooms": [{"id": "aa", "beds": 3, "for": "women"}]}),
        ("facility", HOUSE, {"rooms": [{"id": "aa", "beds": 2}]}),
        ("facility", HOUSE, {"rooms": [], "capacity": 1}),
        ("facility", OFFICE, {"capacity": 20}),
        ("facility", HOUSE, {"address": "elsewhere"}),
        ("facility", HOUSE | {"closes": "2008-01-01"}, {"closes": None}),
        ("meeter", DRIVER, {"seats": 5}),
        ("escort", ESCORT, {"skills": ["medical", "operational"]}),
        ("host", HOST, {"countries": []}),
        ("course", COURSE, {"provider": "lighthouse"}),
        ("course", COURSE, {"place": "elsewhere"}),
    ],
)
def test_what_shows_somebody_more_or_sends_elsewhere_takes_two(
    kind: str, before: dict[str, Any], keys: dict[str, Any]
) -> None:
    assert set(takes(kind, before, keys)) <= {*keys, "plain_beds"}
    assert takes(kind, before, keys)


@pytest.mark.parametrize(
    ("kind", "keys", "two"),
    [
        ("provider", PROVIDER, True),
        ("facility", HOUSE, True),
        ("meeter", DRIVER, True),
        ("escort", ESCORT, True),
        ("host", HOST, True),
        ("course", COURSE, True),
        ("team", TEAM, False),
    ],
)
def test_somebody_new_takes_two_but_a_team_that_nobody_is_in(kind: str, keys: dict[str, Any], *, two: bool) -> None:
    assert bool(taken_by_two(KINDS[kind].part.model_validate(keys), None)) == two


def test_what_nobody_marked_takes_two() -> None:
    """Whoever adds a key to an entry has said nothing yet of who may change it: then two people do."""
    reached = {"name", "email", "phone", "address", "data_protection_email"}
    parts: list[Any] = [*(kind.part for kind in KINDS.values() if kind.part.__name__ != "Team"), OfficeContact]
    for part in parts:
        marked = {n for n, f in part.model_fields.items() if any(isinstance(mark, ByOne) for mark in f.metadata)}
        assert marked.isdisjoint(reached), part
