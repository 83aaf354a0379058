"""The bank of a run, a process of its own with durable books: ``python -m tests.chaos.bank FOLDER``.

Its gateway fetches files: each is kept in the books before it leaves the folder, and after a crash the books are read
from the beginning. It pays what each file says, though another said the same before.
"""

import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from console.simulation.bank import ReceivedPayment, SimulatedBank
from events.money import Money
from tests.chaos.clock import ChaosClock
from tests.chaos.habits import Habits
from tests.chaos.place import Place
from workers.iso20022.sent_payments import SentPayment, read_sent
from workers.running.durable_file import write_once

LOOK_S: Final = 0.1


class Books(NamedTuple):
    """What the bank really did: the statement, and by payment how many files of it were fetched."""

    statement: dict[str, Money]
    paid: Counter[str]


class Bank:
    """Fetches, keeps, answers; everything it knows lies in its folder of the ledgers."""

    def __init__(self, place: Place) -> None:
        self._gateway = place.settings().bank_folder
        self._folder = place.ledgers / "bank"
        self._habits = Habits(place.seed, place.calm)
        for name in ("fetched", "answered", "recalled"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._books = SimulatedBank(self._founded(place), _refused_now_and_then)
        self._read: dict[str, Sequence[SentPayment]] = {}  # by file; what was fetched never changes
        self._given_back: set[str] = set()

    def work(self) -> bool:
        """Fetch what is there, and answer what was fetched; tell whether anything moved."""
        moved = [path for path in sorted(self._gateway.glob("out/*.xml")) if self._stopped(path) or self._fetched(path)]
        told = [name for name, data in [*self._untold()] if self._told(name, data)]
        return bool(moved or told)

    def take_back(self, file: str, payment: str) -> None:
        """Have a payment stopped before its file is fetched, or recalled; the bank does so when it looks next."""
        write_once(self._folder / "recalled" / f"{file}~{payment}", b"")

    def books(self) -> Books:
        """Return what was really paid."""
        for _ in self._untold():
            pass  # whatever was fetched is booked on the way
        paid = Counter(one.end_to_end_id for path in self._kept() for one in self._payments(path))
        return Books(dict(self._books.statement()), paid)

    @property
    def is_quiet(self) -> bool:
        """Tell whether everything was fetched and answered, and every answer read."""
        unread = [path for name in ("out", "in") for path in self._gateway.glob(f"{name}/*.xml")]
        return not unread and not any(self._untold())

    def _founded(self, place: Place) -> datetime:
        day = self._folder / "founded"
        if not day.exists():
            write_once(day, ChaosClock(place.clock).now().isoformat().encode())
        return datetime.fromisoformat(day.read_text())

    def _kept(self) -> list[Path]:
        return sorted((self._folder / "fetched").glob("*.xml"))

    def _stopped(self, path: Path) -> bool:
        """Throw a file away that was not fetched yet and is not to be paid; tell whether it was."""
        is_recalled, is_fetched = (any(self._folder.glob(f"{one}/{path.stem}*")) for one in ("recalled", "fetched"))
        if is_recalled and not is_fetched:
            path.unlink()
        return is_recalled and not is_fetched

    def _fetched(self, path: Path) -> bool:
        """Keep a file, then take it out of the gateway; one that comes again after that is fetched, and paid, again."""
        if self._habits.at("file", path.name) == "late":
            return False
        gone, again = self._gateway / "sent" / path.name, len(list(self._folder.glob(f"fetched/{path.stem}*.xml")))
        name = f"{path.stem}~{again}.xml" if gone.exists() else path.name
        write_once(self._folder / "fetched" / name, path.read_bytes())
        path.replace(gone)
        return True

    def _untold(self) -> Iterator[tuple[str, bytes]]:
        """Book every file, and yield what is still to be told of it; afterwards, and apart, of payments given back."""
        answered = {path.name for path in self._folder.glob("answered/*")}
        recalled = {path.name for path in self._folder.glob("recalled/*")}
        for path in self._kept():
            payments = self._payments(path)
            if path.stem not in answered:
                yield path.stem, self._books.report(payments[0].message_id)
                continue
            of_itself = [one.end_to_end_id for one in payments if _comes_back(one.end_to_end_id)]
            asked = [one.end_to_end_id for one in payments if f"{path.stem}~{one.end_to_end_id}" in recalled]
            for name, back, code in (("back", of_itself, "AC04"), ("recalled", asked, "CUST")):
                self._give_back(back, code)
                if back and f"{path.stem}~{name}" not in answered:
                    yield f"{path.stem}~{name}", self._books.report(payments[0].message_id)

    def _payments(self, path: Path) -> Sequence[SentPayment]:
        if path.name not in self._read:
            data = path.read_bytes()
            self._books.receive(data)
            self._read[path.name] = read_sent(data)
        return self._read[path.name]

    def _give_back(self, payments: Sequence[str], code: str) -> None:
        for one in payments:
            if one not in self._given_back and one in self._books.statement():
                self._books.give_back(one, code)
                self._given_back.add(one)

    def _told(self, name: str, data: bytes) -> bool:
        what = self._habits.at("answer", name)
        if what == "late":
            return False
        for copied in (name, f"{name}~again") if what == "twice" else (name,):
            draft = self._gateway / "in" / f"{copied}.part"
            draft.write_bytes(data)
            draft.replace(draft.with_suffix(".xml"))
        write_once(self._folder / "answered" / name, b"")
        return True


def _refused_now_and_then(payment: ReceivedPayment) -> str | None:
    return "AC04" if sum(payment.end_to_end_id.encode()) % 25 == 0 else None


def _comes_back(end_to_end_id: str) -> bool:
    return sum(end_to_end_id.encode()) % 30 == 7


def main(folder: Path) -> None:
    """Look again and again until told to stop."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    bank = Bank(Place.read(folder))
    while not ended.wait(LOOK_S):
        bank.work()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
