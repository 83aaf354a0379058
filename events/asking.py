"""Questions that are sent before anybody waits for an answer: many of them, and one wait.

On PostgreSQL psycopg's pipeline mode sends them one behind the other; the server carries them out in that order, and
each sees what those before it did (https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html). SQLite answers
at once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from events.batch import execute_prebuilt

Answer = TypeVar("Answer")
Rows = Iterable[tuple[Any, ...]]


class Asked(Generic[Answer]):
    """A question that was sent; whoever reads its answer waits for it, and for those of the questions before it."""

    def __init__(self, rows: Rows, read: Callable[[Rows], Answer]) -> None:
        self._rows = rows
        self._read = read

    @cached_property
    def answer(self) -> Answer:
        """Return what the rows that were found come to; raises what ``read`` raises, or the driver's error."""
        return self._read(self._rows)


def ask(
    connection: Connection, query: str, parameters: tuple[Any, ...], read: Callable[[Rows], Answer]
) -> Asked[Answer]:
    """Send a prebuilt question."""
    cursor = execute_prebuilt(connection, query, parameters)
    return Asked(cursor if _is_postgresql(connection) else cursor.fetchall(), read)


def ask_by_key(
    connection: Connection, keys: Collection[str], query: str, read: Callable[[Rows], Answer]
) -> Asked[Answer]:
    """Send a question for the rows of these keys, which are compared where ``{}`` stands; no key is no question."""
    if not keys:
        return Asked((), read)
    if _is_postgresql(connection):
        return ask(connection, query.format("= ANY(%s)"), (list(keys),), read)
    marks = ",".join("?" * len(keys))
    return ask(connection, query.format(f"IN ({marks})"), tuple(keys), read)


@contextmanager
def sent_together(connection: Connection) -> Iterator[None]:
    """Send prebuilt statements without waiting in between; whoever leaves waits once, for all of them.

    When one fails those behind it are not carried out, and its error is raised by whoever waits. Read no answer before
    the end: that would be a wait more.
    """
    if not _is_postgresql(connection):
        yield
        return
    driver: Any = connection.connection.driver_connection  # psycopg's, which who only reads SQLite need not load
    with driver.pipeline():
        yield


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
