"""Keys in a file and in a database of their own: one suite for both, and what a thief of either gets."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from events.backup import look_at
from events.catalogue import Closed
from events.database import Database
from events.errors import KeysLocked, KeysMissing, PersonErased
from events.facts import catalogue
from events.facts.intake import CaseOpened
from events.key_copies import last_copy, note_copy
from events.key_stores import FileKeys, copy_store
from events.keys import MemoryKeys
from events.log import Log
from tests.kit.key_stores import AT, CHANCE, OTHER, SOMEBODY, Place, holds
from tests.kit.logs import CASE, OPENED, SECRET_NAME, tell
from tests.kit.reading import READ_BY_A_TEST

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
