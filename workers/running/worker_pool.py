"""A crew: one process's worker threads and its sweeper, started and stopped together."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from dramatiq import Worker
from dramatiq.brokers.stub import StubBroker

from events.file_stores import FileStore, MemoryFiles
from events.world import Entropy
from handlers.commanding.service import CommandService
from handlers.states.case_reader import CaseReader
from workers.iso20022.bank_inbox import BankInbox
from workers.mail.post import Post
from workers.mail.staff_letters import StaffLetters
from workers.running.broker import TIME_LIMIT_S, QueueNotifier, open_broker, open_worker
from workers.running.jobs import Adapters, AnyJob, BankFolders
from workers.running.leases import Leases, any_task_due
from workers.running.orders import Orders
from workers.running.perform import Backoff, Performer
from workers.running.sweeper import Sweeper, SweepSettings

_log = logging.getLogger(__name__)
_DOUBTED_AT_ONCE: Final = 500
_HELD: Final = {
    "clock": "timers are held: the clock is days after the newest event; if it is right, say so: wayhome clock accept",
    "quarantine": "nothing is sent: an older log was put in place; see what it does not know: "
    "wayhome restore orphans; if it was lifted already, somebody wrote into its history: wayhome fsck",
}


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How a crew works: threads, lease, limit and sweep in seconds, patience and rhythm.

    The limit is real time, however fast the office's own clock runs.
    """

    threads: int = 4
    lease_s: float = 30.0
    limit_s: float = TIME_LIMIT_S
    sweep_s: float = 1.0
    patience: Backoff = field(default_factory=Backoff)
    rhythm: SweepSettings = field(default_factory=SweepSettings)


class WorkerPool:
    """Does tasks and sweeps until stopped; several crews may work on one database."""

    def __init__(  # noqa: PLR0913 - the whole world a worker touches is passed in, each part by its name
        self,
        service: CommandService,
        *,
        redis_url: str | None,
        orders: Orders,
        post: Post,
        bank: Path,
        chance: Entropy,
        terms: WorkerSettings | None = None,
        sealing: Callable[[threading.Event], None] | None = None,
        files: FileStore | None = None,
        console: str = "",
    ) -> None:
        """Take everything the work needs; ``sealing`` goes on beside it, ``console`` is where people sign in."""
        self.terms = terms or WorkerSettings()
        self._sealing = sealing
        folders = _bank_folders(bank)
        self.service = service
        self._broker = open_broker(redis_url, self.terms.limit_s)
        name, lease = f"crew-{post.way}-{chance.uuid()}", timedelta(seconds=self.terms.lease_s)
        self.leases = Leases(service.log, name, lease)
        look = CaseReader(service.log, service.definitions, service.folds)
        outside = Adapters(
            service.log, service.definitions, look, service.machine_ids, service.submit, orders, post, folders,
            files if files is not None else MemoryFiles(), service.submit_together,
        )  # fmt: skip
        self.performer = Performer(service, self.leases, outside, chance, self.terms.patience)
        self.bell = QueueNotifier(self._broker, self.performer.perform)
        mail = BankInbox(service, Path(folders.bank_in))
        self.bank_mail = mail
        letters = StaffLetters(service, post, console, chance)
        self.sweeper = Sweeper(service, self.leases, self.performer, self.bell, mail, self.terms.rhythm, letters)
        self._worker: Worker | None = None
        self._stop = threading.Event()
        self._beside: list[threading.Thread] = []
        self._held = ""
        service.bell = self.bell

    def start(self, *, sweeping: bool = True) -> None:
        """Start the worker's threads, and the sweeper unless somebody else sweeps."""
        self._worker = open_worker(self._broker, self.terms.threads)
        self._worker.start()
        if sweeping:
            self._go_on_beside("sweeper", self._sweep_on)
            if self._sealing is not None:
                self._go_on_beside("sealer", partial(self._sealing, self._stop))

    def _go_on_beside(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._beside.append(thread)
        thread.start()

    def stop(self) -> None:
        """Finish what is in hand and stop; what is not begun stays in its rows."""
        self._stop.set()
        for thread in self._beside:
            thread.join()
        if self._worker is not None:
            self._worker.stop()
        self._broker.close()

    def settle(self) -> None:
        """Do everything that is due at this moment, and return when nothing is left (embedded broker only)."""
        assert isinstance(self._broker, StubBroker), "only a broker inside this process can be waited for"
        assert self._worker is not None, "a crew settles after it was started"
        moving = True
        while moving:
            for queue in tuple(self._broker.get_declared_queues()):
                self._broker.join(queue)
            self._worker.join()
            swept = self.sweeper.sweep()
            self._say_held(swept.held)
            moving = not swept.held and (swept.anything or any_task_due(self.service.log))

    def call_in_doubt(self) -> int:
        """Call unknown whatever waits to be done, and ask outside: a lost part of the log may have done it.

        What is not there waits again; of what cannot be asked about somebody says what became of it. Return how many
        tasks that were.
        """
        now, doubtful = self.service.log.now(), list[AnyJob]()
        while some := self.leases.claim_due(now, _DOUBTED_AT_ONCE):
            doubtful += some
        self.performer.doubt(doubtful)
        return len(doubtful)

    def _say_held(self, why: str) -> None:
        if why and why != self._held:
            _log.warning(_HELD[why])
        self._held = why

    def _sweep_on(self) -> None:
        while not self._stop.is_set():
            self._say_held(self.sweeper.sweep_safely().held)
            self._stop.wait(self.terms.sweep_s)


def _bank_folders(bank: Path) -> BankFolders:
    folders = BankFolders.at(bank)
    for folder in (bank, *map(Path, folders)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folders
