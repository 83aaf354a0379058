"""Money on the screen: three different hands, and no story."""

from __future__ import annotations

import re

import pytest

from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, consents, grant, paid, release, shown
from tests.kit.story import story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.purse import STORY, Forms, asked, form_in, home, page
from tests.kit.web.statements import reading
from workflow.subjects.grants.commands import ChangePayee, RequestGrant
from workflow.subjects.grants.state import grants_of


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def boris(house: WebHouse) -> Person:
    return house.sign_in(BORIS, ["finance_approve"])


@pytest.fixture
def clara(house: WebHouse) -> Person:
    return house.sign_in(CLARA, ["finance_release"])


# -- three hands --------------------------------------------------------------------------------------------------


def test_one_asks_another_approves_and_a_third_releases(
    house: WebHouse, office: Office, boris: Person, clara: Person
) -> None:
    case = home(office)
    grant_id = asked(case)
    here = f"/grants/{case.case_id}/{grant_id}"
    approve, release_it = f"{here}/approve", f"{here}/release"
    answer = boris.post(approve, form_in(page(boris, "/grants"), approve))
    assert (answer.status_code, answer.headers["location"]) == (303, "/grants?done=approved")
    assert grants_of(case.case).grants[grant_id].approved_by == BORIS
    assert "Approved" in page(boris, "/grants?done=approved")
    answer = clara.post(release_it, form_in(page(clara, "/grants"), release_it))
    assert (answer.status_code, answer.headers["location"]) == (303, "/grants?done=released")
    assert grants_of(case.case).grants[grant_id].released > 0


def test_whoever_asked_is_told_that_somebody_else_must_decide(house: WebHouse, office: Office) -> None:
    case = home(office)
    grant_id = asked(case)
    anna = house.sign_in(ANNA, ["finance_approve"])
    assert "somebody else must decide" in page(anna, "/grants")
    here = f"/grants/{case.case_id}/{grant_id}"
    assert f'action="{here}/approve"' not in page(anna, here)
    sent = {"command_id": str(office.uuid()), "expected": "999"}
    assert anna.post(f"{here}/approve", sent).status_code == 409  # of a version that is none
    seen = house.house.container.cases.at(case.case_id)
    assert seen is not None
    refused = anna.post(f"{here}/approve", sent | {"command_id": str(office.uuid()), "expected": str(seen.version)})
    assert refused.status_code == 422
    assert "Whoever asked for a grant may not approve it" in refused.text
    assert not grants_of(case.case).grants[grant_id].approved_by


def test_a_hand_that_only_looks_has_no_button_and_no_way_around_it(house: WebHouse, office: Office) -> None:
    case = home(office)
    grant_id = asked(case)
    dina = house.sign_in("staff:dina", ["finance_request"])
    text = page(dina, "/grants")
    assert "others decide on it" in text
    assert "/approve" not in text
    sent = {"command_id": str(office.uuid()), "expected": "1"}
    for verb in ("approve", "release"):
        assert dina.post(f"/grants/{case.case_id}/{grant_id}/{verb}", sent).status_code == 404


def test_the_same_form_sent_twice_approves_once(office: Office, boris: Person) -> None:
    case = home(office)
    path = f"/grants/{case.case_id}/{asked(case)}/approve"
    form = form_in(page(boris, "/grants"), path)
    assert [boris.post(path, form).status_code for _ in range(2)] == [303, 303]
    assert [e.envelope.type for e in office.service.log.stream(f"case:{case.case_id}")].count("GrantApproved") == 1


def test_a_decision_on_a_grant_that_changed_meanwhile_is_not_stored(office: Office, boris: Person) -> None:
    case = home(office)
    grant_id = asked(case)
    path = f"/grants/{case.case_id}/{grant_id}/approve"
    form = form_in(page(boris, "/grants"), path)
    case.does(ChangePayee, grant_id=grant_id, payee_name="Ion Rusu", payee_account="MD24AG000225100013104168")
    answer = boris.post(path, form)
    assert answer.status_code == 409
    assert "nothing was stored" in answer.text
    assert not grants_of(case.case).grants[grant_id].approved_by


def test_approving_asks_for_a_fresh_second_factor(house: WebHouse, office: Office) -> None:
    case = home(office)
    path = f"/grants/{case.case_id}/{asked(case)}/approve"
    boris = house.sign_in(BORIS, ["finance_approve"], strong=False)
    answer = boris.post(path, form_in(page(boris, "/grants"), path))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/step-up?back=/grants/")
    assert boris.get(path).headers["location"] == path.removesuffix("/approve")  # where step-up leads back to


@pytest.mark.parametrize("sent", [{}, {"command_id": "x", "expected": "1"}, {"expected": "-1"}, {"expected": "²"}])
def test_a_form_nobody_of_ours_made_changes_nothing(office: Office, boris: Person, sent: Forms) -> None:
    case = home(office)
    grant_id = asked(case)
    given = {"command_id": str(office.uuid())} | dict(sent)
    assert boris.post(f"/grants/{case.case_id}/{grant_id}/approve", given).status_code == 422
    assert boris.post(f"/grants/{case.case_id}/G-NONE/approve", given | {"expected": "1"}).status_code in (404, 422)
    assert not grants_of(case.case).grants[grant_id].approved_by


def test_what_stands_against_a_release_is_said_in_words(office: Office, clara: Person) -> None:
    case = home(office)
    grant_id = grant(case)
    paid(case, grant_id, release(case, grant_id))
    text = page(clara, f"/grants/{case.case_id}/{grant_id}")
    assert "✗ Release the next part" in text
    assert "✗ Receipt" in text  # the evidence of the part before
    assert f"/cases/{case.case_id}/do/RecordEvidence?grant_id={grant_id}" in text
    shown(case, grant_id, list(grants_of(case.case).grants[grant_id].tranches)[-1])
    assert f'action="/grants/{case.case_id}/{grant_id}/release"' in page(clara, f"/grants/{case.case_id}/{grant_id}")


# -- no story -----------------------------------------------------------------------------------------------------


def test_the_money_sees_no_story_no_payee_and_no_case(office: Office, boris: Person) -> None:
    case = home(office)
    grant_id = asked(case)
    for path in ("/grants", f"/grants/{case.case_id}/{grant_id}", "/ledger"):
        text = page(boris, path)
        for secret in (STORY, MONEY["payee_name"], MONEY["payee_account"], "Reintegration</", "Moldova", "sewing"):
            assert secret not in text, (path, secret)
    for path in (f"/cases/{case.case_id}", f"/cases/{case.case_id}/open", "/cases", "/beds", "/travel"):
        assert boris.get(path).status_code == 404


def test_the_approver_sees_payee_purpose_plan_and_what_was_paid_before_and_the_opening_is_recorded(
    office: Office, boris: Person
) -> None:
    case = home(office)
    before = grant(case, "reinstallation", "EUR 150")
    paid(case, before, release(case, before))
    grant_id = asked(case)
    path = f"/grants/{case.case_id}/{grant_id}"
    text = page(boris, path)
    for said in ("For what", "Receipt", "Paid before, by other grants", "150", "Plan"):
        assert said in text
    assert MONEY["payee_name"] not in text
    command_id = re.search(r'payee">.*?name="command_id" value="([0-9a-f-]+)"', text, re.DOTALL)
    assert command_id
    opened = boris.post(f"{path}/payee", {"command_id": command_id[1]})
    assert MONEY["payee_name"] in opened.text
    assert MONEY["payee_account"] in opened.text
    assert STORY not in opened.text
    (told,) = [e for e in office.service.log.stream(f"case:{case.case_id}") if e.envelope.type == "SealedOpened"]
    assert (told.envelope.actor, told.envelope.mandate) == (BORIS, "finance")


def test_who_releases_does_not_open_the_payee(house: WebHouse, office: Office) -> None:
    case = home(office)
    clara = house.sign_in(CLARA, ["finance_release"])
    answer = clara.post(f"/grants/{case.case_id}/{asked(case)}/payee", {"command_id": str(office.uuid())})
    assert (answer.status_code, MONEY["payee_name"] in answer.text) == (404, False)


def test_whoever_opens_a_grant_leaves_a_trace(office: Office, boris: Person) -> None:
    case = home(office)
    page(boris, f"/grants/{case.case_id}/{asked(case)}")
    page(boris, f"/grants/{case.case_id}/G-NONE", 404)
    looks = office.rows("looks", case_id=case.case_id)
    assert [(row["account"], row["page"]) for row in looks] == [(BORIS, "grant")]


def test_who_has_no_business_with_money_finds_nothing(house: WebHouse, office: Office) -> None:
    case = home(office)
    path = f"/grants/{case.case_id}/{asked(case)}"
    for role in ("medical", "legal", "hotline", "partner", "donor", "administrator", "data_protection"):
        person = house.sign_in(f"staff:{role}", [role])
        for where in ("/grants", path, "/ledger", "/ledger/statement", "/ledger/moscow/file"):
            assert person.get(where).status_code == 404, (role, where)
    auditor = house.sign_in("staff:auditor", ["auditor"])
    assert auditor.get("/grants").headers["location"] == "/ledger"
    assert auditor.get(path).status_code == 404
    assert auditor.get("/ledger").status_code == 200
    assert auditor.get("/ledger/statement").status_code == 404


def test_another_programmes_money_is_not_there(house: WebHouse, office: Office) -> None:
    case = home(office)
    grant_id = asked(case)
    stranger = house.sign_in("staff:petra", ["finance_approve"], programmes=["st-petersburg"])
    assert case.case_id not in page(stranger, "/grants")
    assert stranger.get(f"/grants/{case.case_id}/{grant_id}").status_code == 404
    assert "no programme here" in page(stranger, "/ledger?programme=moscow")


def test_a_long_queue_is_shown_in_parts_and_costs_no_more_questions(office: Office, boris: Person) -> None:
    case = home(office)
    asked(case, "EUR 10")
    page(boris, "/grants")
    with reading(office) as few:
        page(boris, "/grants")
    for _ in range(3):
        story(office)
    others = [home(office) for _ in range(2)]
    for other in others:
        asked(other, "EUR 20")
    page(boris, "/grants")
    with reading(office) as many:
        text = page(boris, "/grants")
    assert len(many) == len(few)
    assert "Waiting for approval (3)" in text
    assert all(one.case_id in text for one in (case, *others))


def test_somebody_who_gave_no_consent_is_not_paid(office: Office, boris: Person) -> None:
    case = consents(story(office), "assistance")
    case.when(RequestGrant, kind="reintegration", **MONEY)
    assert "No grant waits for an approval." in page(boris, "/grants")
