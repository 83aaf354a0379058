"""The one command path: lock, load, decide, react, append, project, commit; then ring the bell.

Commands that arrive together share one transaction. A refused command changes nothing; one that fails with
a bug is isolated by serving the batch in halves, so that its neighbours are not harmed.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol

from events.errors import (
    ClockBehind,
    CommandReused,
    KeysLocked,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
    StreamMoved,
)
from events.ids import case_stream
from events.log import Log
from handlers.commanding.answers import Answer, Conflict
from handlers.commanding.command_batch import BatchResult, CommandBatch
from handlers.commanding.errors import Overtaken
from handlers.commanding.group_commit import GroupCommit, PendingCommand
from handlers.states.definitions import Definitions
from handlers.states.state_cache import StateCache
from workflow.command import CaseCommand, Command
from workflow.rights.machine_ids import MachineIds

ATTEMPTS_MAX = 8  # how often a batch is decided again because another process got in between
# With these no command of a batch is at fault; any other problem is isolated.
_WHOLE_STORE = (StoreUnavailable, StoreReadOnly, StoreFull, ClockBehind, KeysLocked)
PendingCommands = Sequence[PendingCommand[Command, Answer]]


class TaskNotifier(Protocol):
    """Tells workers that tasks are due; losing a ring costs time, never a task."""

    def ring(self, due: Sequence[tuple[str, str]]) -> None:
        """Take pairs of task id and kind; must not raise and must not block for long."""
        ...


class NullNotifier:
    """A bell nobody hears: tasks wait for the next sweep."""

    def ring(self, due: Sequence[tuple[str, str]]) -> None:
        """Do nothing."""


class CommandService:
    """Carries out commands against a log; safe to call from many threads."""

    def __init__(
        self, log: Log, bell: TaskNotifier | None = None, *, folds: StateCache | None = None, batch: int = 256
    ) -> None:
        self.log = log
        self.bell: TaskNotifier = bell or NullNotifier()
        self.definitions = Definitions(log)
        self.folds = StateCache() if folds is None else folds
        self._secret = log.keys.secret("command-digest")
        self.machine_ids = MachineIds(log.keys.secret("machine-ids"))
        self._turns: GroupCommit[Command, Answer] = GroupCommit(self._serve, batch)

    def submit(self, command: Command) -> Answer:
        """Carry out a command and return its answer once it is durable.

        Sending it again gives the first answer again. Raises CommandReused when the id came before with
        other content, a StoreProblem when the database did not do it, Overtaken when others kept winning.
        """
        return self._turns.take([command])[0].result()

    def submit_many(self, commands: Sequence[Command]) -> list[Answer]:
        """Carry out commands in order, in as few transactions as possible; raises the first error of any."""
        return [ticket.result() for ticket in self._turns.take(commands)]

    def offer(self, commands: Sequence[Command]) -> PendingCommands:
        """Carry out commands and return their tickets, so that one's error does not hide the others' answers."""
        return self._turns.take(commands)

    def _serve(self, tickets: PendingCommands) -> None:
        try:
            served = self._write(tickets)
        except _WHOLE_STORE:
            raise
        except Exception as bug:  # noqa: BLE001 - whatever it is, its neighbours are served
            self._isolate(tickets, bug)
        else:
            self.folds.keep(served.states)
            for ticket, answer in zip(tickets, served.answers, strict=True):
                if isinstance(answer, CommandReused):
                    ticket.error = answer
                else:
                    ticket.answer = self._with_history(ticket.asked, answer)
            if served.due:
                self.bell.ring(served.due)

    def _isolate(self, tickets: PendingCommands, bug: Exception) -> None:
        """Find the command that fails by serving halves; everybody else is served."""
        self.folds.forget()
        if len(tickets) == 1:
            tickets[0].error = bug
            return
        middle = len(tickets) // 2
        self._serve(tickets[:middle])
        self._serve(tickets[middle:])

    def _with_history(self, command: Command, answer: Answer) -> Answer:
        """Tell whoever was overtaken what happened in between, also by commands of the same batch."""
        if not isinstance(answer, Conflict):
            return answer
        assert isinstance(command, CaseCommand)
        events = self.log.stream(case_stream(command.case_id), answer.expected)
        return answer._replace(since=tuple(e for e in events if e.envelope.version <= answer.version))

    def _write(self, tickets: PendingCommands) -> BatchResult:
        commands = [ticket.asked for ticket in tickets]
        digests = [self._digest(command) for command in commands]
        for _ in range(ATTEMPTS_MAX):
            try:
                with self.log.writing() as writing:
                    turn = CommandBatch(writing, self.folds, self.definitions, self.log, self.machine_ids, self._digest)
                    served = turn.serve(commands, digests)
            except StreamMoved:
                continue
            return served
        raise Overtaken("other processes kept getting in between; nothing was stored, try again")

    def _digest(self, command: Command) -> str:
        """Return a fingerprint of the command, keyed, because a name alone could be guessed from a plain hash."""
        body = f"{type(command).__name__}|{command.model_dump_json()}".encode()
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()
