"""`wayhome migrate`: the tables brought up to date by their owner, so that nothing else needs to be."""

from console.errors import NoData
from console.opening_checks import database_url_of
from console.settings import settings
from console.verbs.terminal import Terminal, verb
from events.database import Database
from events.schema import migrate, newest, schema_revision


@verb()
def migrate_tables(terminal: Terminal) -> None:
    """Make the tables, or bring them up to date, with the login of WAYHOME_OWNER_URL; repeating it changes nothing.

    Example: wayhome migrate --data wayhome-data
    """
    found = settings(terminal.data)
    if found.owner_url is None and found.database_url is None and not found.log_file.exists():
        raise NoData(f"no data in {found.data}, and WAYHOME_OWNER_URL names no database")
    database = Database(found.owner_url or database_url_of(found))
    try:
        with database.reading() as connection:
            before = schema_revision(connection)
        migrate(database)
    finally:
        database.close()
    said = "were up to date" if before == newest() else f"were at {before}" if before else "were made"
    terminal.lines({"before": before, "schema": newest()}, f"the tables are at {newest()}; they {said}")
