"""What a witness answers when it is shown a checkpoint (c2sp.org/tlog-witness, add-checkpoint)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final, NamedTuple

from console.witness.memory import WitnessMemory
from events.errors import NoteRefused
from events.merkle import HASH_BYTES, proves_consistency
from events.notes import (
    Checkpoint,
    Note,
    SigningKey,
    VerifierKey,
    cosignature,
    is_signed,
    parse_checkpoint,
    parse_note,
    parse_size,
)

PROOF_MAX: Final = 63
BODY_BYTES_MAX: Final = 64_000
SIZE_TYPE: Final = "text/x.tlog.size"


class Answer(NamedTuple):
    """A status, a body and its type."""

    status: int
    body: str
    type: str = "text/plain; charset=utf-8"


class Shown(NamedTuple):
    """What a witness was shown: a size it should know, a proof from there on, and a checkpoint."""

    old: int
    proof: list[bytes]
    note: Note
    checkpoint: Checkpoint


class Witnessing(NamedTuple):
    """A witness's key, the logs it knows by their names, and what it remembers of them."""

    key: SigningKey
    logs: Mapping[str, VerifierKey]
    memory: WitnessMemory

    def answer(self, body: bytes, at: int) -> Answer:
        """Return the answer to what was shown; whatever is signed was remembered before."""
        try:
            shown = parse_shown(body)
        except NoteRefused as problem:
            return Answer(400, f"{problem}\n")
        log = self.logs.get(shown.checkpoint.origin)
        if log is None:
            return Answer(404, "this witness does not know that log\n")
        if not is_signed(shown.note, log):
            return Answer(403, "the checkpoint is not signed by that log\n")
        if shown.old > shown.checkpoint.size:
            return Answer(400, "the old size is more than the checkpoint's\n")
        with self.memory.changing():
            return self._compared(shown, at)

    def _compared(self, shown: Shown, at: int) -> Answer:
        known, new = self.memory.newest(shown.checkpoint.origin), shown.checkpoint
        if shown.old != known.size or (new.size == known.size and new.root != known.root):
            return Answer(409, f"{known.size}\n", SIZE_TYPE)
        if not proves_consistency(known.size, new.size, known.root, new.root, shown.proof):
            return Answer(422, "the proof does not show that the log goes on from what this witness saw\n")
        self.memory.keep(new)
        return Answer(200, str(cosignature(shown.note.text, self.key, at)))


def parse_shown(body: bytes) -> Shown:
    """Return what a request says; raises NoteRefused when it is not written as it has to be."""
    head, blank, rest = body.partition(b"\n\n")
    if len(body) > BODY_BYTES_MAX or not blank:
        raise NoteRefused("the request is too long, or no blank line is in it")
    try:
        first, *proof = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NoteRefused("the proof is not plain text") from None
    if not first.startswith("old ") or len(proof) > PROOF_MAX:
        raise NoteRefused("the request begins with `old` and a size, and at most 63 lines of proof follow")
    note = parse_note(rest)
    return Shown(parse_size(first[4:]), [_hash(line) for line in proof], note, parse_checkpoint(note.text))


def _hash(line: str) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != HASH_BYTES or base64.b64encode(found).decode() != line:
        raise NoteRefused("a line of the proof is no hash")
    return found
