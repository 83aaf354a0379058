"""Accounts, and beside the log what proves who signs in: it must be able to end, so no log ever holds it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of accounts, credentials, passkeys, sessions and attempts to sign in."""
    _accounts()
    _credentials()
    _sessions()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            DO $$ BEGIN
              IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE
                  ON accounts, credentials, authenticators, passkeys, sessions, sign_in_attempts TO wayhome_app;
              END IF;
            END $$
            """
        )


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account", sa.Text, primary_key=True),
        *_text("roles", "programmes", "team", "facilities", "language", "factors"),
        sa.Column("closed", sa.Boolean, nullable=False),
        *_text("opened_at"),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("resets", sa.Integer, nullable=False),
    )


def _credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("resets", sa.Integer, nullable=False),
        *_text("password_hash"),
        sa.Column("must_change", sa.Boolean, nullable=False),
        *_text("expires_at", "changed_at"),
    )
    op.create_table(
        "authenticators",
        sa.Column("factor", sa.Text, primary_key=True),
        *_text("account"),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        *_text("created_at"),
    )
    op.create_index("authenticators_account", "authenticators", ["account"])
    op.create_table(
        "passkeys",
        sa.Column("factor", sa.Text, primary_key=True),
        *_text("account"),
        sa.Column("credential_id", sa.Text, nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        *_text("name", "created_at"),
    )
    op.create_index("passkeys_account", "passkeys", ["account"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        *_text("account"),
        sa.Column("epoch", sa.Integer, nullable=False),
        *_text("stage", "csrf", "challenge", "created_at", "seen_at", "strong_at", "ended_at"),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("sessions_account", "sessions", ["account"])
    op.create_index("sessions_created", "sessions", ["created_at"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        *_text("last_at"),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("sign_in_attempts_last", "sign_in_attempts", ["last_at"])
