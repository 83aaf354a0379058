"""An erasure that nobody decided destroys no key and is signed by nobody; one that was, holds against older keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from events.batch import InsertRows
from events.catalogue import COMPARTMENTS, Fact
from events.database import sqlite_url
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.erasure import ErasureCompleted, PersonErased
from events.facts.tasks import TaskRequested
from events.ids import CaseId, case_stream
from events.tables import streams
from handlers.erasing.decided import decided_erasure, doubt_of
from handlers.erasing.ledger import destroy_erased, replay_erasures
from handlers.projections.tables import tasks
from handlers.projections.tasks import task_row
from tests.kit.erasures import ended, erased
from tests.kit.histories import Witnessed
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS
from tests.kit.workshop import Workshop

TASK = "W-1"


@pytest.fixture
def office_of_mallory(tmp_path: Path) -> Iterator[Witnessed]:
    """An office in which somebody writes past the rules; what they wrote was vouched for without being read."""
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    yield office
    office.close()


def keys_of(office: Office, case_id: str) -> int:
    return len(office.keys.find([(office.case(case_id).person_id, one) for one in COMPARTMENTS]))


def planted(office: Witnessed, case_id: CaseId, **said: Any) -> PersonErased:
    usual = {"person_id": office.case(case_id).person_id, "case_id": case_id, "request_id": "E-1", "cases": (case_id,)}
    return PersonErased.model_validate(usual | {"asked_by": "person", "paper": "1", "proposal": "D-1"} | said)


def task_of(office: Witnessed, case_id: CaseId) -> TaskRequested:
    about = (("cases", case_id), ("person_id", office.case(case_id).person_id))
    return TaskRequested(task_id=TASK, kind="shred_person", subject=about, due_at=office.now)


def over(office: Witnessed, case_id: CaseId) -> ErasureCompleted:
    return ErasureCompleted(task_id=TASK, person_id=office.case(case_id).person_id, destroyed=(("keys", 1),))


def proposed(office: Witnessed) -> DecisionProposed:
    return DecisionProposed(
        proposal_id="D-1", command="ErasePerson", given="{}", confirmed_by=("case.confirm_erasure",), pins="",
        expires_at=office.now, person_id="",
    )  # fmt: skip


def forge(office: Witnessed, case_id: CaseId, *told: Fact, actor: str = "staff:mallory") -> None:
    office.forge(*((case_stream(case_id), fact) for fact in told), actor=actor)


def break_code(office: Office, case_id: str) -> None:
    """Let the case's history end as nobody with the keys wrote it."""
    with office.database.writing() as connection:
        connection.execute(update(streams).where(streams.c.stream == case_stream(case_id)).values(mac=bytes(32)))


# -- the worker ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proposer", [None, "staff:mallory", "system:erasure"])
def test_a_worker_destroys_no_key_for_an_erasure_without_two_people_and_waits(
    office_of_mallory: Witnessed, tmp_path: Path, proposer: str | None
) -> None:
    office = office_of_mallory
    case_id = office.open()
    before = keys_of(office, case_id)
    if proposer is not None:
        forge(office, case_id, proposed(office), actor=proposer)
    confirmed = DecisionConfirmed(proposal_id="D-1", proposer=proposer or BORIS)
    fact = planted(office, case_id, second=proposer or BORIS)
    asked = task_of(office, case_id)
    row = task_row(case_id, asked, office.log.now())
    told = [(case_stream(case_id), one) for one in (confirmed, fact, asked)]
    office.forge(*told, rows=[(InsertRows(tasks), row)])
    shop = Workshop(office, tmp_path / "data")
    shop.worker().performer.perform([TASK])
    row = shop.row(TASK)
    shop.close()
    assert (row["status"], row["error"]) == ("waiting", "NotDecided")
    assert keys_of(office, case_id) == before > 0
    assert decided_erasure(office.log, case_id) is None


def test_two_people_are_whoever_proposed_this_erasure_and_whoever_told_it(office_of_mallory: Witnessed) -> None:
    office = office_of_mallory
    told = {"second": BORIS}, {"second": ANNA}, {"second": BORIS, "proposal": "D-2"}
    decided = []
    for said in told:
        case_id = office.open()
        forge(office, case_id, proposed(office), actor=BORIS)
        forge(office, case_id, DecisionConfirmed(proposal_id="D-1", proposer=BORIS), planted(office, case_id, **said))
        decided.append(decided_erasure(office.log, case_id) is not None)
    assert decided == [True, False, False], "who has the keys too can write anything; who has not is found by the codes"


# -- the certificate -------------------------------------------------------------------------------------------------


def test_nothing_is_signed_of_an_erasure_that_was_planted(office_of_mallory: Witnessed) -> None:
    office = office_of_mallory
    case_id = office.open()
    forge(office, case_id, planted(office, case_id, second=BORIS), task_of(office, case_id), over(office, case_id))
    assert doubt_of(office.log, case_id) == "not_decided"
    break_code(office, case_id)
    assert doubt_of(office.log, case_id) == "forged"


@ON_BOTH_DATABASES
def test_nothing_is_signed_while_a_key_is_there_or_the_history_is_not_ours(either_shop: Workshop) -> None:
    office = either_shop.office
    before = ended(office, name="Nino")
    kept = dict(office.keys._keys)
    erased(before)
    assert doubt_of(office.service.log, before.case_id) == "not_over", "it is under way"
    with either_shop.crew() as crew:
        crew.settle()
    assert doubt_of(office.service.log, before.case_id) is None
    gone, office.keys._keys = office.keys._keys, kept
    assert doubt_of(office.service.log, before.case_id) == "not_over"
    office.keys._keys = gone
    break_code(office, before.case_id)
    assert doubt_of(office.service.log, before.case_id) == "forged"


# -- older keys ------------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_older_keys_beside_todays_log_lose_whoever_was_erased_since(either_shop: Workshop) -> None:
    office = either_shop.office
    case, whole = ended(office, name="Nino"), ended(office, name="Mara")
    kept = dict(office.keys._keys)
    erased(case)
    with either_shop.crew() as crew:
        crew.settle()
    office.keys._keys, office.keys._destroyed = kept, {}
    there = keys_of(office, whole.case_id)
    assert keys_of(office, case.case_id) == there > 0, "as a copy from before brings them"
    assert replay_erasures(office.service) == []
    assert (keys_of(office, case.case_id), keys_of(office, whole.case_id)) == (0, there)
    assert set(office.keys.destroyed()) == {case.case.person_id}
    assert destroy_erased(office.service.log) == 0, "and once is enough"


def test_an_erasure_under_way_is_left_to_the_workers(shop: Workshop) -> None:
    case = erased(ended(shop.office, name="Nino"))
    assert destroy_erased(shop.office.service.log) == 0
    assert keys_of(shop.office, case.case_id) > 0


def test_an_erasure_in_a_forged_history_takes_nobodys_keys(office_of_mallory: Witnessed) -> None:
    office = office_of_mallory
    case_id = office.open()
    before = keys_of(office, case_id)
    forge(office, case_id, planted(office, case_id, second=BORIS), task_of(office, case_id), over(office, case_id))
    break_code(office, case_id)
    assert destroy_erased(office.log) == 0
    assert keys_of(office, case_id) == before > 0


def test_where_nobody_was_erased_the_keys_are_asked_nothing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(shop.office, name="Nino")

    def refuse(*_: object) -> None:
        raise AssertionError("the keys were asked")

    monkeypatch.setattr(shop.office.keys, "persons", refuse)
    monkeypatch.setattr(shop.office.keys, "destroyed", refuse)
    assert destroy_erased(shop.office.service.log) == 0
