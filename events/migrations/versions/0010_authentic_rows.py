"""Rows that prove who signs in carry a code made with this installation's key, and accounts a mark of their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

CODED = ("credentials", "authenticators", "passkeys", "sessions")


def upgrade() -> None:
    """Add the codes, empty: whoever opens the data with its key file fills them in once."""
    for table in CODED:
        op.add_column(table, sa.Column("mac", sa.LargeBinary, nullable=False, server_default=_nothing()))
    for table in ("accounts", "credentials"):
        op.add_column(table, sa.Column("passwords", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "account_marks",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON account_marks TO wayhome_app;
              END IF;
            END $$
            """
        )


def _nothing() -> sa.TextClause:
    return sa.text("''" if op.get_bind().dialect.name == "postgresql" else "x''")
