"""How far the log has come as the mark beside its keys says, so that an older copy of either is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the one row; the first process that opens the data notes the first mark."""
    made = op.create_table(
        "high_water",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("claims", sa.BigInteger, nullable=False),
        sa.Column("noted", sa.BigInteger, nullable=False),
        sa.Column("moved_to", sa.Text, nullable=False, server_default=""),
    )
    op.bulk_insert(made, [{"id": 0, "claims": 0, "noted": 0}])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, UPDATE ON high_water TO wayhome_app;
              END IF;
            END $$
            """
        )
