"""A job that never comes back is stopped before its lease is over, and nobody else waits for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

import pytest
from dramatiq.middleware import TimeLimitExceeded

from console.simulation.order_book import OrderBook
from tests.kit.roads import bring, plan_trip, ready_to_travel
from tests.kit.story import Story, story
from tests.kit.workshop import MailServer, Workshop, until
from workers.running.jobs import NOT_BEGUN, not_begun
from workers.running.orders import Order
from workers.running.worker_pool import WorkerSettings
from workflow.subjects.intake.commands import AddNote

LIMIT_S = 1.0


@dataclass
class Stuck:
    """Somebody outside who never answers the first time."""

    asked: int = 0
    answers: threading.Event = field(default_factory=threading.Event)

    def hang(self) -> None:
        self.asked += 1
        while self.asked == 1 and not self.answers.wait(0.001):
            pass


@dataclass
class StuckOrders:
    """A provider who never answers the first order."""

    book: OrderBook
    stuck: Stuck = field(default_factory=Stuck)

    def place(self, orders: Sequence[Order]) -> list[str]:
        self.stuck.hang()
        return self.book.place(orders)

    def find(self, key: str) -> str | None:
        return self.book.find(key)

    def known(self) -> tuple[str, ...]:
        return ()


@dataclass
class StuckMail(MailServer):
    """A mail server that takes the first letter and never says so."""

    stuck: Stuck = field(default_factory=Stuck)

    def send(self, message: EmailMessage, key: str) -> str:
        sent = super().send(message, key)
        self.stuck.hang()
        return sent


@pytest.fixture(params=["inside", "redis"])
def queue(request: pytest.FixtureRequest) -> str | None:
    """Where the messages wait: inside this process, or beside it."""
    return request.getfixturevalue("redis_url") if request.param == "redis" else None


def an_invitation(shop: Workshop) -> tuple[Story, str]:
    case = plan_trip(ready_to_travel(bring(story(shop.office), "documents"), "operational"))
    return case, case.task(kind="book_escort")


def test_the_limit_ends_before_the_lease_does() -> None:
    assert WorkerSettings().limit_s < WorkerSettings().lease_s


def test_an_order_nobody_answers_is_stopped_and_tried_again(shop: Workshop, queue: str | None) -> None:
    shop.orders = orders = StuckOrders(shop.book)
    case, task_id = shop.ticketed()
    with shop.crew(queue, limit_s=LIMIT_S) as crew:
        crew.bell.ring([(task_id, "book_ticket")])
        until(lambda: shop.row(task_id)["error"] == TimeLimitExceeded.__name__)
        assert (shop.status(task_id), shop.row(task_id)["attempts"]) == ("waiting", 1)
        case.does(AddNote, note="goes on")
        shop.office.pass_time(timedelta(hours=1))
        crew.sweeper.sweep()
        until(lambda: shop.status(task_id) == "done")
    assert (orders.stuck.asked, shop.book.deliveries()) == (2, {task_id: 1})


def test_a_letter_that_may_have_gone_is_stopped_and_asked_about(shop: Workshop, queue: str | None) -> None:
    shop.post = mail = StuckMail()
    case, task_id = an_invitation(shop)
    with shop.crew(queue, limit_s=LIMIT_S) as crew:
        crew.bell.ring([(task_id, "book_escort")])
        until(lambda: shop.status(task_id) == "unknown")
        case.does(AddNote, note="goes on")
    assert mail.sent == [task_id]


class TornMail(MailServer):
    """A mail server at whose second letter the time is up."""

    def send(self, message: EmailMessage, key: str) -> str:
        sent = super().send(message, key)
        if len(self.sent) == 2:
            raise TimeLimitExceeded
        return sent


def test_what_was_done_before_stays_done_and_what_was_not_begun_waits(shop: Workshop) -> None:
    shop.post = mail = TornMail()
    letters = [an_invitation(shop)[1] for _ in range(3)]
    shop.worker().performer.perform(letters)
    came_of_it = {task_id: shop.status(task_id) for task_id in letters}
    assert sorted(came_of_it.values()) == ["done", "unknown", "waiting"]
    assert [came_of_it[task_id] for task_id in mail.sent] == ["done", "unknown"]


def test_a_kind_that_comes_after_the_limit_is_not_begun(shop: Workshop) -> None:
    shop.post = TornMail()
    case, _ = an_invitation(shop)
    kinds = ("ask_host", "book_escort", "book_ticket")
    shop.worker().performer.perform([case.task(kind=kind) for kind in kinds])
    assert [shop.status(case.task(kind=kind)) for kind in kinds[1:]] == ["unknown", "waiting"]
    assert shop.row(case.task(kind="book_ticket"))["error"] == NOT_BEGUN
    assert shop.book.deliveries() == {}


def test_waiting_for_others_is_not_counted_against_a_job(shop: Workshop) -> None:
    _, task_id = shop.ticketed()
    hand = shop.worker()
    (job,) = hand.leases.claim([task_id], shop.now)
    hand.performer.report(not_begun([job._replace(attempts=99)]))
    assert shop.status(task_id) == "waiting"
