"""With which login the application may use PostgreSQL: one that owns no table and can change nothing that happened.

Triggers refuse every change to the log, and whoever owns the tables can take the triggers down. So the owner makes the
tables and brings them up to date, and everything else is done under another login.
"""

from typing import Final

from sqlalchemy import text

from events.database import Database
from events.errors import OwnerLogin, SchemaBehind
from events.schema import migrate, newest, schema_revision
from events.tables import commands, events, log_head, sealed_parts, streams

_CHANGES: Final = "UPDATE, DELETE, TRUNCATE, TRIGGER"
_REMOVES: Final = "DELETE, TRUNCATE, TRIGGER"  # where a stream and the log end has to move on
_RIGHTS: Final = {
    events.name: _CHANGES, sealed_parts.name: _CHANGES, commands.name: _CHANGES,
    streams.name: _REMOVES, log_head.name: _REMOVES,
    "looks": _CHANGES,  # who looked at whom: beside the log, and as little to be changed
}  # fmt: skip
# By the login itself, not by the role it acts as: that one is put off with a word.
_MAY_CHANGE: Final = text(
    "SELECT 1 FROM pg_class c JOIN json_each_text(CAST(:rights AS json)) given ON c.oid = to_regclass(given.key) "
    "WHERE pg_has_role(session_user, c.relowner, 'MEMBER') "
    "OR has_table_privilege(session_user, c.oid, given.value) LIMIT 1"
)
_RIGHTS_JSON: Final = "{" + ", ".join(f'"{table}": "{rights}"' for table, rights in _RIGHTS.items()) + "}"


def make_ready(database: Database, *, allow_owner: bool) -> None:
    """Bring the tables up to date where the application may, and see that it may do no more than it has to.

    Raises SchemaBehind when their owner has to do it, OwnerLogin for a login that could change what happened unless
    ``allow_owner``, and what ``migrate`` raises.
    """
    if database.kind != "postgresql" or allow_owner:
        migrate(database)
        return
    with database.reading() as connection:
        at = schema_revision(connection)
        may_change = connection.execute(_MAY_CHANGE, {"rights": _RIGHTS_JSON}).first() is not None
    if may_change:
        raise OwnerLogin(
            "the database login of the application owns the tables, or may change what happened: then only triggers "
            "protect the log, and it could take them down; give it a login of its own (operator's guide, PostgreSQL), "
            "or set WAYHOME_ALLOW_OWNER=yes to try things out"
        )
    if at is None or at < newest():
        stand = f"at {at}" if at else "not there yet"
        raise SchemaBehind(
            f"the tables are {stand} and this Wayhome needs {newest()}; as their owner, once: "
            "WAYHOME_OWNER_URL=postgresql+psycopg://OWNER@HOST/NAME wayhome migrate"
        )
    migrate(database)
