"""Pieces of pages that were drawn, kept by every value they were drawn from: drawn again they would be the same.

Nothing is kept by who reads: whoever is shown the same values is shown the same piece, and nobody else is. Only speed
hangs on it; forgetting one costs its drawing.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, NamedTuple

PIECES_MAX: Final = 8_000  # a line of a history takes some 700 bytes, a picture of a journey 15,000


class _Piece(NamedTuple):
    text: str
    made_of: tuple[object, ...]  # held, so that nothing else comes to lie where these lay


class KeptDrawings:
    """Keeps the pieces used last, for all threads."""

    def __init__(self, most: int = PIECES_MAX) -> None:
        self._most = most
        self._lock = threading.Lock()  # never held across a drawing
        self._pieces: OrderedDict[Hashable, _Piece] = OrderedDict()

    def of(self, values: Hashable, draw: Callable[[], str], *made_of: object) -> str:
        """Return what is drawn of these values, drawing it only if it is not kept.

        ``made_of`` are parts that are compared by being the same object: what is large and is replaced, not changed.
        """
        try:
            key = (values, *map(id, made_of))
            with self._lock:
                found = self._pieces.get(key)
                if found is not None:
                    self._pieces.move_to_end(key)
        except TypeError:  # a value that has no hash: nothing is kept of it
            return draw()
        return found.text if found is not None else self._drawn(key, draw, made_of)

    def _drawn(self, key: Hashable, draw: Callable[[], str], made_of: tuple[object, ...]) -> str:
        piece = _Piece(draw(), made_of)
        with self._lock:
            self._pieces[key] = piece
            while len(self._pieces) > self._most:
                self._pieces.popitem(last=False)
        return piece.text

    def __len__(self) -> int:
        return len(self._pieces)
