"""What the directory says when a letter is sent: a stop holds for those begun before it, a change for older cases."""

from datetime import timedelta
from typing import Any

import pytest

from events.ids import entry_person_id
from handlers.commanding.answers import Accepted
from tests.kit.directory import confirmed
from tests.kit.people import BORIS
from tests.kit.roads import agreed_to_be_told, consents, ready_to_be_received
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workflow.command import RetryTask
from workflow.subjects.directory.commands import ChangeEntry, ProposeResumption, StopEntry
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.referrals.commands import RevokeReferral, SendReferral
from workflow.subjects.referrals.state import referrals_of
from workflow.tasks import KIND_OF

# Letters to nobody of the directory: to the data-protection officer, and to an authority of a way to a document.
_ELSEWHERE = {"tell_of_glass", "tell_of_stop", "chase_consulate"}


def says(shop: Workshop, kind: type[Any], /, **fields: Any) -> None:
    given = {"actor": BORIS, "mandate": "supervisor", "programme": "moscow"} | fields
    answer = shop.office.submit(kind, **given)
    assert isinstance(answer, Accepted), answer
    if answer.proposal:
        confirmed(shop.office, given["kind"], given["entry"], answer.proposal)


def stops(shop: Workshop, kind: str, entry: str) -> None:
    says(shop, StopEntry, kind=kind, entry=entry, reason="a letter went astray")


def referred_to_harbour(shop: Workshop) -> Story:
    case = story(shop.office, citizenships=("RU",), language="tg")
    agreed_to_be_told(consents(case, "assistance"), "harbour")
    return case.does(SendReferral, service="local_referral")


def met_tomorrow(shop: Workshop) -> Story:
    case = ready_to_be_received(story(shop.office, language="ru"))
    at = shop.office.now + timedelta(days=1)
    return case.does(PlanArrival, at=at, means="train", number="12", place="Kazansky station", language="ru")


def test_a_letter_queued_a_minute_before_the_stop_does_not_go_and_waits_for_a_person(shop: Workshop) -> None:
    case = referred_to_harbour(shop)
    task = case.task(kind="send_referral")
    shop.office.pass_time(timedelta(minutes=1))
    stops(shop, "provider", "harbour")
    with shop.crew() as crew:
        crew.settle()
        crew.settle()
    assert shop.mails() == []
    assert shop.told(case, "TaskRefused") == ["TaskRefused"]
    assert [fact.reason for fact in shop.facts(case, "TaskRefused")] == ["RecipientStopped"]
    assert case.case.tasks[task].status == "refused"
    assert len(shop.items(case)) > 0


def test_a_stop_that_comes_while_a_worker_holds_the_task_still_holds(shop: Workshop) -> None:
    case = referred_to_harbour(shop)
    task = case.task(kind="send_referral")
    hand = shop.worker()
    (job,) = hand.leases.claim([task], shop.now)
    stops(shop, "provider", "harbour")
    hand.performer.report(hand.performer._do(job.kind, [job]))
    assert shop.mails() == []
    assert case.case.tasks[task].status == "refused"


def test_what_was_held_goes_once_two_people_have_resumed_it(shop: Workshop) -> None:
    case = referred_to_harbour(shop)
    task = case.task(kind="send_referral")
    stops(shop, "provider", "harbour")
    with shop.crew() as crew:
        crew.settle()
        case.when(RetryTask, task_id=task).then_refused("recipient_is_reached")
        says(shop, ProposeResumption, kind="provider", entry="harbour", reason="all is well")
        case.does(RetryTask, task_id=task)
        crew.settle()
        crew.settle()
    (mail,) = shop.mails()
    assert "desk@harbour.example.org" in mail["To"]


def test_not_even_that_a_referral_is_taken_back_is_written_to_who_was_stopped(shop: Workshop) -> None:
    case = referred_to_harbour(shop)
    with shop.crew() as crew:
        crew.settle()
        stops(shop, "provider", "harbour")
        (number,) = referrals_of(case.case).referrals
        case.does(RevokeReferral, referral_id=number, reason="stopped")
        crew.settle()
        crew.settle()
    assert len(shop.mails()) == 1
    assert [fact.reason for fact in shop.facts(case, "TaskRefused")] == ["RecipientStopped"]


def test_a_driver_with_a_new_address_is_written_to_there_for_a_letter_already_asked_for(shop: Workshop) -> None:
    case = met_tomorrow(shop)
    (task,) = (one for one in case.case.tasks.values() if one.kind == "book_pickup")
    meeter = dict(task.subject)["meeter"]
    says(shop, ChangeEntry, kind="meeter", entry=meeter, email="new@drivers.example.org", name="New Name")
    with shop.crew() as crew:
        crew.settle()
    (mail,) = shop.mails()
    assert "new@drivers.example.org" in mail["To"]
    assert "New Name" in mail["To"]


def test_a_driver_who_was_stopped_is_told_nothing(shop: Workshop) -> None:
    case = met_tomorrow(shop)
    (task,) = (one for one in case.case.tasks.values() if one.kind == "book_pickup")
    stops(shop, "meeter", dict(task.subject)["meeter"])
    with shop.crew() as crew:
        crew.settle()
    assert shop.mails() == []


def test_the_office_that_moved_signs_with_its_new_address(shop: Workshop) -> None:
    referred_to_harbour(shop)
    says(shop, ChangeEntry, kind="office", entry="office", email="new@office.example.org")
    with shop.crew() as crew:
        crew.settle()
    (mail,) = shop.mails()
    assert "new@office.example.org" in mail["From"]


def test_whose_address_cannot_be_opened_any_more_is_not_written_to_at_an_older_one(shop: Workshop) -> None:
    case = met_tomorrow(shop)
    (task,) = (one for one in case.case.tasks.values() if one.kind == "book_pickup")
    meeter = dict(task.subject)["meeter"]
    says(shop, ChangeEntry, kind="meeter", entry=meeter, email="new@drivers.example.org")
    person = entry_person_id("moscow", "meeter", meeter)
    shop.office.keys._keys.pop((person, "contact"))
    with shop.crew() as crew:
        crew.settle()
    assert shop.mails() == []
    assert [fact.reason for fact in shop.facts(case, "TaskRefused")] == ["AddressMissing"]


@pytest.mark.parametrize("kind", [one for one in KIND_OF.values() if one.is_letter], ids=lambda kind: kind.kind)
def test_every_letter_says_who_of_the_directory_it_is_for(kind: Any) -> None:
    named = kind.about.recipient
    assert (named.field == "") == (kind.kind in _ELSEWHERE)
    assert named.field in ("", *kind.about.model_fields)
