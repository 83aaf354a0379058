"""Who does a task: one worker at a time, for as long as its lease, and nobody afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest

from events.instants import instant, instant_text
from tests.kit.roads import consents, plan_trip, ready_to_travel
from tests.kit.story import story
from tests.kit.workshop import LEASE_S, Hand, MailServer, MoodyOrders, Workshop
from workers.effects.registry import EFFECTS
from workers.errors import Unavailable
from workers.mail.post import FolderPost
from workers.running.jobs import AnyJob, JobOutcome, JobResult
from workers.running.perform import Backoff
from workflow.command import RetryTask
from workflow.subjects.intake.commands import WithdrawConsent

REPORTS: tuple[JobResult, ...] = ("done", "refused", "unknown", "dead", "undone")


def claimed(hand: Hand, shop: Workshop, *task_ids: str) -> list[AnyJob]:
    return hand.leases.claim(task_ids, shop.now)


def one_claimed(hand: Hand, shop: Workshop, task_id: str) -> AnyJob:
    (job,) = claimed(hand, shop, task_id)
    return job


def test_a_claim_raises_the_epoch_and_keeps_the_date_of_the_first(either_shop: Workshop) -> None:
    shop, hand = either_shop, either_shop.worker()
    _, task_id = shop.ticketed()
    first = one_claimed(hand, shop, task_id)
    shop.lapse()
    hand.leases.free(hand.leases.lost(shop.now), shop.now)
    second = one_claimed(hand, shop, task_id)
    assert (first.epoch, second.epoch) == (1, 2)
    assert (first.attempts, second.attempts) == (1, 2)
    assert first.begun_at == second.begun_at, "what is dated outside says the same at the second attempt"


def test_a_task_that_is_held_is_not_claimed_again(shop: Workshop) -> None:
    _, task_id = shop.ticketed()
    one_claimed(shop.worker("one"), shop, task_id)
    assert claimed(shop.worker("two"), shop, task_id) == []


def test_a_task_is_not_claimed_before_it_is_due(shop: Workshop) -> None:
    hand = shop.worker()
    _, task_id = shop.later(in_hours=20)
    assert claimed(hand, shop, task_id) == []
    assert hand.sweeper.sweep().rung == 0
    shop.office.pass_time(timedelta(hours=20))
    assert one_claimed(hand, shop, task_id).task_id == task_id


def test_a_cancelled_task_is_not_claimed(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    case.does(WithdrawConsent, purpose="travel")
    assert shop.status(task_id) == "cancelled"
    assert claimed(shop.worker(), shop, task_id) == []


def test_a_task_called_off_while_it_ran_is_not_claimed_again(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    hand = shop.worker()
    job = one_claimed(hand, shop, task_id)
    case.does(WithdrawConsent, purpose="travel")
    assert shop.told(case, "TaskUnwanted") == ["TaskUnwanted"]
    hand.leases.again([(job, shop.now, "Unavailable")])
    assert shop.status(task_id) == "waiting"
    assert claimed(hand, shop, task_id) == []
    hand.sweeper.sweep()


def test_a_worker_whose_task_was_taken_over_cannot_report(either_shop: Workshop) -> None:
    shop = either_shop
    case, task_id = shop.ticketed()
    slow, quick = shop.worker("slow"), shop.worker("quick")
    stale = one_claimed(slow, shop, task_id)
    shop.lapse()
    quick.sweeper.sweep()
    one_claimed(quick, shop, task_id)
    size, row = shop.office.service.log.size(), shop.row(task_id)
    for result in REPORTS:
        slow.performer.report([JobOutcome(stale, result, "late")])
    slow.leases.again([(stale, instant_text(shop.office.now + timedelta(days=1)), "Unavailable")])
    assert (shop.office.service.log.size(), shop.row(task_id)) == (size, row)
    assert shop.told(case, "TicketIssued") == []


def test_a_ghost_changes_nothing_after_the_other_worker_has_finished(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    slow, quick = shop.worker("slow"), shop.worker("quick")
    stale = one_claimed(slow, shop, task_id)
    shop.lapse()
    quick.sweeper.sweep()
    quick.performer.perform([task_id])
    slow.performer.report([JobOutcome(stale, "done", "ghost")])
    (given,) = shop.facts(case, "TicketIssued")
    assert given.reference == f"order:{task_id}"
    assert shop.book.repeats() == 0


def test_a_late_report_is_taken_while_nobody_else_holds_the_task(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    slow = shop.worker("slow")
    job = one_claimed(slow, shop, task_id)
    shop.lapse()
    slow.performer.report([JobOutcome(job, "done", "late but true")])
    assert [fact.reference for fact in shop.facts(case, "TicketIssued")] == ["late but true"]
    assert shop.worker("two").leases.lost(shop.now) == []


@pytest.mark.parametrize("attempts", range(1, 20))
def test_waits_double_up_to_the_longest_and_never_meet(attempts: int) -> None:
    patience = Backoff(first_s=5.0, most_s=3600.0)
    shortest, longest = (patience.after(attempts, fraction).total_seconds() for fraction in (0.0, 0.999))
    middle = min(5.0 * 2 ** (attempts - 1), 3600.0)
    assert (shortest, longest) == pytest.approx((middle * 0.5, middle * 1.499))


def test_a_task_that_could_not_be_done_waits_longer_each_time(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    shop.orders = MoodyOrders(shop.book, before=_away(3))
    hand = shop.worker(patience=Backoff(first_s=10.0))
    for attempt in (1, 2, 3):
        hand.performer.perform([task_id])
        wait = (instant(shop.row(task_id)["due_at"]) - shop.office.now).total_seconds()
        assert 5 * 2 ** (attempt - 1) <= wait <= 15 * 2 ** (attempt - 1)
        assert shop.row(task_id)["error"] == "Unavailable"
        assert claimed(hand, shop, task_id) == [], "it is not begun before its wait is over"
        shop.office.pass_time(timedelta(seconds=wait))
    hand.performer.perform([task_id])
    assert shop.told(case, "TicketIssued") == ["TicketIssued"]


def test_a_task_tried_often_enough_is_shown_to_a_person_who_has_it_done(shop: Workshop) -> None:
    most = EFFECTS["book_ticket"].attempts_max
    case, task_id = shop.ticketed()
    shop.orders = MoodyOrders(shop.book, before=_away(most))
    hand = shop.worker(patience=Backoff(most_s=LEASE_S))
    for _ in range(most):
        hand.performer.perform([task_id])
        shop.office.pass_time(timedelta(seconds=2 * LEASE_S))
    assert (shop.status(task_id), shop.told(case, "TaskDied")) == ("dead", ["TaskDied"])
    assert "task_dead" in shop.items(case)
    assert claimed(hand, shop, task_id) == []
    case.does(RetryTask, task_id=task_id)
    hand.performer.perform([task_id])
    assert (shop.status(task_id), shop.told(case, "TicketIssued")) == ("done", ["TicketIssued"])
    assert "task_dead" not in shop.items(case)


def _away(times: int) -> deque[BaseException]:
    return deque(Unavailable("nobody answers") for _ in range(times))


class StoppedPost(FolderPost):
    """A folder whose worker is stopped once the letter lies in it, and goes on when others have asked about it."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def send(self, message: EmailMessage, key: str) -> str:
        receipt = super().send(message, key)
        type(self).meanwhile()
        return receipt


def test_a_slow_workers_own_receipt_is_a_ghosts_and_no_forgery(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.post = StoppedPost(shop.folder / "post")
    case = plan_trip(ready_to_travel(consents(story(shop.office), "travel")))
    task_id, slow, quick = case.task(kind="ask_host"), shop.worker("slow"), shop.worker("quick")

    def meanwhile() -> None:
        shop.lapse()
        quick.sweeper.sweep()

    monkeypatch.setattr(StoppedPost, "meanwhile", staticmethod(meanwhile))
    slow.performer.perform([task_id])
    (asked,) = shop.facts(case, "HostAsked")
    assert asked.receipt == f"sent:{task_id}", "what was found out by asking stands"
    assert shop.told(case, "Escalated") == [], "a worker that only stood still passes for a forger"


def test_a_slow_worker_that_does_not_know_either_is_no_forgery(shop: Workshop) -> None:
    case = plan_trip(ready_to_travel(consents(story(shop.office), "travel")))
    task_id, slow = case.task(kind="ask_host"), shop.worker("slow")
    job = one_claimed(slow, shop, task_id)
    shop.post = MailServer()
    shop.lapse()
    shop.worker("quick").sweeper.sweep()
    slow.performer.report([JobOutcome(job, "unknown", "OutcomeUnknown")])
    assert shop.status(task_id) == "unknown"
    assert shop.told(case, "Escalated") == [], "a worker that only stood still passes for a forger"
