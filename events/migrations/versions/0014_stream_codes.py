"""Each stream's end and the end of the log carry a code made with this installation's key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the codes, empty: whoever opens the data with its key file fills them in once."""
    for table in ("streams", "log_head"):
        op.add_column(table, sa.Column("mac", sa.LargeBinary, nullable=False, server_default=_nothing()))
    if op.get_bind().dialect.name == "postgresql":
        # A row that somebody put there is taken away again by `wayhome fsck --repair`.
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT DELETE ON tasks, timers TO wayhome_app;
              END IF;
            END $$
            """
        )


def _nothing() -> sa.TextClause:
    return sa.text("''" if op.get_bind().dialect.name == "postgresql" else "x''")
