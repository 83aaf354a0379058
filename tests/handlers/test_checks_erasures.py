"""I14 finds what no erasure would do: nobody had asked, one alone decided, or it was not carried to its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events.database import sqlite_url
from events.facts.erasure import ErasureCompleted, ErasureReplayed, ErasureRequested, PersonErased
from events.facts.intake import NoteAdded
from events.facts.tasks import TaskRequested
from events.ids import CaseId, case_stream
from tests.kit.histories import Witnessed
from tests.kit.people import ANNA


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    yield office
    office.close()


@pytest.fixture
def case_id(office: Witnessed) -> CaseId:
    return office.open()


def erased(office: Witnessed, case_id: CaseId, **said: Any) -> PersonErased:
    usual = {"person_id": office.case(case_id).person_id, "case_id": case_id, "request_id": "E-1", "cases": (case_id,)}
    return PersonErased.model_validate(usual | {"asked_by": "person", "paper": "1"} | said)


def asked(office: Witnessed, case_id: CaseId) -> None:
    day = office.clock.now().date()
    office.forge(
        (case_stream(case_id), ErasureRequested(request_id="E-1", asked_by="person", paper="1", received_on=day))
    )


def test_an_erasure_nobody_asked_for_and_one_alone_decided_is_found(office: Witnessed, case_id: CaseId) -> None:
    office.forge((case_stream(case_id), erased(office, case_id)))
    assert "I14" in office.failing()
    faults = {one.name: one for one in office.checked()}["I14"].faults
    assert any("nobody had asked" in fault for fault in faults)
    assert any("takes two people" in fault for fault in faults)


def test_one_that_was_asked_for_and_names_a_proposal_nobody_made_is_found_too(
    office: Witnessed, case_id: CaseId
) -> None:
    asked(office, case_id)
    forged = erased(office, case_id, proposal="D-0000000000000000", second=ANNA)
    office.forge((case_stream(case_id), forged))
    assert "I12" in office.failing()


def test_what_is_sealed_of_somebody_after_their_erasure_is_found(office: Witnessed, case_id: CaseId) -> None:
    asked(office, case_id)
    person = office.case(case_id).person_id
    forged = erased(office, case_id, proposal="D-0000000000000000", second=ANNA)
    office.forge((case_stream(case_id), forged))
    before = {one.name: one for one in office.checked()}["I14"].faults
    office.forge((case_stream(case_id), NoteAdded(person_id=person, note="she is back")))
    after = {one.name: one for one in office.checked()}["I14"].faults
    assert any("is sealed of who was erased" in fault for fault in set(after) - set(before))


def test_an_end_without_a_decision_and_a_person_who_knows_the_keys_ledger_are_found(
    office: Witnessed, case_id: CaseId
) -> None:
    person, now = office.case(case_id).person_id, office.clock.now()
    about = (("cases", case_id), ("person_id", person))
    task = TaskRequested(task_id="W-1", kind="shred_person", subject=about, due_at=now)
    completed = ErasureCompleted(task_id="W-1", person_id=person, destroyed=(("keys", 1),))
    replayed = ErasureReplayed(person_id=person, case_id=case_id, destroyed_at=now)
    office.forge(*((case_stream(case_id), fact) for fact in (task, completed, replayed)))
    faults = {one.name: one for one in office.checked()}["I14"].faults
    assert any("nobody decided" in fault for fault in faults)
    assert any("only the keys' ledger knows" in fault for fault in faults)
    assert any("the keys know nothing" in fault for fault in faults), "and the ledger is asked"


def test_one_that_nobody_carries_to_its_end_is_found_when_nothing_should_be_left(
    office: Witnessed, case_id: CaseId
) -> None:
    asked(office, case_id)
    office.forge((case_stream(case_id), erased(office, case_id, proposal="D-0000000000000000", second=ANNA)))
    faults = {one.name: one for one in office.checked(settled=True)}["I14"].faults
    assert any("were to be destroyed" in fault for fault in faults)
