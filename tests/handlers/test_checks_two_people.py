"""I12 finds what two people did not decide: one hand, no account, another content, a typed name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events.catalogue import Fact
from events.database import sqlite_url
from events.facts.accounts import AccountClosed, AccountOpened, AccountPlaced, CredentialsReset, RolesChanged
from events.facts.attachments import FileRetracted
from events.facts.care import CarePlanAgreed
from events.facts.corrections import CitizenshipsCorrected, RecordRetracted
from events.facts.decisions import DecisionConfirmed
from events.facts.journey import StageEntered
from events.facts.office import HistoryVouchedFor
from events.facts.safety import RiskAssessed
from events.ids import LOG_REPAIRS, OFFICE_DECISIONS, CaseId, account_stream, case_stream
from events.instants import instant
from tests.kit.histories import Witnessed
from tests.kit.officers import ROOT, ZOYA
from tests.kit.people import ANNA, BORIS, CLARA
from workflow.case.proposals import proposals_of
from workflow.case.retraction import records_of
from workflow.subjects.accounts.commands import ChangeRoles, OpenAccount
from workflow.subjects.attachments.commands import AttachFile, RetractFile
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.safety.commands import AssessRisk
from workflow.subjects.travel.commands import DeclareReturn


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    for name in (ANNA, BORIS, CLARA):
        office.has_account(name)
    yield office
    office.close()


@pytest.fixture
def case_id(office: Witnessed) -> CaseId:
    """A case of which Anna has proposed the care plan."""
    case_id = office.open()
    office.does(case_id, AgreeCarePlan, plan="two talks a week")
    assert office.failing() == set()
    return case_id


def proposal(office: Witnessed, case_id: CaseId) -> str:
    (key,) = proposals_of(office.case(case_id)).pending
    return key


def agreed(office: Witnessed, case_id: CaseId, **fields: str) -> list[tuple[str, Fact]]:
    """Return what a confirmation tells, as a forger would write it."""
    key, person = proposal(office, case_id), office.case(case_id).person_id
    said = {"person_id": person, "second": ANNA, "proposal": key} | fields
    stream = case_stream(case_id)
    confirmed = DecisionConfirmed(proposal_id=key, proposer=ANNA)
    return [(stream, confirmed), (stream, CarePlanAgreed.model_validate(said))]


def test_what_two_people_decided_passes(office: Witnessed, case_id: CaseId) -> None:
    office.forge(*agreed(office, case_id), actor=BORIS)  # just what his own command would have told
    found = {one.name: one for one in office.checked()}["I12"]
    assert found.ok, found.faults
    assert found.counted == {"proposals": 4, "confirmed": 4}, "the three accounts too"


def test_one_hand_that_confirms_its_own_proposal_is_found(office: Witnessed, case_id: CaseId) -> None:
    office.forge(*agreed(office, case_id), actor=ANNA)
    assert office.failing() == {"I12"}


@pytest.mark.parametrize("actor", ["staff:nobody", "worker:money"])
def test_a_name_without_an_account_is_found(office: Witnessed, case_id: CaseId, actor: str) -> None:
    office.forge(*agreed(office, case_id), actor=actor)
    assert office.failing() == {"I12"}


@pytest.mark.parametrize("name", [ANNA, BORIS])
@pytest.mark.parametrize("fact", [AccountClosed(reason="misuse"), RolesChanged(roles=())])
def test_an_account_that_might_not_at_that_moment_is_found(
    office: Witnessed, case_id: CaseId, name: str, fact: Fact
) -> None:
    office.forge((account_stream(name), fact))
    assert office.failing() == set()
    office.forge(*agreed(office, case_id), actor=BORIS)
    assert office.failing() == {"I12"}


def test_a_decision_nobody_proposed_is_found(office: Witnessed, case_id: CaseId) -> None:
    office.forge(*agreed(office, case_id, proposal="D-0000000000000000"), actor=BORIS)
    assert office.failing() == {"I12"}


def test_a_second_confirmation_of_one_proposal_is_found(office: Witnessed, case_id: CaseId) -> None:
    told = agreed(office, case_id)
    office.forge(*told, actor=BORIS)
    office.forge(*told, actor=CLARA)
    assert office.failing() == {"I12"}


def test_a_confirmation_that_came_too_late_is_found(office: Witnessed, case_id: CaseId) -> None:
    office.later(days=7)
    office.forge(*agreed(office, case_id), actor=BORIS)
    assert office.failing() - {"I7"} == {"I12"}


def test_another_content_than_what_was_proposed_is_found(office: Witnessed, case_id: CaseId) -> None:
    key, stream = proposal(office, case_id), case_stream(case_id)
    confirmed = DecisionConfirmed(proposal_id=key, proposer=ANNA)
    other = StageEntered(
        trigger="transfer", source="referral", dest="transferred", second=ANNA, proposal=key, reason="moved",
        checked=("reason_is_given", "second_person_agreed"),
    )  # fmt: skip
    office.forge((stream, confirmed), (stream, other), actor=BORIS)
    assert "I12" in office.failing()


def test_a_typed_name_is_found_once_there_are_proposals(office: Witnessed, case_id: CaseId) -> None:
    other = office.open()
    typed = CarePlanAgreed(person_id=office.case(other).person_id, second=BORIS)
    office.forge((case_stream(other), typed), actor=ANNA)
    assert office.failing() == {"I12"}


def attached(office: Witnessed, case_id: CaseId) -> str:
    """Return the number of a file that Anna attached."""
    said = {"kind": "other", "compartment": "story", "media_type": "image/png", "size": 9, "told": "a drawing"}
    office.does(case_id, AttachFile, digest="0" * 64, fingerprint="0" * 32, **said)
    return list(attachments_of(office.case(case_id)).files)[-1]


def test_ones_own_file_is_taken_away_alone_on_the_day_it_was_attached(office: Witnessed, case_id: CaseId) -> None:
    office.does(case_id, RetractFile, file_id=attached(office, case_id), reason="wrong_file")
    assert office.failing() == set()


@pytest.mark.parametrize(("actor", "days"), [(BORIS, 0), (ANNA, 2)])
def test_anothers_file_or_an_older_one_taken_away_by_one_is_found(
    office: Witnessed, case_id: CaseId, actor: str, days: int
) -> None:
    file_id = attached(office, case_id)
    office.later(days=days)
    gone = FileRetracted(file_id=file_id, digest="0" * 64, reason="wrong_file")
    office.forge((case_stream(case_id), gone), actor=actor)
    assert "I12" in office.failing()


def test_what_older_versions_recorded_is_counted_and_named_as_such(office: Witnessed) -> None:
    case_id = office.open()
    typed = CarePlanAgreed(person_id=office.case(case_id).person_id, second=BORIS)
    office.forge((case_stream(case_id), typed), actor=ANNA)
    found = {one.name: one for one in office.checked()}["I12"]
    assert (found.ok, found.counted["older facts that rest on a typed name"]) == (True, 1)


# -- about the house ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fact",
    [
        RolesChanged(roles=("case_manager", "supervisor")),
        AccountPlaced(programmes=("moscow", "st-petersburg"), team="", facilities=()),
        CredentialsReset(second=ROOT),
        RolesChanged(roles=("supervisor",), second=ROOT, proposal="D-0000000000000000"),
    ],
)
def test_what_one_officer_gave_alone_is_found(office: Witnessed, fact: Fact) -> None:
    office.forge((account_stream(ANNA), fact), actor=ROOT)
    assert office.failing() == {"I12"}


def test_an_account_that_one_officer_opened_is_found(office: Witnessed) -> None:
    stream = account_stream("staff:eva")
    office.forge((stream, AccountOpened(account="staff:eva", roles=("supervisor",))), actor=ROOT)
    assert office.failing() == {"I12"}


@pytest.mark.parametrize("second", ["", ROOT])
def test_a_history_that_one_officer_vouched_for_is_found(office: Witnessed, second: str) -> None:
    office.forge((LOG_REPAIRS, HistoryVouchedFor(history="case:7K3P9-QXM2D", second=second)), actor=ROOT)
    assert office.failing() == {"I12"}


def test_a_history_that_two_officers_vouched_for_is_no_fault(office: Witnessed) -> None:
    office.forge((LOG_REPAIRS, HistoryVouchedFor(history="case:7K3P9-QXM2D", second=ZOYA)), actor=ROOT)
    assert office.failing() == set()


def test_a_founder_more_is_found(office: Witnessed) -> None:
    opened = AccountOpened(account="staff:eva", roles=("administrator",), founding=True)
    office.forge((account_stream("staff:eva"), opened), actor=ROOT)
    assert office.failing() == {"I12"}


def test_a_new_officer_who_stood_behind_something_too_early_is_found(office: Witnessed) -> None:
    office.by_two(OpenAccount, account="staff:eva", roles=("administrator",))
    asked = office.command(ChangeRoles, actor=ROOT, account=ANNA, roles=("supervisor",))
    proposal = office.accepted(asked).proposal
    changed = RolesChanged(roles=("supervisor",), second=ROOT, proposal=proposal)
    confirmed = DecisionConfirmed(proposal_id=proposal, proposer=ROOT)
    office.forge((OFFICE_DECISIONS, confirmed), (account_stream(ANNA), changed), actor="staff:eva")
    assert office.failing() == {"I12"}


def test_what_takes_rights_away_needs_no_second(office: Witnessed) -> None:
    narrower = AccountPlaced(programmes=(), team="", facilities=())
    office.forge((account_stream(ANNA), narrower), (account_stream(ANNA), RolesChanged(roles=())), actor=ROOT)
    assert office.failing() == set()


def test_accounts_that_older_versions_opened_by_one_are_counted_and_named_as_such(tmp_path: Path) -> None:
    office = Witnessed(sqlite_url(tmp_path / "older.sqlite")).published()
    for name, role in (("staff:a", "administrator"), ("staff:b", "administrator"), ("staff:c", "supervisor")):
        office.forge((account_stream(name), AccountOpened(account=name, roles=(role,))), actor="staff:a")
    found = {one.name: one for one in office.checked()}["I12"]
    assert (found.ok, found.counted["older decisions of one officer"]) == (True, 3)
    office.close()


# -- what one person may do alone, and no more -----------------------------------------------------------------------


def retracted(office: Witnessed, case_id: CaseId, **fields: Any) -> tuple[str, Fact]:
    """Return what a retraction of Anna's last note tells, as a forger would write it."""
    number, told = max(records_of(office.case(case_id)).standing.items())
    said = {"record": number, "of": told.of, "by": told.by, "recorded_at": instant(told.at), "why": "wrong_case"}
    return case_stream(case_id), RecordRetracted.model_validate(said | fields)


def test_ones_own_slip_passes_and_anothers_is_found(office: Witnessed, case_id: CaseId) -> None:
    office.does(case_id, AddNote, note="mine")
    office.forge(retracted(office, case_id), actor=ANNA)
    assert office.failing() == set()
    office.does(case_id, AddNote, note="mine too")
    office.forge(retracted(office, case_id), actor=BORIS)
    assert office.failing() == {"I12"}


def test_a_retraction_that_came_too_late_for_one_person_is_found(office: Witnessed, case_id: CaseId) -> None:
    office.does(case_id, AddNote, note="mine")
    office.later(days=8)
    office.forge(retracted(office, case_id), actor=ANNA)
    assert "I12" in office.failing()


def test_a_declared_return_that_one_person_turned_is_found(office: Witnessed, case_id: CaseId) -> None:
    person, before = office.case(case_id).person_id, office.case(case_id).citizenships
    said = {"person_id": person, "citizenships": ("UA",), "citizenships_before": before}
    fact = CitizenshipsCorrected.model_validate(said | {"why": "mistyped", "evidence": "passport"})
    office.forge((case_stream(case_id), fact), actor=ANNA)
    assert office.failing() == set()
    office.does(case_id, DeclareReturn, destination="UA", signed_on="2007-03-05")
    office.forge((case_stream(case_id), fact), actor=ANNA)
    assert office.failing() == {"I12"}


def test_a_high_risk_that_one_person_lowered_is_found(office: Witnessed, case_id: CaseId) -> None:
    office.does(case_id, AssessRisk, level="high", safe_to_return=False)
    office.does(case_id, AssessRisk, level="low", safe_to_return=True)  # proposed only
    assert office.failing() == set()
    person = office.case(case_id).person_id
    office.forge((case_stream(case_id), RiskAssessed(person_id=person, level="low", safe_to_return=True)), actor=ANNA)
    assert office.failing() == {"I12"}
