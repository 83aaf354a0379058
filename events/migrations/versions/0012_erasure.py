"""A sealed part may be removed when, and only when, the log says that its person was erased."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

# The facts by which a person is erased, each with the person's number in its open body.
ERASED = "('PersonErased', 'ErasureReplayed')"
REFUSED = "what is in sealed_parts happened; it cannot be changed or removed before its person was erased"


def upgrade() -> None:
    """Let sealed parts of erased persons go, by one function on PostgreSQL, and nothing else."""
    op.create_index("sealed_parts_person", "sealed_parts", ["person"])
    # Found without reading the log: the trigger asks for every part.
    where = f"type IN {ERASED}"
    op.execute(f"CREATE INDEX events_erasures ON events (type, position) WHERE {where}")
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
    # The application may not delete; this does it for it, as the owner of the table, after the same question.
    op.execute(
        """
        CREATE FUNCTION erase_sealed_parts(asked text) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE removed bigint;
        BEGIN
          DELETE FROM sealed_parts WHERE person = asked;
          GET DIAGNOSTICS removed = ROW_COUNT;
          RETURN removed;
        END $$
        """
    )
    # Without a path of its own a caller could put tables of their own in the way.
    op.execute(
        """
        DO $$
        DECLARE one text;
        BEGIN
          FOREACH one IN ARRAY ARRAY['was_erased(text)', 'refuse_unless_erased()', 'erase_sealed_parts(text)'] LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', one, current_schema());
          END LOOP;
          REVOKE ALL ON FUNCTION erase_sealed_parts(text) FROM PUBLIC;
          IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') THEN
            GRANT EXECUTE ON FUNCTION erase_sealed_parts(text) TO wayhome_app;
          END IF;
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
