"""What a witness remembers of each log: the newest checkpoint it signed. Without it nothing holds the log."""

import fcntl
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.errors import BadInput
from events.durable_file import replace_whole
from events.merkle import EMPTY_ROOT
from events.notes import Checkpoint, parse_checkpoint


class WitnessMemory:
    """A folder with a file for each log; one witness at a time holds it."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, or make it; raises BadInput when another witness runs on it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._changing = threading.Lock()
        self._held = (folder / "in-use").open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._held.close()
            raise BadInput(f"another witness runs on {folder}; two would sign two histories") from None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let nobody else look at a checkpoint and replace it meanwhile."""
        with self._changing:
            yield

    def newest(self, origin: str) -> Checkpoint:
        """Return the newest checkpoint of a log; of one never seen, that of an empty log."""
        try:
            return parse_checkpoint(self._file(origin).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Checkpoint(origin, 0, EMPTY_ROOT)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint in place of the one before; it is on disk when this returns."""
        replace_whole(self._file(checkpoint.origin), str(checkpoint).encode())

    def close(self) -> None:
        """Let go of the folder."""
        self._held.close()

    def _file(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.checkpoint"
