"""A sealed part may be removed when, and only when, the log says that its person was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# The facts by which a person is erased, each with the person's number in its open body.
ERASED = "('PersonErased', 'ErasureReplayed')"
# A fact can be forged by whoever may insert; what hashes to the gate's value is known to the keys alone.
CLOSED = "the erasure gate does not open: only who has the keys of this log erases"
REFUSED = "what is in sealed_parts happened; it cannot be changed or removed before its person was erased"


def upgrade() -> None:
    """Let sealed parts of erased persons go, by one function on PostgreSQL, and nothing else."""
    op.create_index("sealed_parts_person", "sealed_parts", ["person"])
    # Found without reading the log: the trigger asks for every part.
    where = f"type IN {ERASED}"
    op.execute(f"CREATE INDEX events_erasures ON events (type, position) WHERE {where}")
    made = op.create_table(
        "erasure_gate",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.bulk_insert(made, [{"id": 0, "value": b""}])
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()


def _postgresql() -> None:
    op.execute(
        f"""
        CREATE FUNCTION was_erased(asked text) RETURNS boolean LANGUAGE sql STABLE AS $$
          SELECT EXISTS (
            SELECT FROM events WHERE type IN {ERASED} AND body::json ->> 'person_id' = asked
          )
        $$
        """  # noqa: S608 - our own words
    )
    op.execute(
        f"""
        CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF was_erased(OLD.person) THEN
            RETURN OLD;
          END IF;
          RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute("DROP TRIGGER sealed_parts_never_changes ON sealed_parts")
    op.execute(
        "CREATE TRIGGER sealed_parts_never_changes BEFORE UPDATE ON sealed_parts "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER sealed_parts_go_with_their_person BEFORE DELETE ON sealed_parts "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unless_erased()"
    )
    _postgresql_gate()
    # Without a path of its own a caller could put tables of their own in the way.
    op.execute(
        """
        DO $$
        DECLARE one text;
        BEGIN
          FOREACH one IN ARRAY ARRAY[
            'was_erased(text)', 'refuse_unless_erased()', 'erase_sealed_parts(text, bytea)', 'set_erasure_gate(bytea)'
          ] LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', one, current_schema());
          END LOOP;
          REVOKE ALL ON FUNCTION erase_sealed_parts(text, bytea), set_erasure_gate(bytea) FROM PUBLIC;
          IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
            GRANT EXECUTE ON FUNCTION erase_sealed_parts(text, bytea), set_erasure_gate(bytea) TO wayhome_app;
            GRANT SELECT ON erasure_gate TO wayhome_app;
          END IF;
        END $$
        """
    )


def _postgresql_gate() -> None:
    """Let the application erase by one function, each time with the next word of a chain that the keys make."""
    # The application may not delete; this does it for it, as the owner of the table. A word opens once: it becomes
    # the gate's value, which is to be seen, and what hashes to it is not. The row stays locked until it is committed.
    op.execute(
        f"""
        CREATE FUNCTION erase_sealed_parts(asked text, preimage bytea) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE removed bigint;
        BEGIN
          UPDATE erasure_gate SET value = preimage WHERE id = 0 AND value = sha256(preimage);
          IF NOT FOUND THEN
            RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'restrict_violation';
          END IF;
          DELETE FROM sealed_parts WHERE person = asked;
          GET DIAGNOSTICS removed = ROW_COUNT;
          RETURN removed;
        END $$
        """  # noqa: S608 - our own words
    )
    op.execute(
        """
        CREATE FUNCTION set_erasure_gate(wanted bytea) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          UPDATE erasure_gate SET value = wanted WHERE id = 0 AND value = '' AND length(wanted) = 32;
          RETURN FOUND;
        END $$
        """
    )


def _sqlite() -> None:
    asked = f"SELECT 1 FROM events WHERE type IN {ERASED} AND json_extract(body, '$.person_id') = OLD.person"  # noqa: S608
    op.execute("DROP TRIGGER sealed_parts_no_delete")
    op.execute(
        f"CREATE TRIGGER sealed_parts_no_delete BEFORE DELETE ON sealed_parts WHEN NOT EXISTS ({asked}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    )
