"""What somebody typed and has not sent: sealed, for some days, part of no history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table of drafts."""
    nothing = sa.text("''" if op.get_bind().dialect.name == "postgresql" else "x''")
    op.create_table(
        "drafts",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("draft", sa.Text, primary_key=True),
        sa.Column("resets", sa.Integer, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("expected", sa.Integer, nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
        sa.Column("kept_at", sa.Text, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False, server_default=nothing),
    )
    op.create_index("drafts_case", "drafts", ["case_id"])
    op.create_index("drafts_until", "drafts", ["until"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO wayhome_app;
              END IF;
            END $$
            """
        )
