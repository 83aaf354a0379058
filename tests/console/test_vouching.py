"""A history somebody forged is believed again only by two officers who saw what is in it; so is a new signing name."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from console.container import Container
from console.drills.forger import ForgedEvent, command_row
from console.settings import Settings
from events.facts.office import HistoryVouchedFor, SigningKeyReplaced
from events.ids import LOG_REPAIRS, account_stream
from events.log_identity import SIGNING_STREAM
from tests.kit.command_line import PASSWORD, Wayhome, code_now
from tests.kit.forging import forging
from tests.kit.officers import ROOT, ZOYA
from tests.kit.people import ANNA, BORIS

NOBODY = ("--as", "staff:nobody")


class Peopled:
    """An office with two officers, one of whom can prove themselves here, and a case somebody else wrote into."""

    def __init__(self, wayhome: Wayhome, secret: str, case: str) -> None:
        self.wayhome, self.secret, self.case = wayhome, secret, case

    @property
    def stream(self) -> str:
        return f"case:{self.case}"

    def copied_to(self, folder: Path) -> Peopled:
        return Peopled(self.wayhome.copied_to(folder), self.secret, self.case)

    def plants(self, stream: str, kind: str, /, **body: Any) -> None:
        with opened(self.wayhome) as container:
            version = container.log.stream(stream)[-1].envelope.version + 1
            forged = ForgedEvent(stream, kind, orjson.dumps(body).decode(), BORIS)
            said = command_row(f"forged {kind} {version}", stream.partition(":")[2], version, [kind])
            with forging(container.database) as forger:
                forger.appends(forged, said)

    def assigns(self, stream: str = "") -> None:
        self.plants(stream or self.stream, "CaseAssigned", owner="staff:mallory", team="")

    def by_two(self, *words: str, first: str = ROOT, second: str = ZOYA, password: str = PASSWORD) -> Any:
        """Run a verb as the first, who has signed in, and let the second prove themselves."""
        self.wayhome.signs_in(first)
        return self.wayhome.typed(password, code_now(self.secret), words=(*words, "--second", second))

    def vouched(self) -> list[tuple[str, str, HistoryVouchedFor]]:
        with opened(self.wayhome) as container:
            found = [(event.envelope, container.log.fact(event)) for event in container.log.stream(LOG_REPAIRS)]
        return [(said.actor, said.mandate, fact) for said, fact in found if isinstance(fact, HistoryVouchedFor)]

    def forged(self) -> set[str]:
        with opened(self.wayhome) as container:
            return container.log.forged([self.stream])


@contextmanager
def opened(wayhome: Wayhome) -> Iterator[Container]:
    container = Container(Settings(data=wayhome.data))
    try:
        yield container
    finally:
        container.close()


@pytest.fixture(scope="module")
def peopled(published: Wayhome, tmp_path_factory: pytest.TempPathFactory) -> Peopled:
    wayhome = published.copied_to(tmp_path_factory.mktemp("vouching") / "data")
    wayhome.open_account(ANNA, "case_manager")
    wayhome.signs_in(ANNA)
    case = str(wayhome.json("case", "open", "age_band=27-29", "name=Maria", "citizenships=MD")["case_id"])
    secret = wayhome.set_up(ZOYA)
    return Peopled(wayhome, secret, case)


@pytest.fixture
def house(peopled: Peopled, tmp_path: Path) -> Peopled:
    return peopled.copied_to(tmp_path / "data")


# -- what is enough --------------------------------------------------------------------------------------------------


def test_two_officers_see_what_no_command_left_and_let_the_history_go_on(house: Peopled) -> None:
    house.assigns()
    done = house.by_two("fsck", "--vouch", house.stream)
    assert f"About to be believed: {house.stream}" in done.stdout, done.output
    (planted,) = [line for line in done.stdout.splitlines() if "LEFT BY NO COMMAND" in line]
    assert ("CaseAssigned" in planted, BORIS in planted) == (True, True)
    assert "left by a command" in done.stdout, "the ten before are shown too"
    assert f"{ROOT} and {ZOYA}" in done.stdout
    assert house.vouched() == [(ROOT, "officer", HistoryVouchedFor(history=house.stream, second=ZOYA))]
    assert house.forged() == set()


def test_a_script_gets_one_document_and_the_events_beside_it(house: Peopled) -> None:
    house.assigns()
    done = house.by_two("fsck", "--json", "--vouch", house.stream)
    said = json.loads(done.stdout[done.stdout.index("{") :])["vouched"]  # before it stands what was typed
    assert (said["actor"], said["second"], said["left"]) == (ROOT, ZOYA, [])
    assert "LEFT BY NO COMMAND" in done.stderr


def test_while_another_history_is_forged_the_end_of_the_log_stays_in_doubt_and_it_is_named(house: Peopled) -> None:
    house.assigns()
    other = account_stream(ANNA)
    house.plants(other, "RolesChanged", roles=["supervisor"], second="", proposal="")
    first = house.by_two("fsck", "--vouch", house.stream)
    assert "the end of the log stays in doubt" in first.stdout, first.output
    assert other in first.stdout.splitlines()
    assert "the log does not end as Wayhome wrote it" in first.stdout or "I3 FAIL" in first.stdout
    assert house.forged() == set()


# -- what is not -----------------------------------------------------------------------------------------------------


def plants_an_erasure(house: Peopled) -> set[str]:
    """Put behind a case what destroys its person's keys once a worker believes it; return who has keys."""
    with opened(house.wayhome) as container:
        before = set(container.keys.persons())
    (person,) = before
    house.plants(
        house.stream, "PersonErased", person_id=person, case_id=house.case, request_id="E-1", asked_by="person",
        paper="17", cases=[house.case], second=BORIS, proposal="D-FORGED",
    )  # fmt: skip
    subject = [["cases", house.case], ["person_id", person]]
    due = "2026-01-01T00:00:00.000000Z"
    house.plants(house.stream, "TaskRequested", task_id="T-FORGED", kind="shred_person", subject=subject, due_at=due)
    return before


def keys_after_work(house: Peopled) -> set[str]:
    house.wayhome.done("sign-out")
    house.wayhome.run("fsck", "--repair", *NOBODY)
    house.wayhome.run("work", "--until-idle")
    with opened(house.wayhome) as container:
        return set(container.keys.persons())


def test_a_planted_erasure_and_the_word_of_one_person_destroy_no_key(house: Peopled) -> None:
    before = plants_an_erasure(house)
    for who in (NOBODY, ("--as", ROOT), ("--as", "staff:operator")):
        told = house.wayhome.told_off("fsck", "--repair", "--vouch", house.stream, *who)
        assert "this takes two officers" in told
    assert keys_after_work(house) == before
    assert (house.vouched(), house.forged()) == ([], {house.stream})


def test_even_what_two_officers_vouch_for_destroys_no_key_of_whom_no_two_decided_to_erase(house: Peopled) -> None:
    """The officers could have seen it; the worker asks for the decision of two all the same."""
    before = plants_an_erasure(house)
    done = house.by_two("fsck", "--vouch", house.stream)
    assert re.search(r"PersonErased +LEFT BY NO COMMAND", done.stdout), done.output
    assert keys_after_work(house) == before != set()


def test_a_name_that_is_only_typed_is_no_first_even_with_a_second_who_proves_themselves(house: Peopled) -> None:
    house.assigns()
    words = ("fsck", "--vouch", house.stream, "--as", ROOT, "--second", ZOYA)
    done = house.wayhome.typed(PASSWORD, code_now(house.secret), words=words)
    assert (done.exit_code, "sign in as one of them" in done.stderr) == (2, True), done.output
    assert house.forged() == {house.stream}


@pytest.mark.parametrize("typed", [ZOYA, "Zoya"])
def test_one_officer_is_not_two_however_the_name_is_typed(house: Peopled, typed: str) -> None:
    house.assigns()
    done = house.by_two("fsck", "--vouch", house.stream, first=ZOYA, second=typed)
    assert (done.exit_code, "and you are one" in done.stderr) == (2, True), done.output
    assert house.forged() == {house.stream}


def test_whoever_is_no_officer_is_neither_the_first_nor_the_second(house: Peopled) -> None:
    house.assigns()
    first = house.by_two("fsck", "--vouch", house.stream, first=ANNA)
    assert first.exit_code == 1, first.output
    house.secret = house.wayhome.set_up(ANNA)
    second = house.by_two("fsck", "--vouch", house.stream, second=ANNA)
    assert (second.exit_code, "refused" in second.stdout) == (1, True), second.output
    assert (house.vouched(), house.forged()) == ([], {house.stream})


def test_a_wrong_password_vouches_for_nothing_and_counts_as_a_try_as_at_the_door(house: Peopled) -> None:
    house.assigns()
    for _ in range(2):
        wrong = house.by_two("fsck", "--vouch", house.stream, password="a guess of mine")
        assert (wrong.exit_code, "do not go together" in wrong.stderr) == (2, True), wrong.output
    with closing(sqlite3.connect(house.wayhome.data / "log.sqlite")) as file:
        assert file.execute("SELECT max(count) FROM sign_in_attempts").fetchone() == (2,)
    assert (house.vouched(), house.forged()) == ([], {house.stream})


def test_whoever_closes_an_officer_by_a_forged_fact_does_not_make_the_operator_alone(house: Peopled) -> None:
    house.assigns()
    house.plants(account_stream(ZOYA), "AccountClosed", reason="left")
    assert "this takes two officers" in house.wayhome.told_off("fsck", "--vouch", house.stream, *NOBODY)
    done = house.by_two("fsck", "--vouch", house.stream)
    assert done.exit_code == 2, "and whose history was written into proves nothing"
    assert house.forged() == {house.stream}


# -- another name to sign under --------------------------------------------------------------------------------------


def test_a_log_goes_on_under_another_name_by_two_officers_only(house: Peopled) -> None:
    old = house.wayhome.json("seal")["log"]
    words = ("seal", "--begin-again", "new.example/log")
    assert "this takes two officers" in house.wayhome.told_off(*words, *NOBODY)
    assert house.by_two(*words, first=ZOYA).exit_code == 2
    assert house.by_two(*words, password="a guess of mine").exit_code == 2
    assert house.wayhome.json("seal")["log"] == old
    done = house.by_two(*words)
    assert done.exit_code == 0, done.output
    with opened(house.wayhome) as container:
        (event,) = container.log.stream(SIGNING_STREAM)
        fact = container.log.fact(event)
    assert isinstance(fact, SigningKeyReplaced)
    assert (event.envelope.actor, event.envelope.mandate, fact.second) == (ROOT, "officer", ZOYA)
    assert house.wayhome.json("verify", "--rules")["ok"]
