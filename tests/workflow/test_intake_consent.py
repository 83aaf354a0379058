"""Consent is for a purpose; when it is taken back, what waits under it stops at once, and resumes when it returns."""

import pytest

from events.facts.care import AppointmentCancelled
from events.facts.intake import ConsentGiven, ConsentWithdrawn
from events.facts.reintegration import FollowUpDue
from events.facts.tasks import TaskCancelled, TaskFoundUndone, TimerFired, TimerSet
from tests.kit.roads import bring, consents, plan_trip, ready_to_travel
from tests.kit.story import story
from workflow.command import FireTimer
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.documents.commands import StartDocument
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.safety.commands import AppointGuardian
from workflow.subjects.travel.commands import PlanTrip


def test_taking_consent_back_cancels_what_is_queued_under_it() -> None:
    case = bring(story(), "care")
    case.when(WithdrawConsent, purpose="assistance")
    assert len(case.now_told(TaskCancelled)) == len(case.now_told(AppointmentCancelled)) == 3
    assert len(case.now_told()) == 7
    assert not case.case.tasks


def test_other_purposes_and_single_recipients_are_left_alone() -> None:
    case = bring(story(), "care").does(GiveConsent, purpose="assistance", recipient="harbour")
    case.when(WithdrawConsent, purpose="travel").then(ConsentWithdrawn)
    case.when(WithdrawConsent, purpose="assistance", recipient="harbour").then(ConsentWithdrawn)
    assert len(case.case.tasks) == 3


def test_work_a_worker_has_begun_is_waited_for() -> None:
    case = bring(story(), "care")
    begun = case.task(service="counselling")
    case.claims(begun).does(WithdrawConsent, purpose="assistance")
    assert set(case.case.tasks) == {begun}
    case.finish(begun, "undone").then(TaskFoundUndone, TaskCancelled)


def test_when_consent_is_given_again_the_work_is_asked_for_again() -> None:
    case = bring(story(), "care").cared_for("counselling").does(WithdrawConsent, purpose="assistance")
    case.does(GiveConsent, purpose="assistance")
    assert {dict(task.subject)["service"] for task in case.case.tasks.values()} == {"medical_exam", "legal_advice"}
    case.when(GiveConsent, purpose="assistance").then(ConsentGiven)  # once is enough


def test_the_documents_stage_asks_for_nothing_until_somebody_chooses_a_path() -> None:
    case = bring(story(), "care").cared_for("medical_exam", "counselling", "legal_advice")
    case.does(AgreeCarePlan).confirmed().does(WithdrawConsent, purpose="assistance")
    case.goes("arrange_documents").when(StartDocument).then_refused("consent_to_assistance")
    case.does(GiveConsent, purpose="assistance")
    assert not case.case.tasks
    case.does(StartDocument)


def test_withdrawn_travel_consent_stops_ticket_host_and_escort_and_returns_with_it() -> None:
    case = bring(story(), "documents")
    ready_to_travel(case, escort="medical")
    plan_trip(case).does(WithdrawConsent, purpose="travel")
    assert not case.case.tasks
    case.does(GiveConsent, purpose="travel")
    assert len(case.tasks(kind="book_ticket")) == len(case.tasks(kind="ask_host")) == 1
    assert len(case.tasks(kind="book_escort")) == 1
    case.advance("depart").then_refused(
        "ticket_is_issued", "host_is_ready", "escort_is_confirmed", "departure_has_come"
    )


def test_no_trip_is_planned_without_consent_to_travel() -> None:
    case = ready_to_travel(bring(story(), "documents")).does(WithdrawConsent, purpose="travel")
    now = case.place.now
    late = {"departs_at": now, "arrives_at": now.replace(hour=23), "origin": "DME", "destination": "KIV"}
    case.when(PlanTrip, **late).then_refused("consent_to_travel", "departure_is_ahead")


@pytest.mark.parametrize("days", [0, 1])
def test_a_consent_ends_with_its_last_day(days: int) -> None:
    case = story().does(GiveConsent, purpose="assistance", until="2007-03-05").later(days=days)
    assert case.case.consents_to("assistance", case.place.now.date()) is (days == 0)


def test_a_childs_guardian_may_consent_once_appointed() -> None:
    case = story(age_band="9-17")
    case.when(GiveConsent, purpose="travel", by="guardian").then_refused("guardian_is_appointed")
    case.does(AppointGuardian, kind="parent")
    case.when(GiveConsent, purpose="travel").then_refused("guardian_consents")
    consents(case, "travel").when(GiveConsent, purpose="assistance", by="guardian").accepted()


def test_no_follow_up_visit_is_asked_for_without_consent() -> None:
    case = bring(story(), "follow_up").does(WithdrawConsent, purpose="assistance").later(days=31)
    first = next(
        key for key, (kind, about) in case.case.timers.items() if (kind, about) == ("follow_up", (("month", "1"),))
    )
    case.when(FireTimer, timer_id=first, due_at=case.place.now)
    case.then(TimerFired, FollowUpDue, TimerSet)  # the case manager is reminded, nobody is written to
