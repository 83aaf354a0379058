"""Holds a log and its key file together, both ways.

A wrong or new key file would make everybody look erased. And a forgotten setting would lead to another database: a
second log, empty, would begin under the same keys, and nobody would notice until a case is looked for.
"""

import hashlib
from typing import Final

from sqlalchemy import select

from events.errors import KeysMissing, LogMissing
from events.facts.office import KeysChosen
from events.keys import Keys
from events.log import Log
from events.tables import log_head
from events.writing import EventMetadata, Writing

KEYS_STREAM = "keys:log"
FINGERPRINT: Final = "fingerprint"  # the secret by which a log knows its keys
_MARK: Final = "log"  # of the log, beside the keys: the leaf of the fact by which it took them


def bind_keys_to_log(log: Log) -> None:
    """Note in an empty log which keys it is sealed with and beside the keys which log that is, and hold both to it.

    Raises KeysMissing for other keys, LogMissing for an empty log or another one.
    """
    fingerprint = hashlib.sha256(log.keys.secret(FINGERPRINT)).hexdigest()
    if not (events := log.stream(KEYS_STREAM)):
        _begin(log, fingerprint)
        events = log.stream(KEYS_STREAM)
    chosen = [log.fact(event) for event in events]
    if not all(isinstance(fact, KeysChosen) and fact.fingerprint == fingerprint for fact in chosen):
        raise KeysMissing("this key file belongs to another log; restore the one that was backed up with this data")
    if log.keys.keep(_MARK, events[0].leaf) != events[0].leaf:
        raise LogMissing(f"this is another log than the one these keys belong to; {_WHAT_TO_DO}")


def _begin(log: Log, fingerprint: str) -> None:
    with log.writing() as writing:
        if writing.lock([KEYS_STREAM])[KEYS_STREAM].version < 0:
            _refuse_to_begin_again(log, writing)
            command = f"keys-chosen:{fingerprint}"
            said = EventMetadata(command, "system:log", "system", "first opening", writing.now, "")
            writing.append(KEYS_STREAM, KeysChosen(fingerprint=fingerprint), said)
            writing.remember(command, fingerprint, '{"case":"","version":0,"facts":["KeysChosen"]}')


def _refuse_to_begin_again(log: Log, writing: Writing) -> None:
    if not writing.connection.execute(select(log_head.c.size)).scalar_one():
        refuse_without_log(log.keys)


def refuse_without_log(keys: Keys) -> None:
    """Let no log begin under keys that have one; raises LogMissing."""
    if keys.find([("", _MARK)]) or keys.is_used():
        raise LogMissing(f"there is no log here, and these keys belong to one; {_WHAT_TO_DO}")


_WHAT_TO_DO: Final = (
    "is WAYHOME_DATABASE_URL or another setting missing? `wayhome settings` shows which are in force; "
    "a new log begins in a data folder of its own"
)
