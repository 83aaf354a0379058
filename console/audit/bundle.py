"""The auditor's bundle: one case, all that proves it, and the program that checks it, in one file that is always alike.

What is in it was all in the log when a checkpoint was signed; nothing of it depends on who makes it, or when. It holds
the case's events and those of its programme's files, of which the verifier reads the rules; of nobody else's case
anything but hashes. Sealed parts are there as commitments only.
"""

import base64
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson

from console.errors import BadInput
from events.envelope import Envelope, RecordedEvent
from events.heads_map import HeadsMap
from events.ids import case_stream, programme_stream
from events.log import Log
from events.merkle import Nodes, inclusion_proof

_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the first a zip can name: the same case gives the same file
_FIELDS: Final = Envelope._fields


class SignedLog(NamedTuple):
    """What of the log was signed: the checkpoint with its signatures, who has to sign, and the tree beneath."""

    note: str
    policy: str
    size: int
    nodes: Nodes


class NotedHeads(NamedTuple):
    """The event that notes where every stream stood, and the map it notes."""

    event: RecordedEvent
    size: int
    heads: HeadsMap


class ReleasedField(NamedTuple):
    """A sealed value that somebody who may opened for the auditor; nothing proves it but their word."""

    version: int
    field: str
    value: str


class Release(NamedTuple):
    """What was opened for the auditor, by whom and why; the opening is an event of the case."""

    by: str
    why: str
    compartments: tuple[str, ...]
    fields: tuple[ReleasedField, ...]


def bundle_of(
    log: Log, case_id: str, programme: str, signed: SignedLog, noted: NotedHeads, release: Release | None = None
) -> bytes:
    """Return the bundle of a case as it stood when the heads were noted; raises BadInput for a case younger than that."""
    upto = noted.size - 1
    streams = {
        stream: log.stream(stream, upto=upto) for stream in (case_stream(case_id), programme_stream(programme))
    }
    if not all(streams.values()):
        raise BadInput("this case is younger than the last checkpoint; sign one first: wayhome seal")
    streams[noted.event.envelope.stream] = [noted.event]
    proof: dict[str, Any] = {"case": case_id, "programme": programme}
    proof |= {stream: _proof(events[-1], signed, noted) for stream, events in streams.items()}
    return _zipped({
        "README.txt": _packaged("README.txt"),
        "checkpoint.txt": signed.note.encode(),
        "events.jsonl": b"".join(_line(event) for events in streams.values() for event in events),
        "policy.txt": signed.policy.encode(),
        "proof.json": orjson.dumps(proof),
        "released.json": _released(release),
        "verify.py": _packaged("verify.py"),
    })


def _proof(last: RecordedEvent, signed: SignedLog, noted: NotedHeads) -> Mapping[str, Any]:
    """Return where an event stands in the tree, and that its stream ended there."""
    path = inclusion_proof(last.position, signed.size, signed.nodes)
    stream = last.envelope.stream
    ends = () if last == noted.event else noted.heads.proof(stream).siblings
    return {"index": last.position, "path": _texts(path), "map": _texts(ends[::-1])}


def _line(event: RecordedEvent) -> bytes:
    """Return an event as one line: the fields that are hashed, and nothing else."""
    said = event.envelope._asdict()
    said |= {name: None if said[name] is None else _text(said[name]) for name in ("previous", "link")}
    return orjson.dumps(said) + b"\n"


def _released(release: Release | None) -> bytes:
    if release is None:
        return b"{}"
    return orjson.dumps(release._asdict() | {"fields": [field._asdict() for field in release.fields]})


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in sorted(contents.items()):
            file.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _packaged(name: str) -> bytes:
    return (files(__package__) / name).read_bytes()


def _texts(hashes: Iterable[bytes]) -> Sequence[str]:
    return [_text(one) for one in hashes]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
