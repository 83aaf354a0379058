"""What somebody is called: in any script, and never so that they are taken for somebody else."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from workflow.values.shown_names import ShownName, made_name, name_keys

_DOOR: TypeAdapter[str] = TypeAdapter(ShownName)


def alike(one: str, other: str) -> bool:
    return not name_keys(one).isdisjoint(name_keys(other))


@pytest.mark.parametrize(
    "name",
    ["Anna Petrova", "Анна", "Ұлпан Қайрат", "علی رضا", "李 明", "O'Brien", "Mary-Jane", "Anna P.", "Nguyễn Thị Ánh"],
)
def test_a_name_of_any_script_is_taken(name: str) -> None:
    assert _DOOR.validate_python(f"  {name} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "Wayhome", "WAY HOME", "Wаyhome", "Way-home", "way.home", "Ｗayhome", "Wayhome itself", "Worker", "system",
        "Supervisor", "Администратор", "case manager", "operator", "Anna (newstart)", "staff:anna", "Anna 2", "A",
        "Аnna", "Anna\u200bP", "An\u0301\u0301\u0301na", "Anna\nPetrova", "..", "one two three four five six",
    ],
)  # fmt: skip
def test_a_name_that_is_a_machines_a_roles_an_accounts_or_no_name_is_not_taken(name: str) -> None:
    with pytest.raises(ValidationError):
        _DOOR.validate_python(name)


@pytest.mark.parametrize(
    "other",
    [
        "anna petrova",
        "ANNA  PETROVA",
        "Petrova Anna",
        "Анна Петрова",
        "Ánna Petrova",
        "Anna-Petrova",
        "AnnaPetrova",
        "Ana Petrova",
        "Anna Pétrova.",
    ],
)
def test_names_that_sound_or_look_alike_are_one(other: str) -> None:
    assert alike("Anna Petrova", other)


def test_what_only_looks_alike_is_alike_too() -> None:
    assert alike("Сара", "Capa")  # in Cyrillic it is said Sara
    assert alike("Iana", "lana")
    assert alike("Marna", "Mama")


@pytest.mark.parametrize(
    ("one", "other"), [("Anna P.", "Anna B."), ("Anna", "Inna"), ("Anna Petrova", "Anna Petrenko")]
)
def test_names_of_two_people_stay_two(one: str, other: str) -> None:
    assert not alike(one, other)


def test_where_none_was_chosen_the_account_says_it() -> None:
    assert [made_name(one) for one in ("staff:anna.petrova", "newstart:olga", "staff:_")] == [
        "Anna Petrova",
        "Olga",
        "_",
    ]
