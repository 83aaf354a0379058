"""The log: events, sealed parts, streams, commands, the head; append-only by trigger and by role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NEVER_CHANGED = ("events", "sealed_parts", "commands")
NEVER_EMPTIED = ("events", "sealed_parts", "commands", "streams", "log_head")


def upgrade() -> None:
    """Make the log's tables and refuse every change to what they hold."""
    _tables()
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_fences()
        _application_role()
    else:
        _sqlite_fences()
    op.execute("INSERT INTO log_head (id, size) VALUES (0, 0)")


def _tables() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("type_version", sa.Integer, nullable=False),
        sa.Column("occurred_at", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("mandate", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("command_id", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary),
        sa.Column("link", sa.LargeBinary),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
    )
    op.create_index("events_command", "events", ["command_id"])
    op.create_table(
        "sealed_parts",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("compartment", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "streams",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        # Room on each page for new row versions: the row of a stream changes with every fact.
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "commands",
        sa.Column("command_id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 0"), primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        postgresql_with={"fillfactor": 10},
    )


def _postgresql_fences() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'what is in % happened; it cannot be changed or removed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    for table in NEVER_EMPTIED:
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table in ("streams", "log_head"):
        op.execute(
            f"CREATE TRIGGER {table}_never_removed BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _sqlite_fences() -> None:
    fences = [(table, verb) for table in NEVER_CHANGED for verb in ("UPDATE", "DELETE")]
    fences += [("streams", "DELETE"), ("log_head", "DELETE")]
    for table, verb in fences:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
            f"SELECT RAISE(ABORT, 'what is in {table} happened; it cannot be changed or removed'); END"
        )


def _application_role() -> None:
    """Make the role the application acts as, where we may; it can add facts and read them, nothing else."""
    op.execute(
        """
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
            CREATE ROLE wayhome_app NOLOGIN;
          END IF;
          EXECUTE format('GRANT wayhome_app TO %I', current_user);
        EXCEPTION
          WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
            RAISE NOTICE 'role wayhome_app not made here';
        END $$
        """
    )
    op.execute(
        """
        DO $$ BEGIN
          IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
            GRANT SELECT, INSERT ON events, sealed_parts, commands TO wayhome_app;
            GRANT SELECT, INSERT, UPDATE ON streams TO wayhome_app;
            GRANT SELECT, UPDATE ON log_head TO wayhome_app;
            GRANT SELECT ON alembic_version TO wayhome_app;
          END IF;
        END $$
        """
    )
