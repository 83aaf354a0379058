"""The one command path: lock, load, decide, react, append, project, commit; then ring the bell.

Commands that arrive together share one transaction. A refused command changes nothing; one that fails with
a bug is isolated by serving the batch in halves, so that its neighbours are not harmed.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any, Protocol

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
from events.writing import Writing
from handlers.commanding.answers import Answer, Conflict
from handlers.commanding.command_batch import BatchResult, CommandBatch
from handlers.commanding.errors import Overtaken
from handlers.commanding.group_commit import GroupCommit, PendingCommand
from handlers.commanding.together import NotTogetherError, Together, TogetherAnswer, apart, demand_all
from handlers.projections.drawings import Drawings
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
        self._drawings = Drawings()
        self._secret = log.keys.secret("command-digest")
        self.machine_ids = MachineIds(log.keys.secret("machine-ids"))
        self._turns: GroupCommit[Any, Any] = GroupCommit(self._serve, batch)

    def submit(self, command: Command) -> Answer:
        """Carry out a command and return its answer once it is durable.

        Sending it again gives the first answer again. Raises CommandReused when the id came before with
        other content, a StoreProblem when the database did not do it, Overtaken when others kept winning.
        """
        answer: Answer = self._turns.take([command])[0].result()
        return answer

    def submit_together(self, commands: Sequence[Command]) -> TogetherAnswer:
        """Carry out commands for several people, all of them or none; every refusal is among the answers.

        Raises what `submit` raises; nothing is stored then either.
        """
        answer: TogetherAnswer = self._turns.take([Together(tuple(commands))])[0].result()
        return answer

    def submit_many(self, commands: Sequence[Command]) -> list[Answer]:
        """Carry out commands in order, in as few transactions as possible; raises the first error of any."""
        return [ticket.result() for ticket in self._turns.take(commands)]

    def offer(self, commands: Sequence[Command]) -> PendingCommands:
        """Carry out commands and return their tickets, so that one's error does not hide the others' answers."""
        return self._turns.take(commands)

    def _serve(self, tickets: Sequence[PendingCommand[Any, Any]]) -> None:
        for part in apart([ticket.asked for ticket in tickets]):
            some = tickets[part]
            if isinstance(some[0].asked, Together):
                self._serve_together(some[0])
            else:
                self._serve_each(some)

    def _serve_together(self, ticket: PendingCommand[Together, TogetherAnswer]) -> None:
        """Store what several commands lead to in one transaction of their own, or nothing of it."""
        try:
            served = self._write(ticket.asked.commands, demand_all)
        except _WHOLE_STORE:
            raise
        except NotTogetherError as said:
            self._refuse_together(ticket, said)
        except Exception as bug:  # noqa: BLE001 - whatever it is, its neighbours are served
            self.folds.forget()
            ticket.error = bug
        else:
            self._keep(served)
            ticket.answer = TogetherAnswer(tuple(one for one in served.answers if not isinstance(one, CommandReused)))

    def _refuse_together(self, ticket: PendingCommand[Together, TogetherAnswer], said: NotTogetherError) -> None:
        reused = next((one for one in said.answers if isinstance(one, CommandReused)), None)
        if reused is not None:
            ticket.error = reused
            return
        pairs = zip(ticket.asked.commands, said.answers, strict=True)
        told = (self._with_history(one, answer) for one, answer in pairs if not isinstance(answer, CommandReused))
        ticket.answer = TogetherAnswer(tuple(told))

    def _serve_each(self, tickets: PendingCommands) -> None:
        try:
            served = self._write([ticket.asked for ticket in tickets])
        except _WHOLE_STORE:
            raise
        except Exception as bug:  # noqa: BLE001 - whatever it is, its neighbours are served
            self._isolate(tickets, bug)
        else:
            self._keep(served)
            for ticket, answer in zip(tickets, served.answers, strict=True):
                if isinstance(answer, CommandReused):
                    ticket.error = answer
                else:
                    ticket.answer = self._with_history(ticket.asked, answer)

    def _keep(self, served: BatchResult) -> None:
        self.folds.keep(served.states)
        if served.due:
            self.bell.ring(served.due)

    def _isolate(self, tickets: PendingCommands, bug: Exception) -> None:
        """Find the command that fails by serving halves; everybody else is served."""
        self.folds.forget()
        if len(tickets) == 1:
            tickets[0].error = bug
            return
        middle = len(tickets) // 2
        self._serve_each(tickets[:middle])
        self._serve_each(tickets[middle:])

    def _with_history(self, command: Command, answer: Answer) -> Answer:
        """Tell whoever was overtaken what happened in between, also by commands of the same batch."""
        if not isinstance(answer, Conflict):
            return answer
        assert isinstance(command, CaseCommand)
        events = self.log.stream(case_stream(command.case_id), answer.expected)
        return answer._replace(since=tuple(e for e in events if e.envelope.version <= answer.version))

    def _write(
        self, commands: Sequence[Command], demand: Callable[[Sequence[Answer | CommandReused]], None] = lambda _: None
    ) -> BatchResult:
        """Return what a turn led to; what ``demand`` raises of its answers undoes all of it."""
        digests = [self._digest(command) for command in commands]
        for _ in range(ATTEMPTS_MAX):
            try:
                with self.log.writing() as writing:
                    served = self._turn(writing).serve(commands, digests)
                    demand(served.answers)
            except StreamMoved:
                continue
            return served
        raise Overtaken("other processes kept getting in between; nothing was stored, try again")

    def _turn(self, writing: Writing) -> CommandBatch:
        known = (self.folds, self.definitions, self.log, self.machine_ids)
        return CommandBatch(writing, *known, self._digest, self._drawings)

    def _digest(self, command: Command) -> str:
        """Return a fingerprint of the command, keyed, because a name alone could be guessed from a plain hash."""
        body = f"{type(command).__name__}|{command.model_dump_json()}".encode()
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()
