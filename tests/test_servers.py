"""The launchers of our test servers keep what they promise, whichever programs they find."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dramatiq
import psutil
import pytest
import redis
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.kit.workshop import until
from tests.servers.binaries import Programs, postgres_programs, valkey_programs
from tests.servers.postgres import DATABASE_URL_VARIABLE, Postgres, PrivatePostgres, postgres_server
from tests.servers.valkey import REDIS_URL_VARIABLE, PrivateValkey, Valkey, valkey_server

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module", params=postgres_programs(), ids=str)
def own_postgres(request: pytest.FixtureRequest) -> Iterator[PrivatePostgres]:
    programs: Programs = request.param
    with postgres_server(durable=True, programs=programs) as server:
        assert isinstance(server, PrivatePostgres)
        yield server


@pytest.fixture(scope="module", params=valkey_programs(), ids=lambda program: program.name)
def own_valkey(request: pytest.FixtureRequest) -> Iterator[PrivateValkey]:
    program: Path = request.param
    with valkey_server(program=program) as server:
        assert isinstance(server, PrivateValkey)
        yield server


def ask(url: str, statement: str) -> list[object]:
    """Runs one statement in its own connection and returns the first column."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        result = connection.execute(text(statement))
        return list(result.scalars()) if result.returns_rows else []


def test_postgres_answers_a_query_in_russian(pg_url: str) -> None:
    assert ask(pg_url, "SELECT upper('дорога домой')") == ["ДОРОГА ДОМОЙ"]


def test_two_fresh_databases_are_separate(postgres: Postgres) -> None:
    first, second = postgres.fresh_database(), postgres.fresh_database()
    ask(first, "CREATE TABLE bed (number int)")
    assert ask(second, "SELECT to_regclass('bed')::text") == [None]
    for url in (first, second):
        postgres.drop_database(url)


def test_a_fresh_database_can_be_a_copy(postgres: Postgres, pg_url: str) -> None:
    ask(pg_url, "CREATE TABLE bed AS SELECT 7 AS number")
    copy = postgres.fresh_database(template=make_url(pg_url).database)
    assert ask(copy, "SELECT number FROM bed") == [7]
    postgres.drop_database(copy)


def test_what_postgres_committed_outlives_a_kill(own_postgres: PrivatePostgres) -> None:
    url = own_postgres.fresh_database()
    ask(url, "CREATE TABLE bed AS SELECT 7 AS number")
    before = own_postgres.pid
    own_postgres.kill()
    assert not is_running(before)
    own_postgres.start()
    assert ask(url, "SELECT number FROM bed") == [7]


def test_postgres_stops_while_someone_is_connected(own_postgres: PrivatePostgres) -> None:
    with own_postgres.connect("postgres") as idle:
        own_postgres.stop()
        own_postgres.start()
        idle.close()
    assert ask(own_postgres.url("postgres"), "SHOW fsync") == ["on"]


def test_only_we_can_reach_postgres(own_postgres: PrivatePostgres) -> None:
    assert ask(own_postgres.url("postgres"), "SHOW listen_addresses") == [""]
    directory = Path(str(make_url(own_postgres.url("postgres")).query["host"]))
    assert directory.stat().st_mode & 0o777 == 0o700


def test_valkey_keeps_a_value_until_it_is_flushed(own_valkey: PrivateValkey) -> None:
    with redis.Redis.from_url(own_valkey.url, decode_responses=True) as client:
        client.set("bell", "rung")
        assert client.get("bell") == "rung"
        own_valkey.flush()
        assert client.get("bell") is None


def test_valkey_has_forgotten_everything_after_a_kill(own_valkey: PrivateValkey) -> None:
    with redis.Redis.from_url(own_valkey.url) as client:
        client.set("bell", "rung")
    own_valkey.kill()
    own_valkey.start()
    with redis.Redis.from_url(own_valkey.url) as client:
        assert client.keys() == []


def test_dramatiq_takes_the_url_as_it_is(redis_url: str) -> None:
    broker = RedisBroker(url=redis_url)
    broker.declare_queue("escorts")
    message = dramatiq.Message[object](
        queue_name="escorts", actor_name="meet", args=(), kwargs={}, options={"redis_message_id": "1"}
    )
    broker.enqueue(message)
    assert broker.client.llen("dramatiq:escorts") == 1
    broker.close()


def test_a_borrowed_server_is_used_and_never_stopped(
    postgres: Postgres, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_URL_VARIABLE, postgres.url("postgres"))
    monkeypatch.setenv(REDIS_URL_VARIABLE, valkey.url)
    with postgres_server() as borrowed, valkey_server() as bell:
        assert not borrowed.ours
        assert not bell.ours
        borrowed.drop_database(borrowed.fresh_database())
        bell.flush()
    assert ask(postgres.url("postgres"), "SELECT 1") == [1]


HOLD_BOTH = """
from tests.servers import *
with (
    postgres_server(programs=postgres_programs()[0]) as postgres,
    valkey_server(program=valkey_programs()[0]) as valkey,
):
    print(postgres.pid, valkey.pid, flush=True)
    input()
"""


@pytest.mark.skipif(not valkey_programs() or not postgres_programs(), reason="no servers to leave behind")
def test_no_server_outlives_a_killed_test_run() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", HOLD_BOTH], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert run.stdout is not None
    pids = [int(pid) for pid in run.stdout.readline().split()]
    assert [pid for pid in pids if is_running(pid)] == pids
    run.kill()
    run.communicate()
    until(lambda: not any(map(is_running, pids)), seconds=10.0)


def is_running(pid: int) -> bool:
    """Tells whether a process still works; one that only waits to be buried does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
