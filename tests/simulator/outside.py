"""The outside world: a travel agent, the post, a bank; each with a ledger of its own that survives our crashes.

They have habits. They lose what we send, or their answer, they say that it failed when it did not, they answer late or
twice. What they really did is in their ledgers, and that is what a run is judged by.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from console.simulation.bank import ReceivedPayment, SimulatedBank
from tests.simulator.faults import Faults
from workers.errors import OutcomeUnknown, Unavailable
from workers.iso20022.sent_payments import read_sent
from workers.running.orders import Order

BACK_AFTER: Final = timedelta(days=1)


class Deed(NamedTuple):
    """Something that was really done outside: under which name, what, and when."""

    key: str
    what: str
    at: datetime


class Habits:
    """What somebody outside does when something goes wrong: not there, silent, failed in words only, late."""

    def __init__(self, faults: Faults, crash: Callable[[], None], meanwhile: Callable[[], None]) -> None:
        self._faults = faults
        self._crash = crash
        self._meanwhile = meanwhile

    def before(self, kind: str) -> str:
        """Take what was asked, or not; return what goes wrong afterwards."""
        what = self._faults.at(kind)
        if what == "late_away":
            self._meanwhile()
        if what in ("away", "late_away"):
            raise Unavailable("nobody answers")
        if what == "silent":
            raise OutcomeUnknown("cut off before anything was written down")
        if what == "die":
            self._crash()
        return what

    def after(self, what: str) -> None:
        """Answer, or not; whoever asked may be dead by then."""
        if what == "late":
            self._meanwhile()
        if self._faults.at("taken") == "die":
            self._crash()
        if what == "silent_done":
            raise OutcomeUnknown("cut off before the answer")
        if what == "error_done":
            raise Unavailable("500, says the machine, and did it")


class Agency:
    """A travel agent with a book: what comes again under the same number is the same order."""

    def __init__(self, habits: Habits, now: Callable[[], datetime]) -> None:
        self._habits = habits
        self._now = now
        self.book: dict[str, Deed] = {}
        self.taken_back: set[str] = set()  # after an older copy was put back; a newer one may know of it again

    def place(self, orders: Sequence[Order]) -> list[str]:
        """Take orders, each once under its key."""
        what = self._habits.before("order")
        for order in orders:
            self.book.setdefault(order.key, Deed(order.key, f"{order.what} {order.case_id}", self._now()))
        self._habits.after(what)
        return [f"order:{order.key}" for order in orders]

    def find(self, key: str) -> str | None:
        """Return the reference of an order that came."""
        self._habits.before("question")
        return f"order:{key}" if key in self.book else None

    def known(self) -> Collection[str]:
        """Return the keys of all orders."""
        return self.book.keys()

    def call_off(self, key: str) -> None:
        """Forget an order, as somebody said on the telephone."""
        self.book.pop(key, None)
        self.taken_back.add(key)


class Mail:
    """The post as a folder that knows what lies in it."""

    way: ClassVar[str] = "folder"

    def __init__(self, habits: Habits, now: Callable[[], datetime]) -> None:
        self._habits = habits
        self._now = now
        self.delivered: list[Deed] = []
        self.taken_back: set[str] = set()

    def send(self, message: EmailMessage, key: str) -> str:
        """Deliver a message; the folder keeps one of each key, the server every one."""
        what = self._habits.before("letter")
        if self.way == "server" or not self.arrived(key):
            told = f"{message['To']} {message['Subject']} {message['Message-ID']}"
            self.delivered.append(Deed(key, told, self._now()))
        self._habits.after(what)
        return f"{self.way}:{key}"

    def was_sent(self, key: str) -> bool | None:
        """Tell whether a letter is there; a server cannot."""
        if self.way == "server":
            return None
        self._habits.before("question")
        return self.arrived(key)

    def arrived(self, key: str) -> bool:
        """Tell, as whoever it is for would on the telephone, whether a letter came."""
        return any(deed.key == key for deed in self.delivered)

    def of_tasks(self) -> set[str]:
        """Return under which tasks' numbers letters arrived; the mail to those who work here has none."""
        return {deed.key for deed in self.delivered if not deed.key.startswith("party-")}

    def void(self, key: str) -> None:
        """Tell whoever has a letter that it counts for nothing."""
        self.delivered = [deed for deed in self.delivered if deed.key != key]
        self.taken_back.add(key)


class MailServer(Mail):
    """The post as a server that sends whatever it is handed, again too, and cannot be asked."""

    way: ClassVar[str] = "server"


class Bank:
    """A bank whose gateway fetches files: it pays what each file says, though another said the same before."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self.folder = folder
        self._faults = faults
        self._books: SimulatedBank | None = None
        self._due: list[tuple[datetime, str, bytes]] = []  # reports to be sent
        self._back: dict[str, datetime] = {}
        self._now = datetime.min.replace(tzinfo=UTC)
        self.fetched: set[str] = set()  # files, each named by its task
        self.taken_back: set[str] = set()  # and those that were stopped
        self.paid: Counter[str] = Counter()  # by payment, how many files of it were fetched

    def at(self, folder: Path) -> Bank:
        """Return this bank with its gateway at another folder."""
        moved = copy.copy(self)
        moved.folder = folder
        return moved

    def statement(self) -> dict[str, object]:
        """Return what was paid and did not come back."""
        return dict(self._books.statement()) if self._books else {}

    def work(self, now: datetime) -> bool:
        """Fetch what is there and answer what is due; tell whether anything moved."""
        self._now = now
        books = self._books = self._books or SimulatedBank(now, _refused_now_and_then)
        files = sorted((self.folder / "out").glob("*.xml"))
        before = books.statement().keys() if files else set()  # all payments of a year, which nobody counts for nothing
        moved = [path for path in files if self._fetched(path, books, now)]
        if moved:
            self._back |= {one: now + BACK_AFTER for one in books.statement().keys() - before if _comes_back(one)}
        moved += [self.folder for one in sorted(self._back) if self._given_back(one, books, now)]
        due = [one for one in self._due if one[0] <= now or self._faults.are_over]
        self._due = [one for one in self._due if one not in due]
        for _, name, data in due:
            self._put(name, data)
        return bool(moved or due)

    def take_back(self, file: str, payment: str) -> None:
        """Have a payment stopped before it is fetched, or recalled after it was made."""
        self.taken_back.add(file)
        (self.folder / "out" / f"{file}.xml").unlink(missing_ok=True)
        if self._books is not None and payment in self._books.statement():
            message_id = self._books.give_back(payment, "CUST")
            self._back.pop(payment, None)
            self._due.append((self._now, f"{message_id}~back", self._books.report(message_id)))

    @property
    def is_quiet(self) -> bool:
        """Tell whether everything was answered, and every answer read."""
        unread = [path for name in ("out", "in") for path in (self.folder / name).glob("*.xml")]
        return not self._due and not self._back and not unread

    def _fetched(self, path: Path, books: SimulatedBank, now: datetime) -> bool:
        if self._faults.at("bank") == "late":
            return False
        data = path.read_bytes()
        books.receive(data)
        path.replace(self.folder / "sent" / path.name)
        self.fetched.add(path.stem)
        payments = read_sent(data)
        self.paid.update(one.end_to_end_id for one in payments)
        self._answer(path.stem, books.report(payments[0].message_id), now)
        return True

    def _given_back(self, paid: str, books: SimulatedBank, now: datetime) -> bool:
        if self._back[paid] > now and not self._faults.are_over:
            return False
        del self._back[paid]
        message_id = books.give_back(paid, "AC04")
        self._due.append((now, f"{message_id}~back", books.report(message_id)))
        return True

    def _answer(self, name: str, data: bytes, now: datetime) -> None:
        what = self._faults.at("answer")
        later = {"late": timedelta(days=2), "lost": timedelta(days=9)}.get(what, timedelta())  # lost: asked for again
        self._due.append((now + later, name, data))
        if what == "twice":
            self._due.append((now, f"{name}~again", data))

    def _put(self, name: str, data: bytes) -> None:
        draft = self.folder / "in" / f"{name}.part"
        draft.write_bytes(data)
        draft.replace(draft.with_suffix(".xml"))


def _refused_now_and_then(payment: ReceivedPayment) -> str | None:
    return "AC04" if sum(payment.end_to_end_id.encode()) % 25 == 0 else None


def _comes_back(end_to_end_id: str) -> bool:
    return sum(end_to_end_id.encode()) % 30 == 7
