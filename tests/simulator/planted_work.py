"""Planted bugs of those who do what is due: who forgets a task, believes too much, or goes on where nobody may."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, and_, bindparam, update

from events.asking import Asked, ask_by_key
from events.tables import high_water
from handlers.commanding import command_batch
from handlers.projections.tables import tasks
from handlers.projections.tasks import InHand, in_hand_by_case
from handlers.reactions import moment
from workers.effects.registry import EFFECTS
from workers.running import jobs, leases, perform, sweeper
from workers.running.jobs import Adapters, AnyJob, JobOutcome, Perform
from workers.running.leases import Leases
from workers.running.perform import Performer
from workers.running.sweeper import Sweeper
from workflow import tasks as rules
from workflow.tasks import KIND_OF

Patch = pytest.MonkeyPatch


def nobody_frees_what_the_dead_held(patch: Patch) -> None:
    """A lease that ran out is nobody's business."""
    patch.setattr(Sweeper, "_free_lost", lambda _self, _now: 0)


def nobody_asks_what_became_of_it(patch: Patch) -> None:
    """An unknown outcome stays unknown."""
    patch.setattr(Sweeper, "_ask_about_unknown", lambda _self, _now: 0)


def whoever_gives_no_answer_has_done_it(patch: Patch) -> None:
    """Of what is not found outside, and of who cannot be asked, the best is believed."""
    for kind, effect in EFFECTS.items():
        patch.setitem(EFFECTS, kind, effect._replace(ask=lambda job, _outside: f"order:{job.task_id}"))


def what_was_called_off_is_begun_again(patch: Patch) -> None:
    """A worker claims whatever waits, wanted or not."""
    due = and_(tasks.c.status == "waiting", tasks.c.due_at <= bindparam("now"))
    claim = leases._update(leases._IDS.where(tasks.c.task_id.in_(leases._MINE), due))
    values = {"status": "claimed", "epoch": tasks.c.epoch + 1, "owner": bindparam("worker")}
    patch.setattr(leases, "_CLAIM", claim.values({**values, "lease_until": bindparam("until")}).returning(*tasks.c))


def the_mark_is_not_raised(patch: Patch) -> None:
    """Nobody asks before something goes out whether this is still the newest log."""
    for module in (perform, sweeper):
        patch.setattr(module, "raise_mark", lambda _log: None)


def a_claim_is_not_held_to_the_mark(patch: Patch) -> None:
    """Claims are counted, and nobody asks whether the mark has counted them before."""
    counted = update(high_water).values(claims=high_water.c.claims + 1)
    patch.setattr(leases, "count_claim", lambda connection, _keys: connection.execute(counted))


def nobody_asks_whether_a_claim_still_stands(patch: Patch) -> None:
    """A worker that has claimed a task does it, whatever became of the log since."""
    patch.setattr(Leases, "still_ours", lambda _self, jobs: list(jobs))


def what_failed_is_called_off_at_once(patch: Patch) -> None:
    """What failed counts as not done, and its money is free."""
    for module in (rules, moment):
        patch.setattr(module, "is_to_be_asked_about", lambda *_: False)


def a_restored_log_is_not_held(patch: Patch) -> None:
    """Workers take up their work in a log that two people are still to look through."""
    patch.setattr(leases, "is_quarantined", lambda *_: False)


def work_goes_on_when_the_time_is_up(patch: Patch) -> None:
    """A worker that was stopped goes on with what else it claimed, though its lease will end first."""
    do = Performer._do

    def unstopped(self: Performer, kind: str, jobs: list[AnyJob]) -> Any:
        return [one._replace(result="unknown") if one.result == "stopped" else one for one in do(self, kind, jobs)]

    patch.setattr(Performer, "_do", unstopped)


def whoever_slept_goes_on(patch: Patch) -> None:
    """A worker that stood still until its lease ran out does the rest of what it had claimed."""
    patch.setattr(jobs, "has_run_out", lambda *_: False)


def a_letter_that_nobody_took_counts_as_sent(patch: Patch) -> None:
    """That the post is not there is no reason to write again."""
    for kind, effect in EFFECTS.items():
        if KIND_OF[kind].is_letter:
            patch.setitem(EFFECTS, kind, effect._replace(perform=_believing(effect.perform)))


def _believing(perform: Perform) -> Perform:
    def believes(some: Sequence[AnyJob], outside: Adapters) -> list[JobOutcome]:
        return [
            one._replace(result="done", reference=f"{outside.post.way}:{one.job.task_id}")
            if one.result == "unavailable"
            else one
            for one in perform(some, outside)
        ]

    return believes


def what_was_tried_is_called_off_as_if_nobody_had(patch: Patch) -> None:
    """Only what a worker holds at this moment may have happened; what is to be tried again has not."""

    def claimed(connection: Connection, case_ids: Collection[str]) -> Asked[dict[str, InHand]]:
        held = "SELECT t.case_id, t.task_id, t.status, t.epoch FROM tasks t WHERE t.case_id {} AND t.status = 'claimed'"
        return ask_by_key(connection, sorted(case_ids), held, in_hand_by_case)

    patch.setattr(command_batch, "lock_claims", claimed)
