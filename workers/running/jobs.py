"""A task in a worker's hands, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Generic, Literal, NamedTuple, Self, TypeVar

from dramatiq.middleware.threading import Interrupt

from events.errors import EventsError, StreamForged
from events.file_stores import FileStore, MemoryFiles
from events.ids import CaseId
from events.log import Log
from handlers.commanding.answers import Answer
from handlers.commanding.errors import HandlersError
from handlers.commanding.together import TogetherAnswer
from handlers.states.case_reader import CaseReader
from handlers.states.definitions import Definitions
from workers.errors import OutcomeUnknown, OutsideError, Refused, Unavailable
from workers.mail.post import Post
from workers.running.orders import Orders
from workflow.case.tasks import About
from workflow.command import Command
from workflow.rights.machine_ids import MachineIds
from workflow.tasks import KIND_OF

Of = TypeVar("Of", bound=About)
State = TypeVar("State")
JobResult = Literal["done", "refused", "unavailable", "unknown", "undone", "dead", "stopped"]


class Job(NamedTuple, Generic[Of]):
    """A claimed task; ``begun_at`` is the first claim, so that a second attempt says the same thing outside."""

    task_id: str
    case_id: CaseId
    kind: str
    subject: Mapping[str, str]
    epoch: int
    attempts: int
    begun_at: datetime
    way: str = ""  # by which the worker sends letters that claimed it last
    until: str = ""  # when its lease runs out: nothing is begun from then on, and no other claim of it ends then

    @property
    def about(self) -> Of:
        """Return what the task is about, in the type of its kind."""
        found: Of = KIND_OF[self.kind].about.of(self.subject)
        return found


AnyJob = Job[Any]


class JobOutcome(NamedTuple):
    """What came of a job; a reference is the other side's, an error a class of error, never its words."""

    job: AnyJob
    result: JobResult
    reference: str = ""
    found_out: bool = False  # by others: another report than the worker's own, who may only stand still

    @classmethod
    def of(cls, problem: OutsideError | EventsError, job: AnyJob) -> Self:
        """Return what a problem means for a job.

        A job reads its case before it says anything outside, so a log that cannot be read has sent nothing.
        """
        refused, unknown = isinstance(problem, Refused), isinstance(problem, OutcomeUnknown)
        return cls(job, "refused" if refused else "unknown" if unknown else "unavailable", type(problem).__name__)


class BankFolders(NamedTuple):
    """Where files for the outside go and answers come from."""

    bank_out: str
    bank_sent: str  # where the bank's gateway puts a file it has fetched
    bank_in: str

    @classmethod
    def at(cls, bank: Path) -> Self:
        """Return the folders of a bank's folder; they need not be there."""
        return cls(*(str(bank / name) for name in ("out", "sent", "in")))


@dataclass(frozen=True, slots=True)
class Adapters:
    """Everything a job may touch: the log to read, and the world."""

    log: Log
    definitions: Definitions
    look: CaseReader
    ids: MachineIds  # of the commands a task gives
    submit: Callable[[Command], Answer]  # what a task leads to in another case, as a command of its own
    orders: Orders
    post: Post
    folders: BankFolders
    files: FileStore = field(default_factory=MemoryFiles)
    submit_together: Callable[[Sequence[Command]], TogetherAnswer] | None = None

    def state_of(self, stream: str, empty: State) -> State:
        """Return a stream that cases share as it stands; raises StreamForged when Wayhome did not leave it so."""
        if self.log.forged([stream]):
            raise StreamForged(stream)
        found: State | None = self.look.states([stream])[stream].state
        return found or empty

    def submitted(self, command: Command) -> Answer:
        """Return the answer to a command; raises Unavailable when it could not be decided now."""
        try:
            return self.submit(command)
        except HandlersError as later:
            raise Unavailable("others kept getting in between") from later

    def submitted_together(self, commands: Sequence[Command]) -> TogetherAnswer:
        """Return the answers to commands that are carried out all or none; raises Unavailable as `submitted` does."""
        assert self.submit_together is not None, "whoever offers beds to a family can do it in one breath"
        try:
            return self.submit_together(commands)
        except HandlersError as later:
            raise Unavailable("others kept getting in between") from later


Perform = Callable[[Sequence[AnyJob], Adapters], list[JobOutcome]]
PerformOne = Callable[[AnyJob, Adapters], str]
# Asks the outside about a job nobody knows the outcome of: a reference, NOT_DONE, or None when it cannot be told.
AskAboutOne = Callable[[AnyJob, Adapters], str | None]
NOT_DONE_REFERENCE: Final = "not-done"
NOT_BEGUN: Final = "NotBegun"  # why a job waits that was claimed together with one that took too long


class Effect(NamedTuple):
    """How one kind of task is done: in which lane, how, how to ask about it, and how often to try.

    ``safe_to_repeat`` is False where a second attempt could be seen twice outside; then a worker's death in
    the middle makes the outcome unknown instead of the task waiting again.
    """

    kind: str
    lane: str
    perform: Perform
    ask: AskAboutOne
    safe_to_repeat: bool = True
    attempts_max: int = 8


def one_by_one(perform: PerformOne) -> Perform:
    """Return how to do several jobs when each is done on its own; one's failure does not touch the others.

    When the time limit stops one of them, those before it keep their outcomes and those after it wait.
    """

    def each(jobs: Sequence[AnyJob], outside: Adapters) -> list[JobOutcome]:
        outcomes: list[JobOutcome] = []
        try:
            for job in jobs:
                outcomes.append(_attempt(perform, job, outside))  # noqa: PERF401 - what is done must be known when torn away
        except Interrupt as limit:
            left = jobs[len(outcomes) :]
            stopped = [JobOutcome(job, "stopped", type(limit).__name__) for job in left[:1]]
            return [*outcomes, *stopped, *not_begun(left[1:])]
        return outcomes

    return each


def offer_again(_job: AnyJob, _outside: Adapters) -> str | None:
    """Say that nothing happened: offering again is harmless, so nobody needs to be asked."""
    return NOT_DONE_REFERENCE


def not_begun(jobs: Sequence[AnyJob]) -> list[JobOutcome]:
    """Return that these jobs are to wait for their next turn, which is no failure of theirs."""
    return [JobOutcome(job, "unavailable", NOT_BEGUN) for job in jobs]


def in_time(perform: Perform) -> Perform:
    """Return how to do several jobs at once, without those whose lease has run out."""

    def those(jobs: Sequence[AnyJob], outside: Adapters) -> list[JobOutcome]:
        late = [job for job in jobs if has_run_out(job, outside)]
        ours = [job for job in jobs if job not in late]
        return [*not_begun(late), *(perform(ours, outside) if ours else ())]

    return those


def has_run_out(job: AnyJob, outside: Adapters) -> bool:
    """Tell whether a lease is over: whoever stood still meanwhile begins nothing that is somebody else's by now.

    Somebody may have been asked what became of it, have it written again, or have called it off.
    """
    return bool(job.until) and outside.log.now() >= job.until


def _attempt(perform: PerformOne, job: AnyJob, outside: Adapters) -> JobOutcome:
    try:
        if has_run_out(job, outside):
            return JobOutcome(job, "unavailable", NOT_BEGUN)
        return JobOutcome(job, "done", perform(job, outside))
    except (OutsideError, EventsError) as problem:
        return JobOutcome.of(problem, job)
