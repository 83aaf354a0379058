"""People choose what they are called, on their own page; nobody is taken for somebody else by it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from console.words.people import called
from console.words.translation import Words
from events.facts.accounts import NameChosen
from events.ids import account_stream
from handlers.commanding.answers import Accepted, Answer
from handlers.projections.rebuild import rebuild
from handlers.projections.tables import accounts
from tests.kit.officers import decided_by_two
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS
from tests.kit.readable import is_readable
from tests.kit.roads import bring
from tests.kit.story import story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import main_of, plain
from workflow.command import ConfirmOfficeDecision
from workflow.reasons import Refused
from workflow.subjects.accounts.commands import ChooseName, CloseAccount, OpenAccount
from workflow.subjects.accounts.names import NAMES_MAX

MARIA, ROOT = "staff:maria", "staff:root"
LETTERS = ["Abel", "Brigitte", "Carlo", "Dunja", "Egon", "Fatou", "Gustav"]


@pytest.fixture
def house(office: Office) -> WebHouse:
    made = WebHouse(office)
    made.open_account(ANNA, ("case_manager",))
    made.open_account(MARIA, ("case_manager",))
    made.open_account(BORIS, ("supervisor",))
    return made


def choosing(house: WebHouse, name: str, account: str = ANNA, actor: str = "") -> Answer:
    given = {"command_id": house.office.uuid(), "actor": actor or account, "account": account, "name": name}
    return house.office.service.submit(ChooseName.model_validate(given))


def refused(answer: Answer | None, *codes: str) -> None:
    assert isinstance(answer, Refused), answer
    assert answer.codes == codes
    assert all(is_readable(reason) for reason in answer.reasons)


def accepted(answer: Answer) -> None:
    assert isinstance(answer, Accepted), answer


def test_a_chosen_name_is_read_wherever_somebody_is_shown_and_nothing_stored_changes(house: WebHouse) -> None:
    case = bring(story(house.office), "care")
    before = [event.leaf for event in house.office.service.log.stream(f"case:{case.case_id}")]
    anna, boris = house.sign_in(ANNA), house.sign_in(BORIS)
    assert anna.post("/me/name", {"name": " Аня  Петрова "}).headers["location"] == "/me?done=name"
    assert "Аня Петрова" in plain(main_of(anna.get("/me?done=name")))
    for path in (f"/cases/{case.case_id}", f"/cases/{case.case_id}/history", "/hand-over"):
        page = main_of(boris.get(path))
        assert "Аня Петрова" in page, path
        assert ">Anna<" not in page, path
    assert [event.leaf for event in house.office.service.log.stream(f"case:{case.case_id}")][: len(before)] == before
    anna.post("/me/name", {"name": ""})
    assert ">Anna<" in boris.get(f"/cases/{case.case_id}/history").text


def test_the_auditor_reads_the_account_beside_the_name_that_holds_now(house: WebHouse) -> None:
    bring(story(house.office), "care")
    accepted(choosing(house, "Аня Петрова"))
    page = main_of(house.sign_in("staff:ada", ["auditor"]).get("/history"))
    assert '<span title="staff:anna">Аня Петрова</span> <small class="number">staff:anna</small>' in page


def test_officers_read_both_and_may_take_a_name_away_and_not_give_one(house: WebHouse) -> None:
    accepted(choosing(house, "Ангел"))
    root = house.sign_in(ROOT)
    assert "Ангел" in root.get("/settings/people").text
    page = root.get(f"/settings/people/{ANNA}").text
    assert "Take the name away" in page
    root.post(f"/settings/people/{ANNA}/name", {"name": "Somebody", "_command_id": str(house.office.uuid())})
    assert house.house.accounts.row(ANNA).account.name == "Ангел"  # type: ignore[union-attr]
    taken = root.post(f"/settings/people/{ANNA}/name", {"name": "", "_command_id": str(house.office.uuid())})
    assert taken.headers["location"].endswith("?done=name")
    assert house.house.accounts.row(ANNA).account.name == ""  # type: ignore[union-attr]


def test_nobody_else_names_or_unnames_somebody(house: WebHouse) -> None:
    accepted(choosing(house, "Ангел"))
    refused(choosing(house, "Fool", actor=ROOT), "own_hand")
    refused(choosing(house, "", actor=MARIA), "own_hand")
    refused(choosing(house, "", actor="staff:nobody"), "own_hand")


def test_an_insider_is_not_called_what_somebody_else_is_was_or_would_be(house: WebHouse) -> None:
    accepted(choosing(house, "Oksana Bondar", BORIS))
    accepted(choosing(house, "Ксана", BORIS))
    for name in ("Boris", "Борис", "Оксана Бондар", "Bondar Oksana", "Ksana", "Anna", "Root"):
        refused(choosing(house, name, MARIA), "name_is_free")
    accepted(choosing(house, "Oksana Bondar", BORIS))  # back to one's own


def test_the_name_of_who_has_left_stays_theirs(house: WebHouse) -> None:
    accepted(choosing(house, "Oksana Bondar", BORIS))
    house.office.accepted(CloseAccount(command_id=house.office.uuid(), actor=ROOT, account=BORIS, reason="left"))
    refused(choosing(house, "Оксана Бондар", MARIA), "name_is_free")
    refused(choosing(house, "Boris", MARIA), "name_is_free")


def test_nobody_collects_names_so_that_others_have_none(house: WebHouse) -> None:
    for name in LETTERS[:NAMES_MAX]:
        accepted(choosing(house, name))
    refused(choosing(house, LETTERS[NAMES_MAX]), "names_are_few")
    accepted(choosing(house, LETTERS[0]))


@ON_BOTH_DATABASES
def test_of_two_who_choose_one_name_at_once_one_is_refused(house: WebHouse) -> None:
    with ThreadPoolExecutor(2) as crowd:
        found = list(crowd.map(lambda who: choosing(house, "Robin Hood", who), (ANNA, MARIA)))
    assert sorted(type(one).__name__ for one in found) == ["Accepted", "Refused"]


def opening(house: WebHouse, account: str, **more: Any) -> Answer:
    given = {"account": account, "roles": ("case_manager",), "programmes": (house.office.programme,)}
    return decided_by_two(house.office.service, house.office.uuid, OpenAccount, **given | more)


def test_whoever_opens_an_account_may_give_it_a_name_that_is_free(house: WebHouse) -> None:
    accepted(choosing(house, "Nina", MARIA))
    refused(opening(house, "staff:nina"), "name_is_free")
    refused(opening(house, "staff:nina", name="Анна"), "name_is_free")
    opening(house, "staff:nina", name="Nina Simonyan")
    house.house.names.look_again()
    assert called("staff:nina", Words("en", house.house.names)) == "Nina Simonyan"


def test_an_account_whose_made_name_is_like_anothers_is_opened_under_another_name(house: WebHouse) -> None:
    opening(house, "staff:anna.petrova")
    refused(opening(house, "staff:petrova-anna"), "name_is_free")
    opening(house, "staff:petrova-anna", name="Petrova Junior")


def test_two_officers_do_not_give_one_name_twice_by_proposals_that_wait(house: WebHouse) -> None:
    office = house.office
    first = OpenAccount.model_validate(
        {"command_id": office.uuid(), "actor": ROOT, "account": "staff:nina", "roles": ("donor",), "name": "Robin Hood"}
    )
    waiting = office.service.submit(first)
    assert isinstance(waiting, Accepted)
    accepted(choosing(house, "Robin Hood"))
    said = {"command_id": office.uuid(), "actor": "staff:zoya", "mandate": "data_protection"}
    answer = office.service.submit(ConfirmOfficeDecision.model_validate(said | {"proposal_id": waiting.proposal}))
    refused(answer, "name_is_free")


def test_somebody_of_another_organisation_is_called_with_its_name_whatever_they_choose(house: WebHouse) -> None:
    opening(house, "newstart:olga", roles=("partner",))
    accepted(choosing(house, "Head of the Office", "newstart:olga"))
    house.house.names.look_again()
    words = Words("en", house.house.names)
    assert called("newstart:olga", words) == "Head of the Office (newstart)"


def test_whoever_may_write_the_database_calls_nobody_anything(house: WebHouse) -> None:
    accepted(choosing(house, "Ангел"))
    with house.office.database.writing() as connection:
        connection.execute(update(accounts).where(accounts.c.account == MARIA).values(name="Ангелина"))
    fresh = type(house.house.names)(house.office.database, house.office.keys)
    fresh.look_again()
    assert (fresh.of(ANNA), fresh.of(MARIA)) == ("Ангел", "")


def test_a_wrong_name_is_answered_at_its_field_and_kept_in_it(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    page = anna.post("/me/name", {"name": "Anna 2"})
    assert page.status_code == 422
    assert 'value="Anna 2"' in page.text
    assert 'id="shown-name-error"' in page.text
    taken = anna.post("/me/name", {"name": "Boris"})
    assert "sounds or looks the same" in plain(main_of(taken))


@ON_BOTH_DATABASES
def test_names_are_drawn_anew_from_the_log(house: WebHouse) -> None:
    accepted(choosing(house, "Ангел"))
    assert [type(house.office.service.log.fact(one)) for one in house.office.service.log.stream(account_stream(ANNA))][
        -1
    ] is NameChosen
    rebuild(house.office.service.log)
    assert house.house.accounts.row(ANNA).account.name == "Ангел"  # type: ignore[union-attr]
    house.office.check()


def test_programs_choose_a_name_as_the_page_does(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    token = {"x-wayhome-token": anna.session.csrf}
    assert anna.client.put("/api/v1/me/name", json={"name": "Аня"}, headers=token).status_code == 204
    assert anna.get("/api/v1/me").json() == {"account": ANNA, "name": "Аня", "chosen": True}
    again = anna.client.put("/api/v1/me/name", json={"name": "Boris"}, headers=token)
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (422, "name_is_free")
    assert anna.client.put("/api/v1/me/name", json={"name": "Anna 2"}, headers=token).status_code == 422
