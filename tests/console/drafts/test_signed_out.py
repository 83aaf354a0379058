"""A form sent after its session ended comes back after signing in, to whoever typed it and nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

from handlers.drafts.store import SENT_MAX
from tests.kit.offices import ON_BOTH_DATABASES
from tests.kit.web.drafts import TEXT, again, rows, sixteen_minutes, typed_in
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import count_of, form_at, hidden_in, main_of


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
