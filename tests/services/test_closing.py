"""Rows 6, 32 and 33: programmes begin, have a target, and end; a house that closes loses nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from console.words.reasons import typed
from events.facts.closing import ArrivalCounted, HandOverDecided, HandOverProposed, ProgrammeEnded
from events.facts.tasks import Escalated
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.queries.reports import ArrivalYear, arrivals_per_year
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import CLARA
from tests.kit.roads import agree_plan, bring, grant, release
from tests.kit.story import Story, present
from workflow.programme.loading import load_definition
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.closing.commands import CloseFacility, DecideHandOver, EndProgramme
from workflow.subjects.closing.state import closing_of
from workflow.subjects.grants.commands import RecordCost, ReleaseTranche
from workflow.subjects.intake.commands import GiveConsent

HOUSE = "moscow-centre"


def _close(office: Office, **fields: object) -> object:
    given = {"programme": "moscow", "facility": HOUSE, "on": office.now.date() + timedelta(days=30),
             "reason": "the funding ends"} | fields  # fmt: skip
    return office.submit(CloseFacility, **given)


def _end(office: Office, **fields: object) -> object:
    given = {"programme": "moscow", "on": office.now.date(), "reason": "the project is over"} | fields
    return office.submit(EndProgramme, **given)


def _in_the_house(office: Office, count: int) -> list[Story]:
    return [bring(Story(office), "accommodation").does(TakeBed) for _ in range(count)]


# -- row 6 ---------------------------------------------------------------------------------------------------


def test_one_person_more_than_the_target_is_taken_in_and_flagged(office: Office) -> None:
    office.publish(office.text.replace("target_per_year: 350", "target_per_year: 2"))
    for _ in range(3):
        assert isinstance(office.service.submit(office.opening()), Accepted)
    counted = [fact for fact in _facts(office, "intake:moscow") if isinstance(fact, ArrivalCounted)]
    assert [(fact.number, fact.target, fact.above_target) for fact in counted] == [
        (1, 2, False), (2, 2, False), (3, 2, True),
    ]  # fmt: skip


@ON_BOTH_DATABASES
def test_after_115_people_in_a_year_of_350_the_report_says_33_per_cent(office: Office) -> None:
    answers = office.service.submit_many([office.opening() for _ in range(115)])
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert arrivals_per_year(office.service.log, load_definition(office.text).programme) == [
        ArrivalYear(office.now.year, 350, 115, 33)
    ]


# -- row 32 --------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_a_programme_that_has_ended_takes_nobody_and_names_where_to_go(office: Office) -> None:
    assert isinstance(_end(office, successor="st-petersburg"), Accepted)
    assert isinstance(office.service.submit(office.opening()), Accepted)  # the last day is still a day
    office.pass_time(timedelta(days=1))
    answer = office.service.submit(office.opening())
    assert isinstance(answer, Refused)
    assert answer.codes == ("programme_is_running",)
    assert "st-petersburg" in typed(answer.reasons[0]).help


def test_before_a_programme_begins_nobody_is_taken_in(office: Office) -> None:
    office.publish(office.text.replace("since: 2006-12-01", "since: 2030-01-01", 1))
    answer = office.service.submit(office.opening())
    assert isinstance(answer, Refused)
    assert answer.codes == ("programme_is_running",)


def test_a_programme_is_ended_once_and_not_in_the_past(office: Office) -> None:
    assert _codes(_end(office, on=office.now.date() - timedelta(days=1))) == ("end_is_ahead",)
    assert _codes(_end(office, successor="moscow")) == ("successor_is_another",)
    _end(office)
    assert _codes(_end(office)) == ("programme_is_running",)


def test_ending_a_programme_names_every_open_case_and_what_is_open_there(office: Office) -> None:
    living = bring(Story(office), "care")
    waiting = Story(office)
    gone = Story(office).goes("withdraw")
    _end(office, successor="st-petersburg")
    (ended,) = [fact for fact in _facts(office, "intake:moscow") if isinstance(fact, ProgrammeEnded)]
    assert set(ended.proposed) == {living.case_id, waiting.case_id}
    assert not closing_of(gone.case).hand_overs
    (proposal,) = _proposed(office, living)
    assert (proposal.closes, proposal.to) == ("programme:moscow", "st-petersburg")
    assert "bed" in proposal.left_open


def test_a_case_opened_in_the_same_moment_as_the_end_is_not_forgotten(office: Office) -> None:
    opening = office.opening()
    end = office.command(EndProgramme, programme="moscow", on=office.now.date(), reason="over")
    answers = office.service.submit_many([opening, end])
    assert all(isinstance(answer, Accepted) for answer in answers)
    (ended,) = [fact for fact in _facts(office, "intake:moscow") if isinstance(fact, ProgrammeEnded)]
    assert ended.proposed == (opening.case_id,)


def test_after_its_end_a_programme_pays_for_nothing(office: Office) -> None:
    case = agree_plan(bring(Story(office), "reintegration"))
    waiting, approved = grant(case, "reinstallation", "EUR 200"), grant(case)
    _end(office)
    release(case, waiting)  # the last day is still a day
    case.later(days=1).when(ReleaseTranche, grant_id=approved, actor=CLARA).then_refused("programme_pays_today")
    cost = {"kind": "medical", "amount": "EUR 10", "reference": "bill 7"}
    case.when(RecordCost, **cost, day=office.now.date()).then_refused("programme_pays_today")
    case.does(RecordCost, **cost, day=office.now.date() - timedelta(days=1))


# -- row 33 --------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_closing_a_house_with_28_people_makes_28_proposals_and_loses_nobody(office: Office) -> None:
    people = [*_in_the_house(office, 27), bring(Story(office), "reception").does(HoldBed)]
    assert isinstance(_close(office), Accepted)
    proposals = {case.case_id: _proposed(office, case) for case in people}
    assert all(len(made) == 1 for made in proposals.values())
    assert len({made[0].proposal_id for made in proposals.values()}) == 28
    for case in people:
        case.does(DecideHandOver, proposal_id=proposals[case.case_id][0].proposal_id, outcome="stays",
                  reason="wants to stay near the clinic")  # fmt: skip
    decided = [fact for case in people for fact in _facts(office, f"case:{case.case_id}")]
    assert sum(isinstance(fact, HandOverDecided) for fact in decided) == 28
    assert len(office.rows("work_items", item="escalation:hand_over_stays")) == 28


def test_a_house_that_closes_holds_no_bed_for_anybody_new(office: Office) -> None:
    newcomer = bring(Story(office), "reception")
    _close(office)
    newcomer.when(HoldBed, facility=HOUSE)
    assert isinstance(newcomer.last, Refused)
    assert "facility_is_open" in newcomer.last.codes


def test_nobody_is_handed_over_without_their_consent(office: Office) -> None:
    (person,) = _in_the_house(office, 1)
    _close(office)
    (proposal,) = _proposed(office, person)
    accept = {"proposal_id": proposal.proposal_id, "outcome": "accepted", "to": "harbour"}
    person.when(DecideHandOver, **accept).then_refused("consent_to_hand_over")
    person.does(GiveConsent, purpose="referral", recipient="harbour")
    person.when(DecideHandOver, **accept).then_among_others(HandOverDecided)
    person.when(DecideHandOver, **accept).then_refused("hand_over_is_open")


def test_who_agrees_to_another_house_has_a_bed_there_before_the_old_one_is_given_up(office: Office) -> None:
    (person,) = _in_the_house(office, 1)
    _close(office, to="partner-hostel")
    (proposal,) = _proposed(office, person)
    accept = {"proposal_id": proposal.proposal_id, "outcome": "accepted"}
    person.when(DecideHandOver, **accept).then_refused("consent_to_hand_over")
    person.does(GiveConsent, purpose="referral", recipient="partner-hostel").does(DecideHandOver, **accept)
    assert accommodation_of(person.case).bed == ("partner-hostel", 1)
    assert not office.state(f"facility:{HOUSE}").beds
    person.does(TakeBed)


@ON_BOTH_DATABASES
def test_a_full_house_takes_nobody_over_and_the_old_bed_is_kept(office: Office) -> None:
    people = _in_the_house(office, 21)
    _close(office, to="partner-hostel")
    for person in people:
        person.does(GiveConsent, purpose="referral", recipient="partner-hostel")
    for person in people[:20]:
        (proposal,) = _proposed(office, person)
        person.does(DecideHandOver, proposal_id=proposal.proposal_id, outcome="accepted")
    (proposal,) = _proposed(office, people[20])
    people[20].when(DecideHandOver, proposal_id=proposal.proposal_id, outcome="accepted")
    people[20].then_refused("bed_is_free")
    assert accommodation_of(people[20].case).bed is not None
    assert present(accommodation_of(people[20].case).bed)[0] == HOUSE


def test_who_stays_may_still_go_later(office: Office) -> None:
    (person,) = _in_the_house(office, 1)
    _close(office)
    (proposal,) = _proposed(office, person)
    decide = {"proposal_id": proposal.proposal_id}
    person.when(DecideHandOver, **decide, outcome="stays").then_refused("reason_is_given")
    person.does(DecideHandOver, **decide, outcome="stays", reason="ill")
    person.does(GiveConsent, purpose="referral", recipient="harbour")
    person.does(DecideHandOver, **decide, outcome="elsewhere", to="harbour")


def test_a_hand_over_nobody_decided_is_shown_before_the_last_day(office: Office) -> None:
    (person,) = _in_the_house(office, 1)
    _close(office)
    person.later(days=27).fires("hand_over").then_among_others(Escalated)
    (proposal,) = _proposed(office, person)
    person.does(DecideHandOver, proposal_id=proposal.proposal_id, outcome="stays", reason="asked to wait")
    assert "hand_over_late" not in person.case.escalations


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"facility": "nowhere"}, "facility_is_known"),
        ({"to": "nowhere"}, "receiver_is_known"),
        ({"to": HOUSE}, "receiver_is_known"),
        ({"on": date(2006, 1, 1)}, "end_is_ahead"),
    ],
)
def test_a_house_is_not_closed_by_mistake(office: Office, wrong: dict[str, object], code: str) -> None:
    before = office.service.log.size()
    assert code in _codes(_close(office, **wrong))
    assert office.service.log.size() == before


def test_a_house_closes_once(office: Office) -> None:
    _close(office)
    assert _codes(_close(office)) == ("facility_is_open",)


def test_two_services_see_the_same_end(office: Office) -> None:
    other: CommandService = office.another_service()
    _end(office)
    office.pass_time(timedelta(days=1))
    answer = other.submit(office.opening())
    assert isinstance(answer, Refused)


def _facts(office: Office, stream: str) -> list[object]:
    log = office.service.log
    return [log.fact(event) for event in log.stream(stream)]


def _proposed(office: Office, case: Story) -> list[HandOverProposed]:
    facts = _facts(office, f"case:{case.case_id}")
    return [fact for fact in facts if isinstance(fact, HandOverProposed)]


def _codes(answer: object) -> tuple[str, ...]:
    assert isinstance(answer, Refused), answer
    return answer.codes
