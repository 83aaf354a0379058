"""Private PostgreSQL and Valkey servers that tests and benches may stop, kill and throw away."""

from tests.servers.binaries import NoServer, postgres_programs, valkey_programs
from tests.servers.postgres import Postgres, postgres_server
from tests.servers.processes import NotOurs
from tests.servers.valkey import Valkey, valkey_server

__all__ = [
    "NoServer",
    "NotOurs",
    "Postgres",
    "Valkey",
    "postgres_programs",
    "postgres_server",
    "valkey_programs",
    "valkey_server",
]
