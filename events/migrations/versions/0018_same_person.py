"""The board says which case leads when two are one person's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the column, empty: no older Wayhome joined cases, and one that runs meanwhile writes nothing into it."""
    op.add_column("case_board", sa.Column("led_by", sa.Text, nullable=False, server_default=""))
