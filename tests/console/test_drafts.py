"""Nothing typed is lost: drafts, signing in in the middle of a form, a refusal and the way back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import select, update

from console.forms.given import ENVELOPE
from console.subjects import CASE_FORMS, OFFICE_FORMS
from console.web.drafts import BUTTONS
from events.errors import KeysMissing, StoreReadOnly
from handlers.drafts.sealing import compartment_of
from handlers.drafts.store import (
    BYTES_MAX,
    SENT_FOR,
    SENT_MAX,
    TYPED_FOR,
    TYPED_MAX,
    DraftOf,
    Drafts,
    Owner,
    sweep_drafts,
)
from handlers.erasing.stores import ErasureSubject, shred
from handlers.projections.row_signing import altered_rows
from handlers.projections.tables import drafts
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web import canary
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import count_of, form_at, hidden_in, main_of
from workflow.command import fields_of
from workflow.subjects.accounts.commands import ResetCredentials

TEXT = "She fears that they know where her mother lives."
JSON = {"accept": "application/json"}


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return bring(story(office), "care")


@pytest.fixture
def note(case: Story) -> str:
    return f"/cases/{case.case_id}/do/AddNote"


def kept(person: Person, path: str, form: dict[str, str], text: str = TEXT, **more: str) -> dict[str, str]:
    answer = person.post(path, form | {"note": text, "keep": "1"} | more, headers=JSON)
    assert answer.status_code == 200, answer.text
    told: dict[str, str] = answer.json()
    return told


def rows(web: WebHouse) -> list[dict[str, object]]:
    with web.office.database.reading() as connection:
        return [dict(row) for row in connection.execute(select(drafts)).mappings()]


def typed_in(page: Response, name: str = "note") -> str:
    found = re.search(rf'<textarea id="{name}"[^>]*>\n(.*?)</textarea>', main_of(page), re.DOTALL)
    assert found, main_of(page)
    return unescape(found[1])


# -- drafts ---------------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_what_is_typed_is_kept_offered_again_and_gone_once_it_is_sent(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    told = kept(anna, note, form)
    assert told["draft"] == form["command_id"]
    assert "Kept as a draft" in told["said"]
    offered = anna.get(note)
    assert TEXT not in offered.text
    assert f"{note}?draft={told['draft']}" in unescape(offered.text)
    again = anna.get(f"{note}?draft={told['draft']}")
    assert typed_in(again) == TEXT
    assert hidden_in(again)["command_id"] == form["command_id"]
    assert anna.post(note, hidden_in(again) | {"note": TEXT}).status_code == 303
    assert anna.post(note, hidden_in(again) | {"note": TEXT}).status_code == 303
    assert count_of(web, "NoteAdded") == 1
    assert not rows(web)


def test_a_draft_is_saved_without_a_script(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    page = anna.post(note, form_at(anna, note) | {"note": TEXT, "keep": "1"})
    assert page.status_code == 200
    assert typed_in(page) == TEXT
    assert "Kept as a draft at" in main_of(page)
    assert count_of(web, "NoteAdded") == 0


def test_a_draft_is_sealed_and_nobody_else_gets_it(web: WebHouse, note: str) -> None:
    anna, boris = web.sign_in(), web.sign_in("staff:boris", ["supervisor"])
    root = web.sign_in("staff:root2", ["administrator"])
    with canary.overheard() as lines:
        told = kept(anna, note, form_at(anna, note), canary.STORY)
    assert not canary.is_in("\n".join(lines))
    assert canary.kept_in_the_clear(web.office) == []
    assert told["draft"] not in boris.get(note).text
    assert typed_in(boris.get(f"{note}?draft={told['draft']}")) == ""
    assert not canary.is_in(boris.get("/drafts").text + root.get("/drafts").text)
    assert "You have no drafts." in boris.get("/drafts").text
    boris.post("/drafts", {"drop": told["draft"]})
    assert typed_in(anna.get(f"{note}?draft={told['draft']}")) == canary.STORY


def test_a_case_number_typed_in_another_way_is_the_same_form(web: WebHouse, case: Story, note: str) -> None:
    anna = web.sign_in()
    odd = note.replace(case.case_id, case.case_id.lower().replace("-", "%20"))
    told = kept(anna, odd, form_at(anna, odd))
    assert typed_in(anna.get(f"{note}?draft={told['draft']}")) == TEXT


def test_a_command_that_was_carried_out_is_not_undone_by_a_store_that_cannot_be_written(
    web: WebHouse, note: str
) -> None:
    class ReadOnly(Drafts):
        def drop(self, account: str, draft: str) -> None:
            raise StoreReadOnly("the disk is read-only now")

        def keep(self, *_: Any, **__: Any) -> Any:
            raise StoreReadOnly("the disk is read-only now")

    anna = web.sign_in()
    form = form_at(anna, note)
    container = web.house.container
    broken = ReadOnly(container.database, container.keys, container.chance)
    web.app.state.web = replace(web.house, drafts=broken)
    assert anna.post(note, form | {"note": ""}).status_code == 422
    assert "could not be kept" in anna.post(note, form | {"note": TEXT, "keep": "1"}, headers=JSON).json()["said"]
    assert anna.post(note, form | {"note": TEXT}).status_code == 303


def test_a_draft_that_is_thrown_away_is_gone(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    page = anna.get(f"{note}?draft={told['draft']}")
    assert "Throw it away" in main_of(page)
    gone = anna.post(note, hidden_in(page) | {"drop": told["draft"]})
    assert gone.headers["location"] == note
    assert not rows(web)


def test_no_field_of_a_command_is_called_like_a_button_or_what_a_form_carries() -> None:
    carried = BUTTONS | ENVELOPE - {"_token", "command_id", "expected"} | {"draft"}
    named = {name for kind in (*CASE_FORMS.values(), *OFFICE_FORMS.values()) for name in fields_of(kind)}
    assert not named & carried


@ON_BOTH_DATABASES
def test_two_windows_with_one_draft_lose_neither(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    first = kept(anna, note, form_at(anna, note))
    left, right = (hidden_in(anna.get(f"{note}?draft={first['draft']}")) for _ in range(2))
    web.office.clock.advance(timedelta(seconds=5))
    told_left, told_right = kept(anna, note, left, "from the left"), kept(anna, note, right, "from the right")
    assert told_left["draft"] == first["draft"]
    assert told_right["draft"] != first["draft"]
    told_left = kept(anna, note, left | {"kept": told_left["kept"]}, "from the left side")
    assert told_left["draft"] == first["draft"]
    found = {typed_in(anna.get(f"{note}?draft={one['draft']}")) for one in (told_left, told_right)}
    assert found == {"from the left side", "from the right"}
    assert len(rows(web)) == 2


def test_a_refused_form_is_kept_so_that_the_help_and_the_way_back_lose_nothing(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/AdvanceCase"
    refused = anna.post(path, form_at(anna, path) | {"trigger": "arrange_documents", "reason": ""})
    assert refused.status_code == 422
    assert 'data-kept="1"' in refused.text
    helping = re.search(r'<a class="button" href="([^"]+/do/[^"]+)"', main_of(refused))
    assert helping
    assert anna.get(unescape(helping[1])).status_code == 200
    assert "Begun and not sent" in anna.get(f"/cases/{case.case_id}").text
    back = anna.get(f"{path}?draft={hidden_in(refused)['command_id']}")
    assert '<option value="arrange_documents" selected>' in back.text


def test_a_draft_shows_what_changed_of_the_case_since(web: WebHouse, case: Story, note: str) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    boris = web.sign_in("staff:boris", ["supervisor"])
    risk = f"/cases/{case.case_id}/do/AssessRisk"
    sent = boris.post(
        risk, form_at(boris, risk) | {"level": "high", "safe_to_return": "false", "note": "a car outside"}
    )
    assert sent.status_code == 303, main_of(sent)
    page = anna.get(f"{note}?draft={told['draft']}")
    assert "What changed meanwhile" in main_of(page)
    assert typed_in(page) == TEXT
    assert anna.post(note, hidden_in(page) | {"note": TEXT}).status_code == 303


def test_a_conflict_keeps_what_was_wanted(web: WebHouse, case: Story) -> None:
    anna, boris = web.sign_in(), web.sign_in("staff:boris", ["supervisor"])
    path = f"/cases/{case.case_id}/do/AdvanceCase"
    form = form_at(anna, path) | {"trigger": "arrange_documents", "reason": ""}
    note = f"/cases/{case.case_id}/do/AddNote"
    assert boris.post(note, form_at(boris, note) | {"note": "was faster"}).status_code == 303
    overtaken = anna.post(path, form)
    assert overtaken.status_code == 409
    assert [row["place"] for row in rows(web)] == [path]


def test_a_new_referral_is_kept_before_there_is_a_case(web: WebHouse, office: Office) -> None:
    anna = web.sign_in()
    form = hidden_in(anna.post("/cases/new/form", {"programme": "moscow", "name": canary.NAME}))
    given = form | {"programme": "moscow", "name": canary.NAME, "source": "ngo", "keep": "1"}
    told = anna.post("/cases/new/open", given, headers=JSON).json()
    assert canary.kept_in_the_clear(office) == []
    assert f"/cases/new/form?draft={told['draft']}" in unescape(anna.get("/cases/new").text)
    again = anna.get(f"/cases/new/form?draft={told['draft']}")
    assert canary.NAME in again.text
    opened = anna.post("/cases/new/open", hidden_in(again) | {"programme": "moscow", "name": "Ana", "source": "ngo"})
    assert opened.status_code == 303, main_of(opened)
    assert not rows(web)


# -- signing in in the middle ---------------------------------------------------------------------------------------


def sixteen_minutes(web: WebHouse) -> None:
    web.clock.advance(timedelta(minutes=16))


def again(web: WebHouse, person: Person) -> Person:
    """Sign the same account in anew, at the same browser."""
    fresh = web.sign_in(person.account)
    person.client.cookies.set(web.house.site.cookie, fresh.client.cookies[web.house.site.cookie])
    return Person(person.client, fresh.session)


def test_a_note_sent_after_the_session_ended_comes_back_and_is_not_sent_by_itself(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    sixteen_minutes(web)
    answer = anna.post(note, form | {"note": TEXT})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?back={note}%3Fdraft%3D{form['command_id']}&kept=1"
    assert "What you sent is not lost" in anna.get(answer.headers["location"]).text
    page = again(web, anna).get(note)
    assert typed_in(page) == TEXT
    assert "You had been signed out when you sent this" in main_of(page)
    assert count_of(web, "NoteAdded") == 0
    back = again(web, anna)
    for _ in range(2):
        assert back.post(note, hidden_in(page) | {"_token": back.session.csrf, "note": TEXT}).status_code == 303
    assert count_of(web, "NoteAdded") == 1


def test_somebody_else_who_signs_in_at_this_browser_is_told_nothing(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    sixteen_minutes(web)
    anna.post(note, form | {"note": TEXT})
    boris = web.sign_in("staff:boris", ["supervisor"])
    at_her_desk = Person(anna.client, boris.session)
    anna.client.cookies.set(web.house.site.cookie, boris.client.cookies[web.house.site.cookie])
    page = at_her_desk.get(f"{note}?draft={form['command_id']}")
    assert typed_in(page) == ""
    assert "signed out" not in main_of(page)
    assert "You have no drafts." in at_her_desk.get("/drafts").text


def test_a_form_without_the_cookie_of_its_session_is_not_kept(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note) | {"note": TEXT, "_token": anna.session.csrf}
    stranger = web.client()
    assert stranger.post(note, data=form).headers["location"] == f"/sign-in?back={note}"
    sixteen_minutes(web)
    assert stranger.post(note, data=form).headers["location"] == f"/sign-in?back={note}"
    anna.client.post(note, data=form | {"_token": "guessed"})
    anna.client.post(note, data=form, headers={"sec-fetch-site": "cross-site"})
    anna.client.post(note, data=form, headers={"origin": "https://elsewhere.example"})
    assert not rows(web)


def test_a_session_that_was_ended_keeps_nothing_any_more(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note) | {"note": TEXT}
    web.house.sessions.end_all(anna.account)
    assert anna.post(note, form).headers["location"] == f"/sign-in?back={note}"
    assert not rows(web)


@ON_BOTH_DATABASES
def test_a_stranger_with_an_ended_session_does_not_fill_the_store(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    sixteen_minutes(web)
    for number in range(SENT_MAX + 4):
        anna.post(note, {**form, "note": f"{TEXT} {number}", "command_id": str(web.office.uuid())})
    found = rows(web)
    assert len(found) == SENT_MAX
    for number in range(80):
        anna.post(note, {**form, "note": f"{TEXT} {number}", "command_id": str(web.office.uuid())})
    assert len(rows(web)) == SENT_MAX


def test_a_form_opened_before_signing_in_again_elsewhere_is_kept_and_shown(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note) | {"note": TEXT, "_token": anna.session.csrf}
    sixteen_minutes(web)
    back = again(web, anna)
    answer = back.client.post(note, data=form)
    assert answer.status_code == 303
    assert typed_in(back.get(answer.headers["location"])) == TEXT
    assert count_of(web, "NoteAdded") == 0
    boris = web.sign_in("staff:boris", ["supervisor"])
    assert boris.client.post(note, data=form).status_code == 403


def test_a_form_that_asks_for_a_fresh_proof_comes_back_after_it(web: WebHouse) -> None:
    boris, path = web.sign_in("staff:boris", ["supervisor"]), "/office/moscow/do/CloseFacility"
    house = re.search(r'name="facility" value="([^"]+)"|<option value="([a-z-]+)"', main_of(boris.get(path)))
    assert house
    form = form_at(boris, path) | {"facility": house[1] or house[2], "on": "2007-06-01", "reason": "The roof leaks"}
    web.clock.advance(timedelta(minutes=11))
    asked = boris.post(path, form)
    assert asked.status_code == 403
    there = f"{path}?draft={form['command_id']}"
    assert f"/step-up?back={quote(there)}" in asked.text
    proof = boris.get(there)
    assert proof.headers["location"] == f"/step-up?back={quote(there)}"
    proved = web.sign_in("staff:boris")
    boris.client.cookies.set(web.house.site.cookie, proved.client.cookies[web.house.site.cookie])
    assert 'value="2007-06-01"' in boris.get(there).text


# -- bad input ------------------------------------------------------------------------------------------------------


def test_too_much_too_often_and_of_nothing_is_not_kept(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    long = anna.post(note, form | {"note": "x" * (BYTES_MAX + 1), "keep": "1"}, headers=JSON)
    assert (long.status_code, long.json()["draft"]) == (422, "")
    assert anna.post(note, form | {"note": "x" * 10_000_000, "keep": "1"}).status_code == 413
    assert anna.post(note, form | {"note": " ", "keep": "1"}, headers=JSON).json()["draft"] == ""
    assert anna.post(note, form | {"note": TEXT, "of_no_form": "1", "keep": "1"}, headers=JSON).json()["draft"] == ""
    for path in (note.replace("AddNote", "Nothing"), note.replace("AddNote", "CertifyFitness")):
        assert anna.post(path, form | {"note": TEXT, "keep": "1"}).status_code == 404
    stranger = web.sign_in("staff:peter", ["case_manager"], programmes=["st-petersburg"])
    assert stranger.post(note, form | {"_token": stranger.session.csrf, "note": TEXT, "keep": "1"}).status_code == 404
    assert not rows(web)
    answers = [anna.post(note, form | {"note": TEXT, "keep": "1", "kept": ""}, headers=JSON) for _ in range(70)]
    assert {answer.status_code for answer in answers} == {200, 429}


def test_a_forged_form_keeps_nothing(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note) | {"note": TEXT, "keep": "1"}
    assert anna.client.post(note, data=form | {"_token": "guessed"}).status_code == 403
    assert anna.post(note, form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not rows(web)


def test_one_account_keeps_so_many_and_is_told_of_the_next(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    for _ in range(TYPED_MAX):
        kept(anna, note, form | {"command_id": str(web.office.uuid())})
    more = anna.post(note, form | {"note": TEXT, "keep": "1"}, headers=JSON)
    assert more.status_code == 422
    assert "very many drafts" in more.json()["said"]
    assert len(rows(web)) == TYPED_MAX


def test_a_draft_ends_after_a_week_and_what_was_sent_after_half_an_hour(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    sent = form_at(anna, note)
    sixteen_minutes(web)
    anna.post(note, sent | {"note": "sent too late"})
    web.office.clock.advance(SENT_FOR + timedelta(seconds=1))
    fresh = again(web, anna)
    assert typed_in(fresh.get(note)) == ""
    web.office.clock.advance(TYPED_FOR)
    assert typed_in(again(web, anna).get(f"{note}?draft={told['draft']}")) == ""


@ON_BOTH_DATABASES
def test_a_planted_changed_or_moved_draft_is_not_there(
    web: WebHouse, case: Story, note: str, caplog: pytest.LogCaptureFixture
) -> None:
    anna, boris = web.sign_in(), web.sign_in("staff:boris", ["supervisor"])
    told = kept(anna, note, form_at(anna, note))
    other = bring(story(web.office), "care")
    thefts = (
        {"account": boris.account},
        {"place": note.replace("AddNote", "AgreeCarePlan")},
        {"place": note.replace(case.case_id, other.case_id), "case_id": other.case_id},
        {"expected": 1},
        {"until": "2099-01-01T00:00:00.000000Z"},
        {"sealed": b"{}"},
    )
    (whole,) = rows(web)
    for theft in thefts:
        with web.office.database.writing() as connection:
            connection.execute(update(drafts).values(**theft))
        for person in (anna, boris):
            for place in (note, str(theft.get("place", note))):
                page = person.get(f"{place}?draft={told['draft']}")
                assert TEXT not in page.text, theft
        with web.office.database.writing() as connection:
            connection.execute(update(drafts).values(**whole))
    assert "was not written by Wayhome" in caplog.text
    assert TEXT not in caplog.text
    assert typed_in(anna.get(f"{note}?draft={told['draft']}")) == TEXT


def test_a_draft_whose_key_is_gone_says_so(web: WebHouse, note: str, case: Story) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    keys, person = web.office.keys, web.office.case(case.case_id).person_id
    keys._keys = {owner: key for owner, key in keys._keys.items() if owner[0] != person}
    page = anna.get(f"{note}?draft={told['draft']}")
    assert "its key is missing" in main_of(page)
    assert typed_in(page) == ""


def test_a_draft_goes_with_the_right_to_the_case(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    moved = web.sign_in("staff:anna", ["administrator"])
    assert moved.get(f"{note}?draft={told['draft']}").status_code == 404
    assert "You have no drafts." in moved.get("/drafts").text
    assert not rows(web)


def test_two_officers_who_give_a_new_way_in_get_no_drafts(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    web.office.by_two(ResetCredentials, account=anna.account)
    taken_over = web.sign_in("staff:anna")
    assert typed_in(taken_over.get(f"{note}?draft={told['draft']}")) == ""
    assert "You have no drafts." in taken_over.get("/drafts").text


@ON_BOTH_DATABASES
def test_the_drafts_about_somebody_who_is_erased_go_with_them(web: WebHouse, case: Story, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    kept(anna, note, form)
    who = ErasureSubject(case.case.person_id, (case.case_id,))
    counted = shred(web.office.service.log, who, "2007-03-06T09:00:00.000000Z")
    assert counted["drafts"] == 1
    assert not rows(web)
    late = anna.post(note, form | {"note": TEXT, "keep": "1"}, headers=JSON)
    assert late.json()["draft"] == ""
    assert not rows(web)


@ON_BOTH_DATABASES
def test_nothing_is_kept_and_no_key_made_for_a_person_whose_key_is_lost(office: Office) -> None:
    """A new key would be another one: what is sealed with it would be lost when the right keys are put back."""
    case = Story(office, name="Oksana").case
    lost = (case.person_id, "identity")
    office.keys._keys.pop(lost)  # an older copy of the keys was put in place
    store, of = Drafts(office.database, office.keys, office.chance), DraftOf("/somewhere", case.case_id, case.person_id)
    with pytest.raises(KeysMissing):
        store.keep(Owner(ANNA, 0), "draft", of, (("name", "Oksana"),), office.clock.now())
    assert office.keys.find([lost]) == {}
    assert not office.rows("drafts")


@ON_BOTH_DATABASES
def test_what_is_over_is_swept_although_nobody_comes(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    kept(anna, note, form_at(anna, note))
    database, now = web.office.database, web.office.clock.now()
    assert sweep_drafts(database, now) == 0
    assert sweep_drafts(database, now + TYPED_FOR) == 1
    assert not rows(web)


def test_a_planted_draft_is_an_alarm(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    kept(anna, note, form_at(anna, note))
    with web.office.database.writing() as connection:
        connection.execute(update(drafts).values(place="/cases/new/form"))
    with web.office.database.reading() as connection:
        assert altered_rows(connection, web.office.keys)["drafts"] == 1


@pytest.mark.parametrize(
    ("field", "compartment"),
    [("medical_note", "medical"), ("legal_note", "legal"), ("payee_account", "money"), ("name", "identity")],
)
def test_each_field_is_sealed_in_its_own_compartment(field: str, compartment: str) -> None:
    assert compartment_of(field) == compartment
