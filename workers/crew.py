"""A crew: one process's worker threads and its sweeper, started and stopped together."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dramatiq import Worker
from dramatiq.brokers.stub import StubBroker

from events.world import Chance
from handlers.look import Look
from handlers.service import Service
from workers.bank_mail import BankMail
from workers.broker import Doorbell, open_broker, open_worker
from workers.jobs import Folders, Outside
from workers.leases import Leases, waiting_due
from workers.order_book import Orders
from workers.perform import Patience, Performer
from workers.post import Post
from workers.sweeper import Rhythm, Sweeper


@dataclass(frozen=True, slots=True)
class Terms:
    """How a crew works: threads, lease and sweep in seconds, patience and rhythm."""

    threads: int = 4
    lease_s: float = 30.0
    sweep_s: float = 1.0
    patience: Patience = field(default_factory=Patience)
    rhythm: Rhythm = field(default_factory=Rhythm)


class Crew:
    """Does tasks and sweeps until stopped; several crews may work on one database."""

    def __init__(
        self,
        service: Service,
        *,
        redis_url: str | None,
        orders: Orders,
        post: Post,
        bank: Path,
        chance: Chance,
        terms: Terms | None = None,
    ) -> None:
        self.terms = terms or Terms()
        folders = _bank_folders(bank)
        self.service = service
        self._broker = open_broker(redis_url)
        leases = Leases(service.log.database, f"crew-{chance.uuid()}", timedelta(seconds=self.terms.lease_s))
        look = Look(service.log, service.definitions)
        outside = Outside(service.log, service.definitions, look, service.submit, orders, post, folders)
        self.performer = Performer(service, leases, outside, chance, self.terms.patience)
        self.bell = Doorbell(self._broker, self.performer.perform)
        mail = BankMail(service, Path(folders.bank_in))
        self.bank_mail = mail
        self.sweeper = Sweeper(service, leases, self.performer, self.bell, mail, self.terms.rhythm)
        self._worker: Worker | None = None
        self._stop = threading.Event()
        self._sweeping: threading.Thread | None = None
        service.bell = self.bell

    def start(self, *, sweeping: bool = True) -> None:
        """Start the worker's threads, and the sweeper unless somebody else sweeps."""
        self._worker = open_worker(self._broker, self.terms.threads)
        self._worker.start()
        if sweeping:
            self._sweeping = threading.Thread(target=self._sweep_on, name="sweeper", daemon=True)
            self._sweeping.start()

    def stop(self) -> None:
        """Finish what is in hand and stop; what is not begun stays in its rows."""
        self._stop.set()
        if self._sweeping is not None:
            self._sweeping.join()
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
            moving = self.sweeper.sweep().anything or self._work_waits()

    def _work_waits(self) -> bool:
        with self.service.log.database.reading() as connection:
            return waiting_due(connection, self.service.log.now())

    def _sweep_on(self) -> None:
        while not self._stop.is_set():
            self.sweeper.sweep_safely()
            self._stop.wait(self.terms.sweep_s)


def _bank_folders(bank: Path) -> Folders:
    outgoing, sent, incoming = bank / "out", bank / "sent", bank / "in"
    for folder in (bank, outgoing, sent, incoming):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Folders(str(outgoing), str(sent), str(incoming))
