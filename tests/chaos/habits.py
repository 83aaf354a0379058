"""What outside partners do when they do not do as they should: drawn from what was asked, so one seed gives one habit.

They lose their answer, answer late, say that it failed when they did it, are not there. Once all is to be calm they
behave.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

OFTEN: Final[Mapping[str, Mapping[str, float]]] = {
    "order": {"away": 0.05, "silent": 0.03, "silent_done": 0.05, "error_done": 0.05, "late": 0.05},
    "letter": {"away": 0.04, "silent": 0.01, "silent_done": 0.02, "late": 0.05},
    "question": {"away": 0.05},
    "file": {"late": 0.2},  # the bank fetches what was put there
    "answer": {"late": 0.2, "twice": 0.15},
}
LATE_S: Final = 1.5


class Habits:
    """Draws what goes wrong; the n-th time that the same is asked another habit may show."""

    def __init__(self, seed: int, calm: Path) -> None:
        self._seed = seed
        self._calm = calm
        self._asked: dict[tuple[str, str], int] = {}

    @property
    def are_over(self) -> bool:
        """Tell whether everybody is to behave by now."""
        return self._calm.exists()

    def at(self, kind: str, key: str) -> str:
        """Return what goes wrong this time, or nothing."""
        number = self._asked[kind, key] = self._asked.get((kind, key), 0) + 1
        if self.are_over:
            return ""
        left = _share(f"{self._seed}/{kind}/{key}/{number}")
        for what, share in OFTEN[kind].items():
            left -= share
            if left < 0:
                return what
        return ""


def _share(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2.0**64
