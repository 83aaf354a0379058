"""Who is in danger and what is asked of whom, a row each beside the log.

What somebody chose to see of *My work* is kept by account. The others are empty until the read models are drawn anew
from the log: the next program that opens this data does that.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables; the database's own user may write them."""
    op.create_table(
        "case_alerts",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("due_at", sa.Text, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
    )
    op.create_index("case_alerts_since", "case_alerts", ["urgency", "since", "case_id"])
    op.create_index("case_alerts_kind", "case_alerts", ["kind", "due_at"])
    op.create_table(
        "work_choices",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("whose", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON case_alerts, work_choices TO wayhome_app;
              END IF;
            END $$
            """
        )
