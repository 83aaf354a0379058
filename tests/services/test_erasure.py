"""Erasing: asked for, decided by two, refused while somebody would be stranded, and nothing sealed after it."""

from __future__ import annotations

import pytest

from events.facts.erasure import CaseErasedToo, ErasureRequested, PersonErased
from handlers.commanding.answers import Accepted
from tests.kit.erasures import DINA, asked_for, confirm, ended, erased, proposed, with_officers
from tests.kit.officers import ROOT
from tests.kit.offices import ON_BOTH_DATABASES, Office, overtaken
from tests.kit.people import BORIS, TAMARA
from tests.kit.roads import agree_plan, bring, grant, release
from tests.kit.story import story
from workflow.case.erasure import erasure_of
from workflow.case.proposals import proposals_of
from workflow.command import CaseCommand, ConfirmDecision, DeclineDecision
from workflow.reasons import Reason, Refused
from workflow.subjects.access.commands import BreakGlass, ReviewAccess
from workflow.subjects.accommodation.commands import TakeBed
from workflow.subjects.accounts.commands import CloseAccount
from workflow.subjects.erasure.commands import ErasePerson, RequestErasure, WithdrawErasureRequest
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote, OpenSealed


@ON_BOTH_DATABASES
def test_a_supervisor_proposes_and_the_officer_confirms_and_only_then_the_person_is_erased(office: Office) -> None:
    case = ended(office)
    asked_for(case).then(ErasureRequested)
    case.does(ErasePerson, actor=BORIS, mandate="supervisor")
    (key,) = proposals_of(case.case).pending
    assert not erasure_of(case.case).erased_at, "nothing happens before a second person"
    confirm(case, key).accepted()
    (fact,) = case.now_told(PersonErased)
    assert (fact.second, fact.asked_by, fact.paper, fact.cases) == (BORIS, "person", "118/2007", (case.case_id,))
    assert {task.kind for task in case.case.tasks.values()} == {"shred_person"}
    assert case.case.timers == {}, "nothing is waited for any more"


def test_the_proposer_does_not_confirm_and_nobody_does_without_the_right(office: Office) -> None:
    case = ended(office)
    key = proposed(case)
    confirm(case, key, BORIS).then_refused("second_person_agreed", "second_person_may")
    office.has_account(TAMARA)
    confirm(case, key, TAMARA).then_refused("second_person_may")
    case.when(DeclineDecision, actor=DINA, mandate="data_protection", proposal_id=key, reason="not asked in writing")
    assert proposals_of(case.accepted().case).pending == {}
    assert not erasure_of(case.case).erased_at


def test_nobody_is_erased_who_did_not_ask(office: Office) -> None:
    case = ended(office)
    case.when(ErasePerson, actor=BORIS, mandate="supervisor").then_refused("erasure_is_asked_for")
    asked_for(case).when(RequestErasure, actor=BORIS, paper="119/2007").then_refused("erasure_is_asked_once")
    case.does(WithdrawErasureRequest)
    case.when(ErasePerson, actor=BORIS, mandate="supervisor").then_refused("erasure_is_asked_for")


def test_a_request_taken_back_stops_what_was_proposed_for_it(office: Office) -> None:
    case = ended(office)
    key = proposed(case)
    case.does(WithdrawErasureRequest)
    confirm(case, key).then_refused("erasure_is_asked_for")


def test_the_end_of_keeping_is_a_reason_only_when_it_has_come(office: Office) -> None:
    case = ended(office)
    case.when(RequestErasure, actor=BORIS, asked_by="retention", paper="1").then_refused("retention_is_over")
    case.later(days=366 * 5).fires("retention").accepted()
    assert "retention_due" in case.case.escalations, "proposed to people, and never done by a clock"
    case.does(RequestErasure, actor=BORIS, asked_by="retention", paper="1")


def test_a_name_cannot_stand_where_the_paper_s_number_does(office: Office) -> None:
    with pytest.raises(ValueError, match="paper"):
        ended(office).command(RequestErasure, actor=BORIS, paper="letter of Maria")


def test_whoever_has_a_bed_a_task_or_a_trip_is_not_erased_and_all_of_it_is_listed(office: Office) -> None:
    case = bring(story(with_officers(office)), "accommodation").does(TakeBed)
    asked_for(case)
    case.when(ErasePerson, actor=BORIS, mandate="supervisor")
    case.then_refused("case_has_ended_before_erasure", "nobody_is_stranded")
    assert isinstance(case.last, Refused)
    (stranded,) = (one for one in case.last.reasons if one.code == "nobody_is_stranded")
    left = dict(stranded.values)["left"]
    assert isinstance(left, tuple)
    assert "nothing_is_open/bed" in {one.kind.key for one in left if isinstance(one, Reason)}


def test_money_at_the_bank_is_waited_for(office: Office) -> None:
    case = bring(story(with_officers(office)), "reintegration")
    agree_plan(case)
    release(case, grant(case))
    case.finish(case.task(kind="disburse_grant")).accepted()
    case.ends("withdraw", reason="declined")
    asked_for(case).when(ErasePerson, actor=BORIS, mandate="supervisor").then_refused("nobody_is_stranded")
    assert any(one.at_the_bank for one in grants_of(case.case).grants.values())


def test_who_broke_the_glass_is_looked_into_before_it_cannot_be_any_more(office: Office) -> None:
    case = ended(office)
    case.does(BreakGlass, actor="staff:mallory", reason="danger_to_life", why="something terrible happens")
    asked_for(case).when(ErasePerson, actor=BORIS, mandate="supervisor")
    assert isinstance(case.last, Refused)
    assert "looks_are_reviewed" in case.last.codes
    case.does(ReviewAccess, actor=BORIS, account="staff:mallory", outcome="not_justified")
    for task in case.tasks(kind="tell_of_glass"):
        case.finish(task).accepted()
    case.does(ErasePerson, actor=BORIS, mandate="supervisor")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (AddNote, {"note": "she called again"}),
        (OpenSealed, {"compartments": ("identity",), "why": "to call her"}),
        (BreakGlass, {"reason": "danger_to_life", "why": "something terrible happens", "actor": TAMARA}),
        (RequestErasure, {"paper": "119"}),
        (ErasePerson, {"actor": BORIS}),
    ],
)
def test_after_it_nothing_is_written_or_opened_and_the_refusal_says_why(
    office: Office, kind: type[CaseCommand], fields: dict[str, object]
) -> None:
    erased(ended(office)).when(kind, **fields).then_refused("person_is_not_erased")


def test_an_erasure_is_proposed_once_and_confirmed_once(office: Office) -> None:
    case = ended(office)
    key = proposed(case)
    case.when(ErasePerson, actor=TAMARA, mandate="supervisor").then_refused("is_proposed_once")
    confirm(case, key).accepted()
    confirm(case, key)
    assert isinstance(case.last, Refused)


def test_two_officers_at_once_erase_once(office: Office) -> None:
    case = ended(office)
    key = proposed(case)
    other = office.another_service()
    kind = {"actor": DINA, "mandate": "data_protection", "proposal_id": key, "case_id": case.case_id}
    answers = [service.submit(office.command(ConfirmDecision, **kind)) for service in (office.service, other)]
    assert [type(answer) for answer in answers] == [Accepted, Refused]
    told = [event.envelope.type for event in office.service.log.stream(f"case:{case.case_id}")]
    assert told.count("PersonErased") == 1


def test_a_case_that_has_moved_since_it_was_on_the_screen_is_looked_at_again(office: Office) -> None:
    case = ended(office)
    key = proposed(case)
    seen = office.service.folds.get(f"case:{case.case_id}").version
    case.does(AddNote, note="a last note")
    fields = {"actor": DINA, "mandate": "data_protection", "proposal_id": key, "case_id": case.case_id}
    overtaken(office.submit(ConfirmDecision, expected=seen, **fields))


def test_the_officer_s_account_is_asked_about_again_at_the_moment_of_confirming(office: Office) -> None:
    case = ended(office)
    key = proposed(case)
    office.accepted(office.command(CloseAccount, actor=ROOT, mandate="administrator", account=BORIS, reason="left"))
    confirm(case, key).then_refused("account_is_open")


def test_every_case_of_the_person_is_erased_with_the_last_one(office: Office) -> None:
    first = ended(office)
    second = story(office, previous_case=first.case_id).ends("withdraw", reason="declined")
    third = story(office, previous_case=second.case_id).ends("withdraw", reason="declined")
    asked_for(first).when(ErasePerson, actor=BORIS, mandate="supervisor").then_refused("latest_case_is_erased")
    erased(third)
    (fact,) = third.now_told(PersonErased)
    assert fact.cases == (third.case_id, second.case_id, first.case_id)
    assert len(third.now_told(CaseErasedToo)) == 2
    for one in (first, second):
        one.when(AddNote, note="later").then_refused("person_is_not_erased")
        assert one.case.timers == {}


def test_somebody_who_was_erased_and_comes_back_is_somebody_new(office: Office) -> None:
    case = erased(ended(office))
    again = office.service.submit(office.opening(previous_case=case.case_id))
    assert isinstance(again, Refused)
    assert again.codes == ("previous_case_exists",)
    assert isinstance(office.service.submit(office.opening()), Accepted)


def test_another_person_s_case_is_left_whole(office: Office) -> None:
    child, mother = ended(office, name="Kind"), story(office, name="Mutter")
    erased(child)
    mother.does(AddNote, note="her child's case was erased")
