"""What accounts are called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    """Add a column; in an older log nobody has chosen a name."""
    op.add_column("accounts", sa.Column("name", sa.Text, nullable=False, server_default=""))
