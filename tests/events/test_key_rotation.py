"""An erasure takes a new key-encryption key, on every host, whenever the power goes."""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from events.errors import BackupRefused, KeysMissing
from events.key_homes import KekFile
from events.key_stores import FileKeys, PostgresKeys, copy_store
from tests.kit.key_stores import AT, CHANCE, OTHER, SOMEBODY, Place, PowerGone, broken_at

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


class FileKeysAt:
    """A copy, opened and closed again."""

    def __init__(self, path: Path, home: KekFile) -> None:
        self._keys = FileKeys(path, CHANCE, home)

    def __enter__(self) -> FileKeys:
        return self._keys

    def __exit__(self, *_: object) -> None:
        self._keys.close()
