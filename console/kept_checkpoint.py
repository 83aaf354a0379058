"""A checkpoint of this log that somebody kept elsewhere, to hold the log to."""

from pathlib import Path

from console.errors import BadInput
from events.checkpoints import verifier_of
from events.errors import NoteRefused
from events.keys import Keys
from events.notes import Checkpoint, is_signed, parse_checkpoint, parse_note


def kept_checkpoint(keys: Keys, file: Path) -> Checkpoint:
    """Return what a checkpoint says that somebody kept; raises BadInput for one this log did not sign."""
    try:
        note, key = parse_note(file.read_bytes()), verifier_of(keys)
        checkpoint = parse_checkpoint(note.text)
    except NoteRefused as problem:
        raise BadInput(f"{file.name}: {problem}") from None
    if key is None or not is_signed(note, key):
        raise BadInput(f"{file.name} is not signed by this log, which is {key or 'one that never signed anything'}")
    return checkpoint
