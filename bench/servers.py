"""The servers benches run against: durable ones of our own, or those that two environment variables name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from tests.servers.postgres import BorrowedPostgres, Postgres, postgres_server
from tests.servers.valkey import valkey_server

DATABASE_URL_VARIABLE = "WAYHOME_BENCH_DATABASE_URL"
REDIS_URL_VARIABLE = "WAYHOME_BENCH_REDIS_URL"
ROOMY = {"max_connections": "400"}  # a connection for each caller of each peer


@contextmanager
def durable_postgres() -> Iterator[Postgres]:
    """Lend a PostgreSQL that waits for its disk; databases made on it are ours to fill."""
    borrowed = os.environ.get(DATABASE_URL_VARIABLE)
    if borrowed:
        yield BorrowedPostgres(make_url(borrowed))
        return
    with postgres_server(durable=True, settings=ROOMY) as server:
        yield server


@contextmanager
def empty_database(server: Postgres) -> Iterator[str]:
    """Lend the address of a database nobody else has; it is dropped at the end."""
    url = server.fresh_database()
    try:
        yield url
    finally:
        server.drop_database(url)


@contextmanager
def redis_address() -> Iterator[str]:
    """Lend the address of a Valkey; benches use keys of their own and flush nothing."""
    borrowed = os.environ.get(REDIS_URL_VARIABLE)
    if borrowed:
        yield borrowed
        return
    with valkey_server() as server:
        yield server.url


def plain(url: str) -> str:
    """Return a SQLAlchemy address as the PostgreSQL client library takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
