"""`eventsourcing` at its best: kept aggregates, a recorder that also writes task and board, its functions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError
from eventsourcing.postgres import PostgresApplicationRecorder
from eventsourcing.utils import get_topic
from psycopg.conninfo import conninfo_to_dict

from bench.peers.by_hand import ASKED, BOARD, DONE, ByHand
from bench.peers.work import Change, Decide, State


class Case(Aggregate):
    """A case with its events as methods, as the library's guide writes them."""

    def __init__(self, case: UUID, actor: dict[str, Any], data: dict[str, Any]) -> None:
        self.stage, self.open_tasks, self.closed = "", 0, False

    @staticmethod
    def create_id(case: UUID) -> UUID:
        """Return the id under which a case is kept."""
        return case

    @property
    def board(self) -> State:
        """Return how the case stands; the library counts versions from 1."""
        return State(self.stage, self.open_tasks, self.closed, self.version - 1)

    @event("NoteAdded")
    def note(self, actor: dict[str, Any], data: dict[str, Any]) -> None:
        """Say something."""

    @event("ServiceAsked")
    def serve(self, actor: dict[str, Any], data: dict[str, Any]) -> None:
        """Ask for a service."""

    @event("StageEntered")
    def enter(self, stage: str, actor: dict[str, Any], data: dict[str, Any]) -> None:
        """Take the next stage."""
        self.stage = stage

    @event("TaskRequested")
    def ask(self, task: str, actor: dict[str, Any], data: dict[str, Any]) -> None:
        """Ask for a task."""
        self.open_tasks += 1

    @event("TaskCompleted")
    def complete(self, task: str, actor: dict[str, Any], data: dict[str, Any]) -> None:
        """Report a task."""
        self.open_tasks -= 1

    @event("CaseClosed")
    def end(self, actor: dict[str, Any], data: dict[str, Any]) -> None:
        """Close."""
        self.closed = True


class BesideEvents(PostgresApplicationRecorder):
    """Writes task and board into the commit of the events: the library leaves a place for that."""

    def insert_events(self, stored_events: Sequence[Any], **kwargs: Any) -> Any:
        """Call the library's function after our rows, in one round trip, where functions are switched on."""
        if not (self.datastore.enable_db_functions and kwargs):
            return super().insert_events(stored_events, **kwargs)
        rows = [
            self.construct_pg_stored_event(e.originator_id, e.originator_version, e.topic, e.state)
            for e in stored_events
        ]
        with self.datastore.get_connection() as connection, connection.pipeline(), connection.transaction():
            self._insert_events(connection.cursor(), stored_events, **kwargs)
            found = connection.execute(self.sql_invoke_pg_function_insert_events, (rows,), prepare=True)
            return [row[self.pg_function_name_insert_events] for row in found.fetchall()]

    def _insert_events(self, curs: Any, stored_events: Sequence[Any], **kwargs: Any) -> None:
        change: Change | None = kwargs.get("change")
        if change is None:
            return
        case = stored_events[0].originator_id
        if change.asked:
            curs.execute(ASKED, (case, list(change.asked)), prepare=True)
        if change.finished:
            curs.execute(DONE, (case, change.finished), prepare=True)
        curs.execute(BOARD, (*change.state, case), prepare=True)


class Cases(Application):
    """The application; its events lie in `cases_events`."""


class Eventsourced:
    """Cases as the library keeps them.

    ``functions`` switches its PostgreSQL functions on. ``alone`` says that no other process writes, so that a kept
    aggregate need not be brought up to date, which is faster.
    """

    def __init__(self, url: str, *, functions: bool = False, alone: bool = False, create: bool = True) -> None:
        self._board = ByHand(url)
        settings = _settings(url, functions=functions, create=create)
        forward = {"AGGREGATE_CACHE_FASTFORWARD": "n" if alone else "y"}
        self._cases = Cases(settings | {"AGGREGATE_CACHE_MAXSIZE": "10000"} | forward)
        self._uncached = Cases(settings | {"CREATE_TABLE": "n"})

    def record(self, case: UUID, decide: Decide) -> Change:
        """Load the aggregate, trigger its events, save; anew when somebody else was faster."""
        while True:
            found = None
            with suppress(AggregateNotFoundError):
                found = self._cases.repository.get(case)
            change = decide(found.board if found else State())
            try:
                self._cases.save(_triggered(found, case, change), change=change)
            except IntegrityError:
                with suppress(KeyError):
                    self._cases.repository.cache.get(case, evict=True)
            else:
                return change

    def read(self, cases: list[UUID]) -> int:
        """Build the aggregates anew."""
        return sum(self._uncached.repository.get(case).version for case in cases)

    def ready(self) -> list[tuple[UUID, int]]:
        """Return the cases at which nothing is open."""
        return self._board.ready()

    def close(self) -> None:
        """Let go of the database."""
        self._cases.close()
        self._uncached.close()
        self._board.close()


def _settings(url: str, *, functions: bool, create: bool) -> dict[str, str]:
    where = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "APPLICATION_RECORDER_TOPIC": get_topic(BesideEvents),
        "POSTGRES_DBNAME": str(where["dbname"]),
        "POSTGRES_HOST": str(where["host"]),
        "POSTGRES_PORT": str(where.get("port", 5432)),
        "POSTGRES_USER": str(where["user"]),
        "POSTGRES_PASSWORD": str(where.get("password", "none")),
        "POSTGRES_POOL_SIZE": "10",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "y" if functions else "n",
        "CREATE_TABLE": "y" if create else "n",  # two processes that create at once fail
    }


def _triggered(found: Any, number: UUID, change: Change) -> Any:
    for kind, body in change.events:
        said = {"actor": body["actor"], "data": body["data"]}
        match kind:
            case "CaseOpened":
                found = Case(number, **said)
            case "NoteAdded":
                found.note(**said)
            case "ServiceAsked":
                found.serve(**said)
            case "StageEntered":
                found.enter(body["stage"], **said)
            case "TaskRequested":
                found.ask(body["task"], **said)
            case "TaskCompleted":
                found.complete(body["task"], **said)
            case "CaseClosed":
                found.end(**said)
    return found
