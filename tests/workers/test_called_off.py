"""Called off while a worker had it in hand, and the worker never came back: what it did is asked about, not guessed."""

from __future__ import annotations

from collections import deque

from events.facts.grants import TrancheInstructed
from tests.kit.roads import bring, grant, release
from tests.kit.story import story
from tests.kit.workshop import MoodyOrders, Workshop
from workers.effects.grants import disburse_grant
from workers.errors import Unavailable
from workflow.command import AdvanceCase
from workflow.subjects.intake.commands import WithdrawConsent


def test_a_payment_of_a_worker_that_died_is_not_called_stopped_when_the_person_withdraws(shop: Workshop) -> None:
    case = bring(story(shop.office), "reintegration")
    release(case, grant(case, "reinstallation", "EUR 200"))
    task_id = case.task(kind="disburse_grant")
    dies = shop.worker("dies")
    (job,) = dies.leases.claim([task_id], shop.now)
    disburse_grant(job, dies.performer.outside)
    case.does(AdvanceCase, trigger="withdraw", reason="declined")
    shop.lapse()
    shop.worker("next").sweeper.sweep()
    assert shop.status(task_id) == "done", "the file lies with the bank"
    assert shop.told(case, "TrancheInstructed", "TrancheRejected") == [TrancheInstructed.__name__]


def test_one_that_was_never_written_is_stopped(shop: Workshop) -> None:
    case = bring(story(shop.office), "reintegration")
    release(case, grant(case, "reinstallation", "EUR 200"))
    task_id = case.task(kind="disburse_grant")
    shop.worker("dies").leases.claim([task_id], shop.now)
    case.does(AdvanceCase, trigger="withdraw", reason="declined")
    shop.lapse()
    shop.worker("next").sweeper.sweep()
    assert shop.status(task_id) == "cancelled"
    assert (shop.told(case, "TrancheInstructed", "TrancheRejected"), shop.payments()) == (["TrancheRejected"], [])


def test_an_order_that_was_taken_though_it_was_said_to_have_failed_is_known_after_it_was_called_off(
    shop: Workshop,
) -> None:
    case, task_id = shop.ticketed()

    def withdraws() -> None:
        case.does(WithdrawConsent, purpose="travel")

    shop.orders = MoodyOrders(shop.book, after=deque([Unavailable("500")]), meanwhile=withdraws)
    hand = shop.worker()
    hand.performer.perform([task_id])
    assert (shop.status(task_id), shop.told(case, "TaskUnwanted")) == ("waiting", ["TaskUnwanted"])
    hand.sweeper.sweep()
    assert shop.status(task_id) == "done", "it is in the agent's book, and has to be given back"


def test_an_order_that_waits_to_be_tried_again_is_asked_about_when_the_journey_is_planned_anew(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    shop.orders = MoodyOrders(shop.book, after=deque([Unavailable("500")]))
    hand = shop.worker()
    hand.performer.perform([task_id])
    assert shop.status(task_id) == "waiting"
    case.does(WithdrawConsent, purpose="travel")
    hand.sweeper.sweep()
    assert shop.status(task_id) == "done", "it is in the agent's book, and has to be given back"


def test_a_payment_that_waits_for_another_worker_is_not_called_stopped_while_its_file_lies_with_the_bank(
    shop: Workshop,
) -> None:
    case = bring(story(shop.office), "reintegration")
    release(case, grant(case, "reinstallation", "EUR 200"))
    task_id = case.task(kind="disburse_grant")
    dies = shop.worker("dies")
    (job,) = dies.leases.claim([task_id], shop.now)
    disburse_grant(job, dies.performer.outside)
    shop.lapse()
    dies.leases.free([job], shop.now)
    assert shop.status(task_id) == "waiting"
    case.does(AdvanceCase, trigger="withdraw", reason="declined")
    shop.worker("next").sweeper.sweep()
    assert shop.status(task_id) == "done"
    assert shop.told(case, "TrancheInstructed", "TrancheRejected") == [TrancheInstructed.__name__]
