"""What identifies a person is written nowhere but under that person's key."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from events.catalogue import COMPARTMENTS, Closed
from events.database import owner_engine
from events.errors import KeysMissing, PersonErased, StoreFull
from events.facts import catalogue
from events.facts.intake import CaseOpened
from events.key_stores import FileKeys
from events.keys import MemoryKeys
from events.log import Log
from events.sealing import Ciphertext, associated_data, seal, unseal
from events.world import SystemEntropy
from tests.kit.logs import (
    CASE,
    LINKED,
    NOTE,
    OPENED,
    OTHER,
    PERSON,
    SECRET_NAME,
    SECRET_STORY,
    lower_the_fences,
    make_key,
    tell,
)
from tests.kit.reading import READ_BY_A_TEST

WHERE = associated_data(CASE, 0, "CaseOpened", "identity")


def test_a_door_opens_the_compartments_it_asks_for_and_no_other(log: Log) -> None:
    tell(log, (CASE, OPENED))
    (event,) = log.page()
    opened = log.opened(event, ["identity"], READ_BY_A_TEST)
    assert isinstance(opened, CaseOpened)
    assert opened.name == SECRET_NAME
    assert isinstance(opened.story, Closed)
    assert log.opened(event, COMPARTMENTS, READ_BY_A_TEST).model_dump() == OPENED.model_dump() | {
        name: getattr(opened, name) for name in ("birth_date", "their_reference")
    }


def test_the_rules_see_a_fact_closed(log: Log) -> None:
    tell(log, (CASE, OPENED))
    fact = log.fact(log.page()[0])
    assert isinstance(fact, CaseOpened)
    assert (fact.programme, repr(fact.name)) == ("way-home", "‹sealed›")
    assert SECRET_NAME not in repr(fact)


def test_a_fact_with_nothing_personal_opens_as_it_is(log: Log) -> None:
    tell(log, (CASE, LINKED))
    assert log.opened(log.page()[0], COMPARTMENTS, READ_BY_A_TEST) == LINKED


def test_plaintext_is_nowhere_in_the_database(log: Log, tmp_path: Path) -> None:
    tell(log, (CASE, OPENED), (CASE, NOTE))
    with log.database.reading() as connection:
        stored = b"".join(path.read_bytes() for path in tmp_path.glob("wayhome.db*"))
        if log.database.kind == "postgresql":
            tables = ("events", "sealed_parts", "streams", "commands", "log_head")
            rows = [connection.execute(text(f"SELECT t::text FROM {table} t")).scalars().all() for table in tables]
            stored = repr(rows).encode()
    assert b"way-home" in stored
    for secret in (SECRET_NAME, SECRET_STORY, "+380441234567"):
        assert secret.encode() not in stored
        assert secret.encode().hex().encode() not in stored


def test_another_key_does_not_open_a_part(log: Log) -> None:
    tell(log, (CASE, OPENED))
    keys = MemoryKeys(SystemEntropy())
    keys.ensure([(PERSON, compartment) for compartment in COMPARTMENTS])
    with pytest.raises(KeysMissing, match="restore the key file"):
        Log(log.database, log.catalogue, keys, SystemEntropy()).opened(log.page()[0], ["identity"], READ_BY_A_TEST)


def test_a_destroyed_key_leaves_the_fact_closed_and_the_rest_readable(log: Log) -> None:
    tell(log, (CASE, OPENED))
    elsewhere = Log(log.database, log.catalogue, MemoryKeys(SystemEntropy()), SystemEntropy())
    fact = elsewhere.opened(log.page()[0], COMPARTMENTS, READ_BY_A_TEST)
    assert isinstance(fact, CaseOpened)
    assert isinstance(fact.name, Closed)
    assert fact.citizenships == ("UA",)


def test_a_ciphertext_moved_to_another_row_does_not_open(log: Log) -> None:
    tell(log, (CASE, NOTE), (OTHER, NOTE))
    engine = owner_engine(log.database.url)
    with engine.begin() as connection:
        lower_the_fences(connection, ["sealed_parts"])
        take = "(SELECT {0} FROM sealed_parts WHERE stream = :here)"
        values = ", ".join(f"{column} = {take.format(column)}" for column in ("salt", "ciphertext"))
        moved = f"UPDATE sealed_parts SET {values} WHERE stream = :there"
        connection.execute(text(moved), {"here": CASE, "there": OTHER})
    engine.dispose()
    first, second = log.page()
    assert log.opened(first, ["story"], READ_BY_A_TEST).model_dump() == NOTE.model_dump()
    with pytest.raises(KeysMissing):
        log.opened(second, ["story"], READ_BY_A_TEST)


def test_a_part_is_bound_to_its_place() -> None:
    part = seal(b"k" * 32, b'{"name":"x"}', WHERE, b"r" * 28)
    assert unseal(b"k" * 32, part, WHERE) == {"name": "x"}
    for where in (associated_data(CASE, 1, "CaseOpened", "identity"), associated_data(CASE, 0, "CaseOpened", "story")):
        with pytest.raises(KeysMissing):
            unseal(b"k" * 32, part, where)
    with pytest.raises(KeysMissing):
        unseal(b"k" * 32, Ciphertext(part.salt, part.ciphertext[:-1] + b"!"), WHERE)


def test_keys_are_in_a_file_of_their_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.touch(mode=0o644)
    keys = FileKeys(path, SystemEntropy())
    key = keys.ensure([(PERSON, "story")])[PERSON, "story"]
    assert {p.stat().st_mode & 0o777 for p in tmp_path.glob("keys.db*")} == {0o600}
    assert keys.find([(PERSON, "story"), (PERSON, "identity")]) == {(PERSON, "story"): key}
    assert keys.secret("digest") == keys.secret("digest") != key
    keys.close()
    assert make_key(str(path), (PERSON, "story")) == key


def test_two_processes_making_one_key_get_one_key(tmp_path: Path) -> None:
    owners = [(str(tmp_path / "keys.db"), (f"P-{n % 3}", "story")) for n in range(12)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(make_key, owners, chunksize=1)
    assert len(set(found)) == 3


def test_threads_making_one_key_get_one_key(tmp_path: Path) -> None:
    for keys in (MemoryKeys(SystemEntropy()), FileKeys(tmp_path / "keys.db", SystemEntropy())):
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(keys.secret, ["one"] * 8))
        assert len(set(found)) == 1
        if isinstance(keys, FileKeys):
            keys.close()


def test_more_persons_than_are_remembered_keep_their_keys(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys.db", SystemEntropy(), cached=3)
    owners = [(f"P-{n}", "story") for n in range(8)]
    assert keys.ensure(owners) == keys.find(owners)
    assert len(set(keys.find(owners).values())) == 8
    keys.close()


def test_a_key_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match=r"keys\.db"):
        FileKeys(tmp_path / "nowhere" / "keys.db", SystemEntropy())
    (tmp_path / "keys.db").write_bytes(b"this is no key file, whatever its name says" * 100)
    with pytest.raises(KeysMissing, match=r"keys\.db"):
        FileKeys(tmp_path / "keys.db", SystemEntropy())


def test_a_key_that_cannot_be_kept_seals_nothing(log: Log, tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys.db", SystemEntropy())
    with keys.database._writer.connect() as connection:  # the only one that writes
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    full = Log(log.database, catalogue(), keys, SystemEntropy())
    with pytest.raises(StoreFull):  # noqa: PT012 - a write is a block
        for number in range(200):
            tell(full, (f"case:{number}", OPENED.model_copy(update={"person_id": f"P-{number}"})))
    assert full.size() == len({event.envelope.stream for event in full.page()})
    keys.close()


def test_destroyed_keys_are_gone_for_ever_and_others_stay(tmp_path: Path) -> None:
    for keys in (MemoryKeys(SystemEntropy()), FileKeys(tmp_path / "keys.db", SystemEntropy())):
        anna, other = ("P-1", "identity"), ("P-2", "identity")
        before = keys.ensure([anna, other, ("", "search")])
        keys.destroy(["P-1", ""], "2026-01-01T00:00:00.000000Z")
        keys.destroy(["P-1"], "2026-02-01T00:00:00.000000Z")
        assert keys.find([anna, other, ("", "search")]) == {o: before[o] for o in (other, ("", "search"))}
        assert keys.destroyed() == {"P-1": "2026-01-01T00:00:00.000000Z"}
        with pytest.raises(PersonErased):
            keys.ensure([anna])


def test_what_is_noted_beside_the_keys_takes_the_place_of_what_was(tmp_path: Path) -> None:
    for keys in (MemoryKeys(SystemEntropy()), FileKeys(tmp_path / "keys.db", SystemEntropy())):
        assert keys.noted("head") is None
        keys.note("head", b"1")
        keys.note("head", b"2")
        assert keys.noted("head") == b"2"
