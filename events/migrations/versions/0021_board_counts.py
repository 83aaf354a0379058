"""How many cases of an office and a team are in each stage, and have each value the list is narrowed by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
_COUNTED = ("stage", "owner", "facility", "language", "citizenships")


def upgrade() -> None:
    """Make the table and count, this once, what lies on the board; whoever writes the board keeps it from then on."""
    op.create_table(
        "board_counts",
        sa.Column("office", sa.Text, primary_key=True),
        sa.Column("team", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("cases", sa.Integer, nullable=False),
    )
    for name in _COUNTED:
        op.execute(
            "INSERT INTO board_counts (office, team, name, value, cases) "  # noqa: S608 - names of ours
            f"SELECT office, team, '{name}', {name}, count(*) FROM case_board GROUP BY office, team, {name}"
        )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON board_counts TO wayhome_app;
              END IF;
            END $$
            """
        )
