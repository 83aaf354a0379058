"""Two cases that are one person's are joined by two people, count once, open nothing, and can be parted again."""

from __future__ import annotations

import pytest

from events.facts.access import CaseLed, CaseLedNoMore, CasesJoined, CasesParted
from events.facts.closing import ArrivalCounted, ArrivalTakenBack
from events.facts.erasure import CaseErasedToo, ErasureRequested, PersonErased
from handlers.checks.walk import check_log
from handlers.projections.rebuild import rebuild
from handlers.queries.reports import arrivals_by_month, arrivals_per_year, stage_statistics
from tests.kit.erasures import asked_for, confirm, erased, with_officers
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, agree_plan, bring, grant, paid, release
from tests.kit.story import Story, story
from workers.running.sweeper import compare_new_cases
from workflow.case.erasure import is_erased, request_of
from workflow.case.proposals import proposals_of
from workflow.command import AdvanceCase, ConfirmDecision
from workflow.subjects.access.commands import DecideDuplicate, JoinCases, PartCases
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.erasure.commands import ErasePerson, WithdrawErasureRequest
from workflow.subjects.grants.commands import RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote, OpenCase


def gave_way(office: Office, **opening: object) -> Story:
    """Somebody's second case, ended because it is one too many."""
    return Story(office, **opening).ends("withdraw", reason="duplicate")


def joined(office: Office) -> tuple[Story, Story]:
    leading, other = story(office), gave_way(office)
    leading.does(JoinCases, other=other.case_id).confirmed()
    return leading, other


@ON_BOTH_DATABASES
def test_one_proposes_another_confirms_and_only_then_are_two_cases_one_persons(office: Office) -> None:
    leading, other = story(office), gave_way(office)
    leading.does(JoinCases, other=other.case_id)
    assert access_of(leading.case).joined == (), "nothing happens before a second person"
    leading.confirmed()
    (fact,) = leading.now_told(CasesJoined)
    assert (fact.other, fact.second) == (other.case_id, ANNA)
    assert access_of(leading.case).joined == (other.case_id,)
    assert access_of(other.case).led_by == other.case.next_case == leading.case_id
    assert {type(told) for told in leading.now_told()} >= {CasesJoined, CaseLed, ArrivalTakenBack}
    office.check()
    assert [fault for one in check_log(office.service.log, now=office.now) for fault in one.faults] == []
    before = office.rows("case_board")
    rebuild(office.service.log)
    assert office.rows("case_board") == before
    assert [row["led_by"] for row in before if row["case_id"] == other.case_id] == [leading.case_id]


def test_a_case_that_goes_on_is_ended_first_so_that_nobody_is_in_two_beds(office: Office) -> None:
    leading, other = story(office), Story(office).does(HoldBed)
    leading.when(JoinCases, other=other.case_id).then_refused("joined_case_has_ended")
    other.ends("withdraw", reason="duplicate")
    assert accommodation_of(other.case).bed is None
    leading.does(JoinCases, other=other.case_id).confirmed()


def test_who_proposed_does_not_confirm(office: Office) -> None:
    leading, other = story(office), gave_way(office)
    leading.does(JoinCases, other=other.case_id)
    office.has_account(ANNA)
    (key,) = proposals_of(leading.case).pending
    leading.when(ConfirmDecision, proposal_id=key).then_refused("second_person_agreed")


def test_nobody_joins_a_case_they_see_to_one_that_the_other_does_not(office: Office) -> None:
    leading, other = story(office, team="north"), gave_way(office, team="south")
    leading.does(JoinCases, other=other.case_id)
    office.by_two(OpenAccount, account=CLARA, roles=("case_manager",), programmes=("moscow",), team="north")
    office.has_account(ANNA)
    (key,) = proposals_of(leading.case).pending
    leading.when(ConfirmDecision, actor=CLARA, proposal_id=key).then_refused("both_may_see_both_cases")
    assert access_of(other.case).led_by == ""
    leading.confirmed()
    assert access_of(leading.case).team == "north"
    assert access_of(other.case).team == "south", "who sees which case stays as it was"


@pytest.mark.parametrize("wrong", ["itself", "nobody", "twice", "led", "gone on", "same person"])
def test_what_cannot_be_joined(office: Office, wrong: str) -> None:
    leading, other = story(office), gave_way(office)
    third = gave_way(office)
    match wrong:
        case "itself":
            leading.when(JoinCases, other=leading.case_id).then_refused("joined_case_exists")
        case "nobody":
            leading.when(JoinCases, other="7K3P9-QXM2D").then_refused("joined_case_exists")
        case "twice":
            leading.does(JoinCases, other=other.case_id).confirmed()
            leading.when(JoinCases, other=other.case_id).then_refused("joined_case_is_the_last")
            third.when(JoinCases, other=other.case_id).then_refused("joined_case_is_the_last")
        case "led":
            leading.does(JoinCases, other=other.case_id).confirmed()
            other.when(JoinCases, other=third.case_id).then_refused("case_leads")
            third.when(JoinCases, other=leading.case_id).then_refused(
                "joined_case_is_the_last", "joined_case_has_ended"
            )
        case "gone on":
            after = Story(office, previous_case=other.case_id)
            leading.when(JoinCases, other=other.case_id).then_refused("joined_case_is_the_last")
            assert after.case.person_id == other.case.person_id
        case "same person":
            after = Story(office, previous_case=other.case_id)
            after.when(JoinCases, other=other.case_id).then_refused("joined_case_is_anothers")


def test_a_joined_case_is_not_taken_up_again_and_a_new_one_follows_the_leading(office: Office) -> None:
    leading, other = joined(office)
    other.when(AdvanceCase, trigger="reopen", reason="moved").then_refused("nothing_came_after", "case_leads")
    opening = office.command(OpenCase, programme="moscow", source="ngo", previous_case=other.case_id)
    decision = office.carry_out(opening)
    assert [reason.kind.key for reason in decision.reasons] == ["previous_case_has_no_other"]  # type: ignore[union-attr]
    assert dict(decision.reasons[0].values)["next"] == leading.case_id  # type: ignore[union-attr]


def test_who_has_two_cases_counts_once_until_they_are_parted(office: Office) -> None:
    leading, other = story(office), gave_way(office)
    programme, log = leading.place.definition.programme, office.service.log
    assert [year.arrived for year in arrivals_per_year(log, programme)] == [2]
    stays = stage_statistics(log, programme, office.now.year).stays
    leading.does(JoinCases, other=other.case_id).confirmed()
    assert [year.arrived for year in arrivals_per_year(log, programme)] == [1]
    assert sum(arrivals_by_month(log, programme).values()) == 1
    counted = stage_statistics(log, programme, office.now.year).stays
    assert sum(stay.people for stay in counted.values()) == sum(stay.people for stay in stays.values()) - 1
    leading.does(PartCases, other=other.case_id).confirmed()
    assert [year.arrived for year in arrivals_per_year(log, programme)] == [2]
    assert sum(arrivals_by_month(log, programme).values()) == 2
    assert stage_statistics(log, programme, office.now.year).stays == stays


def test_joining_is_undone_by_two_and_what_was_recorded_since_stays(office: Office) -> None:
    leading, other = joined(office)
    leading.does(AddNote, note="came back on Monday")
    leading.does(PartCases, other=other.case_id)
    assert access_of(other.case).led_by == leading.case_id
    leading.confirmed()
    assert {type(told) for told in leading.now_told()} >= {CasesParted, CaseLedNoMore, ArrivalCounted}
    assert (access_of(leading.case).joined, access_of(other.case).led_by, other.case.next_case) == ((), "", None)
    other.does(AdvanceCase, trigger="reopen", reason="moved").confirmed()
    assert other.case.stage == "reassessment"
    leading.when(PartCases, other=other.case_id).then_refused("other_case_is_joined")
    office.check()
    assert [fault for one in check_log(office.service.log, now=office.now) for fault in one.faults] == []


def test_what_was_found_to_be_one_person_is_offered_and_a_third_case_is_compared_with_the_leading(
    office: Office,
) -> None:
    told = {"name": "Țurcanu Ana Maria", "birth_date": "1980-02-03"}
    leading, other = story(office, **told), Story(office, **told)
    compare_new_cases(office.service)
    leading.does(DecideDuplicate, other=other.case_id, same=True)
    assert access_of(leading.case).same == (other.case_id,)
    other.ends("withdraw", reason="duplicate")
    leading.does(JoinCases, other=other.case_id).confirmed()
    assert access_of(leading.case).same == ()
    third = Story(office, **told)
    compare_new_cases(office.service)
    assert access_of(leading.case).duplicates == (third.case_id,)
    assert access_of(other.case).duplicates == ()


# -- erasure: one request, and nothing left under the other keys -------------------------------------------------------


def test_one_request_asks_for_both_and_the_leading_case_waits_for_the_other(office: Office) -> None:
    leading, other = joined(with_officers(office))
    leading.ends("withdraw", reason="declined")
    asked_for(leading).then(ErasureRequested, ErasureRequested)
    request = request_of(other.case)
    assert request is not None
    assert request == request_of(leading.case)
    leading.when(ErasePerson, actor=BORIS, mandate="supervisor").then_refused("joined_case_is_erased_first")
    other.does(ErasePerson, actor=BORIS, mandate="supervisor")
    (key,) = proposals_of(other.case).pending
    confirm(other, key).accepted()
    assert is_erased(other.case)
    leading.does(ErasePerson, actor=BORIS, mandate="supervisor")
    (key,) = proposals_of(leading.case).pending
    confirm(leading, key).accepted()
    assert [fact.cases for fact in leading.now_told(PersonErased)] == [(leading.case_id,)]
    assert leading.now_told(CaseErasedToo) == []
    office.check()


def test_a_request_made_at_the_case_that_is_led_asks_for_the_leading_one_too_and_is_taken_back_for_both(
    office: Office,
) -> None:
    leading, other = joined(with_officers(office))
    asked_for(other)
    assert request_of(leading.case) == request_of(other.case)
    leading.does(WithdrawErasureRequest)
    assert request_of(leading.case) is request_of(other.case) is None


def test_an_erased_case_is_joined_to_nothing(office: Office) -> None:
    leading, other = story(with_officers(office)), gave_way(office)
    erased(other)
    leading.when(JoinCases, other=other.case_id).then_refused("joined_case_is_kept")


# -- money -------------------------------------------------------------------------------------------------------------


def test_what_was_paid_in_the_other_case_counts_for_the_return_and_no_more_once_they_are_parted(office: Office) -> None:
    leading, other = story(office), Story(office)
    agree_plan(bring(other, "reintegration"))
    key = grant(other)
    paid(other, key, release(other, key))
    other.ends("withdraw", reason="duplicate")
    had = grants_of(other.case).grants[key]
    assert had.paid > 0
    agree_plan(bring(leading, "reintegration"))
    leading.does(JoinCases, other=other.case_id).confirmed()
    wanted = {"kind": had.kind, **MONEY, "amount": "EUR 1800"}
    leading.when(RequestGrant, **wanted).then_refused("grant_is_the_first", "amount_is_within_cap")
    leading.does(PartCases, other=other.case_id).confirmed()
    leading.does(RequestGrant, **wanted)
