"""The auditor's bundle: one case, all that proves it, and the program that checks it, in one file that is always alike.

Whatever proves something was in the log when a checkpoint was signed; nothing of it depends on who makes the bundle,
or when. It holds the case's events and those of its programme's files, of which the verifier reads the rules; of
anybody else's case nothing but hashes. Sealed parts are there as commitments only.
"""

import base64
import io
import zipfile
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, select

from console.audit.signed_log import SEAL_IT
from console.errors import BadInput
from events import tables
from events.checkpoints import StoredCheckpoint
from events.envelope import RecordedEvent
from events.facts.office import HeadsNoted
from events.heads_map import HeadsMap
from events.heads_noting import HEADS_STREAM, heads_at
from events.ids import Stream, case_stream, programme_stream
from events.log import Log, recorded_event
from events.tree import inclusion_at

_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the first a zip can name: the same case gives the same file
_NOTED: Final = (
    select(tables.events)
    .where(tables.events.c.stream == HEADS_STREAM, tables.events.c.position < bindparam("size"))
    .order_by(tables.events.c.version.desc())
    .limit(1)
)


class Release(NamedTuple):
    """What was opened for the auditor, by whom and why; nothing proves it but their word.

    The opening is an event of the case. Each value stands under its fact, version and field, as ``CaseOpened@0.name``.
    """

    by: str
    why: str
    compartments: tuple[str, ...]
    values: Mapping[str, str]


class _Signed(NamedTuple):
    """What was signed, as one connection reads it: the tree, and where every stream stood."""

    connection: Connection
    size: int
    noted: RecordedEvent
    heads: HeadsMap

    def proof(self, last: RecordedEvent) -> Mapping[str, Any]:
        """Return where an event stands in the tree, and that its stream ended there."""
        path = inclusion_at(self.connection, last.position, self.size)
        ends = () if last == self.noted else self.heads.proof(last.envelope.stream).siblings
        return {"index": last.position, "path": _texts(path), "map": _texts(reversed(ends))}


def bundle_of(
    log: Log, case_id: str, programme: str, signed: StoredCheckpoint, policy: str, release: Release | None = None
) -> bytes:
    """Return the bundle of a case as it stood when the heads of that checkpoint were noted.

    Raises BadInput for a checkpoint before which no heads were noted, or not yet this case, nor what was opened of it.
    """
    with log.database.reading() as connection:
        size = signed.checkpoint.size
        noted = _noted(connection, size)
        fact = log.fact(noted)
        assert isinstance(fact, HeadsNoted), "nothing else is told there"
        names = (case_stream(case_id), programme_stream(programme))
        streams = {name: log.stream(name, upto=fact.size - 1) for name in names}
        if not all(streams.values()):
            raise BadInput(f"the case is younger than what was last signed; {SEAL_IT}")
        if release is not None and not _holds_opening(log, case_id, fact.size):
            raise BadInput(f"what was opened for the auditor is younger than what was last signed; {SEAL_IT}")
        streams[Stream(HEADS_STREAM)] = [noted]
        beneath = _Signed(connection, size, noted, heads_at(connection, fact.size))
        proofs = {name: beneath.proof(events[-1]) for name, events in streams.items()}
    return _zipped(
        {
            "README.txt": packaged("README.txt"),
            "checkpoint.txt": str(signed.note).encode(),
            "events.jsonl": b"".join(_line(event) for events in streams.values() for event in events),
            "policy.txt": policy.encode(),
            "proof.json": orjson.dumps({"case": case_id, "programme": programme, **proofs}),
            "released.json": _released(release),
            "verify.py": packaged("verify.py"),
        }
    )


def _holds_opening(log: Log, case_id: str, size: int) -> bool:
    """Tell whether the newest opening of the case is among so many events."""
    openings = log.of_types(case_stream(case_id), ("SealedOpened",))
    return bool(openings) and openings[-1].position < size


def packaged(name: str) -> bytes:
    """Return a file that travels in every bundle."""
    return (files("console.audit") / name).read_bytes()


def _noted(connection: Connection, size: int) -> RecordedEvent:
    row = connection.execute(_NOTED, {"size": size}).first()
    if row is None:
        raise BadInput(f"nobody has noted yet where the histories stand; {SEAL_IT}")
    return recorded_event(row)


def _line(event: RecordedEvent) -> bytes:
    """Return an event as one line: the fields that are hashed, and nothing else."""
    said = event.envelope._asdict()
    hashes = {name: None if said[name] is None else _text(said[name]) for name in ("previous", "link")}
    return orjson.dumps(said | hashes | {"sealed": [list(part) for part in event.envelope.sealed]}) + b"\n"


def _released(release: Release | None) -> bytes:
    return b"{}" if release is None else orjson.dumps(release._asdict(), option=orjson.OPT_INDENT_2)


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in sorted(contents.items()):
            file.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [_text(one) for one in hashes]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
