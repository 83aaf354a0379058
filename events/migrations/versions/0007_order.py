"""The order of the log: each event's place in a chain, and how far the chain has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add what holds the order; the next write folds in the events that are there, and those of older programs."""
    op.add_column("events", sa.Column("answered", sa.LargeBinary))
    op.add_column("events", sa.Column("place", sa.LargeBinary))
    op.add_column("log_head", sa.Column("placed", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("log_head", sa.Column("place", sa.LargeBinary, nullable=False, server_default=_nothing()))


def _nothing() -> sa.TextClause:
    return sa.text("''" if op.get_bind().dialect.name == "postgresql" else "x''")
