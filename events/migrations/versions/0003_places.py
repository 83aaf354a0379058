"""Beds: which there are, and who has one; the database itself refuses a person more than there are beds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of beds, and fill in nothing: publishing a programme does."""
    op.create_table(
        "beds",
        sa.Column("facility", sa.Text, primary_key=True),
        sa.Column("bed", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("room", sa.Text, nullable=False),
    )
    op.create_table(
        "beds_in_use",
        sa.Column("facility", sa.Text, primary_key=True),
        sa.Column("bed", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.Text, nullable=False, unique=True),
        sa.Column("held_until", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["facility", "bed"], ["beds.facility", "beds.bed"], name="beds_in_use_bed"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON beds, beds_in_use TO wayhome_app;
              END IF;
            END $$
            """
        )
