"""The sweeper: whatever was lost, whoever died, it comes round and nothing stays lying."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from events.clock_check import accept_clock
from events.instants import instant_text
from tests.kit.roads import bring, consents, plan_trip, ready_to_travel
from tests.kit.story import Story, story
from tests.kit.workshop import Killed, MailServer, MoodyOrders, Workshop, at_once
from workers.errors import Unavailable
from workers.running.jobs import JobOutcome
from workers.running.orders import Order
from workers.running.sweeper import SweepResult, SweepSettings
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.intake.commands import WithdrawConsent

HOLD = timedelta(hours=48)


def with_a_bed(shop: Workshop) -> Story:
    """Return somebody for whom a bed is held for two days."""
    case = bring(story(shop.office), "reception").does(HoldBed)
    return case.finish(case.task(kind="book_pickup")).accepted()


def killed_while_doing(shop: Workshop, task_id: str) -> None:
    """Let a worker die in the middle of a task."""
    with pytest.raises(Killed):
        shop.worker("dead").performer.perform([task_id])


def test_a_task_whose_message_was_lost_is_rung_for_again(shop: Workshop) -> None:
    _, task_id = shop.ticketed()
    hand = shop.worker(rhythm=SweepSettings(ring_again_s=5.0))
    hand.sweeper.sweep()
    assert hand.bell.rung == [], "a bell that was just rung is not rung again at once"
    for _ in range(2):
        shop.office.pass_time(timedelta(seconds=6))
        hand.sweeper.sweep()
        hand.sweeper.sweep()
    assert hand.bell.rung == [task_id, task_id]


def test_no_more_is_rung_for_at_once_than_can_be_carried(shop: Workshop) -> None:
    case = plan_trip(ready_to_travel(consents(story(shop.office), "travel"), "operational"))
    hand = shop.worker(rhythm=SweepSettings(ring_again_s=1.0, most=2))
    shop.office.pass_time(timedelta(seconds=2))
    assert [hand.sweeper.sweep().rung for _ in range(3)] == [2, 1, 0]
    assert sorted(hand.bell.rung) == sorted(case.tasks())


@pytest.mark.parametrize("ordered", [False, True], ids=["before it ordered", "after it ordered"])
def test_the_task_of_a_dead_worker_is_done_by_another(shop: Workshop, *, ordered: bool) -> None:
    case, task_id = shop.ticketed()
    killed = deque([Killed()])
    shop.orders = MoodyOrders(shop.book, after=killed) if ordered else MoodyOrders(shop.book, before=killed)
    killed_while_doing(shop, task_id)
    hand = shop.worker()
    assert hand.sweeper.sweep().freed == 0, "its lease has not run out"
    shop.lapse()
    assert hand.sweeper.sweep().freed == 1
    assert hand.bell.rung == [task_id]
    hand.performer.perform([task_id])
    assert shop.told(case, "TicketIssued") == ["TicketIssued"]
    assert (shop.row(task_id)["epoch"], shop.book.deliveries()) == (2, {task_id: 1})


def test_a_mail_in_a_dead_workers_hands_is_not_simply_sent_again(shop: Workshop) -> None:
    shop.post = server = MailServer(after=deque([Killed()]))
    case = plan_trip(ready_to_travel(bring(story(shop.office), "documents"), "operational"))
    task_id = case.task(kind="book_escort")
    killed_while_doing(shop, task_id)
    shop.lapse()
    hand = shop.worker()
    hand.sweeper.sweep()
    hand.sweeper.sweep()
    hand.performer.perform([task_id])
    assert (shop.status(task_id), server.sent) == ("unknown", [task_id])
    assert "task_unknown" in shop.items(case)


def test_a_timer_that_came_due_while_everything_was_down_fires_once(either_shop: Workshop) -> None:
    shop = either_shop
    case = with_a_bed(shop)
    due = shop.office.now + HOLD
    shop.office.pass_time(HOLD + timedelta(days=3))
    hand = shop.worker()
    fired = [hand.sweeper.sweep().fired, shop.worker("another").sweeper.sweep().fired]
    (timer,) = [fact for fact in shop.facts(case, "TimerFired") if fact.kind == "bed_hold"]
    assert (fired, timer.due_at) == ([2, 0], due), "the hold and the no-show check, both once"
    (event,) = [
        event
        for page in shop.office.service.log.pages()
        for event in page
        if event.envelope.type == "TimerFired" and shop.office.service.log.fact(event) == timer
    ]
    assert event.envelope.recorded_at == shop.now == instant_text(due + timedelta(days=3))
    assert accommodation_of(case.case).bed is None, "what the timer was for has happened"


def test_two_sweepers_at_once_fire_a_timer_once(either_shop: Workshop) -> None:
    shop = either_shop
    case = with_a_bed(shop)
    shop.office.pass_time(HOLD)
    sweepers = [shop.worker(f"worker-{number}").sweeper for number in range(3)]
    at_once(*(sweeper.sweep for sweeper in sweepers))
    kinds = [fact.kind for fact in shop.facts(case, "TimerFired")]
    assert sorted(kinds) == ["bed_hold", "no_show"]


def test_a_timer_is_not_fired_before_its_time(shop: Workshop) -> None:
    case = with_a_bed(shop)
    shop.office.pass_time(HOLD - timedelta(seconds=1))
    shop.worker().sweeper.sweep()
    assert "bed_hold" not in [fact.kind for fact in shop.facts(case, "TimerFired")]


class Unaskable:
    """A provider that can be neither asked nor given orders."""

    def place(self, orders: Sequence[Order]) -> list[str]:
        raise Unavailable("nobody answers")

    def find(self, key: str) -> str | None:
        raise Unavailable("nobody answers")

    def known(self) -> tuple[str, ...]:
        return ()


def test_a_part_that_fails_does_not_keep_the_sweeper_from_the_others(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    case = with_a_bed(shop)
    _, waiting = shop.ticketed()
    hand = shop.worker()
    Path(shop.folders.bank_in).rmdir()
    shop.office.pass_time(HOLD)
    with pytest.raises(FileNotFoundError):
        hand.sweeper.sweep()
    assert accommodation_of(case.case).bed is None, "the timer was fired"
    assert hand.bell.rung == [waiting], "the bell was rung"
    hand.sweeper.sweep_safely()
    assert "FileNotFoundError" in caplog.text


def test_one_task_that_cannot_be_asked_about_does_not_stop_the_others(shop: Workshop) -> None:
    shop.orders = Unaskable()
    _, order = shop.ticketed()
    case = plan_trip(ready_to_travel(bring(story(shop.office), "documents"), "operational"))
    invite, hand = case.task(kind="book_escort"), shop.worker()
    jobs = hand.leases.claim([order, invite], shop.now)
    shop.worker().performer.report([JobOutcome(job, "unknown") for job in jobs])
    shop.office.pass_time(timedelta(seconds=1))
    hand.sweeper.sweep()
    assert (shop.status(order), shop.status(invite)) == ("unknown", "waiting")


def test_a_sweeper_outlives_everything(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    hand = shop.worker()
    monkeypatch.setattr(hand.leases, "timers_due", _fails)
    assert not hand.sweeper.sweep_safely().anything


def _fails(*_: object) -> None:
    raise RuntimeError("a bug")


@pytest.mark.parametrize("swept_first", [False, True])
def test_nothing_is_done_after_the_person_has_withdrawn(shop: Workshop, *, swept_first: bool) -> None:
    case, task_id = shop.ticketed()

    def withdraws() -> None:
        case.does(WithdrawConsent, purpose="travel")

    shop.orders = MoodyOrders(shop.book, meanwhile=withdraws, before=deque([Unavailable("nobody answers")]))
    hand = shop.worker()
    hand.performer.perform([task_id])
    assert (shop.status(task_id), shop.row(task_id)["wanted"]) == ("waiting", False)
    shop.office.pass_time(timedelta(hours=1))
    if swept_first:
        assert hand.sweeper.sweep().cancelled == 1
        assert shop.status(task_id) == "cancelled"
    hand.performer.perform([task_id])
    hand.sweeper.sweep()
    hand.performer.perform([task_id])
    assert (shop.status(task_id), shop.book.deliveries()) == ("cancelled", {})
    assert hand.bell.rung == []
    consents(case, "travel")
    assert case.tasks(kind="book_ticket"), "it is asked for anew when the person agrees again"


def test_after_a_leap_of_the_clock_nothing_runs_out_before_somebody_has_looked(shop: Workshop) -> None:
    case = with_a_bed(shop)
    shop.office.pass_time(timedelta(days=3650))
    careful = shop.worker(rhythm=SweepSettings(leap_most=timedelta(days=7))).sweeper
    before = shop.office.service.log.size()
    assert careful.sweep() == SweepResult(held="clock")
    assert shop.office.service.log.size() == before
    assert accommodation_of(case.case).bed is not None
    accept_clock(shop.office.service.log, "staff:operator", shop.office.uuid())
    assert careful.sweep().fired > 0
    assert accommodation_of(case.case).bed is None


def test_a_holiday_of_a_week_holds_nothing(shop: Workshop) -> None:
    with_a_bed(shop)
    shop.office.pass_time(timedelta(days=7))
    assert shop.worker(rhythm=SweepSettings(leap_most=timedelta(days=7))).sweeper.sweep().fired > 0
