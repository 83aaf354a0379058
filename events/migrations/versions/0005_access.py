"""Who stands how to a case, who looked at it, and by which keyed hashes a person is found again.

The board's new columns are empty until the board is drawn anew from the log: the next program that opens this data
does that, as ``wayhome verify --repair`` does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of access, and the board's columns and indexes for lists of a million cases."""
    _board()
    _work_list()
    _relations()
    _looks()
    _finding()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON case_relations, name_tokens, to_compare TO wayhome_app;
                GRANT SELECT, INSERT ON looks TO wayhome_app;
              END IF;
            END $$
            """
        )


def _board() -> None:
    for name in ("office", "owner", "team", "facility"):
        op.add_column("case_board", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_index("case_board_open", "case_board", ["office", "ended", "since", "case_id"])
    op.create_index("case_board_in_stage", "case_board", ["office", "stage", "since", "case_id"])
    op.create_index("case_board_team", "case_board", ["office", "team", "ended", "since", "case_id"])
    op.create_index("case_board_team_stage", "case_board", ["office", "team", "stage", "since", "case_id"])
    op.create_index("case_board_owner", "case_board", ["owner", "ended", "since", "case_id"])
    op.create_index("case_board_facility", "case_board", ["facility", "since"])


def _work_list() -> None:
    for name in ("office", "owner", "team"):
        op.add_column("work_items", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_index("work_items_office", "work_items", ["office", "since", "case_id", "item"])
    op.create_index("work_items_office_kind", "work_items", ["office", "kind", "since", "case_id", "item"])
    op.create_index("work_items_team", "work_items", ["office", "team", "since", "case_id", "item"])
    op.create_index("work_items_owner", "work_items", ["owner", "since", "case_id", "item"])


def _relations() -> None:
    op.create_table(
        "case_relations",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("relation", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("until", sa.Text, nullable=False),
    )
    op.create_index("case_relations_who", "case_relations", ["relation", "who", "until"])


def _looks() -> None:
    op.create_table(
        "looks",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
    )
    op.create_index("looks_of_case", "looks", ["case_id", "at"])


def _finding() -> None:
    op.create_table(
        "name_tokens",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
    )
    op.create_index("name_tokens_of_case", "name_tokens", ["case_id"])
    op.create_table(
        "to_compare",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("since", sa.Text, nullable=False),
    )
