"""How many pages are told of changes at the same time: some of each account, so that one cannot take all the room."""

from collections import Counter
from typing import Final

OF_ONE_MAX: Final = 12  # a browser opens six connections to one place at most
OF_ALL_MAX: Final = 250  # what is left of the server's connections is for pages and forms


class OpenStreams:
    """Counts open streams by account; used from the event loop only."""

    def __init__(self, of_one: int = OF_ONE_MAX, of_all: int = OF_ALL_MAX) -> None:
        self._of_one = of_one
        self._of_all = of_all
        self._open: Counter[str] = Counter()

    def enter(self, account: str) -> bool:
        """Tell whether there is room for one more stream of this account, and take it."""
        if self._open[account] >= self._of_one or self._open.total() >= self._of_all:
            return False
        self._open[account] += 1
        return True

    def leave(self, account: str) -> None:
        """Give the room back."""
        self._open[account] -= 1
        if not self._open[account]:
            del self._open[account]
