"""Brings a database to the schema this version of Wayhome works with, or says that it cannot."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, exc, inspect

from events.database import Database, owner_engine
from events.errors import StoreProblem, TooNew, as_store_problem

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x5741_5948  # any number that only we use: two processes must not migrate at once


def migrate(database: Database) -> None:
    """Bring the schema up to date; repeating it changes nothing.

    Raises TooNew when the data was written by a later version of Wayhome, before touching anything; a
    StoreProblem when the database cannot be reached or written.
    """
    with suppress(StoreProblem), database.reading() as connection:  # nothing to do is seen without any room to do it
        if schema_revision(connection) == newest():
            return
    engine = owner_engine(database.url)
    try:
        with engine.begin() as connection:
            if schema_revision(connection) != newest():
                _upgrade(connection)
    except exc.DBAPIError as problem:
        raise as_store_problem(problem) from problem
    finally:
        engine.dispose()
    # Connections from before there were tables do not act as the application's role; new ones will.
    database.close()


def schema_revision(connection: Connection) -> str | None:
    """Return the step the database is at, or None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def newest() -> str:
    """Return the step this version of Wayhome works with: the last one's number, which begins its file's name."""
    return max(path.name[:4] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))


def _upgrade(connection: Connection) -> None:
    # Alembic costs a command a tenth of its start, and a database needs it once for each new version.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    at = schema_revision(connection)
    known = {step.revision for step in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if at is not None and at not in known:
        raise TooNew(f"this data is at schema {at}, written by a newer Wayhome; install that version to open it")
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
