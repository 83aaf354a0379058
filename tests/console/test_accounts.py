"""Accounts on the command line: the first administrator, one-time passwords printed once, refusals in plain words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kit.command_line import PASSWORD as OWN
from tests.kit.command_line import Wayhome, code_now

pytestmark = pytest.mark.xdist_group("accounts_typed")  # what its tests share is made in one process
PASSWORD = re.compile(r"^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$", re.MULTILINE)
ROOT = ("--as", "staff:root")


@pytest.fixture
def wayhome(tmp_path: Path) -> Wayhome:
    return Wayhome(tmp_path / "data")


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Wayhome:
    """An office with two administrators and Anna, whose passwords are dear to make; it is to be copied."""
    wayhome = Wayhome(tmp_path_factory.mktemp("peopled") / "data")
    for account, role in (("staff:root", "administrator"), ("staff:olga", "administrator"), ("staff:anna", "medical")):
        wayhome.done("account", "open", account, "--role", role, "--as", "staff:operator")
    return wayhome


@pytest.fixture
def house(peopled: Wayhome, tmp_path: Path) -> Wayhome:
    return peopled.copied_to(tmp_path / "data")


def test_the_first_administrator_gets_a_one_time_password_once(wayhome: Wayhome) -> None:
    printed = wayhome.done("account", "open", "staff:root", "--role", "administrator", *ROOT)
    assert len(PASSWORD.findall(printed)) == 1
    assert "good for 72 hours" in printed
    again = wayhome.json("account", "open", "staff:root", "--role", "administrator", code=1)
    assert [reason["guard"] for reason in again["reasons"]] == ["account_is_new"]


def test_a_script_gets_the_password_too_and_not_again(wayhome: Wayhome) -> None:
    words = ("account", "open", "staff:root", "--role", "administrator", "--command-id", "6f" * 16, *ROOT)
    assert PASSWORD.match(wayhome.json(*words)["one_time_password"])
    assert "one_time_password" not in wayhome.json(*words)


def test_everybody_is_listed_with_what_they_are(house: Wayhome) -> None:
    house.done(
        "account", "place", "staff:anna", "--programme", "moscow", "--team", "north", "--house", "moscow-centre", *ROOT
    )
    house.done("account", "roles", "staff:anna", "--role", "legal", "--role", "medical", *ROOT)
    anna, *_ = house.json("account", "list")
    assert (anna["account"], anna["roles"], anna["team"]) == ("staff:anna", ["legal", "medical"], "north")
    assert (anna["programmes"], anna["facilities"], anna["factors"]) == (["moscow"], ["moscow-centre"], [])
    printed = house.done("account", "list")
    assert re.search(r"staff:anna +legal, medical +moscow +north +moscow-centre +none yet", printed)


def test_a_reset_takes_two(house: Wayhome) -> None:
    secret = house.set_up("staff:olga")
    reset = ("account", "reset", "staff:anna", "--second", "olga")
    wrong = house.typed("not hers", "123456", words=(*reset, *ROOT))
    assert (wrong.exit_code, PASSWORD.search(wrong.output)) == (2, None)
    unsigned = house.typed(OWN, code_now(secret), words=(*reset, *ROOT))
    assert (unsigned.exit_code, "nobody has signed in here" in unsigned.output) == (1, True)


def test_a_reset_by_two_who_prove_themselves_gives_a_new_password(house: Wayhome) -> None:
    secret = house.set_up("staff:olga")
    house.signs_in("staff:root")
    done = house.typed(OWN, code_now(secret), words=("account", "reset", "staff:anna", "--second", "olga"))
    assert done.exit_code == 0, done.output
    assert PASSWORD.search(done.stdout)


def test_who_is_no_officer_resets_nobody(house: Wayhome) -> None:
    secret = house.set_up("staff:olga")
    house.signs_in("staff:boris")
    refused = house.typed(OWN, code_now(secret), words=("account", "reset", "staff:anna", "--second", "olga"))
    assert (refused.exit_code, "staff:boris, who proposed it, may not" in refused.output) == (1, True)


def test_somebody_leaves_and_comes_back(house: Wayhome) -> None:
    house.done("account", "close", "staff:anna", "--reason", "away", *ROOT)
    assert "closed" in house.done("account", "list")
    house.done("account", "reopen", "staff:anna", *ROOT)
    assert "closed" not in house.done("account", "list")
    assert house.json("account", "sessions", "staff:anna") == []
    house.done("account", "sessions", "staff:anna", "--end", *ROOT)
    assert "nothing was changed" in house.done("verify")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("open", "staff:boris", "--role", "boss"), "a role is one of: case_manager"),
        (("open", "Boris Ivanov", "--role", "medical"), "account: write it like staff:anna"),
        (("close", "staff:anna", "--reason", "because"), "reason: Input should be 'left', 'away'"),
        (("sessions", "staff:nobody"), "there is no such account; see: wayhome account list"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(house: Wayhome, words: tuple[str, ...], said: str) -> None:
    told = house.told_off("account", *words)
    assert said in told
    assert "Ivanov" not in told


def test_an_account_is_not_recorded_about_a_case(house: Wayhome) -> None:
    assert "nothing is called 'OpenAccount'" in house.told_off("case", "record", "7K3P9-QXM2D", "OpenAccount")
    assert "nothing is called" in house.told_off("office", "record", "moscow", "OpenAccount", "account=staff:x")
