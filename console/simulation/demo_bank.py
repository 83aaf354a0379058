"""The bank of a simulation: fetches payment files from the folder and puts its answers back."""

from datetime import datetime, timedelta
from pathlib import Path

from console.simulation.bank import ReceivedPayment, SimulatedBank

_BACK_AFTER = timedelta(days=1)


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
