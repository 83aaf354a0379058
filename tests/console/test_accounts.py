"""Accounts on the command line: the first administrator, one-time passwords printed once, refusals in plain words."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.kit.command_line import PASSWORD as OWN
from tests.kit.command_line import Wayhome, code_now

PASSWORD = re.compile(r"^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$", re.MULTILINE)
ROOT = ("--as", "staff:root")


@pytest.fixture
def wayhome(tmp_path: Path) -> Wayhome:
    return Wayhome(tmp_path / "data")


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Wayhome:
    """An office with two officers and Anna, whose passwords are dear to make; it is to be copied."""
    wayhome = Wayhome(tmp_path_factory.mktemp("peopled") / "data")
    for account, role in (("staff:root", "administrator"), ("staff:zoya", "data_protection")):
        wayhome.done("account", "open", account, "--role", role)
    wayhome.open_account("staff:anna", "medical")
    return wayhome


@pytest.fixture
def house(peopled: Wayhome, tmp_path: Path) -> Wayhome:
    return peopled.copied_to(tmp_path / "data")


def test_the_first_two_officers_get_a_one_time_password_once_and_nobody_else_does(wayhome: Wayhome) -> None:
    for account, role in (("staff:root", "administrator"), ("staff:zoya", "data_protection")):
        printed = wayhome.done("account", "open", account, "--role", role)
        assert len(PASSWORD.findall(printed)) == 1
        assert "good for 72 hours" in printed
    again = wayhome.json("account", "open", "staff:root", "--role", "administrator", code=1)
    assert [reason["guard"] for reason in again["reasons"]] == ["account_is_new", "somebody_signed_in"]
    third = wayhome.json("account", "open", "staff:olga", "--role", "administrator", code=1)
    assert [reason["guard"] for reason in third["reasons"]] == ["somebody_signed_in"]


def test_nobody_but_an_officer_is_opened_where_wayhome_is_installed(wayhome: Wayhome) -> None:
    refused = wayhome.json("account", "open", "staff:anna", "--role", "medical", code=1)
    assert [reason["guard"] for reason in refused["reasons"]] == ["second_officer_is_there", "somebody_signed_in"]


def test_a_script_gets_the_password_too_and_not_again(wayhome: Wayhome) -> None:
    words = ("account", "open", "staff:root", "--role", "administrator", "--command-id", "6f" * 16, *ROOT)
    assert PASSWORD.match(wayhome.json(*words)["one_time_password"])
    assert "one_time_password" not in wayhome.json(*words)


def test_an_account_is_opened_by_two_who_signed_in_and_the_second_is_given_the_password(house: Wayhome) -> None:
    house.signs_in("staff:root")
    placed = ("--role", "case_manager", "--programme", "moscow")
    told = house.done("account", "open", "staff:gleb", *placed)
    assert PASSWORD.search(told) is None
    assert "a second person confirms it with\n  wayhome officers confirm D-" in told
    (waits,) = house.json("officers", "list")
    assert (waits["command"], waits["proposer"]) == ("OpenAccount", "staff:root")
    assert waits["given"]["roles"] == ["case_manager"]
    own = house.json("officers", "confirm", waits["proposal"], code=1)
    assert [reason["guard"] for reason in own["reasons"]] == ["second_person_agreed"]
    house.signs_in("staff:zoya")
    assert PASSWORD.search(house.done("officers", "confirm", waits["proposal"]))
    assert "staff:gleb" in house.done("account", "list")
    assert "none to hand over" in house.told_off("account", "password", "staff:gleb")


def test_both_officers_at_one_terminal_and_the_second_takes_the_password_when_she_signs_in(house: Wayhome) -> None:
    secret = house.set_up("staff:zoya")
    house.signs_in("staff:root")
    proposal = house.json("account", "open", "staff:gleb", "--role", "case_manager")["proposal"]
    done = house.typed(OWN, code_now(secret), words=("officers", "confirm", proposal, "--second", "zoya"))
    assert (done.exit_code, PASSWORD.search(done.output)) == (0, None), done.output
    assert "zoya's to hand over: wayhome sign-in" in done.stdout
    assert "none to hand over" in house.told_off("account", "password", "staff:gleb")
    house.done("sign-out")
    assert "sign in first" in house.told_off("account", "password", "staff:gleb")
    house.signs_in("staff:zoya")
    assert PASSWORD.search(house.done("account", "password", "staff:gleb"))


def test_a_name_that_is_only_typed_is_none_of_two_officers(house: Wayhome) -> None:
    typed = house.json("account", "open", "staff:gleb", "--role", "medical", "--as", "staff:root", code=1)
    assert [reason["guard"] for reason in typed["reasons"]] == ["somebody_signed_in"]
    house.signs_in("staff:root")
    proposal = house.json("account", "open", "staff:gleb", "--role", "case_manager")["proposal"]
    house.done("sign-out")
    claimed = house.json("officers", "confirm", proposal, "--as", "staff:zoya", code=1)
    assert [reason["guard"] for reason in claimed["reasons"]] == ["somebody_signed_in"]


def test_what_was_proposed_is_declined_or_taken_back(house: Wayhome) -> None:
    house.signs_in("staff:root")
    words = ("account", "open", "staff:gleb", "--role", "case_manager")
    house.done("officers", "withdraw", house.json(*words)["proposal"])
    proposal = house.json(*words)["proposal"]
    house.signs_in("staff:zoya")
    house.done("officers", "decline", proposal, "--reason", "not a member of staff")
    assert house.json("officers", "list") == []


def test_everybody_is_listed_with_what_they_are(house: Wayhome) -> None:
    placed = ("--programme", "moscow", "--team", "north", "--house", "moscow-centre")
    house.by_two_officers("account", "place", "staff:anna", *placed)
    house.by_two_officers("account", "roles", "staff:anna", "--role", "legal", "--role", "medical")
    anna, *_ = house.json("account", "list")
    assert (anna["account"], anna["roles"], anna["team"]) == ("staff:anna", ["legal", "medical"], "north")
    assert (anna["programmes"], anna["facilities"], anna["factors"]) == (["moscow"], ["moscow-centre"], [])
    printed = house.done("account", "list")
    assert re.search(r"staff:anna +legal, medical +moscow +north +moscow-centre +none yet", printed)


def test_a_reset_by_two_who_signed_in_gives_a_new_password(house: Wayhome) -> None:
    refused = house.json("account", "reset", "staff:anna", *ROOT, code=1)
    assert [reason["guard"] for reason in refused["reasons"]] == ["somebody_signed_in"]
    assert PASSWORD.search(house.by_two_officers("account", "reset", "staff:anna"))


def test_who_is_no_officer_resets_nobody(house: Wayhome) -> None:
    house.signs_in("staff:boris")
    proposal = house.json("account", "reset", "staff:anna")["proposal"]
    house.signs_in("staff:zoya")
    refused = house.json("officers", "confirm", proposal, code=1)
    assert [reason["guard"] for reason in refused["reasons"]] == ["first_person_may"]


def test_somebody_leaves_and_comes_back(house: Wayhome) -> None:
    house.done("account", "close", "staff:anna", "--reason", "away", *ROOT)
    assert "closed" in house.done("account", "list")
    house.by_two_officers("account", "reopen", "staff:anna")
    assert "closed" not in house.done("account", "list")
    assert house.json("account", "sessions", "staff:anna") == []
    house.done("account", "sessions", "staff:anna", "--end", *ROOT)
    assert "nothing was changed" in house.done("verify")


def test_two_officers_decide_how_long_a_new_one_waits(house: Wayhome) -> None:
    house.by_two_officers("officers", "days", "14")
    assert "0 faults" in house.done("verify", "--rules")


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
    assert "nothing is called" in house.told_off("case", "record", "7K3P9-QXM2D", "OpenAccount")
    assert "nothing is called" in house.told_off("office", "record", "moscow", "OpenAccount", "account=staff:x")


def test_an_account_that_somebody_wrote_into_does_not_count_until_two_officers_vouch_for_it(house: Wayhome) -> None:
    with closing(sqlite3.connect(house.data / "log.sqlite")) as file, file:
        file.execute("DELETE FROM account_marks WHERE account = 'staff:anna'")
    assert "does not count: not as Wayhome wrote it" in house.done("account", "list")
    assert [row["account"] for row in house.json("account", "list") if row.get("altered")] == ["staff:anna"]
    assert "I15 FAIL" in house.run("verify", "--rules").stdout
    assert "this takes two officers" in house.told_off("account", "vouch", "staff:anna", "--proofs", *ROOT)
    assert "does not count" in house.done("account", "list"), "one typed name changes nothing"
    secret = house.set_up("staff:zoya")
    house.signs_in("staff:root")
    words = ("account", "vouch", "staff:anna", "--proofs", "--second", "staff:zoya")
    done = house.typed(OWN, code_now(secret), words=words)
    assert "staff:anna counts again" in done.stdout, done.output
    assert "staff:root and staff:zoya" in done.stdout
    assert "does not count" not in house.done("account", "list")
    assert "there is no such account" in house.told_off("account", "vouch", "staff:nobody")
    assert house.json("verify", "--rules")["ok"]
