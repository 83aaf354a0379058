"""A file from before keys were wrapped, and databases that are no place for keys."""

import sqlite3
from pathlib import Path

import pytest

from events.errors import EventsError, KeysMissing, StoreUnavailable
from events.key_homes import KekFile
from events.key_stores import PostgresKeys
from tests.kit.key_stores import CHANCE, SOMEBODY, Place, PowerGone, broken_at, holds


def older_file(path: Path) -> dict[tuple[str, str], bytes]:
    """A key file as an older Wayhome left it: keys as they are."""
    made = {(f"P-{n}", "identity"): CHANCE.bytes(32) for n in range(20)} | {("", "log"): CHANCE.bytes(32)}
    file = sqlite3.connect(path)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute(
        "CREATE TABLE keys (person TEXT NOT NULL, compartment TEXT NOT NULL, key BLOB NOT NULL, "
        "PRIMARY KEY (person, compartment)) WITHOUT ROWID"
    )
    file.execute("CREATE TABLE retired (name TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID")
    file.executemany("INSERT INTO keys VALUES (?, ?, ?)", [(*owner, key) for owner, key in made.items()])
    file.commit()
    file.close()
    return made


def test_a_file_with_open_keys_is_wrapped_once_and_nothing_of_them_stays_in_it(tmp_path: Path) -> None:
    place = Place("file", tmp_path, "")
    made = older_file(place.file)
    assert [owner for owner, key in made.items() if holds(place.bytes(), key)] == list(made)
    keys = place.open()
    assert keys.find(list(made)) == made
    assert [what for _, what, _ in keys.history()] == ["wrapped for the first time"]
    place.close()
    assert not [owner for owner, key in made.items() if holds(place.bytes(), key)]
    assert [what for _, what, _ in place.open().history()] == ["wrapped for the first time"], "once"
    place.close()


@pytest.mark.parametrize("after", [False, True])
def test_power_that_goes_while_an_older_file_is_wrapped_loses_nobody(tmp_path: Path, *, after: bool) -> None:
    place = Place("file", tmp_path, "")
    made = older_file(place.file)
    home = place.home()
    with pytest.raises(PowerGone), broken_at(home, "add", after=after):
        place.open(home=home)
    assert place.open().find(list(made)) == made
    place.close()


def test_an_older_open_copy_is_not_taken_in_beside_a_key_that_is_in_use(tmp_path: Path) -> None:
    place = Place("file", tmp_path, "")
    place.open().ensure([SOMEBODY])
    place.close()
    place.file.unlink()
    older_file(place.file)
    with pytest.raises(KeysMissing, match="another office's keys, or newer ones"):
        place.open()


def test_a_key_database_that_is_down_is_named(pg_url: str, tmp_path: Path) -> None:
    nowhere = pg_url.split("?", 1)[0].rsplit("/", 1)[0] + "/not_there"
    with pytest.raises((StoreUnavailable, EventsError), match=r"key database|not_there"):
        PostgresKeys(nowhere, CHANCE, KekFile(tmp_path / "kek.json", CHANCE))
    assert not (tmp_path / "kek.json").exists()


def test_keys_do_not_lie_in_the_database_of_the_log(prepared_pg_url: str, tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="database of their own"):
        PostgresKeys(prepared_pg_url, CHANCE, KekFile(tmp_path / "kek.json", CHANCE))
