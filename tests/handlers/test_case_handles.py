"""Handles are found by whoever may see the case, are nobody else's, and are never the name that was sealed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import update

from handlers.checks.repair import differences_now
from handlers.commanding.answers import Accepted
from handlers.projections.case_handles import handles_shown, search_handles
from handlers.projections.rebuild import rebuild, rebuild_if_new
from handlers.projections.tables import case_board, case_handles
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.story import Story
from workflow.reasons import Refused
from workflow.rights.table import Account
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.intake.commands import ChangeHandle, OpenCase

NAME = "Оксана Петренко"
MANAGER = Account(ANNA, frozenset({"case_manager"}), frozenset({"moscow"}))
NIGHT = Account("staff:boris", frozenset({"case_manager"}), frozenset({"moscow"}), "night")
FINANCE = Account("staff:clara", frozenset({"finance_approve", "auditor"}), frozenset({"moscow"}))


def found(office: Office, text: str, account: Account = MANAGER) -> list[str]:
    with office.database.reading() as connection:
        return search_handles(connection, account, office.now, text)


def shown(office: Office, *case_ids: str, account: Account = MANAGER) -> dict[str, str]:
    with office.database.reading() as connection:
        return handles_shown(connection, account, office.now, case_ids)


def test_a_case_is_found_by_its_handle_by_a_word_of_it_and_in_another_script(office: Office) -> None:
    calm = Story(office, handle="Calm Lake").accepted().case_id
    mila = Story(office, handle="Mila").accepted().case_id
    assert found(office, "calm LAKE") == found(office, " lake ") == [calm]
    assert found(office, "Мила") == [mila]
    assert found(office, "Calm Mila") == found(office, "") == found(office, "7") == found(office, "х" * 9000) == []


def test_the_handle_before_goes_on_finding_the_case(office: Office) -> None:
    case = Story(office, handle="Calm Lake").does(ChangeHandle, handle="Mila", why="their_wish")
    assert found(office, "calm lake") == found(office, "mila") == [case.case_id]
    assert shown(office, case.case_id) == {case.case_id: "Mila"}


def test_who_may_not_see_a_case_finds_and_is_told_nothing(office: Office) -> None:
    case = Story(office, handle="Calm Lake").accepted().does(AssignCase, owner=ANNA, team="south")
    for stranger in (NIGHT, FINANCE):
        assert found(office, "Calm Lake", stranger) == []
        assert shown(office, case.case_id, account=stranger) == {}
    assert shown(office, case.case_id) == {case.case_id: "Calm Lake"}


def test_of_two_people_who_choose_one_handle_at_once_one_gets_it(office: Office) -> None:
    commands = [office.opening(handle="Mila"), office.opening(handle="Мила"), office.opening(handle="MILA")]
    services = [office.service, office.another_service(), office.another_service()]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda pair: pair[0].submit(pair[1]), zip(services, commands, strict=True)))
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.codes for answer in refused] == [("handle_is_free",)] * 2
    assert len([answer for answer in answers if isinstance(answer, Accepted)]) == 1


def test_a_later_handle_is_compared_with_the_name_and_no_name_is_opened(office: Office) -> None:
    case = Story(office, name=NAME, handle="Mila").accepted()
    for chosen in ("Oksana", "Оксана", "ok sana", "Petrenko", "My Oksana"):
        case.when(ChangeHandle, handle=chosen, why="their_wish").then_refused("handle_is_not_the_name")
    case.when(ChangeHandle, handle="Mira", why="their_wish").accepted()
    opened = office.service.log.of_types(f"case:{case.case_id}", ("SealedOpened",))
    assert list(opened) == []


def test_the_same_opening_sent_twice_gives_the_same_words(office: Office) -> None:
    opening = office.opening()
    first, again = office.service.submit(opening), office.service.submit(opening)
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert len(office.rows("case_board")) == 1


def test_what_lies_beside_the_log_is_what_the_log_says(office: Office) -> None:
    case = Story(office, handle="Calm Lake").does(ChangeHandle, handle="Mila", why="their_wish")
    before = office.rows("case_handles"), office.rows("case_board")
    assert differences_now(office.service.log) == []
    rebuild(office.service.log)
    assert sorted(office.rows("case_handles"), key=str) == sorted(before[0], key=str)
    assert office.rows("case_board") == before[1]
    with office.database.writing() as connection:
        connection.execute(update(case_board).values(handle="Somebody"))
        connection.execute(case_handles.insert().values(word="oksana", case_id=case.case_id, present=True))
    assert {found.column for found in differences_now(office.service.log)} == {"handle", ""}


def test_a_board_of_before_there_were_handles_is_drawn_once(office: Office) -> None:
    case = Story(office, handle="Calm Lake").accepted()
    with office.database.writing() as connection:
        connection.execute(update(case_board).values(handle=""))
        connection.execute(case_handles.delete())
    assert rebuild_if_new(office.service.log)
    assert found(office, "Calm Lake") == [case.case_id]
    assert not rebuild_if_new(office.service.log)


def test_no_stream_task_or_timer_is_named_by_a_handle(office: Office) -> None:
    Story(office, handle="Zvenigora").does(ChangeHandle, handle="Lukomorye", why="their_wish")
    for name in ("streams", "tasks", "timers", "work_items", "looks", "commands"):
        said = str(office.rows(name)) if name not in ("streams", "commands") else _raw(office, name)
        assert "zvenigora" not in said.casefold()
        assert "lukomorye" not in said.casefold()


def _raw(office: Office, name: str) -> str:
    with office.database.reading() as connection:
        return str([tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")])


def test_an_opening_that_names_the_person_twice_is_refused_and_stores_nothing(office: Office) -> None:
    before = office.service.log.size()
    answer = office.submit(OpenCase, programme="moscow", source="ngo", name=NAME, handle="Oksanka")
    assert isinstance(answer, Refused)
    assert office.service.log.size() == before
