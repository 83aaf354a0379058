"""Planted bugs of how a turn is stored: what must be one transaction is two, and what must be asked is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from events.log import Log
from events.writing import Writing
from handlers.commanding.answers import Accepted
from handlers.commanding.command_batch import CommandBatch
from handlers.commanding.remembered_answers import RememberedAnswers
from handlers.projections.board import BOARD_ROWS
from handlers.projections.tables import tasks
from handlers.projections.tasks import TaskRows
from workflow.command import Command

Patch = pytest.MonkeyPatch


def _after_each_write(patch: Patch, do: Callable[[Log], None]) -> None:
    """Have something done when a write to the log is durable."""
    write = Log.writing

    @contextmanager
    def writes(self: Log, **how: Any) -> Iterator[Writing]:
        with write(self, **how) as writing:
            yield writing
        do(self)

    patch.setattr(Log, "writing", writes)


def a_position_is_a_number_of_a_counter(patch: Patch) -> None:
    """Events are numbered by a counter that no rollback takes back, as a database's sequence is."""
    head, counted = Writing._head_of_log, dict[str, int]()

    def counting(self: Writing) -> tuple[int, bytes, bool]:
        size, place, ours = head(self)
        database = str(self.connection.engine.url.database)
        base = max(size, counted.get(database, 0))
        counted[database] = base + len(self._entries)
        return base, place, ours

    patch.setattr(Writing, "_head_of_log", counting)


def a_task_is_stored_after_its_fact(patch: Patch) -> None:
    """The row of a new task is a second transaction."""
    store, waiting = TaskRows.store, list[Any]()

    def stores(self: TaskRows, writing: Writing) -> None:
        made, self._made[tasks] = self._made[tasks], {}
        waiting[:] = made.values()
        store(self, writing)

    def carry(log: Log) -> None:
        if waiting:
            with log.database.writing() as connection:
                connection.execute(tasks.insert(), waiting)
        waiting.clear()

    patch.setattr(TaskRows, "store", stores)
    _after_each_write(patch, carry)


def a_step_does_not_move_the_board(patch: Patch) -> None:
    """The row of a case is drawn when it is opened, and then left as it was now and again."""
    write = Writing.write

    def left(self: Writing, statement: Any, row: Mapping[str, Any]) -> None:
        if statement is not BOARD_ROWS or row["version"] % 5:
            write(self, statement, row)

    patch.setattr(Writing, "write", left)


def a_command_is_known_by_what_it_says(patch: Patch) -> None:
    """Whoever asks for the same twice, meaning two of it, is answered as if they had asked once."""
    again, decided, said = RememberedAnswers.again, CommandBatch._decided, dict[tuple[Any, str], Any]()

    def content(ids: Any, command: Command) -> tuple[Any, str]:
        return ids, f"{type(command).__name__} {command.model_dump_json(exclude={'command_id', 'former_id'})}"

    def known(self: RememberedAnswers, command: Command, digest: str) -> Any:
        before = said.get(content(self._ids, command))
        return again(self, command, digest) or (
            before and before._replace(command_id=str(command.command_id), repeated=True)
        )

    def decides(self: CommandBatch, command: Command) -> Any:
        answer = decided(self, command)
        if isinstance(answer, Accepted):
            said[content(self._ids, command)] = answer
        return answer

    patch.setattr(RememberedAnswers, "again", known)
    patch.setattr(CommandBatch, "_decided", decides)


def a_state_is_kept_before_it_is_stored(patch: Patch) -> None:
    """What was decided stays in memory although the disk did not take it."""
    serve = CommandBatch.serve

    def hasty(self: CommandBatch, *given: Any) -> Any:
        served = serve(self, *given)
        held: Any = self._load.__self__  # type: ignore[attr-defined]
        held._folds.keep(served.states)
        return served

    patch.setattr(CommandBatch, "serve", hasty)
