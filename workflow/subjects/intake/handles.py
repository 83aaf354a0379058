"""Choosing handles: two words for each person, drawn by an id that is passed in, and never twice in a programme."""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import chain, tee
from typing import Final, NamedTuple
from uuid import UUID

from workflow.subjects.intake.handle_words import HandleWords
from workflow.values.handles import folded_handle, is_of_name

_TRIES: Final = 64  # of two words alone; then a number stands behind them
_SAME_ROOT: Final = 3  # letters: no "summer of the summer"
_NUMBERS: Final = range(2, 100)


class TakenHandles(NamedTuple):
    """The handles of a programme, each with the case that has it or had it; none is given to anybody else.

    Kept in drawers, so that one more copies a small one and not all of them.
    """

    drawers: Mapping[str, Mapping[str, str]] = {}

    def holder(self, handle: str) -> str:
        """Return the case that has or had a handle, or nothing."""
        key = folded_handle(handle)
        return self.drawers.get(_drawer(key), {}).get(key, "")

    def with_one(self, handle: str, case_id: str) -> "TakenHandles":
        """Return the handles and one more."""
        key = folded_handle(handle)
        drawer = {**self.drawers.get(_drawer(key), {}), key: case_id}
        return TakenHandles({**self.drawers, _drawer(key): drawer})


def given_handle(seed: UUID, words: HandleWords, taken: TakenHandles, name: str = "") -> str:
    """Return two words for somebody, the same for the same id: nobody else's, and nothing of their name."""
    first, step = _numbers(str(seed))
    pairs = [words.pair(first + step * turn) for turn in range(_TRIES)]
    # Looked at only as far as needed: comparing with a name is dear, and 150 people may be opened in one transaction.
    fit, again = tee(pair for pair in pairs if not _says_one_thing_twice(pair) and not is_of_name(pair, name))
    free = (handle for handle in chain(fit, _numbered(again)) if not taken.holder(handle))
    return next(free, derived_handle(str(seed), words))


def _numbered(pairs: Iterator[str]) -> Iterator[str]:
    found = [*pairs]
    yield from (f"{pair} {number}" for number in _NUMBERS for pair in found)


def derived_handle(case_id: str, words: HandleWords) -> str:
    """Return the words for a case that was never given any; two digits keep them apart from those that were.

    >>> from workflow.subjects.intake.handle_words import WORDS
    >>> derived_handle("7K3P9-QXM2D", WORDS["en"]) == derived_handle("7K3P9-QXM2D", WORDS["en"])
    True
    """
    first, step = _numbers(case_id)
    pairs = (words.pair(first + step * turn) for turn in range(_TRIES))
    pair = next(pair for pair in pairs if not _says_one_thing_twice(pair))
    return f"{pair} {10 + first % 90}"


def _says_one_thing_twice(pair: str) -> bool:
    adjective, noun = pair.casefold().split()
    return adjective[:_SAME_ROOT] == noun[:_SAME_ROOT]


def _numbers(seed: str) -> tuple[int, int]:
    digest = hashlib.sha256(f"handle|{seed}".encode()).digest()
    return int.from_bytes(digest[:8]), int.from_bytes(digest[8:12]) | 1


def _drawer(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:2]
