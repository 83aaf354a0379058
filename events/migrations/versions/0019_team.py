"""Who stands in for whom, and what each account is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add a column and two tables; the notices of an older log are drawn when it is opened."""
    op.add_column("accounts", sa.Column("stands_in", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "notices",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "by", "at")),
    )
    op.create_index("notices_of_account", "notices", ["account", "at"])
    op.create_table(
        "bell_reads",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("read_to", sa.Text, nullable=False),
    )
    # A new database has nothing to draw; an older one's notices are drawn when it is opened, and count as read.
    op.execute("INSERT INTO bell_reads SELECT '*', '' WHERE NOT EXISTS (SELECT 1 FROM case_board)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON notices, bell_reads TO wayhome_app;
              END IF;
            END $$
            """
        )
