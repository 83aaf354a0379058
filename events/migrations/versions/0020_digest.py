"""What accounts are called, and where each is told by mail what waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add two columns and the table of mail addresses; in an older log nobody has chosen a name or given one."""
    nothing = sa.text("''" if op.get_bind().dialect.name == "postgresql" else "x''")
    op.add_column("accounts", sa.Column("name", sa.Text, nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("mail", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "staff_mails",
        sa.Column("letter", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False, server_default=nothing),
    )
    op.create_index("staff_mails_account", "staff_mails", ["account"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON staff_mails TO wayhome_app;
              END IF;
            END $$
            """
        )
