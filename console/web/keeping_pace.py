"""How often drafts are kept at most: as often as somebody types, and not as often as a program could."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

WITHIN: Final = timedelta(minutes=1)
OF_ONE_MAX: Final = 60  # of one account in a minute: its pages keep what is typed every few seconds


class KeepingPace:
    """Counts what was kept lately by account; used by many threads."""

    def __init__(self, of_one: int = OF_ONE_MAX) -> None:
        self._of_one = of_one
        self._lately: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def allows(self, account: str, now: datetime) -> bool:
        """Tell whether an account may keep one more now, and count it."""
        with self._lock:
            lately = self._lately.setdefault(account, deque())
            while lately and now - lately[0] >= WITHIN:
                lately.popleft()
            if len(lately) >= self._of_one:
                return False
            lately.append(now)
            return True
