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
    # What an older log tells is drawn when it is opened, and counts as read: nobody rang for it then.
    last = "SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1"
    they = "SELECT account FROM accounts UNION SELECT owner FROM case_board WHERE owner > ''"
    op.execute(f"INSERT INTO bell_reads SELECT account, ({last}) FROM ({they}) AS they WHERE EXISTS ({last})")  # noqa: S608
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
