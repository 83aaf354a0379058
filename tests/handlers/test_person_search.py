"""A person is found again by whoever may see their case, in any script; to everybody else they are not known here."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from events.keys import MemoryKeys
from events.log import Log
from events.world import SeededEntropy
from handlers.projections.person_search import forget_tokens
from handlers.projections.rebuild import rebuild, rebuild_if_new
from handlers.projections.tables import name_tokens, to_compare
from handlers.queries.person_matches import PersonMatch, search_people
from tests.kit.offices import Office, open_office
from tests.kit.people import ANNA
from tests.kit.story import Story
from workers.running.sweeper import compare_new_cases
from workflow.command import AdvanceCase
from workflow.programme.loading import shipped_programme_text
from workflow.rights.table import Account
from workflow.subjects.access.state import access_of

NAME, BORN, PHONE = "Иванова Юлия Петровна", "1990-02-03", "+79161234567"
OLGA = "redcross:olga"
MANAGER = Account(ANNA, frozenset({"case_manager"}), frozenset({"moscow"}))
STRANGER = Account("staff:boris", frozenset({"case_manager"}), frozenset({"moscow"}), "night")
AUDITOR = Account(ANNA, frozenset({"auditor", "administrator"}), frozenset({"moscow"}))


def search(office: Office, account: Account = MANAGER, **asked: object) -> list[PersonMatch]:
    log = office.service.log
    with office.database.reading() as connection:
        return search_people(log, connection, account, office.now, **asked)  # type: ignore[arg-type]


def came(office: Office, **fields: object) -> str:
    case = Story(office, **{"name": NAME, "birth_date": BORN, "phone": PHONE} | fields).accepted()
    return case.later(minutes=1).case_id


def questions(office: Office, **asked: object) -> list[tuple[str, int]]:
    """Return what the database is asked for a stranger's search, with how many values."""
    said: list[tuple[str, int]] = []
    engine = office.database._reader.engine

    def note(_connection: object, _cursor: object, statement: str, values: Sized, *_more: object) -> None:
        if "name_tokens" in statement:
            said.append((statement, len(values)))

    event.listen(engine, "before_cursor_execute", note)
    try:
        search(office, STRANGER, **asked)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return said


def numbers(found: list[PersonMatch]) -> list[str]:
    return [match.case_id for match in found]


def test_somebody_is_found_in_another_script(office: Office) -> None:
    case_id = came(office)
    for name in ("Yulia Ivanova", "IVANOVA, Iuliia", "Julia Iwanowa", "Ivanova"):
        assert numbers(search(office, name=name)) == [case_id]
    assert numbers(search(office, name="Ivanova", birth_date=date(1990, 2, 3))) == [case_id]
    assert numbers(search(office, phone="+7 916 123-45-67")) == [case_id]


def test_of_what_was_typed_two_parts_must_be_equal(office: Office) -> None:
    came(office)
    assert search(office, name="Yulia Sidorova") == []
    assert search(office, name="Ivanova", birth_date=date(1991, 2, 3)) == []
    assert search(office, birth_date=date(1990, 2, 3)) == []  # a birth date is no name
    assert search(office, name="") == []


def test_who_fits_best_comes_first(office: Office) -> None:
    other = came(office, birth_date=..., phone=..., name="Ivanova Yulia")
    case_id = came(office)
    assert numbers(search(office, name=NAME, birth_date=date(1990, 2, 3), phone=PHONE)) == [case_id, other]


def fits(office: Office, **asked: object) -> list[tuple[str, ...]]:
    return [match.fits for match in search(office, MANAGER, **asked)]


def test_what_fits_is_said_and_what_says_most_comes_first(office: Office) -> None:
    came(office, name="Țurcanu Ana", birth_date="1990-02-03", phone=...)
    born = date(1990, 2, 3)
    assert fits(office, name="Țurcanu Ana", birth_date=born) == [("birth_date", "name", "name")]
    assert fits(office, name="Turcanu", birth_date=born) == [("birth_date", "name_slip")]
    assert fits(office, name="Turcnu") == [("name_slip",)]
    assert fits(office, name="Turkino") == [("name_sound",)]
    assert fits(office, name="Цуркану", birth_date=date(1990, 3, 2)) == [("name", "day_exchanged")]
    assert fits(office, name="Цуркану", birth_date=date(1990, 7, 9)) == [("name", "birth_year")]
    assert fits(office, name="Цуркану", birth_date=1990) == [("name", "birth_year")]
    assert fits(office, name="Цуркану", birth_date=date(1990, 1, 1)) == [("name", "birth_year")]
    assert fits(office, name="Цуркану", birth_date=1991) == []


def test_somebody_whose_day_nobody_knows_is_found_by_the_year(office: Office) -> None:
    came(office, name="محمد", birth_date="1985-01-01", phone=...)
    assert fits(office, name="Muhammad", birth_date=date(1985, 6, 30)) == [("name_sound", "birth_year")]
    assert fits(office, name="Мохаммед", birth_date=1985) == [("name_sound", "birth_year")]


@pytest.mark.parametrize("typed", ["8 916 123-45-67", "+7 (916) 123 45 67", "9161234567", "007 916 123 45 67"])
def test_a_telephone_is_found_however_it_is_dialled(office: Office, typed: str) -> None:
    case_id = came(office)
    assert numbers(search(office, phone=typed)) == [case_id]


def test_a_telephone_of_another_country_is_found_as_it_is_dialled_there(office: Office) -> None:
    case_id = came(office, phone="+37369123456")
    assert numbers(search(office, phone="069 123 456")) == [case_id]
    assert search(office, phone="069 123 457") == []


def test_who_fits_exactly_stands_before_who_sounds_alike(office: Office) -> None:
    alike = came(office, name="Туркино Анна", birth_date=..., phone=...)
    near = came(office, name="Țurcan Ana", birth_date=..., phone=...)
    exact = came(office, name="Turcanu Ana", birth_date=..., phone=...)
    assert numbers(search(office, name="Ana Turcanu"))[0] == exact
    assert set(numbers(search(office, name="Ana Turcanu"))) == {alike, near, exact}


def test_tokens_of_an_older_wayhome_are_drawn_anew(office: Office) -> None:
    case_id = came(office, name="Țurcanu Ana", birth_date=..., phone=...)
    now = office.rows("name_tokens")
    with office.database.writing() as connection:
        connection.execute(name_tokens.delete().where(name_tokens.c.kind == "sound"))
    assert search(office, name="Turkino") == []
    assert rebuild_if_new(office.service.log)
    assert numbers(search(office, name="Turkino")) == [case_id]
    assert sorted(map(str, office.rows("name_tokens"))) == sorted(map(str, now))
    assert not rebuild_if_new(office.service.log)


def test_a_second_case_under_a_name_that_sounds_alike_is_a_suspicion(office: Office) -> None:
    first = came(office, name="Акопян Сирануш", phone=...)
    second = came(office, name="Հակոբյան Ս.", phone=...)
    assert everybody_suspected(office) == 1
    assert suspected(office, first) == (second,)


def test_to_a_stranger_a_known_and_an_unknown_person_are_the_same(office: Office) -> None:
    came(office, team="shelter")
    for account in (STRANGER, AUDITOR):
        known = search(office, account, name=NAME, birth_date=date(1990, 2, 3), phone=PHONE)
        unknown = search(office, account, name="Ktoto Inoi", birth_date=date(1991, 2, 3), phone="+79160000000")
        assert repr(known).encode() == repr(unknown).encode()
        assert known == []


def test_the_database_is_asked_the_same_whoever_is_known(office: Office) -> None:
    came(office, team="shelter")
    known = questions(office, name=NAME, phone=PHONE)
    assert known == questions(office, name="Ktoto", birth_date=date(1991, 2, 3))
    assert len(known) == 1


def test_what_the_database_holds_names_nobody(office: Office) -> None:
    came(office)
    rows = office.rows("name_tokens")
    assert sorted({row["kind"] for row in rows}) == ["birth_date", "name", "phone", "sound"]
    assert [row["kind"] for row in rows].count("name") == 3
    assert all(len(row["token"]) == 32 and int(row["token"], 16) >= 0 for row in rows)
    other = Log(office.database, office.service.log.catalogue, MemoryKeys(SeededEntropy(8)), SeededEntropy(8))
    with office.database.reading() as connection:
        assert search_people(other, connection, MANAGER, office.now, name=NAME, phone=PHONE) == []


def test_who_is_forgotten_is_not_found_and_not_drawn_again(office: Office) -> None:
    case_id = came(office)
    with office.database.writing() as connection:
        forget_tokens(connection, case_id)
    assert search(office, name=NAME) == []
    assert office.rows("name_tokens") == office.rows("to_compare") == []
    rebuild(office.service.log)
    assert numbers(search(office, name=NAME)) == [case_id]  # as long as there is a key
    office.keys._keys = {owner: key for owner, key in office.keys._keys.items() if not owner[0]}
    rebuild(office.service.log)
    assert office.rows("name_tokens") == []


# -- one person, two cases ---------------------------------------------------------------------------------------


def suspected(office: Office, case_id: str) -> tuple[str, ...]:
    return access_of(office.case(case_id)).duplicates


def test_the_older_cases_people_hear_of_a_second_case_and_whoever_opens_it_hears_nothing(office: Office) -> None:
    alone = Story(office, name="Somebody Else", birth_date="1990-01-01")  # of the same age
    first = came(office)
    second = Story(office, name="Yulia Ivanova", birth_date=BORN, team="night")
    assert [type(fact) for fact in second.now_told()] == [type(fact) for fact in alone.now_told()]
    assert compare_new_cases(office.service) == 3
    assert suspected(office, first) == (second.case_id,)
    assert suspected(office, second.case_id) == ()
    assert [row["case_id"] for row in office.rows("work_items", kind="possible_duplicate")] == [first]
    assert compare_new_cases(office.service) == 0


def test_comparing_again_after_a_crash_says_it_once(office: Office) -> None:
    first, second = came(office), came(office)
    waiting = office.rows("to_compare")
    compare_new_cases(office.service)
    with office.database.writing() as connection:
        connection.execute(to_compare.insert(), waiting)
    assert compare_new_cases(office.service) == len(waiting)
    assert suspected(office, first) == (second,)


@pytest.mark.parametrize("fields", [
    {"name": "Ivanova Yulia", "birth_date": "1991-02-03", "phone": ...},
    {"name": "Ivanova Yulia", "birth_date": ..., "phone": ...},
    {"name": "Petrova Anna", "phone": ...},
])  # fmt: skip
def test_namesakes_are_no_suspects(office: Office, fields: dict[str, object]) -> None:
    first = came(office)
    came(office, **fields)
    compare_new_cases(office.service)
    assert suspected(office, first) == ()


def test_a_telephone_number_in_common_is_a_suspicion(office: Office) -> None:
    first = came(office)
    second = came(office, name="Petrova Anna", birth_date=...)
    compare_new_cases(office.service)
    assert suspected(office, first) == (second,)


def everybody_suspected(office: Office) -> int:
    while compare_new_cases(office.service):
        pass
    return len(office.rows("work_items", kind="possible_duplicate"))


def passenger(number: int) -> str:
    ones, tens = "bdfgklmnrt"[number % 10], "bdfgklmnrt"[number // 10]
    return f"{tens}o{ones}akova {ones}a{tens}ina"


def test_those_who_do_not_know_their_day_are_not_one_another(office: Office) -> None:
    for name in ("Ivanova Yulia", "Petrova Yulia", "Sidorova Yulia"):
        came(office, name=name, birth_date="1990-01-01", phone=...)
    assert everybody_suspected(office) == 0
    came(office, name="Yulia Petrova", birth_date="1990-01-01", phone=...)
    assert everybody_suspected(office) == 1  # two parts of the name go with the day


def test_the_telephone_of_a_charter_joins_a_few_and_then_nobody(office: Office) -> None:
    for number in range(40):
        came(office, name=passenger(number), birth_date=...)
    few = everybody_suspected(office)
    assert few <= 15  # before it was seen to be everybody's: the first five, each with the others
    for number in range(40, 60):
        came(office, name=passenger(number), birth_date=...)
    assert everybody_suspected(office) == few
    came(office, name=" ".join(reversed(passenger(7).split())), birth_date=...)
    assert everybody_suspected(office) == few + 1  # who comes twice is found in the charter too


def test_what_waits_grows_with_the_cases_and_not_with_their_pairs(office: Office) -> None:
    for _ in range(30):
        came(office, name="Ivanova Yulia Petrovna", phone=...)
    assert everybody_suspected(office) <= 30 * 5


def test_a_person_who_comes_again_is_not_suspected_of_being_herself(office: Office) -> None:
    first = came(office)
    office.submit(AdvanceCase, case_id=first, trigger="withdraw", reason="declined")
    came(office, previous_case=first)
    compare_new_cases(office.service)
    assert suspected(office, first) == ()


@pytest.fixture
def two_offices(office_url: str) -> Iterator[Office]:
    """A house with a programme of the Red Cross and one of nobody's."""
    with open_office(office_url, programme="st-petersburg") as office:
        office.publish(shipped_programme_text("moscow"), "moscow")
        office.clock.advance(datetime(2013, 5, 6, 9, tzinfo=UTC) - office.now)
        yield office


def test_another_organisation_is_told_nothing(two_offices: Office) -> None:
    first = came(two_offices, programme="st-petersburg", actor=OLGA)
    second = came(two_offices)
    compare_new_cases(two_offices.service)
    assert suspected(two_offices, first) == suspected(two_offices, second) == ()
    assert search(two_offices, MANAGER, name=NAME)[0].case_id == second
    assert len(search(two_offices, MANAGER, name=NAME)) == 1
