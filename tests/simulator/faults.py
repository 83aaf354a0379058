"""What goes wrong, and when: drawn from a seed, place by place, so that any part of it can be left out.

Whether something goes wrong at the n-th place of a kind depends on seed, kind and n alone, and on nothing that went
wrong before. So a schedule of faults is a set of places, and a shorter one is tried by naming fewer of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

WHOLE: Final = 2.0**64


class Fault(NamedTuple):
    """Something that went wrong: at which place of which kind, and what."""

    kind: str
    number: int
    what: str

    def __str__(self) -> str:
        """Say it in one word: ``commit#17:die_after``."""
        return f"{self.kind}#{self.number}:{self.what}"


# How often what goes wrong where, in shares of one. A place is passed many thousand times in a year.
OFTEN: Final[Mapping[str, Mapping[str, float]]] = {
    # A write to a database is about to be made durable, and was. Full and unsure are errors: before it, and after it.
    "commit": {"die": 0.006, "full": 0.004, "unsure": 0.004},
    "committed": {"die": 0.006, "others": 0.01},  # others: somebody else gets in before the next step
    "file": {"die": 0.04},  # bytes of a file are about to be brought to the disk
    "filed": {"die": 0.04},
    # An order to the travel agent, a letter to an escort, host, consulate, partner; and when it was taken.
    "order": {"away": 0.1, "silent": 0.05, "silent_done": 0.15, "error_done": 0.15, "late": 0.1, "late_away": 0.05,
              "die": 0.03},
    "letter": {"away": 0.05, "silent": 0.04, "silent_done": 0.06, "late": 0.08, "late_away": 0.05, "die": 0.03},
    "taken": {"die": 0.05},
    "question": {"away": 0.1},  # whether something came of an order, or a letter
    "message": {"lost": 0.1, "twice": 0.1, "late": 0.15},  # of the queue: it carries ids of tasks
    "request": {"lost": 0.04, "twice": 0.04},  # a person's command on its way to the office
    "reply": {"lost": 0.05},  # the office's answer on its way back
    "door": {"others": 0.05},  # of a form with a file: before it is looked at, stored and recorded, and after each
    "bank": {"late": 0.2},  # the bank fetches a file
    "answer": {"late": 0.2, "twice": 0.15, "lost": 0.05},  # the bank says what became of it
    "turn": {"die": 0.01, "leap": 0.01, "empty_queue": 0.02},  # between two steps of a process
    "copy": {"made": 0.04},  # nothing wrong yet: log and keys are copied, at a moment
    "office": {"oldest": 0.002, "middle": 0.003, "newest": 0.005},  # all is destroyed, and a copy put in its place
    "clock": {"back": 0.01, "ahead": 0.003},  # of one process, for a moment: by hours
    "death": {"empty_queue": 0.3, "stay_down": 0.2},  # what else a crash does
}  # fmt: skip
OF_COPIES: Final = ("copy", "office")
OF_CLOCKS: Final = ("clock",)
# Where a process can die with a difference: between two of these nothing changes that a crash could tell apart.
PLACES_TO_DIE: Final = ("commit", "committed", "file", "filed", "order", "letter", "taken", "question")


class Faults:
    """Says at each place whether something goes wrong there, and keeps what did."""

    def __init__(
        self, seed: int, *, only: Collection[Fault] | None = None, share: float = 1.0, never: Collection[str] = ()
    ) -> None:
        """Draw from a seed; with ``only`` nothing but these goes wrong. ``share`` makes everything rarer or oftener.

        Of the kinds in ``never`` nothing goes wrong.
        """
        self._seed = seed
        self._only = None if only is None else {(one.kind, one.number): one.what for one in only}
        self._share = share
        self._never = never
        self._passed: Counter[str] = Counter()
        self.happened: list[Fault] = []
        self.are_over = False

    def at(self, kind: str) -> str:
        """Return what goes wrong at this place, or nothing."""
        if self.are_over:
            return ""
        number = self._passed[kind]
        self._passed[kind] += 1
        what = self._drawn(kind, number) if self._only is None else self._only.get((kind, number), "")
        if what:
            self.happened.append(Fault(kind, number, what))
        return what

    def count(self, *kinds: str) -> int:
        """Return how often something of these kinds went wrong."""
        return sum(one.kind in kinds or one.what in kinds for one in self.happened)

    def _drawn(self, kind: str, number: int) -> str:
        if kind in self._never:
            return ""
        digest = hashlib.blake2b(f"{self._seed}/{kind}/{number}".encode(), digest_size=8).digest()
        left = int.from_bytes(digest, "big") / WHOLE
        for what, share in OFTEN[kind].items():
            left -= share * self._share
            if left < 0:
                return what
        return ""
