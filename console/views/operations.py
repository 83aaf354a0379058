"""The machine's work as an operator sees it; a case number stands beside a task only for whoever may see the case."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from console.views.orphans import ListedOrphan, listed_orphans
from console.views.reader import Reader
from console.views.suggested_actions import deeds_for, shown_status
from events.checkpoints import verifier_of
from events.errors import NoteRefused
from events.instants import instant
from events.key_copies import LastCopy, last_copy
from events.sealer import TROUBLE
from events.witness_policy import Policy
from handlers.projections.row_signing import altered_rows
from handlers.queries.operations import LATE_AFTER, OperationsReport, TaskSummary, UnreadFile, machine
from handlers.queries.payments import disputed_payments
from handlers.queries.quarantine import quarantine_of
from handlers.queries.sealing import LATE_AFTER as SEALED_AFTER
from handlers.queries.sealing import seal_state
from workflow.rights.table import may_ever
from workflow.subjects.restore.state import Quarantine


class TaskRow(NamedTuple):
    """One task: its case only for whoever may see it, its deeds only for whoever may do them."""

    task: TaskSummary
    due: datetime
    case_id: str  # empty: not this reader's to know
    may_retry: bool

    @property
    def deeds(self) -> tuple[str, ...]:
        """Return the commands that help with it: what may have been sent is not called off."""
        return deeds_for(self.task.kind, self.task.status, wanted=self.task.wanted)

    @property
    def status(self) -> str:
        """Return how it stands, for people."""
        return shown_status(self.task.status, wanted=self.task.wanted)


class TimersAhead(NamedTuple):
    """Timers of one kind: how many are set, and when the next is due."""

    kind: str
    number: int
    next_due: datetime


class BankQuestion(NamedTuple):
    """Something the bank said that somebody has to settle: about a grant, or about a payment nobody sent."""

    about: str  # the payment, as the bank names it
    path: str  # where it is settled


class Sealing(NamedTuple):
    """How far the history is signed: for how long something waits for that, who is missing, and why nothing is."""

    entries: int  # that are signed by whoever has to
    waits: timedelta
    missing: tuple[str, ...]
    trouble: str
    begun: bool

    @property
    def late(self) -> bool:
        """Tell whether something waits for too long; a log nobody ever signed is not late, it is not signed."""
        return self.begun and self.waits > SEALED_AFTER


class Operations(NamedTuple):
    """The machine's work at one moment."""

    machine: OperationsReport
    now: datetime
    stopped: tuple[TaskRow, ...]
    late: tuple[TaskRow, ...]
    queue: str  # inside: in this process; up, down: the server's
    ahead: tuple[TimersAhead, ...]
    behind: timedelta  # how long the oldest task that is due waits
    bank_files: tuple[UnreadFile, ...] = ()
    bank_questions: tuple[BankQuestion, ...] = ()
    sealing: Sealing | None = None
    quarantine: Quarantine = Quarantine()  # that an older copy is in place, and what it does not know
    copy: LastCopy = LastCopy("", is_blind=False)  # of the keys
    orphans: tuple[ListedOrphan, ...] = ()  # of these, what nobody has settled, and where it lies
    altered: tuple[tuple[str, int], ...] = ()  # tables that prove who signs in, and how many rows are not ours

    @property
    def copied_at(self) -> datetime:
        """Return when the keys were copied last; ask only where they were."""
        return instant(self.copy.at)

    @property
    def behind_long(self) -> bool:
        """Tell whether tasks or timers are due and nobody seems to do them."""
        return self.behind > LATE_AFTER or self.machine.timers_late > 0

    @property
    def at_work(self) -> int:
        """Return how many tasks are being done now."""
        return sum(pool.tasks for pool in self.machine.crews)

    @property
    def lost(self) -> int:
        """Return how many tasks a worker took and did not come back with."""
        return sum(pool.lost for pool in self.machine.crews)


def operations(reader: Reader, queue: str) -> Operations:
    """Return the machine's work; the number of questions does not depend on how much there is."""
    with reader.container.database.reading() as connection:
        found = machine(connection, reader.now)
        disputed = [BankQuestion(*row) for row in disputed_payments(connection, list(reader.own_programmes()))]
        altered = tuple(altered_rows(connection, reader.container.keys).items())
    theirs = _theirs(reader, (*found.stopped, *found.late))
    behind = reader.now - instant(found.oldest_due) if found.oldest_due else timedelta()
    ahead = tuple(TimersAhead(kind, number, instant(due)) for kind, number, due in found.ahead)
    bank_files = tuple(reader.container.unread_bank_files())
    questions = (*disputed, *_strange(reader))
    stopped, late = _rows(found.stopped, theirs), _rows(found.late, theirs)
    waits = max(behind, timedelta())
    sealing, restored = _sealing(reader), quarantine_of(reader.container.log)
    return Operations(
        found, reader.now, stopped, late, queue, ahead, waits, bank_files, questions, sealing, restored,
        last_copy(reader.container.keys), _unsettled(reader, restored), altered,
    )  # fmt: skip


def _unsettled(reader: Reader, quarantine: Quarantine) -> tuple[ListedOrphan, ...]:
    if not quarantine.is_on:
        return ()
    return tuple(
        one for one in listed_orphans(reader.container, quarantine, reader.now) if one.number in quarantine.open
    )


def _sealing(reader: Reader) -> Sealing:
    container = reader.container
    key, trouble = verifier_of(container.keys), (container.keys.noted(TROUBLE) or b"").decode()
    try:
        policy = container.policy()
    except NoteRefused as problem:
        policy, trouble = Policy(), str(problem)
    with container.database.reading() as connection:
        state = seal_state(connection, key, policy)
    waits = reader.now - instant(state.since) if state.since else timedelta()
    return Sealing(state.sealed, max(waits, timedelta()), state.missing, trouble, key is not None)


def _strange(reader: Reader) -> Iterator[BankQuestion]:
    """Yield what the bank said of payments nobody sent; it names no case, and stands under a programme's money."""
    streams = {one.programme.fund_stream: name for name, one in reader.own_programmes().items()}
    for stream, kept in (reader.container.cases.states(sorted(streams)) if streams else {}).items():
        for answer_id, (message_id, tranche_id, _) in kept.state.strange.items() if kept.state else ():
            path = f"/office/{streams[stream]}/do/SettleStrangeAnswer?answer_id={answer_id}"
            yield BankQuestion(tranche_id or message_id, path)


def _rows(tasks: Iterable[TaskSummary], theirs: dict[str, bool]) -> tuple[TaskRow, ...]:
    seen = ((task, task.case_id if task.case_id in theirs else "") for task in tasks)
    return tuple(TaskRow(task, instant(task.due_at), case_id, theirs.get(case_id, False)) for task, case_id in seen)


def _theirs(reader: Reader, tasks: Iterable[TaskSummary]) -> dict[str, bool]:
    """Return the cases among these that the reader may see, and whether they may retry tasks there."""
    if not may_ever(reader.account.roles, "case.see"):
        return {}
    visible = reader.visible_cases({task.case_id for task in tasks})
    return {case_id: reader.may("tasks.retry", one) is not None for case_id, one in visible.items()}
