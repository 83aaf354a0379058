"""Two cases of one person are joined though the other goes on: it ends in the same breath, or nothing happens."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from console.views.carrying_out import carry_out
from events.facts.access import CaseLed
from events.facts.erasure import ErasureCompleted, PersonErased
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted, Answer
from tests.kit.erasures import DINA, asked_for, with_officers
from tests.kit.families import FLIGHT, mails
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, CLARA, TAMARA
from tests.kit.roads import agree_plan, bring, consents, departed, grant, ready_to_depart, release
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workflow.case.erasure import is_erased, request_of
from workflow.case.proposals import proposals_of
from workflow.command import CaseCommand, ConfirmDecision, DeclineDecision, WithdrawProposal
from workflow.reasons import Refused
from workflow.subjects.access.commands import JoinCases, PartCases
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.erasure.commands import ErasePerson
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.reception.state import reception_of


def says(case: Story, kind: type[CaseCommand], actor: str = ANNA, **fields: object) -> Answer:
    """Give a command as a page, the API and the command line do."""
    office = case.place
    assert isinstance(office, Office)
    office.has_account(actor)
    return carry_out(office.service, office.command(kind, case_id=case.case_id, actor=actor, **fields))


def proposal(case: Story) -> str:
    (key,) = proposals_of(case.case).pending
    return key


def confirms(case: Story, actor: str = TAMARA, **fields: object) -> Answer:
    return says(case, ConfirmDecision, actor, proposal_id=proposal(case), **fields)


def codes(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, Refused), answer
    return answer.codes


def faults(office: Office) -> list[object]:
    return [fault for one in check_log(office.service.log, now=office.now) for fault in one.faults]


@ON_BOTH_DATABASES
def test_a_case_that_goes_on_gives_way_by_the_same_two_people_and_gives_back_bed_and_pickup(shop: Workshop) -> None:
    office = shop.office
    leading, other = story(office), consents(Story(office), "assistance")
    other.does(PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT).does(HoldBed)
    assert len(mails(shop, "meeter-01")) == 1
    assert isinstance(says(leading, JoinCases, other=other.case_id, gives_way=True), Accepted)
    assert other.case.stage == "referral", "nothing happens before a second person"
    assert accommodation_of(other.case).bed is not None
    assert isinstance(confirms(leading), Accepted)
    assert (other.case.stage, access_of(other.case).led_by) == ("withdrawn", leading.case_id)
    assert access_of(leading.case).joined == (other.case_id,)
    assert accommodation_of(other.case).bed is None
    assert reception_of(other.case).arrival is None
    assert any("Please do not go there" in text for text in mails(shop, "meeter-01"))
    office.check()
    assert faults(office) == []


def test_without_the_word_that_it_gives_way_a_case_that_goes_on_is_not_joined(office: Office) -> None:
    leading, other = story(office), story(office)
    assert codes(says(leading, JoinCases, other=other.case_id)) == ("joined_case_has_ended",)
    leading.when(JoinCases, other=other.case_id, gives_way=True).accepted()
    leading.when(ConfirmDecision, actor=BORIS, proposal_id=proposal(leading))
    assert "joined_case_has_ended" in leading.last.codes  # type: ignore[union-attr]
    assert access_of(other.case).led_by == ""


def test_the_confirmation_sent_twice_ends_and_joins_once(office: Office) -> None:
    leading, other = story(office), story(office)
    says(leading, JoinCases, other=other.case_id, gives_way=True)
    key, command_id = proposal(leading), UUID(str(office.uuid()))
    office.has_account(TAMARA)
    sent = office.command(
        ConfirmDecision, case_id=leading.case_id, actor=TAMARA, proposal_id=key, command_id=command_id
    )
    first, again = (carry_out(office.service, sent) for _ in range(2))
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert (first.repeated, again.repeated) == (False, True)
    events = [event.envelope.type for event in office.service.log.stream(f"case:{other.case_id}")]
    assert events.count(CaseLed.__name__) == events.count("StageEntered") == 1


def test_nothing_ends_when_the_second_person_may_not_see_the_other_case(office: Office) -> None:
    leading, other = story(office, team="north"), story(office, team="south")
    says(leading, JoinCases, other=other.case_id, gives_way=True)
    office.by_two(OpenAccount, account=CLARA, roles=("case_manager",), programmes=("moscow",), team="north")
    answer = carry_out(
        office.service,
        office.command(ConfirmDecision, case_id=leading.case_id, actor=CLARA, proposal_id=proposal(leading)),
    )
    assert "both_may_see_both_cases" in codes(answer)
    assert other.case.stage == "referral"


def test_who_is_on_the_way_or_has_money_at_the_bank_does_not_give_way_and_every_reason_is_told(office: Office) -> None:
    leading = story(office)
    gone = bring(Story(office), "returning")
    assert codes(says(leading, JoinCases, other=gone.case_id, gives_way=True)) == ("joined_case_gives_way",)
    paid = agree_plan(bring(Story(office), "reintegration"))
    release(paid, grant(paid))
    paid.finish(paid.task(kind="disburse_grant")).accepted()
    assert "joined_case_gives_way" in codes(says(leading, JoinCases, other=paid.case_id, gives_way=True))
    assert (gone.case.stage, paid.case.stage) == ("returning", "reintegration")


def test_who_departs_between_the_two_words_is_not_ended_on_the_way(office: Office) -> None:
    leading, other = story(office), bring(Story(office), "documents")
    says(leading, JoinCases, other=other.case_id, gives_way=True)
    departed(ready_to_depart(other))
    assert other.case.stage == "returning"
    assert "joined_case_gives_way" in codes(confirms(leading))
    assert (other.case.stage, access_of(other.case).led_by) == ("returning", "")


# -- forgotten in both -----------------------------------------------------------------------------------------------


def joined(office: Office) -> tuple[Story, Story]:
    leading, other = story(office), Story(office)
    says(leading, JoinCases, other=other.case_id, gives_way=True)
    assert isinstance(confirms(leading), Accepted)
    return leading, other


@ON_BOTH_DATABASES
def test_a_person_who_asks_to_be_forgotten_is_forgotten_in_both_by_one_decision_of_two(shop: Workshop) -> None:
    office = with_officers(shop.office)
    leading, other = joined(office)
    leading.ends("withdraw", reason="declined")
    asked_for(leading)
    assert request_of(other.case) == request_of(leading.case)
    assert isinstance(says(leading, ErasePerson, BORIS, mandate="supervisor"), Accepted)
    assert not is_erased(other.case)
    answer = says(leading, ConfirmDecision, DINA, mandate="data_protection", proposal_id=proposal(leading))
    assert isinstance(answer, Accepted), answer
    assert is_erased(leading.case)
    assert is_erased(other.case)
    mails(shop, "nobody")
    for one in (leading, other):
        types = [event.envelope.type for event in office.service.log.stream(f"case:{one.case_id}")]
        assert {PersonErased.__name__, ErasureCompleted.__name__} <= {*types}
    leading.when(PartCases, other=other.case_id).then_refused("person_is_not_erased")
    office.check()
    assert faults(office) == []


def test_what_stands_against_forgetting_the_other_stands_against_both(office: Office) -> None:
    with_officers(office)
    leading, other = joined(office)
    leading.ends("withdraw", reason="declined")
    asked_for(leading)
    says(leading, ErasePerson, BORIS, mandate="supervisor")
    answer = says(leading, ConfirmDecision, BORIS, mandate="supervisor", proposal_id=proposal(leading))
    assert "second_person_agreed" in codes(answer)
    assert not is_erased(leading.case)
    assert not is_erased(other.case)


def test_half_of_an_erasure_is_refused_also_to_a_program_that_speaks_to_the_service_itself(office: Office) -> None:
    with_officers(office)
    leading, other = joined(office)
    leading.ends("withdraw", reason="declined")
    asked_for(leading)
    leading.when(ErasePerson, actor=BORIS, mandate="supervisor").then_refused("joined_case_is_erased_first")
    says(leading, ErasePerson, BORIS, mandate="supervisor")
    second = {"actor": DINA, "mandate": "data_protection", "proposal_id": proposal(leading)}
    leading.when(ConfirmDecision, **second).then_refused("joined_case_is_erased_first")
    assert not is_erased(leading.case)
    assert not is_erased(other.case)


def test_who_says_no_to_forgetting_somebody_says_it_of_both_cases(office: Office) -> None:
    with_officers(office)
    leading, other = joined(office)
    leading.ends("withdraw", reason="declined")
    asked_for(leading)
    no = {"mandate": "data_protection", "reason": "the letter is nobody's"}
    says(leading, ErasePerson, BORIS, mandate="supervisor")
    assert isinstance(says(leading, DeclineDecision, DINA, proposal_id=proposal(leading), **no), Accepted)
    assert proposals_of(leading.case).pending == proposals_of(other.case).pending == {}
    says(leading, ErasePerson, BORIS, mandate="supervisor")
    back = says(leading, WithdrawProposal, BORIS, mandate="supervisor", proposal_id=proposal(leading))
    assert isinstance(back, Accepted)
    assert proposals_of(leading.case).pending == proposals_of(other.case).pending == {}
