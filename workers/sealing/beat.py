"""Seals as long as a process works: soon after something happened, and never so often that it holds anybody up."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from events.errors import EventsError, StoreProblem
from events.keys import Keys
from events.sealer import TROUBLE
from workers.sealing.rounds import EVERY_EVENTS, EVERY_S, SealingRounds

_log = logging.getLogger(__name__)
LOOK_EVERY_S: Final = 1.0


class SealingBeat:
    """Does rounds until told to stop; a round that fails is told and tried again."""

    def __init__(self, open_rounds: Callable[[], SealingRounds], size: Callable[[], int], keys: Keys) -> None:
        self._open = open_rounds
        self._size = size
        self._keys = keys
        self._rounds: SealingRounds | None = None
        self._sealed = 0
        self._waited_s = EVERY_S

    def until(self, stop: threading.Event) -> None:
        """Seal until told to stop; return at once where another user of this machine seals."""
        while not stop.is_set():
            try:
                self._look()
            except PermissionError:
                return
            except Exception as problem:  # noqa: BLE001 - whatever it is, the next round is tried, and somebody is told
                _log.error("sealing put off: %s", type(problem).__name__)
            self._waited_s += LOOK_EVERY_S
            stop.wait(LOOK_EVERY_S)

    def _look(self) -> None:
        if self._waited_s < EVERY_S and self._size() - self._sealed < EVERY_EVENTS:
            return
        self._waited_s = 0.0
        try:
            self._round()
        except StoreProblem:
            raise  # nothing can be noted either
        except EventsError as problem:
            self._tell(str(problem))

    def _round(self) -> None:
        self._rounds = self._rounds or self._open()
        done = self._rounds.round()
        self._sealed = done.size if done else 0
        self._tell("")

    def _tell(self, words: str) -> None:
        """Say why nothing is signed, once: in this process's log, and where the console finds it."""
        if (self._keys.noted(TROUBLE) or b"").decode() != words:
            self._keys.note(TROUBLE, words.encode())
            if words:
                _log.error(words)
