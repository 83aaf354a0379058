"""The tree over the log's leaves, what was signed of it, and by whom; nothing of it is ever changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NEVER_CHANGED = ("tree", "checkpoints", "checkpoint_signatures")


def upgrade() -> None:
    """Make the tables, empty: whoever seals makes the tree of the events that are there."""
    op.create_table(
        "tree",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "checkpoint_signatures",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("signer", sa.Text, primary_key=True),
        sa.Column("key_id", sa.LargeBinary, primary_key=True),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("checkpoint_signatures_of", "checkpoint_signatures", ["origin", "signer", "size"])
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_fences()
    else:
        _sqlite_fences()


def _postgresql_fences() -> None:
    for table in NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        DO $$ BEGIN
          IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
            GRANT SELECT, INSERT ON tree, checkpoints, checkpoint_signatures TO wayhome_app;
          END IF;
        END $$
        """
    )


def _sqlite_fences() -> None:
    for table in NEVER_CHANGED:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, 'what is in {table} happened; it cannot be changed or removed'); END"
            )
