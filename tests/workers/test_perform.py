"""What comes of a task: done, put off, refused, unknown, or a bug; and what each of them leaves behind."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from events.errors import StoreUnavailable
from events.facts.tasks import TaskFoundDone
from events.facts.travel import EscortInvited
from events.ids import case_stream
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.roads import bring, plan_trip, ready_to_travel
from tests.kit.story import Story, story
from tests.kit.workshop import MailServer, MoodyOrders, Workshop
from tests.servers.postgres import Postgres
from workers.effects.registry import EFFECTS
from workers.errors import OutcomeUnknown, Refused, Unavailable
from workers.mail.post import NullPost
from workers.running.jobs import JobOutcome
from workers.running.orders import Order
from workflow.command import CancelTask, ConfirmLetter, RetryTask
from workflow.tasks import KIND_OF

CANARY = "Zlatovlaska Kanarejkina"


def moody(shop: Workshop, *before: Exception, after: Exception | None = None) -> MoodyOrders:
    orders = MoodyOrders(shop.book, deque(before), deque([after] if after else []))
    shop.orders = orders
    return orders


def with_an_escort_to_ask(shop: Workshop, **opening: str) -> tuple[Story, str]:
    """Return somebody whose escort is to be written to, and the task of writing."""
    case = ready_to_travel(bring(story(shop.office, **opening), "documents"), "operational")
    return case, plan_trip(case).task(kind="book_escort")


def test_a_task_is_done_once_however_often_it_is_rung_for(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    hand = shop.worker()
    for _ in range(3):
        hand.performer.perform([task_id, task_id])
    assert shop.told(case, "TicketIssued") == ["TicketIssued"]
    assert (shop.book.deliveries()[task_id], shop.book.repeats()) == (1, 0)


def test_when_nobody_answers_nothing_is_told_and_the_task_waits(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    moody(shop, Unavailable("nobody answers"))
    before = shop.told(case)
    shop.worker().performer.perform([task_id])
    assert (shop.status(task_id), shop.told(case)) == ("waiting", before)


def test_a_refusal_is_for_a_person_and_is_not_tried_again(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    moody(shop, Refused(f"we do not know any {CANARY}"))
    hand = shop.worker()
    hand.performer.perform([task_id])
    (refusal,) = shop.facts(case, "TaskRefused")
    assert refusal.reason == "Refused", "the class of error, never the other side's words"
    assert (shop.status(task_id), shop.items(case)) == ("dead", {"task_refused", "host_answer"})
    shop.office.pass_time(timedelta(days=1))
    assert hand.sweeper.sweep().rung == 0


def test_an_order_of_unknown_outcome_is_asked_about_and_found_done(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    orders = moody(shop, after=OutcomeUnknown("cut off after the order"))
    hand = shop.worker()
    hand.performer.perform([task_id])
    assert (shop.status(task_id), "task_unknown" in shop.items(case)) == ("unknown", True)
    hand.performer.perform([task_id])
    assert orders.asked == 1, "it is not simply repeated"
    shop.office.pass_time(timedelta(seconds=1))
    hand.sweeper.sweep()
    assert [fact.reference for fact in shop.facts(case, "TicketIssued")] == [f"order:{task_id}"]
    assert (orders.asked, shop.book.repeats(), shop.items(case)) == (1, 0, {"host_answer"})


def test_an_order_of_unknown_outcome_that_never_arrived_is_made_again(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    moody(shop, OutcomeUnknown("cut off before anything was written down"))
    hand = shop.worker()
    hand.performer.perform([task_id])
    shop.office.pass_time(timedelta(seconds=1))
    hand.sweeper.sweep()
    assert (shop.status(task_id), shop.told(case, "TaskFoundUndone")) == ("waiting", ["TaskFoundUndone"])
    hand.performer.perform([task_id])
    assert (shop.told(case, "TicketIssued"), shop.book.repeats()) == (["TicketIssued"], 0)


def test_a_mail_of_unknown_outcome_waits_for_a_person(shop: Workshop) -> None:
    shop.post = server = MailServer(after=deque([OutcomeUnknown("lost on the way")]))
    case, task_id = with_an_escort_to_ask(shop)
    hand = shop.worker()
    hand.performer.perform([task_id])
    for _ in range(3):
        shop.office.pass_time(timedelta(minutes=10))
        assert hand.sweeper.sweep().asked == 1
        hand.performer.perform([task_id])
    assert (shop.status(task_id), server.sent) == ("unknown", [task_id])
    assert "task_unknown" in shop.items(case)
    case.does(RetryTask, task_id=task_id)
    hand.performer.perform([task_id])
    assert (shop.status(task_id), server.sent) == ("done", [task_id, task_id]), "a person wanted it"


def test_a_letter_of_unknown_fate_that_arrived_is_said_to_have_and_not_sent_again(shop: Workshop) -> None:
    shop.post = server = MailServer(after=deque([OutcomeUnknown("lost on the way")]))
    case, task_id = with_an_escort_to_ask(shop)
    case.when(ConfirmLetter, task_id=task_id).then_refused("letter_is_unknown")  # nobody has begun it
    shop.worker().performer.perform([task_id])
    case.when(CancelTask, task_id=task_id, reason="not wanted").then_refused("task_is_not_begun")
    case.does(ConfirmLetter, task_id=task_id).then_among_others(TaskFoundDone, EscortInvited)
    assert (shop.status(task_id), server.sent) == ("done", [task_id])
    assert "task_unknown" not in shop.items(case)
    case.when(ConfirmLetter, task_id=task_id).then_refused("letter_is_unknown")
    told = shop.office.service.log.of_types(case_stream(case.case.case_id), ("TaskFoundDone",))
    assert [event.envelope.actor for event in told] == [ANNA]


def test_what_a_booking_came_to_is_not_for_a_person_to_say(shop: Workshop) -> None:
    case, _ = with_an_escort_to_ask(shop)
    moody(shop, OutcomeUnknown("lost"))
    ticket = case.task(kind="book_ticket")
    shop.worker().performer.perform([ticket])
    case.when(ConfirmLetter, task_id=ticket).then_refused("task_is_a_letter")


def test_whoever_a_letter_was_for_can_say_that_it_arrived_and_nobody_else_can() -> None:
    assert {kind for kind, task in KIND_OF.items() if task.is_letter} == {
        kind for kind, effect in EFFECTS.items() if effect.lane == "post"
    }


class Buggy:
    """A provider whose connector has a bug, and whose error repeats what it was given."""

    def place(self, orders: Sequence[Order]) -> list[str]:
        raise KeyError(f"{CANARY} is not in the table")

    def find(self, key: str) -> str | None:
        raise KeyError(f"{CANARY} is not in the table")

    def known(self) -> tuple[str, ...]:
        return ()


def test_a_bug_in_one_kind_of_task_leaves_the_others_alone(shop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    case, invite = with_an_escort_to_ask(shop, name=CANARY)
    ticket = case.task(kind="book_ticket")
    shop.orders = Buggy()
    shop.worker().performer.perform([ticket, invite])
    assert shop.told(case, "EscortInvited") == ["EscortInvited"]
    assert (shop.row(ticket)["status"], shop.row(ticket)["error"]) == ("waiting", "KeyError")
    assert "bug while doing 1 book_ticket: KeyError" in caplog.text
    assert "Kanarejkina" not in caplog.text


class BuggyPost(NullPost):
    """A post that fails after the message went, in a way nobody foresaw."""

    def send(self, message: EmailMessage, key: str) -> str:
        super().send(message, key)
        raise RuntimeError(str(message["To"]))


def test_after_a_bug_a_mail_is_asked_about_before_it_is_repeated(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.post = BuggyPost()
    case, task_id = with_an_escort_to_ask(shop)
    hand = shop.worker()
    hand.performer.perform([task_id])
    assert (shop.status(task_id), "@" in caplog.text) == ("unknown", False)
    shop.office.pass_time(timedelta(seconds=1))
    hand.sweeper.sweep()
    assert shop.told(case, "EscortInvited") == ["EscortInvited"]


def test_reporting_twice_changes_nothing(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    hand = shop.worker()
    (job,) = hand.leases.claim([task_id], shop.now)
    hand.performer.report([JobOutcome(job, "done", "ref")])
    size = shop.office.service.log.size()
    hand.performer.report([JobOutcome(job, "done", "ref"), JobOutcome(job, "done", "ref")])
    shop.worker("another").performer.report([JobOutcome(job, "done", "ref")])
    assert (shop.office.service.log.size(), shop.told(case, "TicketIssued")) == (size, ["TicketIssued"])


class LogThatFailsOnce:
    """The log, unreachable the second time somebody's history is wanted."""

    def __init__(self, log: object) -> None:
        self._log = log
        self._read = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def stream(self, *args: object) -> object:
        self._read += 1
        if self._read == 2:
            raise StoreUnavailable("the database is not reachable")
        return self._log.stream(*args)  # type: ignore[attr-defined]


def test_a_mail_is_not_sent_twice_because_the_next_one_could_not_be_written(shop: Workshop) -> None:
    shop.post = server = MailServer()
    (_, first), (_, second) = with_an_escort_to_ask(shop), with_an_escort_to_ask(shop)
    hand = shop.worker()
    outside = hand.performer.outside
    object.__setattr__(outside, "log", LogThatFailsOnce(outside.log))
    hand.performer.perform([first, second])
    shop.office.pass_time(timedelta(hours=2))
    hand.performer.perform([first, second])
    assert sorted(server.sent) == sorted([first, second])
    assert (shop.status(first), shop.status(second)) == ("done", "done")


@pytest.fixture
def far_shop(postgres: Postgres, pg_url: str, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose database can be stopped."""
    if not postgres.ours:
        pytest.skip("somebody else's database is not stopped")
    office = Office(pg_url)
    shop = Workshop(office, tmp_path / "data")
    try:
        yield shop
        office.check()
    finally:
        postgres.start()
        shop.close()
        office.close()


def test_what_could_not_be_reported_is_done_once_at_the_provider(
    far_shop: Workshop, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    shop = far_shop
    case, task_id = shop.ticketed(name=CANARY)
    orders = MoodyOrders(shop.book, meanwhile=postgres.stop)
    shop.orders = orders
    hand = shop.worker()
    hand.performer.perform([task_id])
    assert f"report of {task_id} not taken: StoreUnavailable" in caplog.text
    assert "Kanarejkina" not in caplog.text
    postgres.start()
    for database in shop.office._databases:
        database.close()  # or each connection would once tell that the server it spoke with is gone
    assert shop.status(task_id) == "claimed", "nobody knows yet"
    shop.lapse()
    orders.meanwhile = lambda: None
    other = shop.worker("another")
    assert other.sweeper.sweep().freed == 1
    other.performer.perform([task_id])
    assert shop.told(case, "TicketIssued") == ["TicketIssued"]
    assert (orders.asked, shop.book.deliveries()) == (2, {task_id: 1})
