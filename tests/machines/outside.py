"""A travel agency and a mail server that do as they are told, or say so and did not, or die with whoever asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from email.message import EmailMessage
from typing import ClassVar, Final, Literal

from tests.kit.workshop import Killed
from workers.errors import OutcomeUnknown, Refused, Unavailable
from workers.running.orders import Order

Mood = Literal["answers", "away", "says no", "silent", "dies before", "dies after"]
MOODS: Final[tuple[Mood, ...]] = ("answers", "away", "says no", "silent", "dies before", "dies after")
DOES_IT: Final = ("answers", "silent", "dies after")


class Outside:
    """Both of them; an order under a key that came before is none, a letter that comes again is sent again."""

    way: ClassVar[str] = "server"

    def __init__(self) -> None:
        self.mood: Mood = "answers"
        self.orders: dict[str, int] = {}
        self.letters: Counter[str] = Counter()

    def place(self, orders: Sequence[Order]) -> list[str]:
        self._before()
        self.orders.update({order.key: 1 for order in orders})
        self._after()
        return [f"order:{order.key}" for order in orders]

    def find(self, key: str) -> str | None:
        return f"order:{key}" if key in self.orders else None

    def known(self) -> Collection[str]:
        return self.orders.keys()

    def send(self, message: EmailMessage, key: str) -> str:
        self._before()
        self.letters[key] += 1
        self._after()
        return str(message["Message-ID"])

    def was_sent(self, key: str) -> bool | None:
        return None

    def done(self, key: str) -> int:
        """Return how often something was really done."""
        return self.orders.get(key, 0) + self.letters[key]

    def _before(self) -> None:
        match self.mood:
            case "away":
                raise Unavailable("nobody answers")
            case "says no":
                raise Refused("no")
            case "dies before":
                raise Killed

    def _after(self) -> None:
        if self.mood == "silent":
            raise OutcomeUnknown("no reply")
        if self.mood == "dies after":
            raise Killed
