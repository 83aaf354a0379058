"""Bundles for auditors: a log that is sealed and seen by witnesses, and hands that change what is in a bundle."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from console.audit import verify
from console.audit.bundle import bundle_of
from events.checkpoints import StoredCheckpoint
from events.heads_noting import note_heads
from events.log import Log
from events.notes import LOG, WITNESS, SigningKey, cosignature
from events.sealer import Sealer

LOG_KEY: Final = SigningKey("way-home.example/log", LOG, b"\x07" * 32)
WITNESS_KEYS: Final = tuple(SigningKey(f"{name}.example/witness", WITNESS, name[:1].encode() * 32)
                            for name in ("auditor", "donor", "red-cross"))  # fmt: skip
QUORUM: Final = 2


def policy_text(log: SigningKey = LOG_KEY) -> str:
    """Return a policy by which two of three witnesses have to sign."""
    names = [key.name.partition(".")[0] for key in WITNESS_KEYS]
    witnesses = [f"witness {name} {key.verifier}" for name, key in zip(names, WITNESS_KEYS, strict=True)]
    ends = [f"group outside {QUORUM} {' '.join(names)}", "quorum outside"]
    return "\n".join(["# who has to sign", f"log {log.verifier}", *witnesses, *ends, ""])


POLICY: Final = policy_text()


def sealed(log: Log, at: int, *, key: SigningKey = LOG_KEY, witnesses: int = QUORUM) -> StoredCheckpoint:
    """Return the checkpoint of the log as it stands, with its heads noted, seen by witnesses at a moment."""
    note_heads(log)
    found = Sealer(log, key).seal()
    assert found is not None
    lines = [cosignature(str(found.checkpoint), one, at) for one in WITNESS_KEYS[:witnesses]]
    return found._replace(signatures=(*found.signatures, *lines))


class Audited(NamedTuple):
    """A bundle, the case that is in it, and the moment at which an auditor looks."""

    case_id: str
    data: bytes
    now: int
    checkpoint: StoredCheckpoint

    def checked(
        self, data: bytes | None = None, policy: str = POLICY, log: str = ""
    ) -> tuple[int, list[str], list[Any]]:
        return verify.checked(self.data if data is None else data, policy, log, self.now)


def audited(log: Log, case_id: str, at: int, programme: str = "moscow") -> Audited:
    """Return the bundle of a case of a log that was just sealed."""
    checkpoint = sealed(log, at)
    return Audited(case_id, bundle_of(log, case_id, programme, checkpoint, POLICY), at + 60, checkpoint)


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {one.filename: file.read(one) for one in file.infolist()}


def packed(files: Mapping[str, bytes], more: Mapping[str, bytes] | None = None) -> bytes:
    """Return a zip of these files, and of more that may have the same names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in [*files.items(), *(more or {}).items()]:
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return made.getvalue()


def with_events(data: bytes, change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """Return a bundle whose events somebody changed."""
    files = contents(data)
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    change(events)
    return packed(files | {"events.jsonl": "".join(json.dumps(event) + "\n" for event in events).encode()})


def with_proof(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return a bundle whose proof somebody changed."""
    files = contents(data)
    proof = json.loads(files["proof.json"])
    change(proof)
    return packed(files | {"proof.json": json.dumps(proof).encode()})


def without_network(*command: str) -> list[str]:
    """Return a command as it is run on a machine without network, where this machine lets us take it away."""
    unshare = shutil.which("unshare")
    return [unshare, "-n", *command] if unshare and os.geteuid() == 0 else [*command]
