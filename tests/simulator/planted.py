"""Planted bugs of claims, reports, ids and timers: each takes one precaution out of the engine.

Whoever watches and never cries is blind, or the house is safe: with these in place it is known which. All of them, and
who has to notice, are in ``planted_table``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any, cast

import pytest
from sqlalchemy import and_, bindparam, select, update

from events.errors import StoreProblem
from events.instants import instant, instant_text
from events.writing import Writing
from handlers.commanding.command_batch import BatchResult, CommandBatch
from handlers.commanding.remembered_answers import RememberedAnswers
from handlers.commanding.service import CommandService
from handlers.projections import tasks as rows
from handlers.projections.tables import tasks
from workers.effects import grants, travel
from workers.effects.registry import EFFECTS
from workers.running import leases, sweeper
from workers.running.jobs import Adapters, AnyJob, JobOutcome
from workers.running.leases import Leases
from workers.running.orders import Order
from workers.running.perform import Performer
from workers.running.sweeper import Sweeper
from workflow import decide
from workflow.command import Command, FinishTask, FireTimer
from workflow.situation import Situation
from workflow.subject import CommandRule, Decide
from workflow.subjects.accommodation import decisions as beds

Patch = pytest.MonkeyPatch


def _decides(patch: Patch, command: type[Command], how: Decide) -> None:
    """Let a kind of command be decided in another way."""
    rules = cast("dict[type[Command], CommandRule]", decide.RULES)
    patch.setattr(decide, "RULES", {**rules, command: rules[command]._replace(decide=how)})


def sends_before_it_claims(patch: Patch) -> None:
    """What is due is done first and claimed afterwards, in time for the report."""

    def perform(self: Performer, task_ids: Sequence[str]) -> None:
        due = select(tasks).where(tasks.c.task_id.in_(task_ids), tasks.c.status == "waiting", tasks.c.wanted)
        with self.service.log.database.reading() as connection:
            jobs = [leases._job(row) for row in connection.execute(due)]
        outcomes = [one for job in jobs for one in self._do(job.kind, [job])]
        held = {job.task_id: job for job in self.leases.claim(task_ids, self.service.log.now())}
        self.report([one._replace(job=held[one.job.task_id]) for one in outcomes if one.job.task_id in held])

    patch.setattr(Performer, "perform", perform)


def a_dead_workers_letter_is_written_again(patch: Patch) -> None:
    """A lease that ran out says that nothing happened."""
    for kind, effect in EFFECTS.items():
        patch.setitem(EFFECTS, kind, effect._replace(safe_to_repeat=True))


def no_answer_counts_as_no(patch: Patch) -> None:
    """An outcome nobody knows is tried again like one that failed."""
    of = JobOutcome.of

    def guessed(problem: Any, job: AnyJob) -> JobOutcome:
        known = of(problem, job)
        return known._replace(result="unavailable") if known.result == "unknown" else known

    patch.setattr(JobOutcome, "of", guessed)


def a_ticket_has_another_number_at_each_attempt(patch: Patch) -> None:
    """The travel agent cannot know that it is the same order."""
    order = travel._order

    def renamed(job: Any, outside: Adapters) -> Order:
        made = order(job, outside)
        return made._replace(key=f"{made.key}-{job.attempts}")

    patch.setattr(travel, "_order", renamed)


def a_payment_file_has_another_name_at_each_attempt(patch: Patch) -> None:
    """The bank cannot know that it is the same payment, nor can whoever looks whether it went out."""
    files = grants._files

    def renamed(job: Any, outside: Adapters) -> tuple[Any, Any]:
        out, sent = files(job, outside)
        return out.with_stem(f"{out.stem}-{job.attempts}"), sent.with_stem(f"{sent.stem}-{job.attempts}")

    patch.setattr(grants, "_files", renamed)


def a_command_id_is_not_remembered(patch: Patch) -> None:
    """What comes again is decided again."""
    patch.setattr(RememberedAnswers, "again", lambda _self, _command, _digest: None)
    patch.setattr(Writing, "remember", lambda _self, _command_id, _digest, _answer: None)


def a_failed_commit_counts_as_stored(patch: Patch) -> None:
    """Who asked is told yes before it is known whether the disk took it."""
    write = CommandService._write

    def trusting(self: CommandService, commands: Any, demand: Any = lambda _: None) -> Any:
        kept: list[Any] = []

        def keep(answers: Any) -> None:
            demand(answers)
            kept.append(answers)

        try:
            return write(self, commands, keep)
        except StoreProblem:
            if not kept:
                raise
            return BatchResult(kept[-1], {}, [])

    patch.setattr(CommandService, "_write", trusting)


def timers_fire_hours_early(patch: Patch) -> None:
    """A worker's clock is ahead, and nobody asks the log's."""
    timers_due, rule = Leases.timers_due, decide.RULES[FireTimer]

    def ahead(self: Leases, now: str, most: int) -> Any:
        return timers_due(self, instant_text(instant(now) + timedelta(hours=5)), most)

    def fired(command: Any, situation: Situation) -> Any:
        moved = situation._replace(now=max(situation.now, command.due_at))
        return rule.decide(command, moved)

    patch.setattr(Leases, "timers_due", ahead)
    _decides(patch, FireTimer, fired)


def a_timer_that_fired_stays_set(patch: Patch) -> None:
    """The row of a timer is not changed with the fact, and the rule trusts the row."""
    rule, known = decide.RULES[FireTimer], dict[str, Any]()
    change, fresh = rows.work_change, count()

    def unchanged(case_id: str, fact: Any, now: str) -> Any:
        return None if type(fact).__name__ == "TimerFired" else change(case_id, fact, now)

    def fired(command: Any, situation: Situation) -> Any:
        assert situation.case is not None
        timer = situation.case.timers.get(command.timer_id) or known[command.timer_id]
        known[command.timer_id] = timer
        timers = {**situation.case.timers, command.timer_id: timer}
        return rule.decide(command, situation._replace(case=situation.case._replace(timers=timers)))

    def firing(timer: Any, ids: Any) -> FireTimer:
        origin = ids.by_machine("system:timer", "system", timer.case_id, f"{timer.timer_id}/fired/{next(fresh)}")
        return FireTimer(**origin, timer_id=timer.timer_id, due_at=instant(timer.due_at))

    patch.setattr(rows, "work_change", unchanged)
    patch.setattr(sweeper, "_firing", firing)
    _decides(patch, FireTimer, fired)


def a_bed_that_is_given_up_is_not_free(patch: Patch) -> None:
    """The case says that it has no bed any more, and the house is not told."""
    given_up = beds.bed_given_up
    patch.setattr(beds, "bed_given_up", lambda *said: given_up(*said)[:1])


def a_ghost_may_put_a_task_back(patch: Patch) -> None:
    """A worker that lost its lease lets the task wait again, whoever has it by then, or had it done."""
    unfenced = and_(tasks.c.task_id == bindparam("id"), bindparam("held") >= 0)
    changed = {"status": "waiting", "due_at": bindparam("later"), "error": bindparam("why"), "rung_at": ""}
    patch.setattr(leases, "_AGAIN", update(tasks).where(unfenced).values(changed))


def a_ghosts_result_is_taken(patch: Patch) -> None:
    """A report counts whoever holds the task, and again when it is over."""
    rule, known = decide.RULES[FinishTask], dict[str, Any]()

    def finished(command: Any, situation: Situation) -> Any:
        assert situation.case is not None
        task = situation.case.tasks.get(command.task_id) or known[command.task_id]
        known[command.task_id] = task
        tasks_then = {**situation.case.tasks, command.task_id: task}
        return rule.decide(command, situation._replace(case=situation.case._replace(tasks=tasks_then)))

    patch.setattr(CommandBatch, "_ghost", lambda _self, _command: None)
    _decides(patch, FinishTask, finished)


def nobody_rings_again(patch: Patch) -> None:
    """The queue is the truth: a message that was lost is a task that is lost."""
    patch.setattr(Sweeper, "_ring", lambda _self, _now: 0)


def a_claim_does_not_look_who_has_it(patch: Patch) -> None:
    """Two who hear of a task at once both do it."""
    taken = leases._update(leases._IDS.where(tasks.c.task_id.in_(leases._MINE), tasks.c.due_at <= bindparam("now")))
    counted = {"epoch": tasks.c.epoch + 1, "attempts": tasks.c.attempts + 1, "claimed_at": bindparam("now")}
    values = {"status": "claimed", "owner": bindparam("worker"), "lease_until": bindparam("until")} | counted
    patch.setattr(leases, "_CLAIM", taken.values(values).returning(*tasks.c))
