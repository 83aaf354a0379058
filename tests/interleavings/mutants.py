"""What trying orders must catch: the engine with one thing left out that keeps transactions apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import pytest
from sqlalchemy import select, update

from events import keys
from events.asking import Asked, ask_by_key
from handlers.commanding import command_batch
from handlers.commanding.command_batch import CommandBatch
from handlers.commanding.service import CommandService
from handlers.projections.tables import tasks
from handlers.projections.tasks import InHand, TaskRows, in_hand_by_case
from handlers.states.state_cache import fold_events
from tests.kit.offices import KINDS
from tests.simulator.planted import a_ghost_may_put_a_task_back
from workers.running import leases
from workers.running.leases import Leases
from workflow import decide
from workflow.subjects.erasure import decisions as erasure
from workflow.subjects.grants.state import Grants, grants_of

Patch = pytest.MonkeyPatch


class Mutant(NamedTuple):
    """One thing left out, the scenario that must notice, a word of what it then says, and what that thing was."""

    leaves_out: Callable[[Patch], None]
    scenario: str
    says: str
    takes_away: str
    kinds: tuple[str, ...] = KINDS  # SQLite has one pen: there nothing has to be held


def _no_version_check(patch: Patch) -> None:
    patch.setattr(CommandBatch, "_overtaken", lambda *_: None)


def _no_fence(patch: Patch) -> None:
    patch.setattr(CommandBatch, "_ghost", lambda *_: None)


def _claim_without_lock(patch: Patch) -> None:
    """Look which tasks are due, and take them without looking again."""

    def claim(self: Leases, task_ids: Any, now: str) -> list[Any]:
        with self._database.reading() as before:
            due = select(tasks.c.task_id).where(tasks.c.task_id.in_(task_ids), leases._IS_DUE)
            found = list(before.execute(due, {"now": now}).scalars())
        with self._database.writing() as connection:
            mine = update(tasks).where(tasks.c.task_id.in_(found)).values(status="claimed", epoch=tasks.c.epoch + 1)
            return [leases._job(row) for row in connection.execute(mine.returning(*tasks.c))]

    patch.setattr(Leases, "claim", claim)


def _claims_not_held(patch: Patch) -> None:
    """Look what workers have in hand, and do not keep it from changing."""

    def lock_claims(connection: Any, case_ids: Any) -> Asked[dict[str, InHand]]:
        in_hand = "SELECT t.case_id, t.task_id, t.status, t.epoch FROM tasks t WHERE t.case_id {}"
        return ask_by_key(connection, sorted(case_ids), in_hand, in_hand_by_case)

    patch.setattr(command_batch, "lock_claims", lock_claims)


def _asked_outside(prefix: str) -> Callable[[Patch], None]:
    """Return how to decide on what a shared stream said before the transaction began."""

    def leave_out(patch: Patch) -> None:
        before: dict[int, dict[str, Any]] = {}
        submit, situation = CommandService.submit, CommandBatch._situation

        def submits(self: CommandService, command: Any) -> Any:
            streams = {event.envelope.stream for page in self.log.pages() for event in page}
            before[id(self.log)] = {
                stream: fold_events(stream, self.log.stream(stream), self.log.fact).state
                for stream in streams
                if stream.startswith(prefix)
            }
            return submit(self, command)

        def situated(self: CommandBatch, *given: Any) -> Any:
            found = situation(self, *given)
            known = before.get(id(self._log), {})
            return found._replace(shared={stream: known.get(stream, state) for stream, state in found.shared.items()})

        patch.setattr(CommandService, "submit", submits)
        patch.setattr(CommandBatch, "_situation", situated)

    return leave_out


def _rows_in_a_second_transaction(patch: Patch) -> None:
    """Store the rows of new tasks once the facts are committed."""
    store, write = TaskRows.store, CommandService._write
    waiting: list[Any] = []

    def stores(self: TaskRows, writing: Any) -> None:
        made, self._made[tasks] = self._made[tasks], {}
        waiting.extend(made.values())
        store(self, writing)

    def writes(self: CommandService, *given: Any) -> Any:
        served = write(self, *given)
        with self.log.database.writing() as connection:
            while waiting:
                connection.execute(tasks.insert().values(**waiting.pop()))
        return served

    patch.setattr(TaskRows, "store", stores)
    patch.setattr(CommandService, "_write", writes)


def _erased_are_sealed_for(patch: Patch) -> None:
    """Decide about somebody who was erased as about anybody, and make them a new key."""
    patch.setattr(decide, "is_erased", lambda _case: False)
    patch.setattr(keys, "refuse_erased", lambda *_: None)


def _money_is_forgotten(patch: Patch) -> None:
    """Look at work alone before somebody is erased: what was handed to the bank is none any more."""
    work = erasure._left_of_work
    patch.setattr(erasure, "_left_of_work", lambda case: work(grants_of.put(case, Grants())))


MUTANTS: Final[Mapping[str, Mutant]] = {
    "no version check": Mutant(
        _no_version_check, "version", "two wrote at one version", "who saw an older version learns of it"
    ),
    "claim without lock": Mutant(_claim_without_lock, "claim", "a task has 2 holders", "a task has one holder"),
    "no fence": Mutant(_no_fence, "finish", "the fence", "a report counts with its epoch only"),
    "claims not held": Mutant(
        _claims_not_held, "withdraw", "as if nobody had begun it", "what workers hold is held still", ("postgresql",)
    ),
    "bed asked for outside": Mutant(_asked_outside("facility:"), "hold", "one bed", "one bed, one person"),
    "budget asked for outside": Mutant(
        _asked_outside("fund:"), "budget", "EUR 100 were left", "no cent is spent twice"
    ),
    "place asked for outside": Mutant(
        _asked_outside("provider:"), "last place", "there was one place", "one place, one person"
    ),
    "money at the bank is forgotten": Mutant(
        _money_is_forgotten, "erased while paid", "whose money is at the bank", "nobody is erased while paid"
    ),
    "rows in a second transaction": Mutant(
        _rows_in_a_second_transaction, "projection", "the rows of work", "rows say what the history says"
    ),
    "put back without a fence": Mutant(
        a_ghost_may_put_a_task_back, "put back while freed", "somebody holds", "only who holds a task lets it wait"
    ),
    "erased people are sealed for": Mutant(
        _erased_are_sealed_for, "erased while written of", "of who was erased", "no key is made again for the erased"
    ),
}
