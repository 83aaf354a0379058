"""Whoever types at the machine and never signed in: by others' names they are still one, and not those people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.kit.command_line import Wayhome
from tests.kit.people import ANNA, BORIS, TAMARA

SOMEBODY_SIGNED_IN = ["somebody_signed_in"]


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Wayhome:
    """An office with two officers, a supervisor and two cases; it is to be copied."""
    wayhome = Wayhome(tmp_path_factory.mktemp("operator") / "data")
    wayhome.done("programme", "publish", "moscow", "--as", "staff:operator")
    wayhome.open_account(BORIS, "supervisor")
    for _ in range(2):
        wayhome.done("case", "open", "--as", ANNA, "programme=moscow", "source=ngo", "age_band=27-29")
    return wayhome


@pytest.fixture
def office(peopled: Wayhome, tmp_path: Path) -> Wayhome:
    return peopled.copied_to(tmp_path / "data")


def refused(office: Wayhome, *words: str) -> list[str]:
    return [reason["guard"] for reason in office.json(*words, code=1)["reasons"]]


def rows(office: Wayhome, query: str) -> list[Any]:
    with closing(sqlite3.connect(office.data / "log.sqlite")) as log:
        return log.execute(query).fetchall()


def cases(office: Wayhome) -> list[str]:
    return [row["case_id"] for row in office.json("case", "list", "--as", BORIS)]


def test_the_operator_closes_no_officer_and_so_opens_none(office: Wayhome) -> None:
    for name in ("staff:root", "staff:zoya"):
        assert "somebody_signed_in" in refused(office, "account", "close", name, "--as", "staff:olga")
    opens = ("account", "open", "staff:evil", "--role", "administrator", "--programme", "moscow", "--as", "staff:root")
    assert refused(office, *opens) == SOMEBODY_SIGNED_IN


@pytest.mark.parametrize("mandate", ["supervisor", "data_protection", "x"])
def test_a_typed_mandate_makes_nobody_one_of_two(office: Wayhome, mandate: str) -> None:
    record = ("office", "record", "moscow")
    about = ("kind=provider", "entry=new-start")
    office.done(*record, "StopEntry", *about, "reason=misuse", "--as", "staff:gleb")
    proposes = (*record, "ProposeResumption", *about, "reason=fine", "--as", "staff:gleb", "--mandate", mandate)
    assert refused(office, *proposes) == SOMEBODY_SIGNED_IN
    of_it = (*about, "proposal_id=D-7K3P9QXM2D7K3P9Q", "proposer=staff:gleb")
    confirms = (*record, "ConfirmEntry", *of_it, "--as", BORIS, "--mandate", mandate)
    assert refused(office, *confirms) == SOMEBODY_SIGNED_IN
    elsewhere = (*record, "ChangeEntry", "kind=provider", "entry=harbour", "email=gleb@example.net", "--as", BORIS)
    assert refused(office, *elsewhere, "--mandate", mandate) == SOMEBODY_SIGNED_IN


def test_a_typed_name_still_stops_ends_and_makes_less(office: Wayhome) -> None:
    record, about = ("office", "record", "moscow"), ("kind=provider", "entry=new-start")
    office.done(*record, "ChangeEntry", *about, "more=languages: [ru]", "--as", BORIS)
    office.done(*record, "EndEntry", *about, "reason=moved", "--as", BORIS)
    office.done(*record, "StopEntry", *about, "reason=misuse", "--as", BORIS)


def test_two_who_signed_in_add_a_driver_at_the_command_line_and_one_does_not(office: Wayhome) -> None:
    given = ("kind=meeter", "entry=gia", "name=Gia", "email=gia@drivers.example.org", "more=languages: [ka]")
    office.signs_in(BORIS)
    proposal = office.json("office", "record", "moscow", "ListEntry", *given, "--mandate", "supervisor")["proposal"]
    (waits,) = office.json("directory", "waiting")
    assert waits["proposal"] == proposal
    assert waits["changes"]["email"] == {"now": None, "then": "gia@drivers.example.org"}
    assert refused(office, "directory", "confirm", proposal) == ["second_person_agreed"]
    office.done("sign-out")
    assert "changes" not in office.json("directory", "waiting")[0]
    assert refused(office, "directory", "confirm", proposal) == ["somebody_signed_in"]
    office.signs_in(TAMARA)
    office.done("directory", "confirm", proposal)
    assert office.json("directory", "waiting") == []
    assert any("gia" in row.values() for row in office.json("directory", "entries", "meeter"))


@pytest.mark.parametrize("command", ["ReviewStop", "ReviewAccess"])
def test_a_typed_name_looks_into_nothing(office: Wayhome, command: str) -> None:
    review = ("case", "record", cases(office)[0], command, f"account={BORIS}", "outcome=justified")
    assert refused(office, *review, "--as", "staff:zoya", "--mandate", "data_protection") == SOMEBODY_SIGNED_IN


def test_what_is_looked_at_under_a_typed_name_counts_against_nobody_who_was_named(office: Wayhome) -> None:
    few = {"WAYHOME_CASES_PER_HOUR": "1", "WAYHOME_CASES_PER_PROOF": "1"}
    first, second = cases(office)[:2]
    results = [office.run("case", "show", case, "--as", BORIS, WAYHOME_ACTOR=BORIS, **few) for case in (first, second)]
    assert [result.exit_code for result in results] == [0, 1]
    assert rows(office, f"SELECT count(*) FROM looks WHERE account = '{BORIS}'") == [(0,)]
    assert rows(office, "SELECT DISTINCT account FROM looks WHERE stops = 1") == [("operator:staff.boris",)]
    office.signs_in(BORIS)
    assert office.run("case", "show", first, "--as", BORIS).exit_code == 0


@pytest.mark.parametrize(("words", "columns"), [(("timers", "list"), "34"), (("case", "list"), "16")])
def test_a_narrow_terminal_shows_no_case_unrecorded(office: Wayhome, words: tuple[str, ...], columns: str) -> None:
    office.run(*words, COLUMNS=columns)
    assert rows(office, "SELECT count(DISTINCT case_id) FROM looks") == [(2,)]
