"""The usual stack, as tutorials have it: SQLAlchemy's ORM, pydantic, a machine of `transitions` for each case."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from transitions import Machine

from bench.peers.work import STAGES, Change, Decide, State

_ON = [["enter", before, after] for before, after in zip(("new", *STAGES), STAGES, strict=False)]
_TRANSITIONS = [*_ON, ["end", "follow_up", "closed"]]


class Body(BaseModel):
    """What an event says."""

    actor: dict[str, str]
    data: dict[str, Any]
    stage: str = ""
    task: str = ""


class Base(DeclarativeBase):
    """All of its tables."""


class EventRow(Base):
    """An event."""

    __tablename__ = "bench_events"
    __table_args__ = (sa.UniqueConstraint("stream", "version"),)
    position: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    stream: Mapped[UUID]
    version: Mapped[int]
    type: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    recorded_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


class BoardRow(Base):
    """A case, with a machine of its own."""

    __tablename__ = "bench_board"
    __table_args__ = (sa.Index("bench_ready", "case_id", postgresql_where=sa.text("open_tasks = 0 AND NOT closed")),)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    stage: Mapped[str]
    open_tasks: Mapped[int]
    closed: Mapped[bool]
    version: Mapped[int]


class TaskRow(Base):
    """A task."""

    __tablename__ = "bench_tasks"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]


class Journey:
    """What the machine moves."""

    def __init__(self, stage: str) -> None:
        self.state = stage
        self.machine = Machine(
            self, states=["new", *STAGES, "closed"], transitions=_TRANSITIONS, initial=stage, auto_transitions=False
        )

    def follow(self, change: Change) -> None:
        """Take the steps that these events are."""
        for kind, _ in change.events:
            if kind in {"StageEntered", "CaseClosed"}:
                self.trigger("enter" if kind == "StageEntered" else "end")  # type: ignore[attr-defined]


class Orm:
    """A session for each command."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), pool_size=32)
        Base.metadata.create_all(self._engine)
        self._session = sessionmaker(self._engine)

    def record(self, case: UUID, decide: Decide) -> Change:
        """Load the case's row, take its steps, add what was decided, and commit."""
        with self._session() as session:
            row = session.get(BoardRow, case, with_for_update=True)
            state = State(row.stage, row.open_tasks, row.closed, row.version) if row else State()
            change = decide(state)
            Journey(state.stage or "new").follow(change)
            _add(session, case, change)
            _set_down(session, row, case, change.state)
            session.commit()
        return change

    def read(self, cases: list[UUID]) -> int:
        """Load the events of one case after another, and let its machine follow them."""
        count = 0
        with self._session() as session:
            for case in cases:
                rows = session.scalars(sa.select(EventRow).where(EventRow.stream == case).order_by(EventRow.version))
                events = tuple((row.type, Body.model_validate(row.data).model_dump()) for row in rows)
                Journey("new").follow(Change(events, (), State()))
                count += len(events)
        return count

    def ready(self) -> list[tuple[UUID, int]]:
        """Return the cases at which nothing is open."""
        query = sa.select(BoardRow.case_id, BoardRow.version).where(BoardRow.open_tasks == 0, ~BoardRow.closed)
        with self._session() as session:
            return [(row.case_id, row.version) for row in session.execute(query)]

    def close(self) -> None:
        """Let go of the pool."""
        self._engine.dispose()


def _add(session: Session, case: UUID, change: Change) -> None:
    first = change.state.version - len(change.events) + 1
    for version, (kind, body) in enumerate(change.events, first):
        said = Body.model_validate(body).model_dump(mode="json")
        session.add(EventRow(stream=case, version=version, type=kind, data=said))
    session.add_all(TaskRow(case_id=case, name=name, status="waiting") for name in change.asked)
    if change.finished:
        task = session.get(TaskRow, (case, change.finished))
        assert task is not None
        task.status = "done"


def _set_down(session: Session, row: BoardRow | None, case: UUID, state: State) -> None:
    if row is None:
        session.add(BoardRow(case_id=case, **state._asdict()))
        return
    for name, value in state._asdict().items():
        setattr(row, name, value)
