"""The office: every part put together, once, with the world passed in. The only place that knows all rooms."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing, suppress
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Final, Literal

from console.errors import BadInput
from console.key_opening import KeyWatch, open_keys
from console.opening_checks import (
    code_heads_once_for_all,
    make_folders,
    ready_database,
    refuse_a_second_log,
    refuse_empty_keys,
    refuse_without_keys,
)
from console.settings import Settings
from console.stored_files import file_store
from events.erasure_gate import set_gate
from events.errors import EventsError, LogBehind, NoteRefused
from events.facts import catalogue
from events.high_water import raise_mark, refuse_older_copies
from events.key_check import bind_keys_to_log
from events.log import Log
from events.log_identity import make_signing_key, signing_key
from events.notes import SigningKey
from events.sealer import Sealer
from events.witness_policy import Policy, parse_policy
from events.world import Clock, Entropy, SystemClock, SystemEntropy
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.erasing.ledger import replay_erasures
from handlers.projections.rebuild import rebuild_if_new
from handlers.projections.row_signing import code_rows_once
from handlers.queries.occupancy import CurrentOccupancy
from handlers.queries.quarantine import quarantine_of
from handlers.states.case_reader import CaseReader
from workflow.command import PublishProgramme
from workflow.programme.loading import Definition, load_definition
from workflow.rights.acts import OPERATOR

if TYPE_CHECKING:  # a command that only looks loads no workers, queue or bank
    from console.simulation.order_book import OrderBook
    from events.facts.restore import OrphanFound
    from handlers.checks.check_results import SentOutside
    from handlers.queries.operations import UnreadFile
    from handlers.queries.reconciliation import BankStatement
    from workers.iso20022.bank_inbox import RecordedReport
    from workers.mail.post import Post
    from workers.running.jobs import BankFolders
    from workers.running.orders import Orders
    from workers.running.sweeper import SweepSettings
    from workers.running.worker_pool import WorkerPool, WorkerSettings
    from workers.sealing.rounds import SealingRounds


LEAP_MOST: Final = timedelta(days=7)  # nobody recorded anything for so long: a holiday, or a wrong clock


class Container:
    """A running Wayhome: log, service and looks; workers when asked for."""

    def __init__(
        self,
        settings: Settings,
        *,
        create: bool = False,
        clock: Clock | None = None,
        chance: Entropy | None = None,
        accept_older: bool = False,
    ) -> None:
        """Open the data; with ``create`` make what is missing, with ``accept_older`` also an older copy.

        Raises NoData, TooNew, KeysMissing, LogMissing, LogBehind, KeysBehind, StoreProblem.
        """
        self.settings = settings
        self.chance: Entropy = chance or SystemEntropy()
        self.clock = clock
        make_folders(settings, create=create)
        refuse_a_second_log(settings, self.chance)
        self.database = ready_database(settings)
        self.database.keep_reserve()
        refuse_without_keys(settings, self.database)
        self.keys = open_keys(settings, self.chance)
        self._watch: KeyWatch | None = None
        try:
            self._put_together(accept_older=accept_older)
        except BaseException:
            self._let_go()
            raise

    def _put_together(self, *, accept_older: bool) -> None:
        refuse_empty_keys(self.keys, self.database)
        self.log = Log(self.database, catalogue(), self.keys, self.chance, self.clock)
        bind_keys_to_log(self.log)
        if not accept_older:
            refuse_older_copies(self.log)
        code_heads_once_for_all(self.log)
        set_gate(self.database, self.keys)
        rebuild_if_new(self.log)
        code_rows_once(self.log)
        self.service = CommandService(self.log)
        replay_erasures(self.service)
        self.files = file_store(self.settings)
        self.cases = CaseReader(self.log, self.service.definitions, self.service.folds)
        self.houses = CurrentOccupancy(self.log)

    def publish(self, text: str, actor: str) -> Definition:
        """Put the first programme files of an office that is being set up into force, as who installs it.

        Publishing the same file again changes nothing; once there are two officers, two people decide. Raises
        ProgrammeFaulty.
        """
        definition = load_definition(text)
        name = definition.programme.programme
        own = {"command_id": self.chance.uuid(), "actor": actor, "mandate": OPERATOR}
        answer = self.service.submit(PublishProgramme.model_validate(own | {"programme": name, "text": text}))
        assert isinstance(answer, Accepted), "two people decide by now"
        return definition

    def ring_workers(self) -> None:
        """Ring for tasks as commands ask for them; without Redis they wait for the next ``wayhome work``."""
        if self.settings.redis_url is not None:
            from workers.running.broker import QueueNotifier, open_broker

            self.service.bell = QueueNotifier(open_broker(self.settings.redis_url))

    def pool(
        self,
        terms: WorkerSettings | None = None,
        *,
        orders: Orders | None = None,
        post: Post | None = None,
        sealing: Callable[[Event], None] | None = None,
    ) -> WorkerPool:
        """Return workers for this office; the caller starts and stops them.

        Raises LogBehind when something went out of which this log knows nothing, and nobody has looked into that.
        """
        from workers.mail.post import post_from_url
        from workers.running.worker_pool import WorkerPool, WorkerSettings

        self._refuse_what_is_unknown()
        return WorkerPool(
            self.service,
            redis_url=self.settings.redis_url,
            orders=orders or self._orders(),
            post=post or post_from_url(self.settings.smtp_url, self.settings.post_folder),
            bank=self.settings.bank_folder,
            chance=self.chance,
            terms=terms or WorkerSettings(rhythm=self._rhythm()),
            sealing=sealing,
            files=self.files,
            console=self.settings.console_url or "",
        )

    def unknown_outside(self) -> list[OrphanFound]:
        """Return what went out under a number of ours of which this log knows nothing, settled or not."""
        from workers.running.orphans import orphans_outside

        return orphans_outside(self.log, self._bank_folders(), self.settings.post_folder, self._ordered())

    def sent_outside(self) -> list[SentOutside]:
        """Return what lies in the folders of bank, post and orders, for the checks."""
        from workers.running.orphans import sent_outside

        return sent_outside(self._bank_folders(), self.settings.post_folder, self._ordered())

    def _bank_folders(self) -> BankFolders:
        from workers.running.jobs import BankFolders

        return BankFolders.at(self.settings.bank_folder)

    def _ordered(self) -> Collection[str]:
        """Return the keys of all orders; looking makes no order book where there is none."""
        if not self.settings.order_file.exists():
            return ()
        with closing(self._orders()) as book:
            return book.known()

    def _refuse_what_is_unknown(self) -> None:
        found, quarantine = self.unknown_outside(), quarantine_of(self.log)
        strange = [one for one in found if one.orphan_id not in quarantine.orphans]
        if strange and not quarantine.is_on:
            raise LogBehind(
                f"{len(strange)} payments, letters or orders went out of which this log knows nothing: log and keys "
                "are older copies, or the folders are another office's. Put the newest copies in place; if there are "
                "none, say so: `wayhome restore accept`"
            )

    def _orders(self) -> OrderBook:
        from console.simulation.order_book import OrderBook

        return OrderBook(self.settings.order_file)

    def pool_of(self, threads: int) -> WorkerPool:
        """Return workers with so many threads."""
        from workers.running.worker_pool import WorkerSettings

        return self.pool(WorkerSettings(threads=threads, rhythm=self._rhythm()), sealing=self.seal_until)

    def policy(self) -> Policy:
        """Return who has to sign a checkpoint before it counts; raises NoteRefused for a file that is no policy."""
        try:
            return parse_policy(self.settings.policy_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Policy()
        except UnicodeDecodeError:
            raise NoteRefused(f"{self.settings.policy_file.name} is not UTF-8") from None

    def signing_key(self, name: str = "") -> SigningKey:
        """Return the key the log is signed with; a log that signed nothing yet gets one, under a name if one is given.

        Where the key has a place of its own, only somebody who names the log makes one there. Raises KeysMissing,
        SealRefused, NoteRefused, PermissionError.
        """
        file = self.settings.signing_key_file
        if self.settings.seal_key is None or name:
            return make_signing_key(file, self.log, self.chance, name)
        return signing_key(file, self.log)

    def sealing(self, name: str = "") -> SealingRounds:
        """Return what seals this log; raises what ``signing_key`` does."""
        from workers.sealing.rounds import SealingRounds

        return SealingRounds(Sealer(self.log, self.signing_key(name)), self.policy, SystemClock())

    def seal_until(self, stop: Event) -> None:
        """Seal until told to stop; return at once where another user's process seals."""
        from workers.sealing.beat import SealingBeat

        SealingBeat(self.sealing, self.log.size, self.keys).until(stop)

    def _rhythm(self) -> SweepSettings:
        """Return how workers sweep; a clock that was passed in is a story's, which leaps as it wants."""
        from workers.running.sweeper import SweepSettings

        return SweepSettings(leap_most=LEAP_MOST if self.clock is None else None)

    def read_bank_report(
        self,
        data: bytes,
        actor: str,
        mandate: str,
        file_name: str,
        theirs: Callable[[set[str]], set[str]] | None = None,
    ) -> RecordedReport:
        """Record what a report that somebody brought says, of these cases only; raises BadInput when it is none."""
        from workers.iso20022.bank_inbox import BankInbox, Upload
        from workers.iso20022.xml import BankFileError

        try:
            inbox = BankInbox(self.service, self.settings.bank_folder / "in")
            return inbox.read_report(data, Upload(actor, mandate, file_name), theirs)
        except BankFileError as problem:
            raise BadInput(str(problem)) from problem

    def unread_bank_files(self) -> list[UnreadFile]:
        """Return what lies in the bank's folder and nobody has read."""
        from workers.iso20022.bank_folder import BankFolder

        return BankFolder(self.settings.bank_folder / "in").unread()

    def read_statement(self, data: bytes, account: str) -> BankStatement:
        """Return what a statement of the bank says; raises BadInput when it is none, or one of another account."""
        from workers.iso20022.camt053 import read_camt053
        from workers.iso20022.xml import BankFileError

        try:
            statement = read_camt053(data)
        except BankFileError as problem:
            raise BadInput(str(problem)) from problem
        if not statement.is_of(account):
            raise BadInput("the statement is of another account than the programme's; ask the bank for that account's")
        return statement

    def queue(self) -> Literal["inside", "up", "down"]:
        """Return whether the queue answers; without Redis it is inside whichever process works."""
        if self.settings.redis_url is None:
            return "inside"
        from workers.running.broker import redis_answers

        return "up" if redis_answers(self.settings.redis_url) else "down"

    def watch_keys(self) -> None:
        """Let go of keys within a second of an erasure or a lock, although nobody asks for one meanwhile."""
        self._watch = KeyWatch(self.keys)
        self._watch.start()

    def close(self) -> None:
        """Let go of everything; what was recorded here stands in the mark beside the keys, if that can be written."""
        with suppress(EventsError):
            raise_mark(self.log)
        self._let_go()

    def _let_go(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        self.keys.close()
        self.database.close()
