"""The key store of an office and its key-encryption key, as the settings say; and who asks for a passphrase."""

import getpass
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from console.errors import BadInput
from console.settings import Settings
from events.database import Database, sqlite_url
from events.errors import EventsError, KeysMissing
from events.key_encryption import read_secret
from events.key_homes import KekFile
from events.key_stores import HEED_SECONDS, FileKeys, PostgresKeys
from events.keys import Keys
from events.stored_keys import StoredKeys
from events.world import Entropy

_STOP_S: Final = 5


def open_keys(settings: Settings, chance: Entropy) -> StoredKeys:
    """Open the key store the settings name; raises KeysMissing, StoreProblem."""
    home = kek_home(settings, chance)
    if settings.keys_url is not None:
        return PostgresKeys(settings.keys_url, chance, home)
    return FileKeys(settings.key_file, chance, home)


def key_database(settings: Settings) -> Database:
    """Return the database the keys lie in, for what stands beside them and needs no opening."""
    if settings.keys_url is not None:
        return Database(settings.keys_url, pool=1)
    return Database(sqlite_url(settings.key_file), pool=1, overwrites=True)


def kek_home(settings: Settings, chance: Entropy) -> KekFile:
    """Return where the key-encryption key lies."""
    return KekFile(settings.kek_path, chance, lambda: passphrase(settings))


def passphrase(settings: Settings) -> str:
    """Return the passphrase: of a file that only its owner reads, such as systemd hands out, or typed.

    Raises KeysMissing when it is in no file and nobody is there to type it.
    """
    if settings.kek_passphrase_file:
        return _of_file(Path(settings.kek_passphrase_file))
    if sys.stdin is None or not sys.stdin.isatty():
        raise KeysMissing(
            f"{settings.kek_path} is sealed with a passphrase and nobody can be asked here: name a file with it in "
            "WAYHOME_KEK_PASSPHRASE_FILE"
        )
    return getpass.getpass("Passphrase of the key-encryption key: ")


def new_passphrase(settings: Settings) -> str:
    """Return the passphrase to seal with: of the file, or typed twice; raises BadInput when the two differ."""
    if settings.kek_passphrase_file:
        return _of_file(Path(settings.kek_passphrase_file))
    if sys.stdin is None or not sys.stdin.isatty():
        raise BadInput(
            "a passphrase is typed, or lies in the file WAYHOME_KEK_PASSPHRASE_FILE names; never an argument"
        )
    typed = getpass.getpass("New passphrase: ")
    if typed != getpass.getpass("And again: "):
        raise BadInput("the two are not the same; nothing was changed")
    return typed


def _of_file(path: Path) -> str:
    # What systemd hands to a service lies in a folder that only the service enters, with a group's bit on each file.
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    content = path.read_bytes() if handed and path.parent == Path(handed) and path.exists() else read_secret(path)
    if content is None:
        raise KeysMissing(f"there is no {path}, which WAYHOME_KEK_PASSPHRASE_FILE names")
    return content.decode("utf-8", "replace").rstrip("\r\n")


class KeyWatch:
    """Asks a key store all the time whether an erasure or a lock was announced."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keys", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more, and be done before this returns."""
        self._over.set()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._over.wait(HEED_SECONDS):
            with suppress(EventsError):  # whoever needs a key next is told, and by then none is remembered
                self._keys.refresh()
