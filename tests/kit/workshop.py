"""Workers beside an office: each part acts when it is told to, and the outside fails when it is told to."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

from console.simulation.order_book import OrderBook
from events.file_stores import FileStore, MemoryFiles
from events.ids import CaseId, case_stream
from events.instants import instant_text
from handlers.states.case_reader import CaseReader
from tests.kit.offices import Office
from tests.kit.roads import consents, plan_trip, ready_to_travel
from tests.kit.story import Story, story
from workers.iso20022.bank_inbox import BankInbox
from workers.mail.post import FolderPost, Post
from workers.running.broker import TIME_LIMIT_S
from workers.running.jobs import Adapters, BankFolders
from workers.running.leases import Leases
from workers.running.orders import Order, Orders
from workers.running.perform import Backoff, Performer
from workers.running.sweeper import Sweeper, SweepSettings
from workers.running.worker_pool import WorkerPool, WorkerSettings

LEASE_S = 30.0
PATIENCE_S = 30.0
Made = TypeVar("Made")


class Killed(BaseException):
    """The worker's process ends here: nothing after this line of the product runs, not even its own handlers."""


class NotedBell:
    """A bell nobody hears but us."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, due: Sequence[tuple[str, str]]) -> None:
        self.rung += [task_id for task_id, _ in due]


@dataclass
class MoodyOrders:
    """A provider with a real book: raises what it was told to, before the order is written down or after."""

    book: OrderBook
    before: deque[Any] = field(default_factory=deque)
    after: deque[Any] = field(default_factory=deque)
    meanwhile: Callable[[], None] = lambda: None  # what happens elsewhere while an order is taken
    asked: int = 0

    def place(self, orders: Sequence[Order]) -> list[str]:
        self.asked += 1
        if self.before:
            self.meanwhile()
            raise self.before.popleft()
        references = self.book.place(orders)
        self.meanwhile()
        if self.after:
            raise self.after.popleft()
        return references

    def find(self, key: str) -> str | None:
        return self.book.find(key)

    def known(self) -> Collection[str]:
        return self.book.known()


@dataclass
class MailServer:
    """A post as a mail server is: sends again what is handed over again, and cannot be asked afterwards."""

    way: ClassVar[str] = "server"
    sent: list[str] = field(default_factory=list)
    after: deque[Any] = field(default_factory=deque)
    meanwhile: Callable[[], None] = lambda: None  # what happens elsewhere while a letter is taken

    def send(self, message: EmailMessage, key: str) -> str:
        self.sent.append(key)
        self.meanwhile()
        if self.after:
            raise self.after.popleft()
        return str(message["Message-ID"])

    def was_sent(self, key: str) -> bool | None:
        return None


class Hand(NamedTuple):
    """One worker process, its parts at hand."""

    leases: Leases
    performer: Performer
    sweeper: Sweeper
    bell: NotedBell


class Workshop:
    """An office's workers and everything outside they may touch."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder
        self.bank = folder / "bank"
        self.folders = BankFolders(*(str(self.bank / name) for name in ("out", "sent", "in")))
        for name in self.folders:
            Path(name).mkdir(parents=True)
        self.book = OrderBook(folder / "orders.sqlite")
        self.orders: Orders = self.book
        self.post: Post = FolderPost(folder / "post")
        self.files: FileStore = MemoryFiles()

    def worker(self, name: str = "one", patience: Backoff | None = None, rhythm: SweepSettings | None = None) -> Hand:
        """Return a worker process of that name, with a database of its own."""
        service = self.office.another_service()
        leases = Leases(service.log, name, timedelta(seconds=LEASE_S))
        look = CaseReader(service.log, service.definitions)
        outside = Adapters(
            service.log,
            service.definitions,
            look,
            service.machine_ids,
            service.submit,
            self.orders,
            self.post,
            self.folders,
            self.files,
            service.submit_together,
        )
        performer = Performer(service, leases, outside, self.office.chance, patience or Backoff())
        bell = NotedBell()
        mail = BankInbox(service, Path(self.folders.bank_in))
        sweeper = Sweeper(
            service, leases, performer, bell, mail, rhythm or SweepSettings(ring_again_s=0.0, ask_again_s=0.0)
        )
        return Hand(leases, performer, sweeper, bell)

    @contextmanager
    def crew(
        self, redis_url: str | None = None, *, sweeping: bool = False, limit_s: float = TIME_LIMIT_S
    ) -> Iterator[WorkerPool]:
        """Lend a crew at work for the office's own service."""
        rhythm = SweepSettings(ring_again_s=0.0, ask_again_s=0.0)
        crew = WorkerPool(
            self.office.service,
            redis_url=redis_url,
            orders=self.orders,
            post=self.post,
            bank=self.bank,
            chance=self.office.chance,
            terms=WorkerSettings(threads=2, sweep_s=0.02, limit_s=limit_s, rhythm=rhythm),
            files=self.files,
        )
        crew.start(sweeping=sweeping)
        try:
            yield crew
        finally:
            crew.stop()

    # -- people who have come somewhere ---------------------------------------------------------------------

    def ticketed(self, **opening: Any) -> tuple[Story, str]:
        """Return somebody whose ticket is to be issued, and the task of ordering it; nothing else is to be done."""
        case = plan_trip(ready_to_travel(consents(story(self.office, **opening), "travel")))
        case.finish(case.task(kind="ask_host")).accepted()
        return case, case.task(kind="book_ticket")

    def later(self, in_hours: float) -> tuple[Story, str]:
        """Return the same for a ticket that could not be ordered and is tried again in so many hours."""
        case, task_id = self.ticketed()
        leases = self.worker("early").leases
        (job,) = leases.claim([task_id], self.now)
        leases.again([(job, instant_text(self.office.now + timedelta(hours=in_hours)), "Unavailable")])
        return case, task_id

    # -- what is known and what was done --------------------------------------------------------------------

    @property
    def now(self) -> str:
        return self.office.service.log.now()

    def row(self, task_id: str) -> dict[str, Any]:
        (row,) = self.office.rows("tasks", task_id=task_id)
        return row

    def status(self, task_id: str) -> str:
        return str(self.row(task_id)["status"])

    def facts(self, case: Story, *names: str) -> list[Any]:
        """Return what the case's history says, of some kinds."""
        log = self.office.service.log
        told = [log.fact(event) for event in log.stream(case_stream(CaseId(case.case_id)))]
        return [fact for fact in told if not names or type(fact).__name__ in names]

    def told(self, case: Story, *names: str) -> list[str]:
        return [type(fact).__name__ for fact in self.facts(case, *names)]

    def items(self, case: Story) -> set[str]:
        """Return what waits for a person, by kind."""
        return {row["kind"] for row in self.office.rows("work_items", case_id=case.case_id)}

    def lapse(self) -> None:
        """Let time pass until every lease held now has run out."""
        self.office.pass_time(timedelta(seconds=LEASE_S + 1))

    def mails(self) -> list[EmailMessage]:
        found = sorted((self.folder / "post").glob("*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]

    def payments(self) -> list[Path]:
        """Return every payment file, fetched by the bank or not."""
        return sorted([*Path(self.folders.bank_out).glob("*.xml"), *Path(self.folders.bank_sent).glob("*.xml")])

    def close(self) -> None:
        self.book.close()


def until(holds: Callable[[], bool], seconds: float = PATIENCE_S, otherwise: str = "it did not come") -> None:
    """Wait for something that other threads bring about; fail when it does not come."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise
        pause.wait(0.01)


def at_once(*loops: Callable[[], Made]) -> list[Made]:
    """Run all of them at the same moment, each in its thread, and return what each returned."""
    ready = threading.Barrier(len(loops))

    def run(loop: Callable[[], Made]) -> Made:
        ready.wait(PATIENCE_S)
        return loop()

    with ThreadPoolExecutor(len(loops)) as pool:
        return [begun.result(PATIENCE_S) for begun in [pool.submit(run, loop) for loop in loops]]


@contextmanager
def at_work(office: Office, folder: Path) -> Iterator[tuple[Workshop, WorkerPool]]:
    """Lend workers that do what is due when they are told to."""
    shop = Workshop(office, folder)
    try:
        with shop.crew() as crew:
            yield shop, crew
    finally:
        shop.close()
