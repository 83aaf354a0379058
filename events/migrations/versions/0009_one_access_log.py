"""One access log for every door: what was shown on a list, and under which proof somebody looked.

Programs of before go on writing: what they leave out has a default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NAMED = ["account", "at", "case_id", "page", "session"]
_KEY = [*_NAMED, "listed"]


def upgrade() -> None:
    """Let two pages that are looked at in one moment both be rows, and find quickly who was stopped."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        _with_another_key()
    else:
        _made_anew()
    stops = sa.text("stops" if is_postgresql else "stops = 1")
    op.create_index("looks_stops", "looks", ["account", "at"], postgresql_where=stops, sqlite_where=stops)


def _with_another_key() -> None:
    op.add_column("looks", _listed())
    op.add_column("looks", _stops())
    op.add_column("looks", _proof())
    op.drop_constraint("looks_pkey", "looks", type_="primary")
    op.create_primary_key("looks_pkey", "looks", _KEY)


def _made_anew() -> None:
    """SQLite changes no key of a table that is there."""
    op.rename_table("looks", "looks_before")
    columns = [sa.Column(name, sa.Text, primary_key=True) for name in _NAMED]
    refused = sa.Column("refused", sa.Boolean, nullable=False)
    op.create_table("looks", *columns, _listed(primary_key=True), refused, _stops(), _proof())
    names = ", ".join((*_NAMED, "refused"))
    op.execute(f"INSERT INTO looks ({names}) SELECT {names} FROM looks_before")  # noqa: S608 - our own names
    op.drop_table("looks_before")
    op.create_index("looks_of_case", "looks", ["case_id", "at"])


def _listed(*, primary_key: bool = False) -> sa.Column[bool]:
    return sa.Column("listed", sa.Boolean, primary_key=primary_key, nullable=False, server_default=sa.false())


def _stops() -> sa.Column[bool]:
    """Return whether a look stopped its account for good; what programs of before refused was refused for an hour."""
    return sa.Column("stops", sa.Boolean, nullable=False, server_default=sa.false())


def _proof() -> sa.Column[str]:
    return sa.Column("proof", sa.Text, nullable=False, server_default="")
