"""Before a house closes, an account is closed or cases are joined, what will happen is shown, at terminals too."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from console.verbs.asking import ask_once_more
from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import count_of, form_at, hidden_in, last_form, main_of
from workflow.command import AdvanceCase, Command
from workflow.registry import HUMAN, OFFICE
from workflow.subjects.accounts.commands import CloseAccount, ReopenAccount
from workflow.subjects.closing.commands import CloseFacility

HOUSE = "moscow-centre"


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


def closing(office: Office) -> dict[str, str]:
    return {"facility": HOUSE, "on": f"{office.now + timedelta(days=30):%Y-%m-%d}", "reason": "The roof leaks"}


def test_whom_a_house_that_closes_concerns_is_said_before(web: WebHouse, office: Office) -> None:
    bring(story(office), "care")
    boris, path = web.sign_in("staff:boris", ["supervisor"]), "/office/moscow/do/CloseFacility"
    page = boris.post(path, form_at(boris, path) | closing(office))
    text = unescape(main_of(page))
    assert page.status_code == 200, text
    assert "this cannot be undone" in text
    assert "1 person" in text
    assert count_of(web, "FacilityClosed") == 0
    back = boris.post(path, hidden_in(page) | {"change": "1"})
    assert "The roof leaks" in back.text
    boris.post(path, hidden_in(page) | {"give": "1"})
    assert count_of(web, "FacilityClosed") == count_of(web, "HandOverProposed") == 1


def test_a_programme_does_not_end_by_one_press(web: WebHouse, office: Office) -> None:
    bring(story(office), "care")
    boris, path = web.sign_in("staff:boris", ["supervisor"]), "/office/moscow/do/EndProgramme"
    typed = {"on": f"{office.now + timedelta(days=90):%Y-%m-%d}", "reason": "The money ends"}
    page = boris.post(path, form_at(boris, path) | typed)
    assert "this cannot be undone" in main_of(page)
    assert count_of(web, "ProgrammeEnded") == 0
    assert boris.post(path, hidden_in(page) | {"give": "1"}).status_code == 303
    assert count_of(web, "ProgrammeEnded") == 1


def test_cases_are_joined_after_a_look_that_says_what_parts_them(web: WebHouse, office: Office) -> None:
    leading, other = Story(office), Story(office).ends("withdraw", reason="duplicate")
    anna, path = web.sign_in(), f"/cases/{leading.case_id}/do/JoinCases"
    before = count_of(web, "DecisionProposed")
    page = anna.post(path, form_at(anna, path) | {"other": other.case_id})
    text = unescape(main_of(page))
    assert page.status_code == 200, text
    assert "Look once more before it is done" in text
    assert count_of(web, "DecisionProposed") == before
    assert "proposed=" in anna.post(path, hidden_in(page) | {"give": "1"}).headers["location"]


def test_an_account_is_closed_after_a_look(web: WebHouse) -> None:
    web.sign_in()
    root = web.sign_in("staff:root", ["administrator"])
    path = "/settings/people/staff:anna/close"
    form = {"_command_id": str(web.office.uuid()), "reason": "left"}
    page = root.post(path, form)
    assert "signed out everywhere at once" in main_of(page)
    assert count_of(web, "AccountClosed") == 0
    sent = last_form(page)
    assert root.post(path, sent | {"reason": "misuse"}).status_code == 200, "what was changed is looked at again"
    assert root.post(path, sent).status_code == 303


def test_who_types_at_a_terminal_is_told_what_happens_and_asked(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case = bring(story(office), "care")
    web, asked = WebHouse(office), list[str]()
    said = {"command_id": office.uuid(), "actor": "staff:anna"}
    leave = AdvanceCase.model_validate(said | {"case_id": case.case_id, "trigger": "withdraw", "reason": "declined"})
    ask_once_more(web.house.container, leave, office.now, lambda: asked.append("withdraw"))
    told = capsys.readouterr().err
    assert "this cannot be undone" in told
    assert "3 × AppointmentCancelled" in told
    close = CloseFacility.model_validate(said | {"programme": "moscow"} | closing(office))
    ask_once_more(web.house.container, close, office.now, lambda: asked.append("house"))
    assert "people it concerns: 1" in capsys.readouterr().err
    account = CloseAccount.model_validate(said | {"account": "staff:anna", "reason": "left"})
    ask_once_more(web.house.container, account, office.now, lambda: asked.append("account"))
    assert "others undo it by ReopenAccount" in capsys.readouterr().err
    on = AdvanceCase.model_validate(said | {"case_id": case.case_id, "trigger": "arrange_documents"})
    ask_once_more(web.house.container, on, office.now, lambda: asked.append("a step that leads on"))
    assert asked == ["withdraw", "house", "account"]


def test_whatever_undoes_a_grave_command_is_a_command() -> None:
    kinds: list[type[Command]] = [*HUMAN, *OFFICE, CloseAccount, ReopenAccount]
    named = {kind.undone_by for kind in kinds} - {""}
    assert named <= {kind.__name__ for kind in kinds}
