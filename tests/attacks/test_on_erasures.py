"""Whoever has the application's login plants an erasure: nothing of the person goes, and no paper says that it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest
from sqlalchemy import Connection, insert, select, text

from events.database import Database, owner_engine
from events.erasure_gate import PURPOSE, WORDS, copy_gate, erase_through_gate, next_word, set_gate
from events.errors import ErasureRefused
from events.ids import case_stream
from events.keys import MemoryKeys
from events.tables import erasure_gate, events, sealed_parts
from events.world import SeededEntropy
from handlers.erasing.stores import ErasureSubject, shred
from tests.kit.erasures import ended, erased
from tests.kit.offices import Office
from tests.kit.story import Story

ON_POSTGRESQL = pytest.mark.parametrize("office_url", ["postgresql"], indirect=True)


@contextmanager
def with_planted_erasure(office: Office, case: Story) -> Iterator[Connection]:
    """Lend the application's login with a forged PersonErased behind the case; all of it is undone at the end."""
    with office.database._writer.connect() as connection, connection.begin() as undone:
        query = select(events).where(events.c.stream == case_stream(case.case_id)).order_by(events.c.version.desc())
        last = dict(connection.execute(query.limit(1)).mappings().one())
        body = f'{{"person_id": "{case.case.person_id}"}}'
        planted = {"position": 10**6, "version": last["version"] + 1, "type": "PersonErased", "body": body}
        connection.execute(insert(events).values(last | planted))
        yield connection
        undone.rollback()


def told_off(connection: Connection, statement: str, **given: object) -> str:
    """Return what the database says to a statement that it refuses."""
    with pytest.raises(Exception, match=r"erasure gate|permission denied") as refused, connection.begin_nested():
        connection.execute(text(statement), given)
    return str(refused.value)


def parts_of(connection: Connection, case: Story) -> int:
    return len(connection.execute(select(sealed_parts).where(sealed_parts.c.person == case.case.person_id)).all())


def value_of(connection: Connection) -> bytes:
    return bytes(connection.execute(select(erasure_gate.c.value)).scalar_one())


@ON_POSTGRESQL
def test_a_forged_erasure_and_the_applications_login_delete_no_sealed_part(office: Office) -> None:
    case, before = ended(office, name="Nino"), ended(office, name="Mara")
    shred(
        office.service.log, ErasureSubject(erased(before).case.person_id, (before.case_id,)), office.service.log.now()
    )
    with with_planted_erasure(office, case) as login:
        assert login.exec_driver_sql("SELECT was_erased(%s)", (case.case.person_id,)).scalar_one(), (
            "the fact is believed"
        )
        whole, value = parts_of(login, case), value_of(login)
        for word in (value, sha256(value).digest(), b"", bytes(32), None):
            said = told_off(login, "SELECT erase_sealed_parts(:p, :w)", p=case.case.person_id, w=word)
            assert "erasure gate" in said, word
        for statement in (
            "UPDATE erasure_gate SET value = ''", "DELETE FROM erasure_gate", "TRUNCATE erasure_gate",
            "INSERT INTO erasure_gate VALUES (1, '')", "DELETE FROM sealed_parts",
            "CREATE OR REPLACE FUNCTION erase_sealed_parts(text, bytea) RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        ):  # fmt: skip
            assert "permission denied" in told_off(login, statement), statement
        mine = sha256(b"a word of my own").digest()
        assert not login.execute(text("SELECT set_erasure_gate(:v)"), {"v": mine}).scalar_one()
        assert (value_of(login), parts_of(login, case)) == (value, whole)
        assert whole


@ON_POSTGRESQL
def test_each_word_opens_once(office: Office) -> None:
    cases = [erased(ended(office, name="Nino")) for _ in range(2)]
    used = []
    set_gate(office.database, office.keys)
    for case in cases:
        with office.database.reading() as connection:
            used.append(value_of(connection))
        shred(office.service.log, ErasureSubject(case.case.person_id, (case.case_id,)), office.service.log.now())
    with office.database.reading() as connection:
        assert [parts_of(connection, case) for case in cases] == [0, 0]
        last = value_of(connection)
    assert sha256(sha256(last).digest()).digest() == used[0]
    with with_planted_erasure(office, ended(office, name="Mara")) as login:
        for word in (*used, last):
            told_off(login, "SELECT erase_sealed_parts(:p, :w)", p="anybody", w=word)


@ON_POSTGRESQL
def test_an_erasure_done_again_uses_up_no_word(office: Office) -> None:
    case = erased(ended(office, name="Nino"))
    who = ErasureSubject(case.case.person_id, (case.case_id,))
    values = []
    for _ in range(2):
        shred(office.service.log, who, office.service.log.now())
        with office.database.reading() as connection:
            values.append(value_of(connection))
    assert values[0] == values[1] != b""


@ON_POSTGRESQL
def test_with_another_key_store_nothing_is_deleted_and_it_is_said_plainly(office: Office) -> None:
    case = erased(ended(office, name="Nino"))
    set_gate(office.database, office.keys)
    other = MemoryKeys(SeededEntropy(11))
    set_gate(office.database, other)
    with pytest.raises(ErasureRefused, match="not that of these keys"), office.database.writing() as connection:
        erase_through_gate(connection, other, case.case.person_id)
    with office.database.reading() as connection:
        assert parts_of(connection, case)


@ON_POSTGRESQL
def test_a_gate_that_somebody_set_first_lets_nobody_in_until_its_owner_empties_it(office: Office) -> None:
    case = erased(ended(office, name="Nino"))
    with office.database.writing() as login:
        login.execute(text("SELECT set_erasure_gate(:v)"), {"v": sha256(b"a word of my own").digest()})
    who = ErasureSubject(case.case.person_id, (case.case_id,))
    with pytest.raises(ErasureRefused):
        shred(office.service.log, who, office.service.log.now())
    empty_gate(office.database)
    assert shred(office.service.log, who, office.service.log.now())["sealed_parts"]


@ON_POSTGRESQL
def test_words_seen_in_the_newer_log_open_nothing_in_an_older_copy_of_it(office: Office) -> None:
    set_gate(office.database, office.keys)
    with office.database.reading() as connection:
        old = value_of(connection)
    seen = []
    for _ in range(3):
        case = erased(ended(office, name="Nino"))
        shred(office.service.log, ErasureSubject(case.case.person_id, (case.case_id,)), office.service.log.now())
        with office.database.reading() as connection:
            seen.append(value_of(connection))
    empty_gate(office.database)
    with office.database.writing() as connection:
        copy_gate(connection, old)  # as a copy from before the three brings it
    set_gate(office.database, office.keys)
    with with_planted_erasure(office, ended(office, name="Mara")) as login:
        assert value_of(login) == seen[-1]
        for word in seen:
            told_off(login, "SELECT erase_sealed_parts(:p, :w)", p="anybody", w=word)


def empty_gate(database: Database) -> None:
    engine = owner_engine(database.url)
    with engine.begin() as owner:
        owner.execute(text("UPDATE erasure_gate SET value = ''"))
    engine.dispose()


def test_the_words_follow_from_the_secret_the_last_first_and_end() -> None:
    keys = MemoryKeys(SeededEntropy(3))
    value = secret = keys.secret(PURPOSE)
    for _ in range(WORDS):
        value = sha256(value).digest()
    word = next_word(keys, value)
    assert sha256(word).digest() == value
    assert sha256(next_word(keys, word)).digest() == word
    assert next_word(keys, sha256(secret).digest()) == secret
    for nothing in (secret, b"", sha256(value).digest()):
        with pytest.raises(ErasureRefused, match="tell the auditor"):
            next_word(keys, nothing)
