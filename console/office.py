"""The office: every part put together, once, with the world passed in. The only place that knows all rooms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import select

from console.errors import BadInput, NoData
from console.settings import Settings
from events import tables
from events.database import Database, sqlite_url
from events.errors import KeysMissing
from events.facts import catalogue
from events.key_check import hold_together
from events.keys import FileKeys
from events.log import Log
from events.schema import prepare
from events.world import Chance, Clock, SystemChance
from handlers.look import Look
from handlers.occupancy import Houses
from handlers.rebuild import draw_if_new
from handlers.reconciling import Statement
from handlers.service import Service
from workers.bank_mail import BankMail, Read
from workers.broker import Doorbell, answers, open_broker
from workers.camt053 import StatementError, read_camt053
from workers.crew import Crew, Terms
from workers.order_book import OrderBook, Orders
from workers.pain002 import StatusReportError
from workers.post import Post, post_from_url
from workers.simulated_bank import ReceivedPayment, SimulatedBank
from workers.sweeper import Rhythm
from workflow.commands import PublishProgramme
from workflow.loading import Definition, load

_BACK_AFTER = timedelta(days=1)


class Office:
    """A running Wayhome: log, service and looks; workers when asked for."""

    def __init__(
        self, settings: Settings, *, create: bool = False, clock: Clock | None = None, chance: Chance | None = None
    ) -> None:
        """Open the data; with ``create`` make what is missing. Raises NoData, TooNew, KeysMissing, StoreProblem."""
        self.settings = settings
        self.chance: Chance = chance or SystemChance()
        self.clock = clock
        _folders(settings, create=create)
        self.database = Database(settings.database_url or sqlite_url(settings.log_file))
        prepare(self.database)
        _refuse_without_keys(settings, self.database)
        self.keys = FileKeys(settings.key_file, self.chance)
        self.log = Log(self.database, catalogue(), self.keys, self.chance, clock)
        hold_together(self.log)
        draw_if_new(self.log)
        self.service = Service(self.log)
        self.look = Look(self.log, self.service.definitions)
        self.houses = Houses(self.log)

    def publish(self, text: str, actor: str) -> Definition:
        """Put a programme file into force; publishing the same file again changes nothing."""
        definition = load(text)
        name = definition.programme.programme
        command = PublishProgramme(command_id=self.chance.uuid(), actor=actor, programme=name, text=text)
        self.service.submit(command)
        return definition

    def ring_workers(self) -> None:
        """Ring for tasks as commands ask for them; without Redis they wait for the next ``wayhome work``."""
        if self.settings.redis_url is not None:
            self.service.bell = Doorbell(open_broker(self.settings.redis_url))

    def crew(self, terms: Terms | None = None, *, orders: Orders | None = None, post: Post | None = None) -> Crew:
        """Return workers for this office; the caller starts and stops them."""
        return Crew(
            self.service,
            redis_url=self.settings.redis_url,
            orders=orders or OrderBook(self.settings.order_file),
            post=post or post_from_url(self.settings.smtp_url, self.settings.post_folder),
            bank=self.settings.bank_folder,
            chance=self.chance,
            terms=terms,
        )

    def crew_of(self, threads: int) -> Crew:
        """Return workers with so many threads."""
        return self.crew(Terms(threads=threads))

    def demo_crew(self) -> Crew:
        """Return workers that do what is due as soon as they are told, for time that is not real."""
        return self.crew(Terms(threads=2, rhythm=Rhythm(ring_again_s=0.0)))

    def paced_crew(self, pace: float) -> Crew:
        """Return workers for time that runs at a pace: a lease lasts as long as it would by a real clock."""
        return self.crew(Terms(threads=2, lease_s=Terms().lease_s * max(1.0, pace)))

    def read_bank_report(self, data: bytes, theirs: Callable[[set[str]], set[str]] | None = None) -> Read:
        """Record what a status report of the bank says, of these cases only; raises BadInput when it is none."""
        try:
            return BankMail(self.service, self.settings.bank_folder / "in").read_report(data, theirs)
        except StatusReportError as problem:
            raise BadInput(str(problem)) from problem

    def read_statement(self, data: bytes) -> Statement:
        """Return what a statement of the bank says; raises BadInput when it is none."""
        try:
            return read_camt053(data)
        except StatementError as problem:
            raise BadInput(str(problem)) from problem

    def queue(self) -> Literal["inside", "up", "down"]:
        """Return whether the queue answers; without Redis it is inside whichever process works."""
        if self.settings.redis_url is None:
            return "inside"
        return "up" if answers(self.settings.redis_url) else "down"

    def close(self) -> None:
        """Let go of everything."""
        self.keys.close()
        self.database.close()


class Bank(Protocol):
    """Answers the payment files that were sent to it."""

    def answer(self, now: datetime) -> int:
        """Answer what has come in since, and return how many payments that were."""
        ...


class DemoBank:
    """The bank of a rehearsal: fetches every new file from the folder and puts its answer back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._due_back: dict[str, datetime] = {}
        self.books: SimulatedBank | None = None

    def answer(self, now: datetime) -> int:
        """Answer every new file; each payment is paid once, however often its file comes."""
        self.books = self.books or SimulatedBank(now, _now_and_then_refused)
        back = self._given_back(self.books, now)
        before = self.books.statement().keys()
        new = sorted((self._folder / "out").glob("*.xml"))
        for path in new:
            self.books.receive(path.read_bytes())
            path.replace(self._folder / "sent" / path.name)
            self._report(path.stem, self.books.report(path.stem))
        new_ids = self.books.statement().keys() - before
        self._due_back |= {paid: now + _BACK_AFTER for paid in new_ids if _comes_back(paid)}
        return len(new) + back

    def _given_back(self, books: SimulatedBank, now: datetime) -> int:
        """Give back, some time after it was paid, what went to an account that turned out to be closed."""
        back = sorted(paid for paid, when in self._due_back.items() if when <= now)
        for paid in back:
            del self._due_back[paid]
            message_id = books.give_back(paid, "AC04")
            self._report(f"{message_id}~back", books.report(message_id))  # read after the first report
        return len(back)

    def _report(self, name: str, data: bytes) -> None:
        draft = self._folder / "in" / f"{name}.part"
        draft.write_bytes(data)
        draft.replace(draft.with_suffix(".xml"))


def _now_and_then_refused(payment: ReceivedPayment) -> str | None:
    """Return AC04 (closed account, ISO 20022) for one payment in fifty, told from its id alone."""
    return "AC04" if sum(payment.end_to_end_id.encode()) % 50 == 0 else None


def _comes_back(end_to_end_id: str) -> bool:
    """Tell whether this is the one payment in sixty that comes back, told from its id alone."""
    return sum(end_to_end_id.encode()) % 60 == 7


def _folders(settings: Settings, *, create: bool) -> None:
    if not create and not settings.key_file.exists() and not settings.log_file.exists():
        raise NoData(f"no data in {settings.data}; name the folder with --data, or make some with: wayhome demo")
    for folder in (settings.data, settings.key_file.parent, settings.post_folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _refuse_without_keys(settings: Settings, database: Database) -> None:
    """Never make new keys for a log that was sealed with others; raises KeysMissing."""
    if settings.key_file.exists():
        return
    with database.reading() as connection:
        if connection.execute(select(tables.log_head.c.size)).scalar_one():
            raise KeysMissing(f"the key file {settings.key_file} is not there; restore it from its own backup")
