"""The mail server of a run, a process of its own with a durable ledger: ``python -m tests.chaos.mail_sink FOLDER``.

It delivers whatever it takes, again too, and cannot be asked; whoever a letter was for can.
"""

import asyncio
import copy
import json
import os
import signal
import sys
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.chaos.habits import LATE_S, Habits
from tests.chaos.place import Place
from workers.mail.post import SmtpPost

NUMBER: Final = "X-Number"  # of the task or letter, which the product itself tells no mail server
PATIENCE_S: Final = 5.0


class Delivered(NamedTuple):
    """A letter that really came: under which number, and what it was, by its own name and subject."""

    key: str
    what: str


class KeyedPost(SmtpPost):
    """The product's way to a mail server, with the number of each letter where the ledger finds it."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, starttls=False, timeout_s=PATIENCE_S)

    def send(self, message: EmailMessage, key: str) -> str:
        """Hand the message over as the product does; raises what it raises."""
        numbered = copy.deepcopy(message)
        numbered[NUMBER] = key
        return super().send(numbered, key)


class Ledger:
    """What was delivered, a line each, on the disk before anybody is told; apart from it, what was said to be void."""

    way: ClassVar[str] = "server"

    def __init__(self, place: Place) -> None:
        self._path = place.ledgers / "mail.jsonl"
        self._void = place.ledgers / "void.jsonl"

    def write(self, one: Delivered) -> None:
        """Deliver a letter."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(b"\n" + json.dumps(one).encode() + b"\n")  # a line of its own, behind one that broke off
            file.flush()
            os.fsync(file.fileno())

    def all(self) -> list[Delivered]:
        """Return every letter that was delivered and is not void."""
        void = Counter(key for (key,) in _lines(self._void))
        return [one for one in self._delivered() if not _is_next(one.key, void)]

    def of_tasks(self) -> set[str]:
        """Return under which tasks' numbers letters arrived; the mail to those who work here has none."""
        return {one.key for one in self.all() if not one.key.startswith("party-")}

    def void(self, key: str) -> None:
        """Note that whoever has the letters of this number was told that they count for nothing."""
        with self._void.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps([key]) + "\n" for one in self.all() if one.key == key)

    def _delivered(self) -> list[Delivered]:
        return [Delivered(*line) for line in _lines(self._path)]


def _is_next(key: str, void: Counter[str]) -> bool:
    """Tell whether one more letter of this number is void: the oldest are."""
    void[key] -= 1
    return void[key] >= 0


def _lines(path: Path) -> list[Any]:
    """Return the lines of a ledger; one that a crash broke off was told to nobody."""
    if not path.exists():
        return []
    *whole, _ = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in whole if line.endswith(b"]")]


class Door:
    """What the server does with a letter."""

    def __init__(self, ledger: Ledger, habits: Habits) -> None:
        self._ledger = ledger
        self._habits = habits

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Deliver a letter or not, and say so or not."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content)
        key = str(mail[NUMBER])
        what = self._habits.at("letter", key)
        if what == "late":
            await asyncio.sleep(LATE_S)
        if what == "away":
            return "451 come back later"
        if what != "silent":
            self._ledger.write(Delivered(key, f"{mail['To']} {mail['Subject']} {mail['Message-ID']}"))
        if what in ("silent", "silent_done"):
            transport: Any = server.transport
            transport.abort()
        return "250 taken"


async def _serve(place: Place) -> None:
    door, loop = Door(Ledger(place), Habits(place.seed, place.calm)), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(door, hostname="sink"), place.outside, place.mail_port)
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    async with server:
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve(Place.read(Path(sys.argv[1]))))
