"""Handing many cases over, standing in, caseloads side by side, and the bell: on the pages, as people use them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from handlers.commanding.answers import Accepted
from handlers.projections.rebuild import rebuild
from handlers.projections.tables import notices
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import main_of, plain
from tests.kit.web.statements import reading
from workflow.command import Command
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.access.state import access_of
from workflow.subjects.accounts.commands import CloseAccount
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.safety.commands import AssessRisk
from workflow.subjects.team.commands import EndStandIn, NameStandIn

MARIA = "staff:maria"
FORTY = 40


@pytest.fixture
def house(office: Office) -> WebHouse:
    made = WebHouse(office)
    made.open_account(ANNA, ("case_manager",))
    made.open_account(MARIA, ("case_manager",), language="ru")
    made.open_account(BORIS, ("supervisor",))
    return made


def cases_of(house: WebHouse, number: int, **opening: Any) -> list[Story]:
    return [Story(house.office, **opening).accepted() for _ in range(number)]


def owner_of(case: Story) -> str:
    return access_of(case.case).owner


def checked(person: Person, cases: list[Story], to: str = MARIA) -> dict[str, Any]:
    """Go as far as the page that shows what would be handed over; return what its form sends."""
    page = person.post("/hand-over/check", {"case": [case.case_id for case in cases], "to": to, "whose": ANNA})
    assert page.status_code == 200, main_of(page)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main_of(page))
    sent: dict[str, Any] = {name: value for name, value in found if name not in ("_token", "case")}
    return sent | {"case": [value for name, value in found if name == "case"]}


def submitted(house: WebHouse, kind: type[Command], actor: str, **fields: Any) -> None:
    role = "supervisor" if actor == BORIS else "case_manager"
    given = {"command_id": house.office.uuid(), "actor": actor, "mandate": role, "programme": house.office.programme}
    answer = house.office.service.submit(kind.model_validate(given | fields))
    assert isinstance(answer, Accepted), answer


def stands_in(house: WebHouse, days: int = 13) -> None:
    today = house.office.definition.programme.day(house.office.now)
    submitted(house, NameStandIn, ANNA, stand_in=MARIA, first=today, last=today + timedelta(days=days))


# -- handing over ------------------------------------------------------------------------------------------------


def test_forty_cases_are_handed_over_in_one_go_and_the_next_is_told_once_of_each(house: WebHouse) -> None:
    cases, anna = cases_of(house, FORTY), house.sign_in(ANNA)
    page = anna.get("/hand-over").text
    assert page.count('name="case"') == FORTY
    assert "Maria – 0 open, Russian" in page
    sent = checked(anna, cases) | {
        "note": "Back in January.",
        f"note-{cases[0].case_id}": "Her sister calls on Mondays.",
    }
    done = anna.post("/hand-over", sent)
    assert (done.status_code, f"{FORTY} cases are Maria" in plain(done.text)) == (200, True)
    assert {owner_of(case) for case in cases} == {MARIA}
    assert f"{FORTY} новых" in house.sign_in(MARIA).get("/work").text


def test_forty_take_no_more_questions_than_four(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    counts = []
    for number in (4, FORTY):
        cases = cases_of(house, number)
        sent = checked(anna, cases)
        with reading(house.office) as statements:
            assert anna.post("/hand-over", sent).status_code == 200
        counts.append(sum(asked.startswith(("SELECT", "WITH")) for asked in statements))
    assert counts[1] <= counts[0]  # what is stored is one row after another on SQLite; what is asked is not


def test_two_of_forty_that_are_not_ones_own_any_more_are_said_and_the_others_go(house: WebHouse) -> None:
    cases, anna = cases_of(house, FORTY, team="night"), house.sign_in(ANNA)
    sent = checked(anna, cases)
    cases[3].does(AssignCase, actor=BORIS, mandate="supervisor", owner=BORIS, team="night")  # Anna does not see it now
    cases[7].does(AssignCase, actor=BORIS, mandate="supervisor", owner=BORIS)  # and this one she still does
    page = main_of(anna.post("/hand-over", sent))
    assert f"{FORTY - 2} cases are Maria" in plain(page)
    assert "2 cases were not handed over" in page
    left = page[page.index("not handed over") : page.index("Which they are")]
    assert f"{cases[3].case_id}" in left
    assert "There is no such case that you may hand over." in left
    assert re.search(rf"{cases[7].case_id}.*?it is Boris", plain(left), re.DOTALL)
    assert {owner_of(case) for case in cases} == {MARIA, BORIS}


def test_a_form_that_is_sent_twice_hands_over_once_and_says_the_same(house: WebHouse) -> None:
    cases, anna = cases_of(house, 3, team="night"), house.sign_in(ANNA)
    sent = checked(anna, cases)
    first, size = anna.post("/hand-over", sent), house.office.service.log.size()
    again = anna.post("/hand-over", sent)
    assert main_of(again) == main_of(first)
    assert house.office.service.log.size() == size


def test_what_somebody_types_of_cases_they_do_not_see_is_answered_like_what_is_not_there(house: WebHouse) -> None:
    (hidden,) = cases_of(house, 1, actor=BORIS, team="night")
    nina = house.sign_in("staff:nina", ["case_manager"], team="south")
    form = {"to": BORIS, "whose": "staff:nina", "command_id": str(house.office.uuid())}
    told = []
    for number in (hidden.case_id, "7K3P9-QXM2D"):
        page = nina.post("/hand-over", form | {"case": [number], f"owner-{number}": "staff:nina"})
        told.append((page.status_code, main_of(page).replace(number, "N")))
    assert told[0] == told[1]
    assert "There is no such case" in told[0][1]
    assert owner_of(hidden) == BORIS


def test_nothing_ticked_nobody_chosen_and_who_left_meanwhile_are_said_before_anything_happens(house: WebHouse) -> None:
    (case,), anna = cases_of(house, 1), house.sign_in(ANNA)
    form = {"case": [case.case_id], "whose": ANNA}
    assert "Tick at least one case" in anna.post("/hand-over/check", {"to": MARIA, "whose": ANNA}).text
    assert "Choose from the list" in anna.post("/hand-over/check", form | {"to": "staff:mraia"}).text
    sent = checked(anna, [case])
    left = {"command_id": house.office.uuid(), "actor": "staff:root", "account": MARIA, "reason": "left"}
    house.office.accepted(CloseAccount.model_validate(left))
    assert anna.post("/hand-over", sent).status_code == 422
    assert owner_of(case) == ANNA


def test_a_note_for_the_next_is_sealed_and_in_no_list(house: WebHouse) -> None:
    (case,), anna = cases_of(house, 1), house.sign_in(ANNA)
    anna.post("/hand-over", checked(anna, [case]) | {"note": "Her sister Zarina calls."})
    assert owner_of(case) == MARIA
    stored = "".join(event.envelope.body for event in house.office.service.log.page(-1, 1000))
    assert "Zarina" not in stored
    assert all("Zarina" not in house.sign_in(MARIA).get(path).text for path in ("/bell", "/cases", "/work"))


# -- standing in -------------------------------------------------------------------------------------------------


def test_a_stand_in_sees_the_cases_for_those_days_and_not_after_them(house: WebHouse) -> None:
    (case,) = cases_of(house, 1, team="night")
    maria = house.sign_in(MARIA)
    assert maria.get(f"/cases/{case.case_id}").status_code == 404
    stands_in(house)
    assert maria.get(f"/cases/{case.case_id}").status_code == 200
    assert case.case_id not in maria.get(f"/hand-over?owner={ANNA}").text  # nobody keeps what they look after
    assert "Вы замещаете сотрудника Anna" in plain(maria.get("/work").text)
    assert case.case_id in maria.get("/cases?view=list&whose=stood-in").text
    house.office.pass_time(timedelta(days=14))
    assert maria.get(f"/cases/{case.case_id}").status_code == 404
    assert case.case_id not in maria.get("/cases?view=list").text
    assert "Вы замещаете сотрудника anna" not in maria.get("/work").text


def test_a_stand_in_is_named_and_ended_on_the_pages_and_both_are_told(house: WebHouse) -> None:
    anna, maria = house.sign_in(ANNA), house.sign_in(MARIA)
    today = house.office.definition.programme.day(house.office.now)
    path = f"/office/{house.office.programme}/do/NameStandIn"
    assert "maria" in anna.get(path).text
    form = {"stand_in": MARIA, "first": str(today), "last": str(today + timedelta(days=5)), "give": "1"}
    answer = anna.post(path, form | {"command_id": str(house.office.uuid())})
    assert answer.status_code == 303, main_of(answer)
    assert "Maria stands in for you" in plain(anna.get("/me").text)
    told = maria.get("/bell").text
    assert ("Вас назначили замещать коллегу" in told, "С этого момента вы замещаете коллегу" in told) == (True, True)
    house.office.pass_time(timedelta(hours=2))
    submitted(house, EndStandIn, ANNA, stand_in=MARIA)
    assert "Вы больше не замещаете коллегу" in maria.get("/bell").text
    assert "A colleague stands in for you no more" in anna.get("/bell").text


def test_the_owner_learns_from_the_bell_what_the_stand_in_did(house: WebHouse) -> None:
    (case,) = cases_of(house, 1, team="night")
    stands_in(house)
    case.does(AddNote, actor=MARIA, note="She moved to her aunt.")
    anna = house.sign_in(ANNA)
    page = main_of(anna.get("/bell"))
    assert re.search(rf"A note on your case.*?{case.case_id}.*?by Maria", plain(page), re.DOTALL)
    assert "standing in for Anna" in plain(anna.get(f"/cases/{case.case_id}/history").text)


# -- the bell ----------------------------------------------------------------------------------------------------


def test_what_was_read_is_not_new_any_more_and_what_came_meanwhile_is(house: WebHouse) -> None:
    (case, other), anna = cases_of(house, 2), house.sign_in(ANNA)
    case.does(AddNote, actor=BORIS, note="She called.")
    page = anna.get("/bell").text
    assert "1 new" in page
    shown = re.search(r'name="up_to" value="([^"]+)"', page)
    assert shown is not None
    house.office.pass_time(timedelta(seconds=1))
    other.does(AddNote, actor=BORIS, note="He called.")
    anna.post("/bell/read", {"up_to": shown[1]})
    assert "1 new" in anna.get("/work").text
    anna.post("/bell/read", {"up_to": "9999-01-01T00:00:00.000000Z"})  # nobody reads what is still to come
    assert "1 new" in anna.get("/work").text


def test_of_a_case_that_is_not_theirs_any_more_the_bell_says_nothing(house: WebHouse) -> None:
    (case,), anna = cases_of(house, 1, team="night"), house.sign_in(ANNA)
    case.does(AddNote, actor=BORIS, note="She called.")
    assert case.case_id in anna.get("/bell").text
    case.does(AssignCase, actor=BORIS, mandate="supervisor", owner=BORIS, team="night")
    page = main_of(anna.get("/bell"))
    assert (case.case_id in page, "A note" in page) == (False, False)
    assert "Something of a case that you do not see any more" in page
    assert "A case of yours was given to somebody else" in page


def test_the_notices_are_drawn_anew_from_the_log_and_what_was_read_stays_read(house: WebHouse) -> None:
    (case,), anna = cases_of(house, 1), house.sign_in(ANNA)
    stands_in(house)
    case.does(AddNote, actor=BORIS, note="She called.")
    shown = re.search(r'name="up_to" value="([^"]+)"', anna.get("/bell").text)
    assert shown is not None
    anna.post("/bell/read", {"up_to": shown[1]})
    before, page = house.office.rows("notices"), main_of(anna.get("/bell"))
    with house.office.database.writing() as connection:
        connection.execute(notices.delete())
    rebuild(house.office.service.log)
    assert sorted(house.office.rows("notices"), key=str) == sorted(before, key=str)
    assert main_of(anna.get("/bell")) == page


# -- caseloads ---------------------------------------------------------------------------------------------------


def test_a_supervisor_sees_everybodys_cases_side_by_side(house: WebHouse) -> None:
    cases = cases_of(house, 3)
    cases[0].does(AssessRisk, level="high", safe_to_return=False)
    cases[1].does(AssignCase, owner=MARIA)
    stands_in(house)
    boris = house.sign_in(BORIS)
    page = main_of(boris.get("/team"))
    rows = {row[0]: row[1] for row in re.findall(r'data-label="Who"><[^>]*>(\w+).*?</th>(.*?)</tr>', page, re.DOTALL)}
    assert list(rows) == ["Anna", "Maria", "Boris"]
    assert "<strong>2</strong>" in rows["Anna"]
    assert "! 1" in rows["Anna"]
    assert "stands in for Anna" in plain(rows["Maria"])
    assert house.sign_in(ANNA).get("/team").status_code == 404


def test_programs_are_told_the_same(house: WebHouse) -> None:
    (case,) = cases_of(house, 1)
    case.does(AddNote, actor=BORIS, note="She called.")
    told = house.sign_in(ANNA).get("/api/v1/notices").json()
    assert (told["new"], told["notices"][0]["kind"], told["notices"][0]["about"]) == (1, "note", case.case_id)
    loads = {one["account"]: one for one in house.sign_in(BORIS).get("/api/v1/caseloads").json()}
    assert (loads[ANNA]["stages"], loads[MARIA]["stages"]) == ({"referral": 1}, {})
    assert house.sign_in(ANNA).get("/api/v1/caseloads").status_code == 404
