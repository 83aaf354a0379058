"""Tasks, timers and the read models."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the work to do and of what people look at."""
    _tasks()
    _timers()
    _read_models()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE ON tasks, timers TO wayhome_app;
                GRANT SELECT, INSERT, UPDATE, DELETE ON case_board, work_items TO wayhome_app;
              END IF;
            END $$
            """
        )


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.Text, primary_key=True),
        *_text("case_id", "kind", "subject", "status", "due_at"),
        sa.Column("epoch", sa.Integer, nullable=False),
        *_text("owner", "lease_until"),
        sa.Column("attempts", sa.Integer, nullable=False),
        *_text("error", "created_at", "claimed_at", "finished_at"),
        sa.Column("wanted", sa.Boolean, nullable=False),
        *_text("rung_at"),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("tasks_of_case", "tasks", ["case_id"])
    still_open = sa.text("status IN ('waiting', 'claimed', 'unknown')")
    op.create_index("tasks_open", "tasks", ["status", "due_at"], postgresql_where=still_open)


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("timer_id", sa.Text, primary_key=True),
        *_text("case_id", "kind", "subject", "status", "due_at", "created_at", "finished_at"),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("timers_of_case", "timers", ["case_id"])
    op.create_index("timers_set", "timers", ["status", "due_at"], postgresql_where=sa.text("status = 'set'"))


def _read_models() -> None:
    op.create_table(
        "case_board",
        sa.Column("case_id", sa.Text, primary_key=True),
        *_text("programme", "definition", "stage", "since", "opened_at", "source", "route"),
        sa.Column("child", sa.Boolean, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        *_text("reason", "previous_case"),
        sa.Column("version", sa.Integer, nullable=False),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("case_board_stage", "case_board", ["programme", "stage"])
    op.create_table(
        "work_items",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        *_text("kind", "stage", "since"),
    )
    op.create_index("work_items_kind", "work_items", ["kind", "since"])
