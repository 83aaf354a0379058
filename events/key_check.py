"""Holds a log and its key file together: a wrong or new key file would make everybody look erased."""

import hashlib

from events.errors import KeysMissing
from events.facts.office import KeysChosen
from events.log import Log
from events.writing import EventMetadata

KEYS_STREAM = "keys:log"


def bind_keys_to_log(log: Log) -> None:
    """Note in an empty log which keys it is sealed with, and refuse other keys ever after; raises KeysMissing."""
    fingerprint = hashlib.sha256(log.keys.secret("fingerprint")).hexdigest()
    with log.writing() as writing:
        if writing.lock([KEYS_STREAM])[KEYS_STREAM].version < 0:
            command = f"keys-chosen:{fingerprint}"
            said = EventMetadata(command, "system:log", "system", "first opening", writing.now, "")
            writing.append(KEYS_STREAM, KeysChosen(fingerprint=fingerprint), said)
            writing.remember(command, fingerprint, '{"case":"","version":0,"facts":["KeysChosen"]}')
    chosen = [log.fact(event) for event in log.stream(KEYS_STREAM)]
    if not all(isinstance(fact, KeysChosen) and fact.fingerprint == fingerprint for fact in chosen):
        raise KeysMissing("this key file belongs to another log; restore the one that was backed up with this data")
