"""A draft that is too large, forged, moved or over is not kept; it goes with the right, the way in, the person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from events.errors import KeysMissing
from handlers.drafts.sealing import compartment_of
from handlers.drafts.store import BYTES_MAX, SENT_FOR, TYPED_FOR, TYPED_MAX, DraftOf, Drafts, Owner, sweep_drafts
from handlers.erasing.stores import ErasureSubject, shred
from handlers.projections.row_signing import altered_rows
from handlers.projections.tables import drafts
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.drafts import JSON, TEXT, again, kept, rows, sixteen_minutes, typed_in
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import form_at, main_of
from workflow.subjects.accounts.commands import ResetCredentials


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
