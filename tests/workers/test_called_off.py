"""Called off while a worker had it in hand, or after it failed: what was done outside is asked about, not guessed."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from events.facts.grants import TrancheInstructed, TrancheRejected
from events.facts.tasks import TaskCancelled, TaskRetried, TaskUnknown, TaskUnwanted
from tests.kit.roads import bring, grant, release
from tests.kit.story import Story, story
from tests.kit.workshop import Hand, MoodyOrders, Workshop
from workers.effects.grants import disburse_grant
from workers.errors import Unavailable
from workers.running.jobs import AnyJob, JobOutcome, JobResult
from workflow.command import AdvanceCase, CancelTask, RetryTask
from workflow.subjects.grants.commands import ReleaseTranche
from workflow.subjects.intake.commands import WithdrawConsent


class WrittenPart(NamedTuple):
    """Somebody's part that was written for the bank, and the worker that wrote it, before it reports anything."""

    case: Story
    grant_id: str
    hand: Hand
    job: AnyJob

    def reports(self, result: JobResult) -> None:
        self.hand.performer.report([JobOutcome(self.job, result, "Unavailable")])


def a_part_to_be_paid(shop: Workshop) -> tuple[Story, str, str]:
    case = bring(story(shop.office), "reintegration")
    grant_id = grant(case, "reinstallation", "EUR 200")
    release(case, grant_id)
    return case, grant_id, case.task(kind="disburse_grant")


def a_written_part(shop: Workshop) -> WrittenPart:
    case, grant_id, task_id = a_part_to_be_paid(shop)
    hand = shop.worker()
    (job,) = hand.leases.claim([task_id], shop.now)
    disburse_grant(job, hand.performer.outside)
    return WrittenPart(case, grant_id, hand, job)


def a_payment_that_failed(shop: Workshop) -> tuple[Story, str, str]:
    """Return somebody whose part was written for the bank, as nobody here knows: its worker was told that it failed."""
    part = a_written_part(shop)
    part.reports("dead")
    return part.case, part.grant_id, part.job.task_id


def test_a_payment_of_a_worker_that_died_is_not_called_stopped_when_the_person_withdraws(shop: Workshop) -> None:
    part = a_written_part(shop)
    case, task_id = part.case, part.job.task_id
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


def test_a_payment_that_failed_is_asked_about_before_its_money_is_free_and_found_at_the_bank(shop: Workshop) -> None:
    case, grant_id, task_id = a_payment_that_failed(shop)
    case.when(CancelTask, task_id=task_id, reason="typed wrongly").then(TaskUnwanted, TaskUnknown)
    case.when(ReleaseTranche, actor="staff:dora", grant_id=grant_id).then_refused(
        "bank_has_answered", "something_is_left"
    )
    case.when(CancelTask, task_id=task_id, reason="again").then_refused("task_is_not_begun")
    case.when(RetryTask, task_id=task_id).then_refused("task_is_wanted")
    shop.worker("next").sweeper.sweep()
    assert shop.status(task_id) == "done", "the file lies with the bank"
    assert shop.told(case, "TrancheInstructed", "TrancheRejected") == [TrancheInstructed.__name__]
    assert len(shop.payments()) == 1


def test_a_payment_that_failed_and_never_arrived_is_called_off_and_its_part_can_be_released_anew(
    shop: Workshop,
) -> None:
    case, grant_id, task_id = a_payment_that_failed(shop)
    for file in shop.payments():
        file.unlink()
    case.does(CancelTask, task_id=task_id, reason="typed wrongly")
    shop.worker("next").sweeper.sweep()
    assert (shop.status(task_id), shop.told(case, "TrancheRejected")) == ("cancelled", ["TrancheRejected"])
    release(case, grant_id)
    shop.worker("next").performer.perform([case.task(kind="disburse_grant")])
    assert len(shop.payments()) == 1


def test_a_file_that_the_bank_fetched_and_renamed_is_found_by_what_it_says(shop: Workshop) -> None:
    case, _, task_id = a_payment_that_failed(shop)
    (file,) = shop.payments()
    file.rename(Path(shop.folders.bank_sent) / "fetched-20300519.xml")
    case.does(CancelTask, task_id=task_id, reason="typed wrongly")
    shop.worker("next").sweeper.sweep()
    assert (shop.status(task_id), shop.told(case, "TrancheRejected")) == ("done", [])


def test_while_the_banks_folder_is_not_there_nobody_says_that_a_payment_never_left(shop: Workshop) -> None:
    case, _, task_id = a_payment_that_failed(shop)
    folder, away = Path(shop.folders.bank_out), shop.bank / "not-mounted"
    folder.rename(away)
    case.does(CancelTask, task_id=task_id, reason="typed wrongly")
    hand = shop.worker("next")
    hand.sweeper.sweep()
    assert (shop.status(task_id), shop.told(case, "TrancheRejected")) == ("unknown", [])
    away.rename(folder)
    shop.office.pass_time(timedelta(minutes=2))
    hand.sweeper.sweep()
    assert shop.status(task_id) == "done"


def test_one_that_failed_is_asked_about_also_when_somebody_has_it_tried_again_in_the_same_breath(
    shop: Workshop,
) -> None:
    case, _, task_id = a_payment_that_failed(shop)
    again = case.command(RetryTask, task_id=task_id)
    shop.office.service.submit_many([again, case.command(CancelTask, task_id=task_id, reason="not wanted")])
    said = [one for one in shop.facts(case, "TaskRetried", "TaskUnwanted", "TaskCancelled") if one.task_id == task_id]
    assert [type(one) for one in said] == [TaskRetried, TaskUnwanted]
    shop.worker("next").sweeper.sweep()
    assert (shop.status(task_id), shop.told(case, "TrancheRejected")) == ("done", [])


def test_a_payment_nobody_has_begun_is_called_off_at_once(shop: Workshop) -> None:
    case, _, task_id = a_part_to_be_paid(shop)
    case.when(CancelTask, task_id=task_id, reason="typed wrongly").then(TaskCancelled, TrancheRejected)
    assert shop.status(task_id) == "cancelled"


def test_a_payment_that_waits_to_be_tried_again_is_asked_about_when_it_is_called_off(shop: Workshop) -> None:
    part = a_written_part(shop)
    case, task_id = part.case, part.job.task_id
    part.reports("unavailable")
    case.when(CancelTask, task_id=task_id, reason="typed wrongly").then(TaskUnwanted)
    part.hand.sweeper.sweep()
    assert shop.status(task_id) == "done"
    assert shop.told(case, "TrancheRejected") == []


def test_an_order_that_failed_is_asked_about_when_its_traveller_withdraws(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    shop.orders = MoodyOrders(shop.book, after=deque([Unavailable("500")]))
    hand = shop.worker()
    hand.performer.perform([task_id])
    assert shop.status(task_id) == "waiting", "it is to be tried again"
    case.does(WithdrawConsent, purpose="travel")
    assert shop.told(case, "TaskUnwanted", "TaskCancelled") == ["TaskUnwanted"]
    hand.sweeper.sweep()
    assert shop.status(task_id) == "done", "it is in the agent's book, and has to be given back"


def test_a_payment_that_failed_for_good_is_asked_about_when_the_person_withdraws(shop: Workshop) -> None:
    case, _, task_id = a_payment_that_failed(shop)
    case.does(AdvanceCase, trigger="withdraw", reason="declined")
    assert shop.status(task_id) == "unknown"
    shop.worker("next").sweeper.sweep()
    assert shop.status(task_id) == "done"
    assert shop.told(case, "TrancheInstructed", "TrancheRejected") == [TrancheInstructed.__name__]


def test_one_that_is_refused_after_it_was_called_off_is_asked_about_too(shop: Workshop) -> None:
    part = a_written_part(shop)
    case, task_id = part.case, part.job.task_id
    case.does(AdvanceCase, trigger="withdraw", reason="declined")
    part.reports("refused")
    part.hand.sweeper.sweep()
    assert shop.status(task_id) == "done"
    assert shop.told(case, "TrancheInstructed", "TrancheRejected") == [TrancheInstructed.__name__]


def test_a_ticket_that_is_given_back_by_telephone_is_asked_about_and_then_let_be(shop: Workshop) -> None:
    case, task_id = shop.ticketed()
    hand = shop.worker()
    hand.performer.perform([task_id])
    case.does(AdvanceCase, trigger="withdraw", reason="declined")
    back = case.task(kind="cancel_ticket")
    case.finish(back, "dead").accepted()
    case.when(CancelTask, task_id=back, reason="given back by telephone").then(TaskUnwanted, TaskUnknown)
    hand.sweeper.sweep()
    assert shop.status(back) == "cancelled"
    assert len(shop.book.deliveries()) == 1


def test_a_payment_that_waits_for_another_worker_is_not_called_stopped_while_its_file_lies_with_the_bank(
    shop: Workshop,
) -> None:
    part = a_written_part(shop)
    case, task_id = part.case, part.job.task_id
    shop.lapse()
    part.hand.leases.free([part.job], shop.now)
    assert shop.status(task_id) == "waiting"
    case.does(AdvanceCase, trigger="withdraw", reason="declined")
    shop.worker("next").sweeper.sweep()
    assert shop.status(task_id) == "done"
    assert shop.told(case, "TrancheInstructed", "TrancheRejected") == [TrancheInstructed.__name__]
