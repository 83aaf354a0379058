"""What people are called in lists, by what lists are sorted and narrowed, and which columns somebody keeps.

The board's new columns are empty until the board is drawn anew from the log: the next program that opens this data
does that, as ``wayhome verify --repair`` does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the board's columns, the words by which a case is found, and everybody's columns of the list."""
    for name in ("handle", "language", "citizenships", "age", "risk"):
        op.add_column("case_board", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_table(
        "case_handles",
        sa.Column("word", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("present", sa.Boolean, nullable=False),
    )
    op.create_index("case_handles_of_case", "case_handles", ["case_id"])
    op.create_table(
        "kept_columns",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("saved_at", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON case_handles, kept_columns TO wayhome_app;
              END IF;
            END $$
            """
        )
