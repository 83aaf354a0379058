"""What the checks of the whole log say of a directory: whatever widens, and a resumption, is the act of two people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from events.catalogue import Fact
from events.database import sqlite_url
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.directory import (
    EntryChanged,
    EntryListed,
    EntryResumed,
    EntryStopped,
    ResumptionProposed,
)
from events.ids import entry_person_id
from events.instants import instant
from tests.kit.histories import Witnessed
from tests.kit.people import ANNA, BORIS
from workflow.subjects.directory.entries import keys_of
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


# -- what takes two -------------------------------------------------------------------------------------------------

HARBOUR: dict[str, Any] = {
    "kind": "provider",
    "entry": "harbour",
    "person_id": entry_person_id("moscow", "provider", "harbour"),
}


def harbour(office: Witnessed, **keys: object) -> str:
    """Return the record of a provider with other keys."""
    current = office.service.definitions.current("moscow")
    assert current is not None
    part = current.programme.provider_of["harbour"]
    return orjson.dumps(keys_of(part) | keys).decode()


def something_was_proposed(office: Witnessed) -> None:
    given = '{"kind":"course","entry":"bees","reason":"well"}'
    proposed = DecisionProposed(
        proposal_id="D-1", command="ProposeResumption", given=given, confirmed_by=("directory.confirm",), pins="",
        expires_at=instant("2037-01-01T00:00:00.000000Z"), person_id="P-1",
    )  # fmt: skip
    told(office, proposed, ANNA)


def changed(office: Witnessed, **keys: object) -> EntryChanged:
    return EntryChanged(**HARBOUR, record=harbour(office, **keys), changed=tuple(keys))


def test_what_one_person_changed_before_it_took_two_is_no_fault(office: Witnessed) -> None:
    told(office, changed(office, email="elsewhere@example.net"), ANNA)
    assert "I12" not in office.failing()


@pytest.mark.parametrize(
    ("keys", "alone"),
    [
        ({"email": "elsewhere@example.net"}, False),
        ({"phone": "+79161234567"}, False),
        ({"languages": ["ru"]}, True),
        ({"status": "defunct"}, True),
    ],
)
def test_once_it_takes_two_what_one_person_widened_is_found(
    office: Witnessed, keys: dict[str, object], *, alone: bool
) -> None:
    something_was_proposed(office)
    told(office, changed(office, **keys), ANNA)
    assert ("I12" in office.failing()) != alone


def test_somebody_new_who_was_listed_by_one_is_found(office: Witnessed) -> None:
    something_was_proposed(office)
    told(office, EntryListed(**HARBOUR | {"entry": "twin"}, record=harbour(office, id="twin")), ANNA)
    assert "I12" in office.failing()


def test_what_is_told_of_a_file_nobody_published_is_found(office: Witnessed) -> None:
    told(office, changed(office, email="elsewhere@example.net").model_copy(update={"source": "file"}), ANNA)
    assert "I12" in office.failing()


@pytest.mark.parametrize("second", [ANNA, BORIS])
def test_a_change_that_names_a_proposal_of_nothing_like_it_is_found(office: Witnessed, second: str) -> None:
    something_was_proposed(office)
    by_two = {"second": ANNA, "proposal": "D-1"}
    confirmed = DecisionConfirmed(proposal_id="D-1", proposer=ANNA)
    moved = changed(office, email="elsewhere@example.net").model_copy(update=by_two)
    office.forge((STREAM, confirmed), (STREAM, moved), actor=second)
    assert "I12" in office.failing()
