"""Asks a witness to sign a checkpoint (c2sp.org/tlog-witness); nothing it says is believed without its signature."""

import base64
import http.client
import threading
import time
from collections.abc import Callable
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from events.errors import NoteRefused
from events.notes import Note, NoteSignature, cosigned_at, parse_signatures, parse_size
from events.witness_policy import Witness

TIMEOUT_S: Final = 5.0
ANSWER_BYTES_MAX: Final = 65_536
MOMENT_SLACK_S: Final = 3_600  # a witness's clock may differ so much; a signature of yesterday is not one of now
Standing = Literal["signed", "late", "wrong", "refused", "ahead", "other"]
Prove = Callable[[int], list[bytes]]  # from a size to that of the checkpoint


class Reply(NamedTuple):
    """How a witness stands to a checkpoint; ``seen`` is how much of the log it has seen, when it says so."""

    standing: Standing
    words: str
    line: NoteSignature | None = None
    seen: int = -1


class HttpAnswer(NamedTuple):
    """What came back."""

    status: int
    type: str
    body: bytes


def ask_witness(witness: Witness, note: Note, size: int, old: int, prove: Prove, now: int) -> Reply:
    """Show a witness a signed checkpoint, and once more from where it says it stands; never raises for what it does."""
    answer = _posted_in_time(witness.url, _request(old, prove(old), note))
    if answer is not None and _told_size(answer) is not None:
        seen = _told_size(answer)
        assert seen is not None
        if seen > size:
            return Reply("ahead", f"has seen {seen} events of this log, which were never signed here", seen=seen)
        if seen == old:
            return Reply("other", f"has seen another history of the first {seen} events", seen=seen)
        answer = _posted_in_time(witness.url, _request(seen, prove(seen), note))
    return _understood(witness, note, answer, now)


def _understood(witness: Witness, note: Note, answer: HttpAnswer | None, now: int) -> Reply:
    if answer is None:
        return Reply("late", "does not answer")
    if answer.status != 200:
        return Reply("refused", f"refuses, with status {answer.status}")
    try:
        lines = parse_signatures(answer.body.decode())
    except (NoteRefused, UnicodeDecodeError):
        return Reply("wrong", "answered with something that is no signature")
    for line in lines:
        at = cosigned_at(note._replace(signatures=(line,)), witness.key)
        if at is not None and abs(at - now) <= MOMENT_SLACK_S:
            return Reply("signed", "signed", line)
    return Reply("wrong", "answered without a good signature of this moment")


def _told_size(answer: HttpAnswer) -> int | None:
    if answer.status != 409 or answer.type.partition(";")[0].strip() != "text/x.tlog.size":
        return None
    try:
        return parse_size(answer.body.decode("ascii").removesuffix("\n"))
    except (NoteRefused, UnicodeDecodeError):
        return None


def _request(old: int, proof: list[bytes], note: Note) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof), "", str(note)]
    return "\n".join(lines).encode()


def _posted_in_time(url: str, body: bytes) -> HttpAnswer | None:
    """Return what came back within the time there is, however slowly the other side speaks; None for nothing."""
    found: list[HttpAnswer] = []

    def post() -> None:
        try:
            found.append(_posted(url, body, time.monotonic() + TIMEOUT_S))
        except (OSError, http.client.HTTPException, ValueError):
            return

    asking = threading.Thread(target=post, name="asking a witness", daemon=True)
    asking.start()
    asking.join(TIMEOUT_S)
    return found[0] if found else None


def _posted(url: str, body: bytes, until: float) -> HttpAnswer:
    """Post without following anybody anywhere else."""
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=TIMEOUT_S)
    try:
        connection.request("POST", f"{place.path}/add-checkpoint", body, {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        read = b""
        while len(read) <= ANSWER_BYTES_MAX and time.monotonic() < until and (more := answer.read1(8_192)):
            read += more
        if time.monotonic() >= until:
            raise TimeoutError("half an answer is none")
        if len(read) > ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
        return HttpAnswer(answer.status, answer.getheader("Content-Type", ""), read)
    finally:
        connection.close()
