"""Several workers, some of them ghosts, and what must be done: by one at a time, once, or in somebody's sight."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from events.instants import instant, instant_text
from handlers.checks.check_results import OutsideRecords
from tests.kit.roads import consents, plan_trip, ready_to_travel
from tests.kit.story import Story
from tests.kit.workshop import LEASE_S, Hand, Killed
from tests.machines.finding import steps_to
from tests.machines.grounds import Databases, Ground, InOffices
from tests.machines.machine import TIMES, WHO, Machine, runs
from tests.machines.models.leases import TRIES_MAX, Work
from tests.machines.outside import DOES_IT, MOODS, Mood, Outside
from tests.simulator import planted
from tests.simulator.planted_table import Plant
from workers.running.jobs import AnyJob, JobOutcome, JobResult
from workflow.command import CancelTask, ConfirmLetter, RetryTask
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.travel.commands import CancelTrip
from workflow.tasks import GIVING_BACK

pytestmark = pytest.mark.timeout(600 * TIMES)  # a busy machine takes its time
LEASE: Final = timedelta(seconds=LEASE_S)
WHICH: Final = st.integers(0, 30)
HANDS: Final = 3
REPORTS: Final[tuple[JobResult, ...]] = ("done", "refused", "unknown", "dead", "undone")


def two_who_travel(place: Any) -> list[Story]:
    """Two people whose ticket is to be ordered and whose host is to be written to."""
    return [plan_trip(ready_to_travel(consents(Story(place), "travel"))) for _ in range(2)]


class Leases(Machine):
    """Three workers beside an office, each a process of its own."""

    claims: list[tuple[Hand, AnyJob]]

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.outside_world = Outside()
        self.shop.orders = self.shop.post = self.outside_world
        self.hands = [self.shop.worker(f"worker-{number}") for number in range(HANDS)]
        self.claims = []
        self.work: dict[str, Work] = {}
        self._look_for_new_work()

    def _look_for_new_work(self) -> None:
        for row in self.office.rows("tasks"):
            if row["task_id"] not in self.work:
                kind = row["kind"]
                is_letter = kind not in ("book_ticket", "cancel_ticket")
                due = instant(row["due_at"])
                known = Work(is_letter, due, gives_back=kind in GIVING_BACK)
                self.work[row["task_id"]] = known

    def a_task(self, which: int) -> str:
        """Return what is still to be done, and every fifth time anything that ever was."""
        left = [key for key, work in self.work.items() if work.status not in ("done", "cancelled")]
        found = left if left and which % 5 else list(self.work)
        return found[which % len(found)]

    def a_claim(self, which: int) -> tuple[Hand, AnyJob]:
        """Return a claim that was made, the newest often: also one that is long over."""
        return self.claims[-1 - which % min(len(self.claims), 1 + which % 3 * 2)]

    def case_of(self, task_id: str) -> Story:
        (row,) = self.office.rows("tasks", task_id=task_id)
        return next(one for one in self.people if one.case_id == row["case_id"])

    # -- workers ---------------------------------------------------------------------------------------------

    @rule(hand=st.integers(0, HANDS - 1), which=WHICH, more=st.booleans())
    def claim(self, hand: int, which: int, *, more: bool) -> None:
        wanted = list(self.work) if more else [self.a_task(which)]
        jobs = {job.task_id: job for job in self.hands[hand].leases.claim(wanted, self.shop.now)}
        due = {key for key in wanted if self.work[key].is_due(self.office.now)}
        assert set(jobs) == due, "who may begin what"
        for key, job in jobs.items():
            assert job.epoch == self.work[key].is_claimed(self.office.now, LEASE)
            self.claims.append((self.hands[hand], job))

    @precondition(lambda self: self.claims)
    @rule(which=WHICH, outcome=st.sampled_from([*REPORTS, "put off"]))
    def report(self, which: int, outcome: JobResult | Literal["put off"]) -> None:
        """Somebody reports who holds the task, or held it once: also what was reported already."""
        (hand, job), now = self.a_claim(which), self.office.now
        if outcome != "put off":
            hand.performer.report([JobOutcome(job, outcome, "said by a worker")])
            self.work[job.task_id].is_reported(job.epoch, outcome, now)
        else:
            until = now + timedelta(minutes=20)
            hand.leases.again([(job, instant_text(until), "Unavailable")])
            self.work[job.task_id].waits(job.epoch, until)

    @rule(hand=st.integers(0, HANDS - 1), which=WHICH, mood=st.sampled_from(MOODS))
    def do(self, hand: int, which: int, mood: Mood) -> None:
        """A worker claims, does and reports; or its process ends in the middle."""
        key, now = self.a_task(which), self.office.now
        work, self.outside_world.mood = self.work[key], mood
        is_due = work.is_due(now)
        try:
            self.hands[hand].performer.perform([key])
        except Killed:
            assert is_due, "somebody began what was not theirs"
            self.hands[hand] = self.shop.worker(f"worker-{hand}")
        self.outside_world.mood = "answers"
        if is_due:
            self._is_done(work, key, mood)

    def _is_done(self, work: Work, key: str, mood: Mood) -> None:
        now, epoch = self.office.now, work.is_claimed(self.office.now, LEASE)
        work.sent += mood in DOES_IT and (work.is_letter or not work.sent)
        match mood:
            case "answers":
                work.is_reported(epoch, "done", now)
            case "silent":
                work.is_reported(epoch, "unknown", now)
            case "says no":
                work.is_reported(epoch, "refused", now)
            case "away" if work.tries >= TRIES_MAX:
                work.is_reported(epoch, "dead", now)
            case "away":
                later = instant(self.shop.row(key)["due_at"])
                assert 2.5 <= (later - now).total_seconds() <= 1.5 * 5 * 2 ** (work.tries - 1)
                work.waits(epoch, later)

    def sweep(self, hand: int) -> None:
        swept, now = self.hands[hand].sweeper.sweep(), self.office.now
        lost = [work for work in self.work.values() if work.is_lost(now)]
        assert swept.freed == len(lost)
        for work in lost:
            if work.is_letter:
                work.is_reported(work.epoch, "unknown", now)
            else:
                work.status = "waiting"
        for work in self.work.values():
            if work.status == "unknown" and not work.is_letter:
                work.is_found_out(now)
            if work.status == "waiting" and not work.wanted:
                work.is_settled(now, LEASE)

    @rule(seconds=st.sampled_from([5, 29, 31, 1_300]), hand=st.integers(0, HANDS - 1), sweeps=st.booleans())
    def time_passes(self, seconds: int, hand: int, *, sweeps: bool) -> None:
        """Let a while pass, shorter or longer than a lease; somebody may sweep then, somebody else starts again."""
        self.office.pass_time(timedelta(seconds=seconds))
        if sweeps:
            self.sweep(hand)
        elif seconds == 29:
            self.hands[hand] = self.shop.worker(f"worker-{hand}")

    # -- people ----------------------------------------------------------------------------------------------

    @rule(which=WHICH)
    def somebody_has_it_tried_again(self, which: int) -> None:
        key = self.a_task(which)
        work, refused = self.work[key], self.asks(self.case_of(key), RetryTask, task_id=key)
        assert (not refused) == work.may_be_tried_again()
        if not refused:
            work.status, work.due, work.tries, work.allowed = "waiting", self.office.now, 0, work.allowed + 1

    @rule(which=WHICH, arrived=st.booleans())
    def somebody_takes_it_back_or_says_that_it_arrived(self, which: int, *, arrived: bool) -> None:
        key = self.a_task(which)
        work, case = self.work[key], self.case_of(key)
        if arrived:
            assert (not self.asks(case, ConfirmLetter, task_id=key)) == work.may_have_arrived()
            work.is_said_to_have_arrived()
        elif which % 4 == 0:
            assert (not self.asks(case, CancelTask, task_id=key, reason="looked at")) == work.may_be_taken_back()
            work.is_taken_back()

    @rule(who=WHO, what=st.sampled_from(["agrees", "plans"]))
    def somebody_changes_their_mind(self, who: int, what: str) -> None:
        """What was under way is called off, and asked for again when they agree again, or plan another journey."""
        case = self.person(who)
        agrees = case.case.consents_to("travel", self.office.now.date())
        if what == "agrees" and not agrees:
            assert not self.asks(case, GiveConsent, purpose="travel")
        elif what == "agrees":
            assert not self.asks(case, WithdrawConsent, purpose="travel")
            self._are_called_off(case)
        else:
            if not self.asks(case, CancelTrip, reason="ill"):
                self._are_called_off(case)
            if agrees:
                plan_trip(case)

    def _are_called_off(self, case: Story) -> None:
        for row in self.office.rows("tasks", case_id=case.case_id):
            if row["task_id"] in self.work:
                self.work[row["task_id"]].is_called_off()

    # -- what must hold --------------------------------------------------------------------------------------

    def outside(self) -> OutsideRecords:
        return OutsideRecords(performed=dict(self.outside_world.orders))

    @invariant()
    def rows_say_what_the_model_says(self) -> None:
        self._look_for_new_work()
        for row in self.office.rows("tasks"):
            work = self.work[row["task_id"]]
            assert (row["status"], row["epoch"], row["wanted"]) == (work.status, work.epoch, work.wanted), work
            if work.status in ("waiting", "claimed"):
                assert row["attempts"] == work.tries

    @invariant()
    def nothing_is_done_more_often_than_somebody_had_it_done(self) -> None:
        for key, work in self.work.items():
            assert self.outside_world.done(key) == work.sent <= (work.allowed if work.is_letter else 1)
            assert work.ended <= 1
        for case in self.people:
            assert "machine_id_reused" not in case.case.escalations, "a slow worker passes for a forger"


PLANTED: Final = (planted.a_ghosts_result_is_taken, planted.a_claim_does_not_look_who_has_it)


def test_a_task_is_done_by_one_worker_at_a_time_and_once(databases: Databases, tmp_path: Path) -> None:
    ground = InOffices(databases, tmp_path, shipped_programme_text("moscow"), two_who_travel)
    runs(Leases, ground, times=15, steps=30)


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.__name__)
def test_the_machine_finds(bug: Plant, sqlite: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = InOffices(sqlite, tmp_path, shipped_programme_text("moscow"), two_who_travel)
    bug(monkeypatch)
    assert 0 < len(steps_to(Leases, ground, monkeypatch, times=100, steps=25)) < 25
