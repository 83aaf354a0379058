"""Under which name and with which key a log signs: a key file of its own, which no other process needs.

Whoever has this key can sign a false history; that is why witnesses sign too. It opens nothing and seals nothing.
"""

import os
from pathlib import Path
from typing import Final

from events.checkpoints import VERIFIER, verifier_of
from events.durable_file import draft, sync
from events.errors import KeysMissing, SealRefused
from events.facts.office import SigningKeyReplaced
from events.key_check import KEYS_STREAM
from events.log import Log
from events.notes import LOG, SigningKey, checked_name, parse_signing_key
from events.world import Entropy
from events.writing import DecidedBy

SIGNING_STREAM: Final = "signing:log"
_NAME_BYTES: Final = 8


def default_name(log: Log) -> str:
    """Return the name of a log nobody named: it says nothing of where it is or whose it is."""
    first = log.stream(KEYS_STREAM)[0]
    return f"wayhome/{first.leaf[:_NAME_BYTES].hex()}"


def signing_key(file: Path, log: Log) -> SigningKey:
    """Return the key this log signs with, and hold it to what is noted beside the log's keys.

    Raises KeysMissing when the file is not there, SealRefused when it is another log's, NoteRefused for no key at all,
    PermissionError when it is somebody else's to sign.
    """
    try:
        key = parse_signing_key(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KeysMissing(f"the log's signing key {file.name} is not there; {_RESTORE}") from None
    known = verifier_of(log.keys)
    if known is None:
        log.keys.note(VERIFIER, str(key.verifier).encode())
    elif known != key.verifier:
        raise SealRefused(f"{file.name} is not the key this log signed with before; {_RESTORE}")
    return key


def make_signing_key(file: Path, log: Log, chance: Entropy, name: str = "") -> SigningKey:
    """Make a key for a log that never signed anything; where there is one it stays.

    Raises KeysMissing when the log signed before, with a key that is not here.
    """
    if not file.exists():
        if verifier_of(log.keys) is not None:
            raise KeysMissing(f"this log signed before, and its signing key {file.name} is not there; {_RESTORE}")
        write_key(file, SigningKey(checked_name(name or default_name(log)), LOG, chance.bytes(32)))
    return signing_key(file, log)


def begin_signing_again(file: Path, log: Log, chance: Entropy, name: str, by: DecidedBy) -> SigningKey:
    """Let the log go on under a new name and key, and record who decided so.

    The old key is set aside beside the new one. Raises SealRefused where nothing was signed yet, or for the old name:
    one name has one history.
    """
    before = verifier_of(log.keys)
    if before is None:
        raise SealRefused("this log has signed nothing yet: name it with --name")
    if checked_name(name) == before.name:
        raise SealRefused(f"{name} is the name of what was signed before; one name has one history: take another")
    key = SigningKey(name, LOG, chance.bytes(32))
    fact = SigningKeyReplaced(before=str(before), log=str(key.verifier), size=log.size(), second=by.second)
    _record(log, fact, by)
    aside = file.with_name(f"{file.name}.{before.key_id.hex()}")
    if file.exists() and not aside.exists():
        file.replace(aside)
    file.unlink(missing_ok=True)  # half made, by an attempt that was cut short
    write_key(file, key)
    log.keys.note(VERIFIER, str(key.verifier).encode())
    return key


def _record(log: Log, fact: SigningKeyReplaced, by: DecidedBy) -> None:
    with log.writing() as writing:
        writing.lock([SIGNING_STREAM])
        said = by.metadata("BeginSigningAgain", writing.now)
        writing.append(SIGNING_STREAM, fact, said)
        writing.remember(said.command_id, "", '{"case":"","version":0,"facts":["SigningKeyReplaced"]}')


def write_key(file: Path, key: SigningKey) -> None:
    """Write a key for its owner's eyes only; of two who do so at once the first one's stays."""
    part = draft(file.parent, f"{key.text()}\n".encode())
    try:
        os.link(part, file)
        sync(file.parent)
    except FileExistsError:
        return
    finally:
        part.unlink()


_RESTORE: Final = "restore it from its own backup; without it the log can only go on under a new name"
