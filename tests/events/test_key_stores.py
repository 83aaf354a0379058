"""Keys in a file and in a database of their own: one suite for both, and what a thief of either gets."""

import multiprocessing
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from events.backup import look_at
from events.catalogue import Closed
from events.database import Database
from events.errors import BackupRefused, EventsError, KeysLocked, KeysMissing, PersonErased, StoreUnavailable
from events.facts import catalogue
from events.facts.intake import CaseOpened
from events.key_copies import last_copy, note_copy
from events.key_homes import KekFile
from events.key_stores import FileKeys, PostgresKeys, copy_store
from events.keys import MemoryKeys
from events.log import Log
from tests.kit.key_stores import AT, CHANCE, OTHER, SOMEBODY, Place, PowerGone, broken_at, holds
from tests.kit.logs import CASE, OPENED, SECRET_NAME, tell
from tests.kit.reading import READ_BY_A_TEST


@pytest.fixture(params=["file", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    found = Place(request.param, tmp_path, request.getfixturevalue("pg_url") if request.param == "postgresql" else "")
    yield found
    found.close()


# -- what every store does ---------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_is_found_by_whoever_opens_the_store_next(place: Place) -> None:
    keys = place.open()
    made = keys.ensure([SOMEBODY, OTHER])
    assert (keys.ensure([SOMEBODY]), keys.find([SOMEBODY, ("P-3", "story")])) == ({SOMEBODY: made[SOMEBODY]},) * 2
    assert place.open().find([SOMEBODY, OTHER]) == made
    assert keys.is_used()


def test_what_is_kept_and_noted_beside_the_keys_stays(place: Place) -> None:
    keys = place.open()
    assert not keys.is_used()
    assert keys.keep("log", b"1" * 32) == keys.keep("log", b"2" * 32) == b"1" * 32
    keys.note("head", b"1")
    keys.note("head", b"2")
    keys.retire(["session"], "2026-02-01", AT)
    again = place.open()
    assert (again.noted("head"), again.noted("other"), again.keep("log", b"3" * 32)) == (b"2", None, b"1" * 32)
    assert (again.is_retired("session"), again.is_retired("other")) == (True, False)
    again.retire([], "", "2026-03-01")
    assert not keys.is_retired("session")


def test_a_copy_goes_blind_with_the_next_key_encryption_key_and_that_is_known(place: Place, tmp_path: Path) -> None:
    keys = place.open()
    keys.ensure([SOMEBODY])
    assert last_copy(keys) == ("", False)
    copy_store(keys.database, tmp_path / "copy.sqlite")
    note_copy(keys, look_at(None, tmp_path / "copy.sqlite").wrapped_under)
    assert (bool(last_copy(keys).at), last_copy(keys).is_blind) == (True, False)
    keys.destroy(["P-1"], AT)
    assert last_copy(place.open()).is_blind


def test_threads_making_one_key_get_one_key(place: Place) -> None:
    stores = [place.open(), place.open()]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: stores[n % 2].secret("one"), range(16)))
    assert len(set(found)) == 1


def test_an_erased_persons_keys_are_gone_and_nobody_makes_them_again(place: Place) -> None:
    keys = place.open()
    before = keys.ensure([SOMEBODY, OTHER, ("", "search")])
    keys.destroy(["P-1", ""], AT)
    keys.destroy(["P-1"], "2026-02-01T00:00:00.000000Z")
    for store in (keys, place.open()):
        assert store.find([SOMEBODY, OTHER, ("", "search")]) == {o: before[o] for o in (OTHER, ("", "search"))}
        assert store.destroyed() == {"P-1": AT}
        with pytest.raises(PersonErased):
            store.ensure([SOMEBODY])


# -- thieves -----------------------------------------------------------------------------------------------------


def test_a_stolen_key_store_opens_nothing(place: Place) -> None:
    keys = place.open()
    made = keys.ensure([(f"P-{n}", "identity") for n in range(50)])
    kek = next(iter(place.home().load().values())).key
    stolen = place.bytes()
    assert b"P-49" in stolen, "the search would find what is there"
    assert not [owner for owner, key in made.items() if holds(stolen, key)]
    assert not holds(stolen, kek)


def test_the_log_and_the_key_store_stolen_together_open_nothing_without_the_third(
    place: Place, database: Database
) -> None:
    log = Log(database, catalogue(), place.open(), CHANCE)
    tell(log, (CASE, OPENED))
    (event,) = log.page()
    opened = log.opened(event, ["identity"], READ_BY_A_TEST)
    assert isinstance(opened, CaseOpened)
    assert opened.name == SECRET_NAME
    with pytest.raises(KeysMissing):
        place.open("thief")
    made_anew = Log(database, catalogue(), MemoryKeys(CHANCE), CHANCE)
    closed = made_anew.opened(event, ["identity"], READ_BY_A_TEST)  # they write what record they like
    assert isinstance(closed, CaseOpened)
    assert isinstance(closed.name, Closed)


def test_a_key_put_in_anothers_place_opens_nothing(place: Place) -> None:
    keys = place.open()
    keys.ensure([SOMEBODY, OTHER])
    with keys.database.writing() as connection:
        taken = "(SELECT key FROM keys WHERE person = 'P-1')"
        connection.execute(text(f"UPDATE keys SET key = {taken} WHERE person = 'P-2'"))
    with pytest.raises(KeysMissing, match="changed or put in another's place"):
        place.open().find([OTHER])


def test_a_store_whose_key_encryption_key_is_not_here_opens_for_nobody(place: Place) -> None:
    place.open().ensure([SOMEBODY])
    (place.folder / "a" / "kek.json").unlink()
    with pytest.raises(KeysMissing, match="no key-encryption key at"):
        place.open()
    with pytest.raises(KeysMissing, match="no key-encryption key at"):
        place.open("thief")
    assert not (place.folder / "thief" / "kek.json").exists(), "none is made for keys that are wrapped already"


def test_a_key_that_others_may_read_is_not_used(place: Place) -> None:
    place.open().ensure([SOMEBODY])
    (place.folder / "a" / "kek.json").chmod(0o640)
    with pytest.raises(KeysMissing, match="chmod 600"):
        place.open()


def test_two_offices_do_not_share_a_key_that_one_of_them_would_destroy(place: Place) -> None:
    place.open().ensure([SOMEBODY])
    with pytest.raises(KeysMissing, match="another office's keys"):
        FileKeys(place.folder / "other.sqlite", CHANCE, place.home())


# -- an erasure takes a new key-encryption key -------------------------------------------------------------------


def test_a_copy_from_before_an_erasure_opens_nothing_afterwards(place: Place) -> None:
    keys = place.open()
    made = keys.ensure([SOMEBODY, OTHER])
    copy = place.folder / "copy.sqlite"
    copy_store(keys.database, copy)
    with FileKeysAt(copy, place.home()) as opened:
        assert opened.find([SOMEBODY, OTHER]) == made, "until then it is a good copy"
    keys.destroy(["P-1"], AT)
    with pytest.raises(KeysMissing, match=r"from before an erasure.*take the newest copy"):
        FileKeys(copy, CHANCE, place.home())
    newer = place.folder / "newer.sqlite"
    copy_store(keys.database, newer)
    with FileKeysAt(newer, place.home()) as opened:
        assert opened.find([SOMEBODY, OTHER]) == {OTHER: made[OTHER]}
        assert opened.destroyed() == {"P-1": AT}


def test_a_copy_is_not_written_over_anything(place: Place) -> None:
    keys = place.open()
    (place.folder / "copy.sqlite").touch()
    with pytest.raises(BackupRefused):
        copy_store(keys.database, place.folder / "copy.sqlite")


STEPS = [
    ("home", "add", False), ("home", "add", True), ("rotation", "_wrap", False), ("rotation", "_hand_over", True),
    ("store", "_tidy", False), ("home", "keep_only", False), ("home", "keep_only", True), ("store", "_sweep", False),
]  # fmt: skip


@pytest.mark.parametrize(("whose", "step", "after"), STEPS)
def test_power_that_goes_between_any_two_steps_of_an_erasure_leaves_it_done_or_not_begun(
    place: Place, whose: str, step: str, *, after: bool
) -> None:
    keys = place.open()
    before = keys.ensure([SOMEBODY, OTHER])
    parts = {"home": keys.home, "rotation": keys._rotation, "store": keys}
    with pytest.raises(PowerGone), broken_at(parts[whose], step, after=after):
        keys.destroy(["P-1"], AT)
    again = place.open()
    assert again.find([OTHER]) == {OTHER: before[OTHER]}
    assert (SOMEBODY in again.find([SOMEBODY])) == ("P-1" not in again.destroyed()), "never half"
    assert again.home.load().keys() == {again.state().kek}, "the old one is gone"
    again.destroy(["P-1"], AT)
    assert again.find([SOMEBODY, OTHER]) == {OTHER: before[OTHER]}


def test_two_erasures_at_once_leave_everybody_else_readable(place: Place) -> None:
    owners = [(f"P-{n}", "identity") for n in range(40)]
    stores = [place.open() for _ in range(4)]
    before = stores[0].ensure(owners)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: stores[n % 4].destroy([f"P-{n}"], AT), range(20)))
    rest = {owner: before[owner] for owner in owners[20:]}
    place.settled()
    for store in (*stores, place.open()):
        assert store.find(owners) == rest
    assert place.home().load().keys() == {stores[0].state().kek}


def erase(kind: str, where: str, url: str, persons: list[str]) -> None:
    folder = Path(where)
    home = KekFile(folder / "a" / "kek.json", CHANCE)
    keys = (
        FileKeys(folder / "keys" / "keys.sqlite", CHANCE, home) if kind == "file" else PostgresKeys(url, CHANCE, home)
    )
    for person in persons:
        keys.destroy([person], AT)
        keys.ensure([(f"new-{person}", "story")])
    keys.close()


def test_two_processes_that_erase_at_once_leave_everybody_else_readable(place: Place) -> None:
    owners = [(f"P-{n}", "identity") for n in range(16)]
    before = place.open().ensure(owners)
    halves = [(place.kind, str(place.folder), place.url, [f"P-{n}" for n in range(start, 12, 2)]) for start in (0, 1)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(erase, halves, chunksize=1)
    keys = place.open()
    assert keys.find(owners) == {owner: before[owner] for owner in owners[12:]}
    assert len(keys.find([(f"new-P-{n}", "story") for n in range(12)])) == 12


def test_ten_thousand_keys_are_wrapped_anew_in_well_under_a_second(place: Place) -> None:
    keys = place.open()
    keys.ensure([(f"P-{n}", part) for n in range(2_500) for part in ("identity", "contact", "story", "money")])
    began = time.perf_counter()
    keys.destroy(["P-1"], AT)
    taken = time.perf_counter() - began
    print(f"erasure with 10,000 keys on {place.kind}: {taken * 1000:.0f} ms")
    assert taken < 5, "a second on a machine that does nothing else"


# -- many hosts --------------------------------------------------------------------------------------------------


@pytest.fixture
def hosts(pg_url: str, tmp_path: Path) -> Iterator[Place]:
    """A key database and two hosts that have its key, as their operator brings it there."""
    place = Place("postgresql", tmp_path, pg_url)
    place.open()
    (place.folder / "b").mkdir()
    (place.folder / "b" / "kek.json").write_bytes((place.folder / "a" / "kek.json").read_bytes())
    (place.folder / "b" / "kek.json").chmod(0o600)
    yield place
    place.close()


def test_an_erasure_on_one_host_reaches_the_key_of_the_other(hosts: Place) -> None:
    here, there = hosts.open("a"), hosts.open("b")
    before = here.ensure([SOMEBODY, OTHER])
    assert there.find([SOMEBODY]) == {SOMEBODY: before[SOMEBODY]}
    here.destroy(["P-1"], AT)
    hosts.settled()
    assert there.find([SOMEBODY, OTHER]) == {OTHER: before[OTHER]}
    assert hosts.home("a").load() == hosts.home("b").load()
    assert {newest for _, _, newest in here.homes()} == {True}
    assert not here._one("SELECT count(*) FROM kek_handovers"), "nothing is left for an older one"


def test_a_host_that_was_away_for_several_erasures_opens_again_and_loses_its_old_key(hosts: Place) -> None:
    hosts.open("b").close()
    here = hosts.open("a")
    before = here.ensure([SOMEBODY, OTHER])
    for person in ("P-1", "P-7", "P-8"):
        here.ensure([(person, "story")])
        here.destroy([person], AT)
    assert [newest for _, _, newest in here.homes()] == [True, False], "told: one place has an older key still"
    there = hosts.open("b")
    assert there.find([SOMEBODY, OTHER]) == {OTHER: before[OTHER]}
    assert hosts.home("b").load().keys() == {there.state().kek}
    assert not here._one("SELECT count(*) FROM kek_handovers")


def test_a_place_that_will_not_come_back_is_forgotten_and_then_opens_nothing(hosts: Place) -> None:
    there = hosts.open("b")
    there.close()
    here = hosts.open("a")
    here.ensure([SOMEBODY])
    here.destroy(["P-9", "P-1"], AT)
    assert here.forget_home(there.home.name, "staff:anna")
    assert not here.forget_home("nobody", "staff:anna")
    with pytest.raises(KeysMissing, match="take the newest"):
        hosts.open("b")


def test_a_data_folder_that_was_moved_does_not_wait_for_the_place_it_was_at(tmp_path: Path) -> None:
    place = Place("file", tmp_path, "")
    place.open().ensure([SOMEBODY])
    place.close()
    (tmp_path / "a").rename(tmp_path / "b")
    keys = place.open("b")
    keys.destroy(["P-1"], AT)
    assert [(name, newest) for name, _, newest in keys.homes()] == [(place.home("b").name, True)]
    assert not keys._one("SELECT count(*) FROM kek_handovers")
    place.close()


# -- what is announced -------------------------------------------------------------------------------------------


def test_a_key_is_remembered_for_minutes_only(place: Place) -> None:
    keys = place.open()
    keys.ensure([SOMEBODY])
    place.seconds.now += 301
    with keys.database.writing() as connection:
        connection.execute(text("DELETE FROM keys"))
    assert keys.find([SOMEBODY]) == {}


def test_an_erasure_is_heeded_by_every_process_within_half_a_second(place: Place) -> None:
    one, other = place.open(), place.open()
    one.ensure([SOMEBODY])
    other.find([SOMEBODY])
    one.destroy(["P-1"], AT)
    if place.kind == "postgresql":
        place.settled()  # a file tells at once
    assert other.find([SOMEBODY]) == {}


def test_a_lock_stops_every_process_and_takes_the_keys_out_of_its_memory(place: Place) -> None:
    one, other = place.open(), place.open()
    made = one.ensure([SOMEBODY])
    other.find([SOMEBODY])
    one.lock("staff:anna")
    place.settled()
    for store in (one, other):
        with pytest.raises(KeysLocked, match="staff:anna"):
            store.find([SOMEBODY])
        with pytest.raises(KeysLocked):
            store.ensure([OTHER])
        with pytest.raises(KeysLocked):
            store.secret("one")
        with pytest.raises(KeysLocked):
            store.destroy(["P-1"], AT)
        assert (store._cache, store._wrapping) == ({}, None)
    late = place.open()
    with pytest.raises(KeysLocked):
        late.find([SOMEBODY])
    assert late.destroyed() == {}, "what stands beside the keys is read as before"
    late.unlock("staff:boris")
    place.settled()
    assert all(store.find([SOMEBODY]) == made for store in (one, other, late))
    assert [(what, who) for _, what, who in one.history()][1:] == [
        ("locked", "staff:anna"),
        ("unlocked", "staff:boris"),
    ]


def test_whoever_has_no_key_encryption_key_cannot_unlock(place: Place) -> None:
    place.open().lock("staff:anna")
    with pytest.raises(KeysMissing):
        place.open("thief").unlock("staff:mallory")
    with pytest.raises(KeysLocked):
        place.open().find([SOMEBODY])


# -- older files, other databases --------------------------------------------------------------------------------


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


class FileKeysAt:
    """A copy, opened and closed again."""

    def __init__(self, path: Path, home: KekFile) -> None:
        self._keys = FileKeys(path, CHANCE, home)

    def __enter__(self) -> FileKeys:
        return self._keys

    def __exit__(self, *_: object) -> None:
        self._keys.close()
