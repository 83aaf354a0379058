"""What the checks of the whole log say of a directory: a resumption carries the acts of two people."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.catalogue import Fact
from events.database import sqlite_url
from events.facts.directory import EntryResumed, EntryStopped, ResumptionProposed
from tests.kit.histories import Witnessed
from tests.kit.people import ANNA, BORIS
from workflow.subjects.directory.state import directory_stream

STREAM = directory_stream("moscow")
OF_IT = {"kind": "provider", "entry": "new-start"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    yield office
    office.close()


def told(office: Witnessed, fact: Fact, actor: str) -> None:
    office.forge((STREAM, fact), actor=actor)


def test_a_stop_and_a_resumption_by_two_pass(office: Witnessed) -> None:
    told(office, EntryStopped(**OF_IT, reason="astray"), ANNA)
    told(office, ResumptionProposed(**OF_IT, reason="well"), ANNA)
    told(office, EntryResumed(**OF_IT, proposer=ANNA), BORIS)
    found = {one.name: one for one in office.checked()}["I12"]
    assert found.ok, found.faults
    assert found.counted["resumed"] == 1


@pytest.mark.parametrize(("by", "proposer"), [(ANNA, ANNA), (BORIS, BORIS)])
def test_a_resumption_by_one_hand_is_found(office: Witnessed, by: str, proposer: str) -> None:
    told(office, EntryStopped(**OF_IT, reason="astray"), ANNA)
    told(office, ResumptionProposed(**OF_IT, reason="well"), ANNA)
    told(office, EntryResumed(**OF_IT, proposer=proposer), by)
    assert "I12" in office.failing()


def test_a_proposal_from_before_the_stop_resumes_nothing(office: Witnessed) -> None:
    told(office, ResumptionProposed(**OF_IT, reason="well"), ANNA)
    told(office, EntryStopped(**OF_IT, reason="astray"), ANNA)
    told(office, EntryResumed(**OF_IT, proposer=ANNA), BORIS)
    assert "I12" in office.failing()
