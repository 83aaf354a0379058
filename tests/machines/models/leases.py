"""Work as the design tells of it: waiting, in one worker's hands until a time, done, called off, or in sight.

A claim counts until another is made. Who died may have done it: what is safe to repeat waits again, of anything else
nobody knows, and a person has to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

TRIES_MAX: Final = 8
OPEN: Final = ("claimed", "unknown")
AFTER: Final = {"done": "done", "refused": "dead", "dead": "dead", "unknown": "unknown", "undone": "waiting"}


@dataclass
class Work:
    """One thing to be done."""

    is_letter: bool
    due: datetime
    status: str = "waiting"
    epoch: int = 0
    until: datetime | None = None
    tries: int = 0
    wanted: bool = True
    gives_back: bool = False
    sent: int = 0  # how often it was really done outside
    allowed: int = 1  # how often it may have been: once, and again for each time somebody had it sent again
    ended: int = 0  # how often the history says that it was done

    def is_due(self, now: datetime) -> bool:
        return self.status == "waiting" and self.wanted and self.due <= now

    def is_claimed(self, now: datetime, lease: timedelta) -> int:
        """Let a worker begin it, and return the number of the claim."""
        self.status, self.epoch, self.until, self.tries = "claimed", self.epoch + 1, now + lease, self.tries + 1
        return self.epoch

    def counts(self, epoch: int) -> bool:
        """Tell whether a report of that claim is heard."""
        return epoch == self.epoch and self.status in OPEN

    def is_reported(self, epoch: int, outcome: str, now: datetime) -> bool:
        """Take in what a worker reports, and tell whether it was heard."""
        if not self.counts(epoch):
            return False
        self.status, self.due, self.tries = AFTER[outcome], now, 0
        self.ended += outcome == "done"
        if not self.wanted and outcome in ("refused", "dead", "undone"):
            self.status = "unknown" if outcome != "undone" and self._may_have_left() else "cancelled"
        return True

    def waits(self, epoch: int, until: datetime) -> bool:
        """Let it be tried again later, and tell whether whoever says so has it in hand."""
        if epoch != self.epoch or self.status != "claimed":
            return False
        self.status, self.due = "waiting", until
        return True

    def is_lost(self, now: datetime) -> bool:
        return self.status == "claimed" and self.until is not None and self.until < now

    def is_found_out(self, now: datetime) -> None:
        """Ask the other side, which has it in its books or has not."""
        self.is_reported(self.epoch, "done" if self.sent else "undone", now)

    def is_settled(self, now: datetime, lease: timedelta) -> None:
        """Take back what was called off and came back; of an order nobody knows, so it is asked about before."""
        if self.is_letter:
            self.status = "cancelled"
            return
        self.is_reported(self.is_claimed(now, lease), "unknown", now)
        self.is_found_out(now)

    def is_called_off(self) -> None:
        """Nobody wants it any more: taken back, or not begun again when it may be under way."""
        if self.gives_back or self.status in ("done", "cancelled") or not self.wanted:
            return
        if self.status in OPEN:
            self.wanted = False
        else:
            self._is_dropped()

    def _may_have_left(self) -> bool:
        """Tell whether a worker had it in hand, however that ended; a letter that failed was not sent."""
        return self.epoch > 0 and not self.is_letter

    def _is_dropped(self) -> None:
        if self._may_have_left():
            self.wanted, self.status = False, "unknown" if self.status == "dead" else self.status
        else:
            self.status = "cancelled"

    def may_be_tried_again(self) -> bool:
        return self.status in ("dead", "unknown") and self.wanted

    def may_be_taken_back(self) -> bool:
        if not self.wanted and not self.is_letter:
            return False  # it is asked about already
        letter_is_lost = self.status == "unknown" and self.is_letter and not self.wanted
        return self.status in ("waiting", "dead") or letter_is_lost

    def is_taken_back(self) -> None:
        if self.may_be_taken_back():
            self._is_dropped()

    def may_have_arrived(self) -> bool:
        return self.is_letter and self.status == "unknown"

    def is_said_to_have_arrived(self) -> None:
        if self.may_have_arrived():
            self.status, self.ended = "done", self.ended + 1
