"""Two consoles and two workers on hosts of their own: one log, one key database, one queue, and nothing else shared."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sqlalchemy import make_url

from tests.kit.web.served import PROGRAM
from tests.kit.workshop import until
from tests.servers.namespaces import Host, Wire, programs_there
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey

pytestmark = pytest.mark.skipif(not programs_there(), reason="only root makes network namespaces and disks")
NAME = "Nino Unmistakable"
NAMES = ("console-a", "console-b", "worker-a", "worker-b")
_ERASE = """
import sys
from console.key_opening import open_keys
from console.settings import settings
from events.world import SystemEntropy
keys = open_keys(settings(), SystemEntropy())
keys.destroy([sys.argv[1]], "2026-01-01T00:00:00.000000Z")
keys.close()
"""
_ASK = "import urllib.request as r; print(r.urlopen('http://localhost:8421/healthz', timeout=20).read().decode())"


def opening(case: str) -> tuple[str, ...]:
    return ("case", "show", case, "--open", "identity", "--why", "to call her", "--as", "staff:anna")


class Town:
    """Four hosts, what runs on them, and what is asked of each."""

    def __init__(self, wire: Wire, log: str, keys: str, queue: str) -> None:
        self.hosts = {name: wire.host(name) for name in NAMES}
        self.env = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "WAYHOME_DATABASE_URL": log, "WAYHOME_ALLOW_OWNER": "yes", "WAYHOME_KEYS_URL": keys,
            "WAYHOME_REDIS_URL": queue, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def env_of(self, host: Host) -> dict[str, str]:
        return {**self.env, "WAYHOME_DATA": str(host.disk / "data")}

    def wayhome(self, name: str, *words: str, stdin: str = "", code: int = 0) -> str:
        host = self.hosts[name]
        found = host.run(*PROGRAM, *words, env=self.env_of(host), stdin=stdin)
        assert found.returncode == code, f"{words}: {found.stdout}{found.stderr}"
        return found.stdout + found.stderr

    def json(self, name: str, *words: str, stdin: str = "") -> Any:
        return json.loads(self.wayhome(name, *words, "--json", stdin=stdin))

    def reads(self, name: str, case: str) -> bool:
        return NAME in self.wayhome(name, *opening(case))

    def kek(self, name: str) -> Path:
        return self.hosts[name].disk / "data" / "kek" / "kek.json"


@pytest.fixture
def town(postgres: Postgres, valkey: Valkey, tmp_path: Path) -> Iterator[Town]:
    log, keys = postgres.fresh_database(), postgres.fresh_database()
    socket = Path(parse_qs(urlsplit(log).query)["host"][0]) / ".s.PGSQL.5432"
    valkey.flush()
    with postgres.connect("postgres") as connection:
        role = f"keys_{os.getpid()}"
        connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(psycopg.sql.Identifier(role)))
        owned = psycopg.sql.SQL("ALTER DATABASE {} OWNER TO {}")
        name = psycopg.sql.Identifier(make_url(keys).database or "")
        connection.execute(owned.format(name, psycopg.sql.Identifier(role)))
    with Wire(tmp_path) as wire:
        at = f"{wire.address}:{wire.reach(socket)}"
        queue = f"redis://{wire.address}:{wire.reach(Path(urlsplit(valkey.url).path))}/0"
        at_log, at_keys = (
            f"postgresql+psycopg://{who}@{at}/{make_url(url).database}"
            for who, url in (("postgres", log), (role, keys))
        )
        town = Town(wire, at_log, at_keys, queue)
        town.wayhome("console-a", "programme", "publish", "moscow", "--as", "staff:operator")
        for other in NAMES[1:]:  # the operator brings the key-encryption key to each host
            town.kek(other).parent.mkdir(parents=True)
            shutil.copy(town.kek("console-a"), town.kek(other))
        with ExitStack() as stack:
            for host in NAMES:
                verb = ("serve", "--no-workers") if "console" in host else ("work", "--threads", "2")
                there = town.hosts[host]
                stack.enter_context(there.running(*PROGRAM, *verb, env=town.env_of(there)))
            yield town
    for url in (log, keys):
        postgres.drop_database(url)
    with postgres.connect("postgres") as connection:
        connection.execute(psycopg.sql.SQL("DROP ROLE {}").format(psycopg.sql.Identifier(role)))


def test_a_case_goes_from_host_to_host_and_an_erasure_and_a_lock_reach_every_one(town: Town) -> None:
    for console in NAMES[:2]:
        host = town.hosts[console]
        until(lambda host=host: "ok" in host.run(sys.executable, "-c", _ASK, env=town.env_of(host)).stdout, 60)  # type: ignore[misc]
    case = str(
        town.json("console-a", "case", "open", "age_band=27-29", "name=-", "--as", "staff:anna", stdin=f"{NAME}\n")[
            "case_id"
        ]
    )
    assert town.reads("console-b", case), "sealed on one host, read on another"
    _to_care(town, case)
    assert json.loads(town.wayhome("console-b", "case", "show", case, "--json"))["stage"] == "care"
    assert town.wayhome("worker-b", "verify", "--rules")

    before = town.kek("console-b").read_bytes()
    person = json.loads(town.wayhome("console-a", "case", "show", case, "--json"))["person_id"]
    erasing = town.hosts["console-a"]
    done = erasing.run(sys.executable, "-c", _ERASE, person, env=town.env_of(erasing))
    assert done.returncode == 0, done.stderr
    began = time.monotonic()
    until(lambda: len({town.kek(name).read_bytes() for name in NAMES}) == 1, 20)
    print(f"every host had the new key-encryption key after {time.monotonic() - began:.2f} s")
    assert town.kek("console-b").read_bytes() != before
    assert "was erased" in town.wayhome("console-b", *opening(case), code=1), "and nobody reads who was erased"

    town.wayhome("worker-a", "keys", "lock", "--as", "staff:anna")
    assert "locked by staff:anna" in town.wayhome("console-b", "case", "show", case, code=4)
    town.wayhome("worker-b", "keys", "unlock", "--as", "staff:boris")
    assert case in town.wayhome("console-a", "case", "show", case)


def _to_care(town: Town, case: str) -> None:
    """Take a case to care, each step on the other console; what is to be done outside the workers do."""
    now = datetime.now(UTC).isoformat(timespec="minutes")
    steps = (
        ("record", "GiveConsent", "purpose=assistance"),
        ("record", "GiveConsent", "purpose=travel"),
        ("record", "AssessRisk", "level=low", "safe_to_return=true"),
        ("record", "PlanArrival", f"at={now}", "place=SVO", "means=flight", "number=SU 1491"),
        ("advance", "receive"),
        ("record", "MeetPerson"),
        ("record", "HoldBed"),
        ("advance", "accommodate"),
        ("record", "TakeBed"),
        ("advance", "begin_care"),
    )
    for number, (verb, *words) in enumerate(steps):
        if words == ["MeetPerson"]:
            until(lambda: _done(town, case), 90)
        town.wayhome(NAMES[number % 2], "case", verb, case, *words, "--as", "staff:anna")


def _done(town: Town, case: str) -> bool:
    """Whether the workers have ordered the car: nobody else does tasks here."""
    tasks = town.json("console-a", "tasks", "list", "--case", case, "--status", "done")
    return "book_pickup" in {task["kind"] for task in tasks}
