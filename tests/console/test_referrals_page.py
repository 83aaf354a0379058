"""Referrals on the screen: clocks, the directory of the command line, and a partner that sees its own and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from uuid import UUID

import pytest

from handlers.queries.referrals import disclosed_fields
from tests.kit.offices import Office, open_office
from tests.kit.roads import bring, referred, served
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.statements import reading
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.intake.commands import WithdrawConsent
from workflow.subjects.safety.commands import AssessRisk

NAME, PLACE = "Мария Примерова", "a cellar"


@pytest.fixture
def office(office_url: str) -> Iterator[Office]:
    """An office whose providers New Start and Legal Aid have people of their own."""
    text = shipped_programme_text("moscow")
    for name, word in (("new-start", "newstart"), ("legal-aid", "legalaid")):
        if f"staff: {word}" not in text:
            text = text.replace(f"{{id: {name},", f"{{id: {name}, staff: {word},", 1)
    with open_office(office_url, text=text) as office:
        yield office


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def nina(house: WebHouse) -> Person:
    return house.sign_in("newstart:nina", ["partner"])


def somebody(office: Office) -> Story:
    return bring(story(office, name=NAME, birth_date="1990-05-01", language="ru", story=PLACE), "care")


def page(person: Person, path: str = "/referrals") -> str:
    answer = person.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(str(answer.text)).partition("<main")[2].partition("</main>")[0]


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))


def told(person: Person, case: Story, referral_id: str, why: str = "first meeting") -> str:
    """Have it recorded what a provider is told; return where it is shown."""
    path = f"/referrals/{case.case_id}/{referral_id}/disclose"
    answer = person.post(path, hidden(page(person, path)) | {"why": why})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


# -- the office's side --------------------------------------------------------------------------------------------


def test_a_referral_stands_with_its_provider_and_the_clock(house: WebHouse, office: Office) -> None:
    case = somebody(office)
    own = referred(case)
    anna = house.sign_in()
    days = office.definition.programme.policies.referral_ack_working_days
    text = page(anna)
    assert f"answer due in {days} working day" in text
    assert "New Start" in text
    for command in ("AcknowledgeReferral", "AcceptReferral", "DeclineReferral", "RevokeReferral"):
        assert f"/cases/{case.case_id}/do/{command}?referral_id={own}" in text, command
    case.later(days=days + 9).fires("referral_answer")
    text = page(anna).partition('data-part="stuck"')[2].partition("</section>")[0]
    assert case.case_id in text
    assert re.search(r"\d+ days? late", text)


def test_what_is_over_is_folded_away_and_who_sent_people_is_counted(house: WebHouse, office: Office) -> None:
    case = somebody(office)
    served(case, referred(case))
    text = page(house.sign_in())
    assert "1 that is over" in text
    senders = text.partition('data-part="senders"')[2].partition("</section>")[0]
    assert "Non-governmental organisation" in senders


def test_another_teams_referrals_are_not_shown(house: WebHouse, office: Office) -> None:
    case = somebody(office)
    referred(case)
    case.does(AssignCase, owner="staff:vera", team="north")
    assert case.case_id not in page(house.sign_in("staff:igor", team="south"))
    assert case.case_id in page(house.sign_in("staff:vera", team="north"))


def test_many_referrals_cost_no_more_questions_than_one(house: WebHouse, office: Office, nina: Person) -> None:
    anna = house.sign_in()
    referred(somebody(office))
    for person in (anna, nina):
        page(person)
    with reading(office) as few:
        page(anna)
        page(nina)
    for _ in range(4):
        referred(somebody(office))
    for person in (anna, nina):
        page(person)
    with reading(office) as many:
        page(anna)
        page(nina)
    assert len(many) == len(few)


@pytest.mark.parametrize("before", ["x", "a|b|c", "a\0|b", "|", "ж|ж", "9999|W"])
def test_a_place_in_the_list_that_is_none_begins_at_the_top(house: WebHouse, office: Office, before: str) -> None:
    case = somebody(office)
    referred(case)
    answer = house.sign_in().get("/referrals", params={"before": before})
    assert answer.status_code == 200
    assert case.case_id in answer.text


def test_the_directory_finds_by_service_language_and_area(house: WebHouse) -> None:
    helen = house.sign_in("staff:helen", ["hotline"])
    found = page(helen, "/referrals?service=counselling&language=tg&area=RU-MOW")
    assert "Harbour counselling" in found
    assert "Quiet Room" not in found
    assert "0 of 60 taken" in found
    assert "Sent out" not in found
    everybody = page(helen, "/referrals?service=ballooning&language=%3Cscript%3E")
    assert "11 providers" in everybody
    assert helen.get("/referrals?programme=atlantis").status_code == 404


def test_who_has_no_business_with_referrals_finds_nothing(house: WebHouse) -> None:
    for role in ("medical", "legal", "finance_approve", "auditor", "donor", "administrator"):
        assert house.sign_in(f"staff:{role}", [role]).get("/referrals").status_code == 404


# -- a partner's side ---------------------------------------------------------------------------------------------


def test_a_partner_sees_what_was_asked_of_it_and_nothing_else_of_the_case(
    house: WebHouse, office: Office, nina: Person
) -> None:
    case, another = somebody(office), somebody(office)
    own, other = referred(case), referred(case, "legal-aid", "legal_advice")
    referred(another, "legal-aid", "legal_advice")
    text = page(nina)
    assert own in text
    assert "answer due in" in text
    for closed in (
        other,
        another.case_id,
        "Legal Aid",
        "Directory",
        "Who refers",
        NAME,
        PLACE,
        f'"/cases/{case.case_id}"',
    ):
        assert closed not in text, closed
    for command in ("AcknowledgeReferral", "AcceptReferral", "WaitlistReferral", "DeclineReferral"):
        assert f"/do/{command}?referral_id={own}" in text
    assert f"/cases/{case.case_id}/do/RevokeReferral" not in text
    assert nina.get(f"/cases/{case.case_id}").status_code == 404


def test_a_partner_s_list_ends_with_the_consent(house: WebHouse, office: Office, nina: Person) -> None:
    case = somebody(office)
    own = referred(case)
    assert own in page(nina)
    case.does(WithdrawConsent, purpose="referral", recipient="new-start")
    assert own not in page(nina)
    assert nina.get(f"/referrals/{case.case_id}/{own}/disclose").status_code == 404


def test_what_a_partner_is_told_is_recorded_first_and_is_its_profile_s(
    house: WebHouse, office: Office, nina: Person
) -> None:
    case = somebody(office)
    own = referred(case)
    assert NAME not in page(nina, f"/referrals/{case.case_id}/{own}/disclose")
    where = told(nina, case, own)
    text = page(nina, where)
    (made,) = [e for e in office.service.log.timeline(f"case:{case.case_id}") if e.envelope.type == "DisclosureMade"]
    assert made.envelope.actor == "newstart:nina"
    shown = disclosed_fields(office.service.log, case.case_id, UUID(made.envelope.command_id))
    assert shown["name"] == NAME
    assert {"name", "language", "child"} <= shown.keys()
    assert PLACE not in text


@pytest.mark.parametrize(
    ("reads", "said"),
    [("en", ("Russian", "low", "yes")), ("ru", ("Русский", "низкий", "да"))],
)
def test_a_partner_is_told_in_words_and_never_what_was_noted_of_a_risk(
    house: WebHouse, office: Office, reads: str, said: tuple[str, ...]
) -> None:
    case = somebody(office).does(AssessRisk, level="low", safe_to_return=True, note="knows the street")
    nina = house.sign_in("newstart:nina", ["partner"], language=reads)
    text = page(nina, told(nina, case, referred(case)))
    told_values = re.findall(r"<dd>(.*?)</dd>", text)
    assert {*said} <= {*told_values}, told_values
    assert "knows the street" not in text


def test_what_was_told_is_shown_to_nobody_else_and_not_for_long(house: WebHouse, office: Office, nina: Person) -> None:
    case = somebody(office)
    own, other = referred(case), referred(case, "legal-aid", "legal_advice")
    where = told(nina, case, own)
    olga = house.sign_in("newstart:olga", ["partner"])
    pavel = house.sign_in("legalaid:pavel", ["partner"])
    for person in (olga, pavel, house.sign_in()):
        assert person.get(where).status_code == 404
    assert nina.get(where.partition("?")[0]).status_code == 404
    assert nina.get(where.replace(own, other)).status_code == 404
    case.later(minutes=6)
    assert nina.get(where).status_code == 303


def test_a_partner_cannot_be_told_of_another_s_referral(house: WebHouse, office: Office, nina: Person) -> None:
    case = somebody(office)
    own, other = referred(case), referred(case, "legal-aid", "legal_advice")
    path = f"/referrals/{case.case_id}/{own}/disclose"
    given, size = hidden(page(nina, path)) | {"why": "curious"}, office.service.log.size()
    assert nina.post(path.replace(own, other), given).status_code == 404
    assert nina.post(path, given | {"why": ""}).status_code == 422
    assert nina.post(path, given | {"command_id": "no id"}).status_code == 422
    assert office.service.log.size() == size


def test_a_decision_is_said_to_be_recorded(house: WebHouse, nina: Person) -> None:
    assert "Recorded:" in page(nina, "/referrals?done=AcceptReferral")
    assert "Recorded:" not in page(nina, "/referrals?done=<b>anything</b>")


def test_the_page_is_whole_in_russian(house: WebHouse, office: Office) -> None:
    referred(somebody(office))
    rita = house.sign_in("newstart:rita", ["partner"], language="ru")
    text = page(rita)
    assert "Направления" in text
    assert "Что нам сообщают" in text
    assert "ответ через" in text
