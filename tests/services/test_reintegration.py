"""Row 18 and the way to the end of a case, through the public command path and real workers."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from events.facts.reintegration import CourseWaitlisted
from events.facts.tasks import Escalated, TaskCancelled, TaskFoundUndone, TimerFired
from handlers.checks.walk import check_lines, check_log
from handlers.commanding.answers import Accepted
from tests.kit.command_line import Wayhome
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import agree_plan, bring, close, trained
from tests.kit.story import Story
from tests.kit.workshop import Hand, Workshop
from workflow.command import FireTimer
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.reintegration.commands import (
    AgreePlan,
    EnrolInCourse,
    LeaveCourse,
    RecordFollowUp,
    RevisePlan,
    TakeSeat,
)
from workflow.subjects.reintegration.state import reintegration_of

SEWING = "course:sewing"
SEATS = "ru: Швейное дело}, seats: 8"


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(office, tmp_path / "world")
    yield shop
    shop.close()


def with_seats(office: Office, seats: int) -> Office:
    office.publish(office.text.replace(SEATS, f"ru: Швейное дело}}, seats: {seats}"))
    return office


def person(office: Office, **opening: object) -> Story:
    return Story(office, **opening).does(GiveConsent, purpose="assistance")


def line_up(office: Office, people: int) -> list[Story]:
    return [person(office).does(EnrolInCourse, course="sewing") for _ in range(people)]


def do_offers(case: Story, hand: Hand) -> None:
    """Let a worker do what the case asks for about its seat."""
    hand.performer.perform(list(case.tasks(kind="offer_seat")))
    assert not case.tasks(kind="offer_seat")


def stands(case: Story) -> str:
    place = reintegration_of(case.case).courses.get("sewing")
    return place.status if place else ""


def fire(case: Story, kind: str, **about: str) -> Story:
    found = [k for k, (of, s) in case.case.timers.items() if of == kind and about.items() <= dict(s).items()]
    return case.when(FireTimer, timer_id=found[0], due_at=case.place.now)


def test_a_full_course_has_a_line_and_a_freed_seat_is_offered_in_its_order(office: Office, shop: Workshop) -> None:
    with_seats(office, 2)
    first, second, third, fourth, fifth = line_up(office, 5)
    assert third.now_told(CourseWaitlisted) == [CourseWaitlisted(course="sewing", place=1)]
    assert [stands(one) for one in (first, second, third, fourth, fifth)] == ["enrolled"] * 2 + ["waiting"] * 3
    hand = shop.worker()

    first.does(LeaveCourse, course="sewing", reason="found_work")
    do_offers(first, hand)
    assert (stands(third), stands(fourth)) == ("offered", "waiting")
    assert shop.items(third) == {"take_seat"}
    third.does(TakeSeat, course="sewing")

    second.advance("withdraw").accepted()  # whoever ends their case frees the seat too
    do_offers(second, hand)
    assert (stands(third), stands(fourth), stands(fifth)) == ("enrolled", "offered", "waiting")

    fourth.later(days=3).fires("seat_offer").accepted()  # nobody took it: the next one is asked
    do_offers(fourth, hand)
    assert (stands(fourth), stands(fifth)) == ("", "offered")
    state = office.state(SEWING)
    assert (state.taken, tuple(state.offered), state.waiting) == ((third.case_id,), (fifth.case_id,), ())


@ON_BOTH_DATABASES
def test_an_offer_made_twice_by_a_worker_that_crashed_is_one_offer(office: Office, shop: Workshop) -> None:
    with_seats(office, 1)
    first, second, third = line_up(office, 3)
    first.does(LeaveCourse, course="sewing", reason="moved")
    (task_id,) = first.tasks(kind="offer_seat")
    for name in ("one", "two"):
        hand = shop.worker(name)
        jobs = hand.leases.claim([task_id], shop.now)
        hand.performer._do("offer_seat", list(jobs))  # done, and the report is lost with the process
        shop.lapse()
        hand.sweeper.sweep()
    do_offers(first, shop.worker("three"))
    assert (stands(second), stands(third)) == ("offered", "waiting")
    assert not first.tasks(kind="offer_seat")


@ON_BOTH_DATABASES
def test_twenty_people_at_once_get_five_seats_and_a_line_of_fifteen(office: Office) -> None:
    with_seats(office, 5)
    services = [office.service, office.another_service()]
    cases = [person(office) for _ in range(20)]
    commands = [case.command(EnrolInCourse, course="sewing") for case in cases]
    start = threading.Barrier(20)

    def enrol(number: int) -> object:
        start.wait(30)
        return services[number % 2].submit(commands[number])

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(enrol, range(20)))
    assert all(isinstance(answer, Accepted) for answer in answers)
    state = office.state(SEWING)
    assert (len(state.taken), len(state.waiting)) == (5, 15)
    assert sorted(stands(case) for case in cases) == ["enrolled"] * 5 + ["waiting"] * 15
    places = [reintegration_of(office.case(case_id)).courses["sewing"].status for case_id in state.waiting]
    assert places == ["waiting"] * 15


def test_attendance_and_outcome_become_part_of_the_plan(office: Office) -> None:
    case = trained(agree_plan(person(office, name="Gʻulnora Qodirova", language="uz")))
    (result,) = reintegration_of(case.case).results
    assert (result.course, result.outcome, result.attended) == ("sewing", "certificate", 1)
    assert reintegration_of(case.case).plan.goals == ("work", "housing")
    assert "training" in case.case.provided


def test_the_plan_is_due_within_a_month_of_return_and_every_version_has_two_names(office: Office) -> None:
    case = bring(Story(office), "reintegration").later(days=30).fires("plan_due")
    case.then(TimerFired, Escalated(kind="plan_overdue"))
    case.when(AgreePlan).then_refused("plan_is_drafted")
    agree_plan(case).does(RevisePlan, goals=("business", "health"), content="Տուն և աշխատանք").confirmed()
    assert reintegration_of(case.case).plan == (2, ("business", "health"), True)
    rows = [event.envelope.body for event in office.service.log.stream(f"case:{case.case_id}")]
    assert not any("Տուն" in body or "sewing course" in body for body in rows)  # the content is sealed
    assert not case.case.escalations


@ON_BOTH_DATABASES
def test_visits_are_due_on_their_days_and_a_partner_near_the_person_is_asked(office: Office, shop: Workshop) -> None:
    case = bring(Story(office), "follow_up").later(days=31)
    fire(case, "follow_up", month="1").accepted()
    assert "visit_due" in shop.items(case)
    shop.worker().performer.perform([case.task(kind="arrange_visit")])
    letter = shop.mails()[-1]
    assert letter["To"] == "Chisinau social service <desk@chisinau-visits.example.org>"
    assert case.case_id not in letter.as_string()
    assert not case.tasks(kind="arrange_visit")
    case.does(RecordFollowUp, month=1, outcome="getting_on", economic=1, social=2, psychosocial=2, note="ნინო")
    assert "visit_due" not in shop.items(case)
    found = reintegration_of(case.case).follow_ups[1]
    assert (found.outcome, found.economic, found.social, found.psychosocial) == ("getting_on", 1, 2, 2)


def test_a_visit_nobody_recorded_is_told_to_a_supervisor(office: Office, shop: Workshop) -> None:
    case = bring(Story(office), "follow_up").later(days=31)
    fire(case, "follow_up", month="1").accepted()
    case.later(days=14).fires("visit_overdue").then(TimerFired, Escalated(kind="visit_overdue"))
    assert "escalation" in shop.items(case)


def test_a_letter_being_written_while_the_visit_is_recorded_is_not_written_again(office: Office) -> None:
    case = bring(Story(office), "follow_up").later(days=31)
    fire(case, "follow_up", month="1").accepted()
    letter = case.task(kind="arrange_visit")
    case.claims(letter).does(RecordFollowUp, month=1, outcome="well")
    assert not case.case.tasks[letter].wanted
    case.finish(letter, "undone").then(TaskFoundUndone, TaskCancelled)


def test_closing_needs_a_second_person_a_listed_reason_and_nothing_left_behind(office: Office) -> None:
    case = bring(Story(office), "follow_up").later(days=366)
    case.does(EnrolInCourse, course="cooking")
    case.advance("close", reason="goals_met").then_refused("follow_up_is_done", "nothing_is_open")
    case.does(LeaveCourse, course="cooking", reason="moved")
    case.does(RecordFollowUp, month=12, outcome="well")
    case.advance("close", reason="tired_of_it").then_refused("reason_is_listed")
    case.advance("close", reason="support_period_ended").confirmed().then_at("closed")


def test_a_closed_case_comes_up_for_erasure_after_the_retention_time(office: Office, shop: Workshop) -> None:
    case = close(bring(Story(office), "follow_up"))
    hand = shop.worker()
    office.pass_time(timedelta(days=365 * 5))
    hand.sweeper.sweep()
    assert "retention" in {kind for kind, _ in case.case.timers.values()}  # two leap days are still to come
    office.pass_time(timedelta(days=3))
    hand.sweeper.sweep()
    assert case.case.escalations == {"retention_due"}
    assert shop.told(case, "RetentionReached") == ["RetentionReached"]


def test_what_was_done_for_courses_and_visits_passes_every_check(office: Office, shop: Workshop) -> None:
    with_seats(office, 1)
    first, second = line_up(office, 2)
    first.advance("withdraw").accepted()
    hand = shop.worker()
    do_offers(first, hand)
    second.does(TakeSeat, course="sewing")
    found = check_log(office.service.log, now=office.now)
    assert all(one.ok for one in found), "\n".join(check_lines(found))


def test_the_courses_are_listed_with_their_seats(wayhome: Wayhome) -> None:
    answer = wayhome.json("courses")
    sewing = next(row for row in answer["courses"] if row["course"] == "sewing")
    assert (sewing["seats"], sewing["taken"], sewing["free"], sewing["waiting"]) == (8, 0, 8, 0)


def test_plan_and_course_are_recorded_and_shown_on_the_command_line(wayhome: Wayhome) -> None:
    case = wayhome.json("case", "open", "programme=moscow", "source=ngo", "age_band=27-29")["case_id"]
    anna = ("--as", "staff:anna")
    record = ("case", "record", case)
    wayhome.done(*record, "GiveConsent", "purpose=assistance", *anna)
    wayhome.done(*record, "DraftPlan", "goals=work,housing", "content=Хочет шить", *anna)
    wayhome.by_two(case, *record, "AgreePlan")
    wayhome.done(*record, "EnrolInCourse", "course=sewing", *anna)
    line = wayhome.told_off(*record, "EnrolInCourse", "course=Шитьё", *anna)
    assert "write it like own-business" in line
    shown = wayhome.done("case", "show", case, *anna)
    assert "reintegration plan, version 1 (agreed): work, housing" in shown
    assert "course sewing: enrolled since" in shown
    assert "Хочет" not in shown
    life = wayhome.json("case", "show", case, *anna)["reintegration"]
    assert life["courses"]["sewing"]["status"] == "enrolled"
