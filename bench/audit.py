"""An auditor's bundle: how large what proves a case is, how long it is made, and how long it is checked offline."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from events.database import sqlite_url
from events.facts.intake import CaseLinked
from events.log import Log
from events.writing import EventMetadata
from tests.kit.audits import POLICY, Audited, audited, contents, without_network
from tests.kit.histories import Lives, Witnessed

PROOF: Final = ("proof.json", "checkpoint.txt", "policy.txt")
PROOF_BYTES_MAX: Final = 10_000
CHECK_SECONDS_MAX: Final = 1.0
_AT_ONCE: Final = 2_000
_ROUNDS: Final = 5


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure the bundle of a whole life, in logs of several lengths; raises SystemExit beyond a limit."""
    with tempfile.TemporaryDirectory() as folder:
        office = Witnessed(sqlite_url(Path(folder) / "log.sqlite"))
        lives = Lives(office).lived()
        found = {
            size: _measured(office, lives, size, Path(folder)) for size in ((1_000,) if quick else (1_000, 100_000))
        }
        office.close()
    for size, figures in found.items():
        print("audit " + " ".join(f"{name}={value}" for name, value in ({"log": size} | figures).items()))
        if figures["proof_bytes"] > PROOF_BYTES_MAX or figures["check_seconds"] > CHECK_SECONDS_MAX:
            raise SystemExit(f"a case has to be proved in {PROOF_BYTES_MAX} bytes and {CHECK_SECONDS_MAX} s")
    return {str(size): figures for size, figures in found.items()}


def _measured(office: Witnessed, lives: Lives, size: int, folder: Path) -> dict[str, float]:
    _lengthen(office.log, size)
    at = int(office.clock.now().timestamp())
    audited(office.log, lives.home, at)  # the tree is grown by whoever seals, and not by whoever asks for a bundle
    begin = time.perf_counter()
    bundle = audited(office.log, lives.home, at)
    made = time.perf_counter() - begin
    files = contents(bundle.data)
    return {
        "events": len(files["events.jsonl"].splitlines()),
        "bundle_bytes": len(bundle.data),
        "proof_bytes": sum(len(files[name]) for name in PROOF),
        "make_seconds": round(made, 3),
        "check_seconds": round(_check_seconds(bundle, folder), 3),
    }


def _check_seconds(bundle: Audited, folder: Path) -> float:
    """Return the shortest of some checks, each by a process of its own, from its start to its end."""
    (folder / "verify.py").write_bytes(contents(bundle.data)["verify.py"])
    (folder / "case.audit.zip").write_bytes(bundle.data)
    (folder / "policy.txt").write_text(POLICY)
    command = without_network(sys.executable, "-I", "verify.py", "case.audit.zip", "--policy", "policy.txt")
    taken = []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, check=True)
        taken.append(time.perf_counter() - begin)
    return min(taken)


def _lengthen(log: Log, size: int) -> None:
    """Let a log be so long, by what is told of other people's cases."""
    while (missing := size - log.size()) > 0:
        begin = log.size()
        with log.writing() as writing:
            streams = [f"case:BENCH-{number:06}" for number in range(begin, begin + min(missing, _AT_ONCE))]
            writing.lock(streams)
            said = EventMetadata(f"bench-{begin}", "staff:anna", "case_manager", "command:Bench", writing.now, "")
            for stream in streams:
                writing.append(stream, CaseLinked(next_case="7K3P9-QXM2D"), said)
            writing.remember(said.command_id, "bench", '{"case":"","version":0,"facts":["CaseLinked"]}')
