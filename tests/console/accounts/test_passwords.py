"""Which passwords are good enough, and how they are kept."""

from __future__ import annotations

import unicodedata

import pytest

from console.accounts.passwords import CHEAP, Passwords, weakness
from console.accounts.sign_in import HalfWay, open_auth_services
from tests.console.accounts.conftest import ANNA, HERE, OWN, Anna, Door
from tests.kit.offices import Office


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"), ("a" * 257, "long"), ("passwordpassword", "common"), ("password2024", "common"),
        ("qwertyuiop12", "common"), ("qwertyuiopas", "common"), ("123456789012", "common"), ("aaaaaaaaaaaaa", "common"),
        ("парольпароль", "common"), ("йцукенгшщзхъ", "common"), ("солнышко2026", "common"), ("привет123456", "common"),
        ("Trustno1-2024", "common"), ("wayhome-2026", "common"), ("1qaz2wsx3edc", "common"),
        ("annaannaanna", "named"), ("Anna-2024-2025", "named"),
        ("staff:anna 2024", "named"), ("anna likes long walks", None), ("тихая река в марте", None),
        ("🌊🌊🌊 a quiet one", None),
    ],
)  # fmt: skip
def test_a_password_is_long_and_not_known_to_everybody(password: str, why: str | None) -> None:
    assert weakness(password, ANNA) == why


def test_a_password_is_the_same_however_the_keyboard_spells_it(office: Office) -> None:
    passwords, typed = Passwords(office.chance, CHEAP), "ёлка у тихой реки, й"
    decomposed = unicodedata.normalize("NFD", typed)
    assert decomposed != typed
    assert passwords.matches(passwords.hash(typed), decomposed)


def test_a_password_hashed_when_it_cost_less_is_hashed_again(door: Door, anna: Anna) -> None:

    dearer = open_auth_services(
        door.office.service, door.office.clock, door.office.chance, hashing=CHEAP._replace(time_cost=2)
    )
    assert isinstance(dearer.sign_in.password(ANNA, OWN, HERE), HalfWay)
    assert "t=2" in door.office.rows("credentials", account=ANNA)[0]["password_hash"]
    assert isinstance(door.desk.sign_in.password(ANNA, OWN, HERE), HalfWay)
