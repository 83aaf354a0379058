"""Two people at the console: one proposes, another finds it on their work, reads what it is, and confirms it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from events.facts.decisions import DecisionConfirmed, DecisionProposed
from handlers.queries.record_view import Viewer, ViewLimits, record_view
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import OWN, Person, WebHouse
from tests.kit.web.sent import form_at, hidden_in, main_of, plain, surely
from workflow.case.proposals import proposals_of
from workflow.command import AdvanceCase
from workflow.subjects.care.state import care_of
from workflow.subjects.reintegration.commands import AgreePlan, DraftPlan

SECRET = "the sister in Tver knows"


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return bring(story(office), "care")


@pytest.fixture
def anna(web: WebHouse, case: Story) -> Person:
    return web.sign_in(ANNA)


@pytest.fixture
def boris(web: WebHouse, case: Story) -> Person:
    return web.sign_in(BORIS, ["supervisor"])


def proposed(case: Story, by: Person) -> str:
    """Propose a care plan by its form; return the address of the decision."""
    path = f"/cases/{case.case_id}/do/AgreeCarePlan"
    answer = by.post(path, form_at(by, path) | {"plan": SECRET})
    assert answer.headers["location"] == f"/cases/{case.case_id}?proposed=AgreeCarePlan"
    page = by.get(answer.headers["location"]).text
    assert "It waits for a second person" in page
    (key,) = proposals_of(case.case).pending
    return f"/cases/{case.case_id}/decisions/{key}"


def deed(page_of: Person, path: str, command: str, **more: str) -> int:
    """Press a button of the decision's page."""
    page = page_of.get(path)
    part = page.text[page.text.index(f"/do/{command}") :]
    given = dict(re.findall(r'name="(command_id|expected|proposal_id)" value="([^"]*)"', part)[:3])
    return page_of.post(f"{path.partition('/decisions/')[0]}/do/{command}", given | more).status_code


def test_what_one_proposes_waits_on_the_work_of_another_who_confirms_it(
    case: Story, anna: Person, boris: Person
) -> None:
    path = proposed(case, anna)
    assert not care_of(case.case).care_plan
    work = boris.get("/work").text
    assert f'href="{path}"' in work[work.index('id="approvals"') :]
    assert deed(boris, path, "ConfirmDecision") == 303
    assert care_of(case.case).care_plan
    assert "does not wait any more" in boris.get(path).text


def test_the_author_sees_that_it_waits_and_may_only_take_it_back(case: Story, anna: Person) -> None:
    path = proposed(case, anna)
    work = anna.get("/work").text
    assert "somebody else must do this" in work[work.index('id="others"') :]
    page = anna.get(path).text
    assert "/do/ConfirmDecision" not in page
    assert deed(anna, path, "WithdrawProposal") == 303
    assert not proposals_of(case.case).pending


def test_who_declines_says_why(case: Story, anna: Person, boris: Person) -> None:
    path = proposed(case, anna)
    assert deed(boris, path, "DeclineDecision", reason="too early") == 303
    assert not proposals_of(case.case).pending
    assert not care_of(case.case).care_plan


def test_the_page_shows_what_exactly_is_proposed_and_keeps_sealed_what_is_sealed(
    case: Story, anna: Person, boris: Person
) -> None:
    path = f"/cases/{case.case_id}/do/AdvanceCase"
    form = form_at(anna, f"{path}?trigger=transfer")
    surely(anna, path, form | {"trigger": "transfer", "reason": "moved"})
    (key,) = proposals_of(case.case).pending
    page = main_of(boris.get(f"/cases/{case.case_id}/decisions/{key}"))
    assert "Moved away" in page or "moved" in page.lower()
    assert "anna" in page
    plan = proposed_beside(case, anna)
    page = main_of(boris.get(plan))
    assert SECRET not in page
    assert f"/cases/{case.case_id}/open?parts=story" in page


def test_a_step_that_was_proposed_is_shown_as_such_where_it_would_be_taken(case: Story, boris: Person) -> None:
    case.does(AdvanceCase, trigger="transfer", reason="moved")
    (key,) = proposals_of(case.case).pending
    page = boris.get(f"/cases/{case.case_id}").text
    way = page[page.index('id="way-transfer"') :].partition("</li>")[0]
    assert f"/cases/{case.case_id}/decisions/{key}" in way
    assert "trigger=transfer" not in way


def test_the_history_tells_what_was_proposed_and_by_whom_it_was_confirmed(
    case: Story, anna: Person, boris: Person
) -> None:
    case.does(AdvanceCase, trigger="transfer", reason="moved")
    (key,) = proposals_of(case.case).pending
    deed(boris, f"/cases/{case.case_id}/decisions/{key}", "ConfirmDecision")
    page = anna.get(f"/cases/{case.case_id}/history").text
    told = plain(page)
    assert "Proposed to a second person" in told
    assert "What was proposed: Take the next step" in told or "What was proposed Take the next step" in told
    assert "Confirmed by a second person" in told
    assert "pins" not in told


def proposed_beside(case: Story, by: Person) -> str:
    path, before = f"/cases/{case.case_id}/do/AgreeCarePlan", set(proposals_of(case.case).pending)
    by.post(path, form_at(by, path) | {"plan": SECRET})
    (key,) = set(proposals_of(case.case).pending) - before
    return f"/cases/{case.case_id}/decisions/{key}"


def test_the_page_of_the_case_says_what_waits(case: Story, anna: Person, boris: Person) -> None:
    path = proposed(case, anna)
    page = boris.get(f"/cases/{case.case_id}").text
    assert f'href="{path}"' in page[page.index('id="waiting"') :]


def test_confirming_asks_for_a_fresh_second_factor(web: WebHouse, case: Story, anna: Person, boris: Person) -> None:
    path = proposed(case, anna)
    stale = web.sign_in(BORIS, strong=False)
    assert deed(stale, path, "ConfirmDecision") == 403
    assert not care_of(case.case).care_plan


def test_a_supervisor_of_another_programme_finds_no_such_decision(web: WebHouse, case: Story, anna: Person) -> None:
    path = proposed(case, anna)
    stranger = web.sign_in("staff:nina", ["supervisor"], programmes=("st-petersburg",))
    assert stranger.get(path).status_code == 404


def test_a_colleague_at_the_same_desk_confirms_in_their_own_name(web: WebHouse, case: Story, anna: Person) -> None:
    app = web.with_app("staff:clara", "supervisor")
    path = proposed(case, anna)
    web.clock.advance(timedelta(seconds=30))
    page = anna.get(path)
    proof = {"account": "clara", "password": OWN, "code": app.code(web.clock.now())}
    wrong = anna.post(path, hidden_in(page) | proof | {"password": "not hers at all"})
    assert (wrong.status_code, "not hers at all" in wrong.text) == (422, False)
    assert not care_of(case.case).care_plan
    web.clock.advance(timedelta(seconds=60))
    done = anna.post(path, hidden_in(page) | proof | {"code": app.code(web.clock.now())})
    assert done.status_code == 303, done.text
    log = web.office.service.log
    (confirmed,) = log.of_types(f"case:{case.case_id}", (DecisionConfirmed.__name__,))[-1:]
    (asked,) = log.of_types(f"case:{case.case_id}", (DecisionProposed.__name__,))[-1:]
    assert (confirmed.envelope.actor, asked.envelope.actor) == ("staff:clara", ANNA)
    assert anna.get("/me").status_code == 200  # she stays signed in


def test_the_plan_as_it_was_written_can_be_opened_from_the_page_of_its_approval(web: WebHouse) -> None:
    case = bring(story(web.office), "reintegration")
    case.does(DraftPlan, goals=("work",), content=SECRET).does(AgreePlan)
    (key,) = proposals_of(case.case).pending
    page = web.sign_in(BORIS, ["supervisor"]).get(f"/cases/{case.case_id}/decisions/{key}").text
    assert "Work" in page
    assert f'href="/cases/{case.case_id}/open?parts=story"' in page
    assert SECRET not in page


def test_who_is_stopped_confirms_at_no_colleagues_desk_and_who_does_is_seen_to_look(
    web: WebHouse, case: Story, anna: Person
) -> None:
    app = web.with_app("staff:clara", "supervisor")
    path = proposed(case, anna)
    page = anna.get(path)
    database, few, viewer = web.office.database, ViewLimits(1, 1), Viewer("staff:clara", "elsewhere")
    others = [Story(web.office, name="Test").case_id for _ in range(2)]
    for number, sight in zip(others, ("shown", "stopped"), strict=True):
        assert record_view(database, web.office.keys, number, viewer, "case.see", web.office.now, few) == sight
    web.clock.advance(timedelta(seconds=60))
    proof = {"account": "clara", "password": OWN, "code": app.code(web.clock.now())}
    assert anna.post(path, hidden_in(page) | proof).status_code == 429
    assert not care_of(case.case).care_plan
    app = web.with_app("staff:olga", "supervisor")
    web.clock.advance(timedelta(seconds=60))
    proof = {"account": "olga", "password": OWN, "code": app.code(web.clock.now())}
    assert anna.post(path, hidden_in(anna.get(path)) | proof).status_code == 303
    seen = web.office.rows("looks", account="staff:olga")
    assert [row["case_id"] for row in seen] == [case.case_id]


def test_the_author_does_not_confirm_at_the_same_desk_either(web: WebHouse, case: Story) -> None:
    app = web.with_app(ANNA, "case_manager")
    anna = web.sign_in(ANNA)
    path = proposed(case, anna)
    web.clock.advance(timedelta(seconds=60))
    proof = {"account": "anna", "password": OWN, "code": app.code(web.clock.now())}
    refused = anna.post(path, hidden_in(anna.get(path)) | proof)
    assert refused.status_code == 422
    assert "You proposed this yourself." in refused.text


@ON_BOTH_DATABASES
def test_a_program_is_told_that_it_waits(office: Office) -> None:
    web = WebHouse(office)
    case = bring(story(office), "care")
    anna, boris = web.sign_in(ANNA), web.sign_in(BORIS, ["supervisor"])
    commands = f"/api/v1/cases/{case.case_id}/commands"
    token = {"x-wayhome-token": anna.session.csrf}
    told = anna.client.post(f"{commands}/AgreeCarePlan", json={"plan": SECRET}, headers=token).json()
    assert told["facts"] == ["DecisionProposed", "TimerSet"]
    token = {"x-wayhome-token": boris.session.csrf}
    body = {"proposal_id": told["proposal"]}
    done = boris.client.post(f"{commands}/ConfirmDecision", json=body, headers=token)
    assert (done.status_code, done.json()["proposal"]) == (201, "")
    assert "CarePlanAgreed" in done.json()["facts"]
