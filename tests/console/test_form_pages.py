"""Forms in front of people: offered, sent twice, refused with reasons, overtaken, forged."""

from __future__ import annotations

import re
from html import unescape

import pytest

from console.forms.form import form_for
from console.subjects import CASE_FORMS
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.roads import MONEY, bring, referred
from tests.kit.story import Story, present, story
from tests.kit.web.filled import FORGED, context, filled
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import count_of, form_at, hidden_in, main_of
from workflow.rights.acts import Role
from workflow.subjects.grants.commands import RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.safety.commands import AssessRisk, EndReflection
from workflow.subjects.safety.state import safety_of

Given = dict[str, str | list[str]]


# Every command with every forged choice: what differs between databases is held by the tests of the store.


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return bring(story(office), "care")


# -- offered --------------------------------------------------------------------------------------------------------


def test_every_form_is_offered_in_both_languages(web: WebHouse, case: Story) -> None:
    roles: tuple[tuple[Role, ...], ...] = (
        ("case_manager", "supervisor"), ("case_manager", "medical"), ("finance_release",), ("finance_approve",),
    )  # fmt: skip
    called = {"en": ("mira", "olga", "pavel", "tanya"), "ru": ("sofia", "igor", "denis", "rita")}
    for language, names in called.items():
        people = [
            web.sign_in(f"staff:{name}", named, language=language) for name, named in zip(names, roles, strict=True)
        ]
        for name in CASE_FORMS:
            path = f"/cases/{case.case_id}/do/{name}"
            found = [page for person in people if (page := person.get(path)).status_code == 200]
            assert found, name
            assert f'<html lang="{language}"' in found[0].text
            assert main_of(found[0]).count("<h1>") == 1


def test_every_label_belongs_to_a_field_that_is_there(web: WebHouse, case: Story) -> None:
    anna = web.sign_in()
    for name in ("PlanTrip", "RequestGrant", "RecordFollowUp", "HoldBed", "RecordRoute"):
        page = main_of(anna.get(f"/cases/{case.case_id}/do/{name}"))
        ids = set(re.findall(r' id="([^"]+)"', page))
        assert set(re.findall(r' for="([^"]+)"', page)) <= ids
        assert {one for many in re.findall(r'aria-describedby="([^"]+)"', page) for one in many.split()} <= ids
        assert "style=" not in page
        assert len(re.findall(r"<button class=\"main-deed\"", page)) == 1


def test_the_list_offers_only_what_somebody_may(web: WebHouse, case: Story) -> None:
    path = f"/cases/{case.case_id}/do"
    anna = main_of(web.sign_in().get(path))
    doctor = main_of(web.sign_in("staff:maria", ["medical"]).get(path))
    assert "do/HoldBed" in anna
    assert "do/CertifyFitness" not in anna
    assert "do/CertifyFitness" in doctor
    assert "do/HoldBed" not in doctor
    assert "do/ApproveGrant" not in anna


def test_a_form_that_is_not_ones_own_looks_like_one_that_is_not_there(web: WebHouse, case: Story) -> None:
    anna = web.sign_in()
    stranger = web.sign_in("staff:peter", ["case_manager"], programmes=["st-petersburg"])
    forms = [
        anna.get(f"/cases/{case.case_id}/do/CertifyFitness"),
        anna.get(f"/cases/{case.case_id}/do/FinishTask"),
        anna.get("/cases/00000-00000/do/AddNote"),
        stranger.get(f"/cases/{case.case_id}/do/AddNote"),
        web.sign_in("staff:rosa", ["administrator"]).get(f"/cases/{case.case_id}/do/AddNote"),
    ]
    assert [page.status_code for page in forms] == [404] * len(forms)
    assert len({main_of(page) for page in forms}) == 1


# -- sent -----------------------------------------------------------------------------------------------------------


def test_a_form_sent_twice_is_carried_out_once(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/AddNote"
    form = form_at(anna, path) | {"note": "asked for warm clothes"}
    answers = [anna.post(path, form) for _ in range(3)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [
        (303, f"/cases/{case.case_id}?done=AddNote")
    ] * 3
    assert count_of(web, "NoteAdded") == 1
    other = anna.post(path, form | {"note": "something else"})
    assert other.status_code == 409
    assert "sent before" in other.text
    assert "something else" in other.text
    assert count_of(web, "NoteAdded") == 1
    assert anna.post(path, hidden_in(other) | {"note": "something else"}).status_code == 303


def test_a_refusal_keeps_what_was_typed_and_leads_to_the_forms_that_help(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/AdvanceCase"
    size = web.office.service.log.size()
    page = anna.post(path, form_at(anna, path) | {"trigger": "arrange_documents", "reason": ""})
    assert page.status_code == 422
    text = unescape(main_of(page))
    assert "There is no agreed care plan." in text
    assert f"/cases/{case.case_id}/do/AgreeCarePlan" in text
    assert f"/cases/{case.case_id}/do/RecordSession?service=medical_exam" in text
    assert '<option value="arrange_documents" selected>' in text
    assert web.office.service.log.size() == size
    offered = unescape(main_of(anna.get(f"/cases/{case.case_id}/do/RecordSession?service=medical_exam")))
    assert re.search(r'value="medical_exam"[^>]*(checked|selected)', offered)


def test_what_is_missing_is_said_at_the_top_and_at_its_field(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/RequestGrant"
    given = {"kind": "reintegration", "amount": "12 €", "amount_currency": "EUR", "payee_name": "<b>Ана</b>"}
    page = anna.post(path, form_at(anna, path) | given)
    assert page.status_code == 422
    text = main_of(page)
    ids = set(re.findall(r' id="([^"]+)"', text))
    links = re.findall(r'<li><a href="#([^"]+)"', text)
    assert links == ["amount", "payee_account"]
    assert set(links) <= ids
    assert "&lt;b&gt;Ана&lt;/b&gt;" in text
    assert 'value="12 €"' in text
    assert 'aria-describedby="amount-error"' in text or "amount-error" in ids


def test_one_more_part_of_a_journey_needs_no_script(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/PlanTrip"
    page = anna.post(path, form_at(anna, path) | {"legs-0-origin": "Москва", "add_row": "1"})
    assert page.status_code == 200
    assert 'value="Москва"' in page.text
    assert 'name="legs-1-origin"' in page.text


# -- two people on one case -----------------------------------------------------------------------------------------


def test_the_second_of_two_managers_sees_what_changed_and_may_apply_theirs(web: WebHouse, case: Story) -> None:
    anna, olga = web.sign_in(), web.sign_in("staff:olga")
    path = f"/cases/{case.case_id}/do/AssessRisk"
    early = form_at(anna, path) | {"level": "high", "safe_to_return": "false", "note": "brother threatens"}
    assert olga.post(path, form_at(olga, path) | {"level": "medium", "safe_to_return": "true"}).status_code == 303
    page = anna.post(path, early)
    assert page.status_code == 409
    text = unescape(main_of(page))
    assert "brother threatens" in text  # what she wanted
    assert "staff:olga" in text  # who was quicker
    assert re.search(r"Risk</td>.*>low</td>.*>medium</td>", text, re.DOTALL)
    assert safety_of(case.case).risk is not None
    assert present(safety_of(case.case).risk).level == "medium"
    again = anna.post(path, hidden_in(page))
    assert again.status_code == 303
    assert present(safety_of(case.case).risk).level == "high"
    assert anna.post(path, early).status_code == 303  # "back" and sent once more: as the first time
    assert count_of(web, "RiskAssessed") == 3


def test_whoever_has_two_roles_is_told_of_both_what_came_between(web: WebHouse, case: Story) -> None:
    vera, path = web.sign_in("staff:vera", ["medical", "legal"]), f"/cases/{case.case_id}/do/AddNote"
    early = form_at(vera, path) | {"note": "slept badly"}
    case.does(AssessRisk, level="medium", safe_to_return=True, actor=BORIS)
    page = vera.post(path, early)
    assert page.status_code == 409
    assert "Risk" in unescape(main_of(page))  # what a doctor alone is not told of


def test_the_overtaken_form_may_be_changed_first(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/AddNote"
    early = form_at(anna, path) | {"note": "first thought"}
    case.does(EndReflection, why="has decided") if safety_of(case.case).reflection_until else case.does(
        AssessRisk, level="low", safe_to_return=True, actor=BORIS
    )
    page = anna.post(path, early)
    changed = anna.post(path, hidden_in(page) | {"change": "1"})
    assert changed.status_code == 200
    assert "first thought" in changed.text
    assert anna.post(path, hidden_in(changed) | {"note": "second thought"}).status_code == 303


def test_what_only_workers_did_meanwhile_stops_nobody(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/AddNote"
    form = form_at(anna, path) | {"note": "slept well"}
    task = next(iter(case.tasks(kind="request_appointment")))
    case.finish(task).accepted()
    assert anna.post(path, form).status_code == 303
    assert anna.post(path, form).status_code == 303
    assert count_of(web, "NoteAdded") == 1


def test_who_approves_money_is_not_stopped_by_what_else_happens(web: WebHouse, office: Office) -> None:
    case = bring(story(office), "reintegration")
    case.does(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 200"})
    (grant_id,) = grants_of(case.case).grants
    fiona, path = web.sign_in("staff:fiona", ["finance_approve"]), f"/cases/{case.case_id}/do/ApproveGrant"
    form = form_at(fiona, path)
    assert "expected" not in form
    case.does(AddNote, note="a good day")
    answer = fiona.post(path, form | {"grant_id": grant_id})
    assert (answer.status_code, answer.headers["location"]) == (303, "/grants?done=ApproveGrant")


def test_a_stale_second_factor_is_asked_for_and_nothing_typed_is_lost(web: WebHouse, office: Office) -> None:
    case = bring(story(office), "reintegration")
    case.does(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 200"})
    (grant_id,) = grants_of(case.case).grants
    path = f"/cases/{case.case_id}/do/DeclineGrant"
    form = form_at(web.sign_in(BORIS, ["supervisor"]), path)
    tired = web.sign_in(BORIS, strong=False)
    assert tired.get(path).headers["location"].startswith("/step-up?back=")
    given = {**form, "_token": tired.session.csrf, "grant_id": grant_id, "reason": "asked for twice"}
    page = tired.post(path, given)
    assert page.status_code == 403
    assert "asked for twice" in page.text
    assert "/step-up" in page.text
    assert not grants_of(case.case).grants[grant_id].declined


# -- forged ---------------------------------------------------------------------------------------------------------


def test_forms_that_are_not_ours_store_nothing(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/AddNote"
    form: Given = {**form_at(anna, path), "note": "x"}
    other = web.sign_in("staff:olga")
    size = web.office.service.log.size()
    wrong: list[tuple[Given, int]] = [
        (form | {"_token": ""}, 403),
        (form | {"_token": other.session.csrf}, 403),
        (form | {"command_id": "1"}, 422),
        (form | {"command_id": ""}, 422),
        (form | {"expected": "-1"}, 422),
        (form | {"expected": "9" * 30}, 422),
        (form | {"expected": "x"}, 422),
        (form | {"actor": "staff:boris"}, 422),
        (form | {"mandate": "medical"}, 422),
        (form | {"case_id": "00000-00000"}, 422),
        (form | {"note": ["x", "y"]}, 422),
        (form | {"note": "a\u202eb"}, 422),
        (form | {"note": "\x00"}, 422),
        (form | {"note": "x" * 30_000}, 422),
        (form | {"expected": "99999"}, 409),
    ]
    assert [anna.client.post(path, data=given).status_code for given, _ in wrong] == [status for _, status in wrong]
    file = anna.client.post(path, data=form, files={"note2": ("a.txt", b"x")})
    assert file.status_code == 400
    assert web.office.service.log.size() == size


def test_choices_nobody_was_offered_are_refused_in_words(web: WebHouse, case: Story) -> None:
    anna = web.sign_in("staff:anna", ["case_manager", "supervisor"])
    here = context(case)
    for name, kind in CASE_FORMS.items():
        path = f"/cases/{case.case_id}/do/{name}"
        if anna.get(path).status_code == 404:
            continue
        given = dict(filled(form_for(kind, here)))
        chosen = [field.name for field in form_for(kind, here).every() if field.kind == "choice"]
        for field in chosen:
            for forged in (FORGED.get(field, "zzz"), "zzz", "X-1", "../../etc", ""):
                size = web.office.service.log.size()
                answer = anna.post(path, _envelope(web, case) | given | {field: forged})
                assert answer.status_code in (303, 409, 422), (name, field, forged)
                if answer.status_code != 303:
                    assert web.office.service.log.size() == size
                    assert 'role="alert"' in answer.text, (name, field, forged)


def test_a_partner_answers_for_its_own_referral_and_sees_nothing_else(web: WebHouse, case: Story) -> None:
    own = referred(case)
    other = referred(case, "legal-aid", "legal_advice")
    nina = web.sign_in("newstart:nina", ["partner"])
    path = f"/cases/{case.case_id}/do/AcceptReferral"
    page = main_of(nina.get(path))
    assert own in page
    assert other not in page
    form = form_at(nina, path)
    assert nina.post(path, form | {"referral_id": other}).status_code == 404
    assert nina.get(f"/cases/{case.case_id}/do/AddNote").status_code == 404
    answer = nina.post(path, form | {"referral_id": own})
    assert (answer.status_code, answer.headers["location"]) == (303, "/referrals?done=AcceptReferral")
    assert referrals_of(case.case).referrals[own].status == "accepted"
    assert referrals_of(case.case).referrals[other].status == "sent"


def _envelope(web: WebHouse, case: Story) -> dict[str, str]:
    version = web.house.container.cases.at(case.case_id)
    assert version is not None
    return {"command_id": str(web.office.uuid()), "expected": str(version.version)}
