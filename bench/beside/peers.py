"""The peers' processes: their environment, made for a run and thrown away, and how each is asked."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg

from bench.peers.work import EVENTS_OF_A_CASE, EVENTS_OF_A_COMMAND, FILLED, TASKS_OF_A_CASE

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 300.0  # for an answer
FETCHING_S: Final = 240.0  # for the packages


class Peer(NamedTuple):
    """Somebody beside us: what it is called, its process, and where its rows lie."""

    name: str
    module: str
    kind: str
    events: str = "bench_events"
    tasks: str = "bench_tasks"
    is_ours_to_run: bool = False  # with what Wayhome itself depends on


BY_HAND: Final = Peer("psycopg by hand", "office", "by-hand", is_ours_to_run=True)
PIPELINED: Final = Peer("psycopg by hand, pipelined", "office", "pipelined", is_ours_to_run=True)
KEPT: Final = Peer("eventsourcing, kept aggregates", "office", "eventsourcing", "cases_events")
FUNCTIONS: Final = Peer("eventsourcing, also its functions", "office", "eventsourcing-functions", "cases_events")
ORM: Final = Peer("SQLAlchemy ORM and transitions", "office", "orm")
PROCRASTINATE: Final = Peer("procrastinate", "office", "procrastinate", tasks="procrastinate_jobs")
DBOS: Final = Peer("dbos", "durable_workflows", "office")
STORES: Final = (BY_HAND, PIPELINED, KEPT, FUNCTIONS, ORM, PROCRASTINATE, DBOS)
QUEUES: Final = (
    Peer("dramatiq as it comes", "starts", "dramatiq", is_ours_to_run=True),
    *(Peer(kind, "starts", kind) for kind in ("celery", "procrastinate", "dbos")),
)


class Place(NamedTuple):
    """Where peers run: their interpreter, or none, and the servers."""

    python: Path | None
    redis_url: str

    def runs(self, peer: Peer) -> bool:
        """Tell whether a peer can be measured here."""
        return self.python is not None or peer.is_ours_to_run


@contextmanager
def environment(*, wanted: bool = True) -> Iterator[Path | None]:
    """Make the peers' environment and yield its interpreter, or None where the packages cannot be had."""
    with tempfile.TemporaryDirectory(prefix="wayhome-peers-") as folder:
        place = Path(folder) / "peers"
        yield place / "bin" / "python" if wanted and _made(place) else None


def _made(place: Path) -> bool:
    command: list[str | Path] = [ROOT / "bootstrap", "peers", place]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=FETCHING_S, check=False)
    except subprocess.TimeoutExpired:
        print("peers: their packages did not come in time; only what we depend on ourselves is measured beside us")
        return False
    if done.returncode:
        print(f"peers: only what we depend on ourselves is measured beside us\n{done.stderr[-500:]}")
    return done.returncode == 0


class PeerProcess:
    """A process of a peer that answers questions until it is closed."""

    def __init__(self, place: Place, peer: Peer, url: str) -> None:
        self.peer = peer
        ours = [peer.kind, url, place.redis_url] if peer.module != "durable_workflows" else [peer.kind, url]
        part = ["ask"] if peer.module == "starts" else []
        python = place.python or sys.executable
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in `close`
        self._process = subprocess.Popen(
            [python, "-m", f"bench.peers.{peer.module}", *part, *ours],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True,
        )  # fmt: skip
        assert self._answer() == "ready"

    def ask(self, do: str, **fields: Any) -> Any:
        """Return the answer to a question; raises RuntimeError when the process ends or does not answer in time."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do} | fields) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        enough = threading.Timer(PATIENCE_S, self._process.kill)
        enough.start()
        line = self._process.stdout.readline()
        enough.cancel()
        if not line:
            self._said.seek(0)
            raise RuntimeError(f"{self.peer.name} gave no answer:\n{self._said.read()[-2000:]}")
        return json.loads(line)

    def close(self) -> None:
        """Let it end in good order, with its workers."""
        try:
            self._process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._said.close()


class Counted:
    """Counts a peer's rows in its database, so that nobody is measured who did not do the work."""

    def __init__(self, peer: Peer, url: str) -> None:
        self._peer = peer
        self._connection = psycopg.connect(url, autocommit=True)

    @contextmanager
    def grown(self, **wanted: int) -> Iterator[None]:
        """Fail unless exactly so many ``events``, ``tasks`` and ``cases`` were written meanwhile."""
        before = self._rows()
        yield
        grown = {name: count - before[name] for name, count in self._rows().items()}
        assert grown == wanted, f"{self._peer.name} wrote {grown}, and not {wanted}"

    def _rows(self) -> dict[str, int]:
        tables = {"events": self._peer.events, "tasks": self._peer.tasks, "cases": "bench_board"}
        return {name: self._count(table) for name, table in tables.items()}

    def _count(self, table: str) -> int:
        row = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()


class PeerOffice:
    """A peer with a database of its own, asked for work that is then counted."""

    def __init__(self, place: Place, peer: Peer, url: str) -> None:
        self.name = peer.name
        self._process = PeerProcess(place, peer, url)
        self._counted = Counted(peer, url)
        self.read_us = 0.0  # of the last reading, an event's in its process
        self.cpu_ms: list[float] = []  # of each round, a command's in its process
        self.database_ms: list[float] = []  # and in PostgreSQL

    def commands(self, callers: int, rows: int) -> float:
        """Return commands per second; each writes five events, a task and a row of the board."""
        given = callers * (FILLED + rows)
        with self._counted.grown(events=2 * callers + EVENTS_OF_A_COMMAND * given, tasks=given, cases=callers):
            found = self._process.ask("commands", callers=callers, rows=rows)
        self.cpu_ms.append(found["cpu"] / (callers * rows) * 1000)
        self.database_ms.append(found["database"] / (callers * rows) * 1000)
        return callers * rows / float(found["seconds"])

    def journeys(self, people: int) -> float:
        """Return events per second of whole journeys."""
        events = EVENTS_OF_A_CASE * people
        with self._counted.grown(events=events, tasks=TASKS_OF_A_CASE * people, cases=people):
            found = self._process.ask("journeys", people=people)
        return events / float(found["seconds"])

    def read(self, cases: int) -> float:
        """Return events per second of cases that are built anew, one after another."""
        found = self._process.ask("read", cases=cases)
        assert found["events"] == EVENTS_OF_A_CASE * cases
        self.read_us = float(found["cpu"]) / float(found["events"]) * 1e6
        return float(found["events"]) / float(found["seconds"])

    def decode(self) -> float:
        """Return events per second of the whole log, copied out and decoded by hand: nobody can be faster."""
        found = self._process.ask("decode")
        assert found["events"]
        return float(found["events"]) / float(found["seconds"])

    def close(self) -> None:
        """Let go of everything."""
        self._process.close()
        self._counted.close()
