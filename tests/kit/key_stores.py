"""Key stores for tests: on which kind, in which place, and what lies in all their bytes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from events.key_homes import KekFile
from events.key_stores import FileKeys, PostgresKeys
from events.stored_keys import StoredKeys
from events.world import SystemEntropy

AT = "2026-01-01T00:00:00.000000Z"
SOMEBODY, OTHER = ("P-1", "identity"), ("P-2", "identity")
CHANCE = SystemEntropy()


class Seconds:
    """A clock of seconds that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Place:
    """Where a test keeps keys: opened as often as it likes, from as many hosts as it likes."""

    def __init__(self, kind: str, folder: Path, url: str) -> None:
        self.kind, self.folder, self.url = kind, folder, url
        self.file = folder / "keys" / "keys.sqlite"
        self.file.parent.mkdir()
        self.seconds = Seconds()
        self._opened: list[StoredKeys] = []

    def home(self, host: str = "a", passphrase: str | None = None) -> KekFile:
        return KekFile(self.folder / host / "kek.json", CHANCE, None if passphrase is None else lambda: passphrase)

    def open(self, host: str = "a", home: KekFile | None = None) -> StoredKeys:
        home = home or self.home(host)
        if self.kind == "file":
            found: StoredKeys = FileKeys(self.file, CHANCE, home, seconds=self.seconds)
        else:
            found = PostgresKeys(self.url, CHANCE, home, seconds=self.seconds)
        self._opened.append(found)
        return found

    def settled(self) -> None:
        """Let so much time pass that every process has heard of what was announced."""
        self.seconds.now += 0.6

    def bytes(self) -> bytes:
        """Everything a thief of the key store gets."""
        if self.kind == "file":
            return b"".join(file.read_bytes() for file in sorted(self.file.parent.iterdir()))
        keys = self.open()
        with keys.database.reading() as connection:
            names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
            rows = [connection.execute(text(f"SELECT t::text FROM {name} t")).scalars().all() for name in names.all()]
        return repr(rows).encode()

    def close(self) -> None:
        for keys in self._opened:
            keys.close()


def holds(found: bytes, key: bytes) -> bool:
    """Whether a key stands in these bytes, as it is or as a database writes it."""
    return any(form in found for form in (key, key.hex().encode(), key[:8], key[:8].hex().encode()))


@contextmanager
def broken_at(target: object, name: str, *, after: bool = False) -> Iterator[None]:
    """Let a step fail, before or after it was done, as if the power had gone."""
    step: Callable[..., object] = getattr(target, name)

    def fails(*given: object, **by: object) -> object:
        if after:
            step(*given, **by)
        raise PowerGone

    setattr(target, name, fails)
    try:
        yield
    finally:
        setattr(target, name, step)


class PowerGone(BaseException):
    """Nothing of ours catches this."""
