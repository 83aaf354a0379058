"""What is looked at while the data are opened, so that a forgotten setting makes nothing new and loses nothing old."""

import shutil

from sqlalchemy import URL, make_url, select

from console.errors import NoData
from console.key_opening import open_keys
from console.settings import Settings
from events.database import Database, sqlite_url
from events.errors import EventsError, KeysMissing
from events.head_codes import code_heads_once, is_coded, mark_coded
from events.key_check import FINGERPRINT, refuse_without_log
from events.keys import Keys, make_private_folder
from events.log import Log
from events.logins import make_ready
from events.tables import log_head
from events.world import Entropy


def database_url_of(settings: Settings) -> URL:
    """Return the address of the database, or of the file in the data folder."""
    return make_url(settings.database_url) if settings.database_url else sqlite_url(settings.log_file)


def ready_database(settings: Settings) -> Database:
    """Open the database with its tables as this version wants them; raises what ``make_ready`` raises."""
    database = Database(database_url_of(settings))
    try:
        make_ready(database, allow_owner=settings.allow_owner is not None)
    except EventsError:
        database.close()
        raise
    return database


def code_heads_once_for_all(log: Log) -> None:
    """Give the ends of an older log's streams their codes, once."""
    if is_coded(log.keys):  # whoever only looks does not wait for those who write
        return
    with log.database.writing() as connection:
        coded = code_heads_once(log.keys, connection)
    if coded:  # only now is it there for good
        mark_coded(log.keys)


def make_folders(settings: Settings, *, create: bool) -> None:
    """Make the folders that are missing, for their owner only; raises NoData where no data are and none are wanted."""
    there = settings.keys_url or settings.key_file.exists() or settings.log_file.exists()
    if not create and not there:
        raise NoData(f"no data in {settings.data}; name the folder with --data, or make some with: wayhome demo")
    for folder in (settings.data, settings.key_file.parent, settings.post_folder):
        make_private_folder(folder)
    shutil.rmtree(settings.restoring_folder, ignore_errors=True)


def refuse_a_second_log(settings: Settings, chance: Entropy) -> None:
    """Look before the embedded database is made: a forgotten setting must leave no empty log behind."""
    has_keys = settings.keys_url is not None or settings.key_file.exists()
    if settings.database_url is None and has_keys and not settings.log_file.exists():
        keys = open_keys(settings, chance)
        try:
            refuse_without_log(keys)
        finally:
            keys.close()


def refuse_without_keys(settings: Settings, database: Database) -> None:
    """Never make new keys for a log that was sealed with others; raises KeysMissing."""
    if settings.keys_url is None and not settings.key_file.exists() and _holds_events(database):
        raise KeysMissing(f"the key file {settings.key_file} is not there; restore it from its own backup")


def refuse_empty_keys(keys: Keys, database: Database) -> None:
    """Likewise where a setting leads to a store that is there and empty; raises KeysMissing."""
    if _holds_events(database) and not keys.find([("", FINGERPRINT)]):
        raise KeysMissing(
            "there is a log, and the key store is empty: set WAYHOME_KEYS_URL to where the keys are, or move them from "
            "where they are with: wayhome keys move"
        )


def _holds_events(database: Database) -> bool:
    with database.reading() as connection:
        return bool(connection.execute(select(log_head.c.size)).scalar_one())
