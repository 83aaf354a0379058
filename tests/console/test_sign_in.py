"""Signing in in a browser: two steps, nothing told to whoever guesses, cookies for this host alone."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from httpx2 import Response

from console.web.site import Site
from tests.kit.authenticators import SoftwareApp, SoftwareKey
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.web.doorways import been_here, begun, enrolled, hidden, one_time, second, typed_in
from tests.kit.web.houses import OWN, WebHouse

HTTPS = Site("https://wayhome.example.org")


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def first(house: WebHouse) -> str:
    """Anna's one-time password."""
    return one_time(house, ANNA)


@pytest.fixture
def app(house: WebHouse, first: str) -> SoftwareApp:
    """Anna has been here before; the app on her telephone."""
    return been_here(house, first)


def cookies(answer: Response) -> dict[str, str]:
    return {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}


# -- the way in -----------------------------------------------------------------------------------------------


def test_the_first_time_a_person_chooses_a_password_adds_a_telephone_and_is_in(house: WebHouse, first: str) -> None:
    client = house.client()
    page = begun(client, "anna", first, "/me")
    assert "<svg" in page.text
    app, answer = enrolled(house, client, page)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert client.get("/me").status_code == 200
    house.clock.advance(timedelta(minutes=1))
    again = house.client()
    assert second(house, again, begun(again, "anna", OWN), app).status_code == 303
    assert typed_in(house.client(), "anna", first).status_code == 422


def test_what_was_right_at_the_first_sign_in_is_not_asked_again(house: WebHouse, first: str) -> None:
    client = house.client()
    page = begun(client, ANNA, first)
    _, differs = enrolled(house, client, page, again="something else")
    assert differs.status_code == 422
    assert "The two passwords differ" in differs.text
    _, short = enrolled(house, client, page, password="short", again="short")
    assert "too short" in short.text
    _, wrong = enrolled(house, client, page, code="000000")
    assert wrong.status_code == 422
    assert "Your password is kept" in wrong.text
    assert 'name="password"' not in wrong.text
    _, answer = enrolled(house, client, wrong)
    assert answer.status_code == 303


def test_a_secret_that_was_confirmed_is_never_shown_again(house: WebHouse, app: SoftwareApp) -> None:
    row = house.house.accounts.row(ANNA)
    assert row is not None
    ((_, factor),) = row.factors
    assert house.house.factors.codes.shown_again(ANNA, factor) is None
    fresh = house.house.factors.codes.begin(ANNA)
    assert house.house.factors.codes.shown_again(ANNA, fresh.factor) == fresh
    assert house.house.factors.codes.shown_again("staff:boris", fresh.factor) is None
    house.clock.advance(timedelta(minutes=20))
    assert house.house.factors.codes.shown_again(ANNA, fresh.factor) is None


def test_a_passkey_signs_in_as_the_script_does_it(house: WebHouse, app: SoftwareApp) -> None:
    key = SoftwareKey()
    anna = house.sign_in(ANNA)
    asked = anna.client.post("/me/passkey/options", headers={"x-wayhome-token": anna.session.csrf})
    assert asked.status_code == 200
    made = anna.post("/me/passkey", {"answer": key.made_for(asked.text), "name": "key ring <b>"})
    assert made.headers["location"] == "/me?done=factor"
    assert "key ring &lt;b&gt;" in anna.get("/me").text
    client = house.client()
    page = begun(client, ANNA, OWN)
    token = hidden(page, "_token")
    assert client.post("/sign-in/passkey/options").status_code == 403
    options = client.post("/sign-in/passkey/options", headers={"x-wayhome-token": token})
    assert json.loads(options.text)["rpId"] == "localhost"
    given = {"_token": token, "answer": key.signed(options.text), "back": "/me"}
    answer = client.post("/sign-in/passkey", data=given)
    assert answer.headers["location"] == "/me"
    assert client.get("/me").status_code == 200
    assert client.post("/sign-in/passkey", data=given).headers["location"].startswith("/sign-in")


def test_nobody_is_told_whether_an_account_exists(house: WebHouse, app: SoftwareApp) -> None:
    answers = [typed_in(house.client(), name, "not the password") for name in (ANNA, "staff:nobody")]
    told = {re.sub(r'[0-9a-f]{32}|staff:\w+|nonce="[^"]+"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {422}
    assert len(told) == 1


def test_whoever_guesses_waits_and_is_told_how_long(house: WebHouse, app: SoftwareApp) -> None:
    client = house.client()
    statuses = [typed_in(client, "staff:boris", f"guess number {n}").status_code for n in range(5)]
    assert statuses[:3] == [422, 422, 422]
    slowed = typed_in(client, "staff:boris", "guess number 6")
    assert slowed.status_code == 429
    wait = int(slowed.headers["retry-after"])
    assert f"Wait {wait} second" in slowed.text
    house.clock.advance(timedelta(seconds=wait))
    assert typed_in(client, "staff:boris", "guess number 7").status_code == 422


def test_a_code_is_taken_once(house: WebHouse, app: SoftwareApp) -> None:
    one, other = house.client(), house.client()
    pages = [begun(client, ANNA, OWN) for client in (one, other)]
    assert second(house, one, pages[0], app).status_code == 303
    refused = second(house, other, pages[1], app)
    assert refused.status_code == 422
    assert "Wait for the next code" in refused.text


def test_a_password_alone_opens_no_page(house: WebHouse, app: SoftwareApp) -> None:
    client = house.client()
    begun(client, ANNA, OWN)
    for path in ("/me", "/work", "/settings", "/live/work"):
        assert client.get(path).headers["location"].startswith("/sign-in")
    half = client.cookies["wayhome-door"]
    client.cookies.set("wayhome", half)
    assert client.get("/me").headers["location"] == "/sign-in?back=/me"


def test_the_token_changes_when_somebody_is_in(house: WebHouse, app: SoftwareApp) -> None:
    client = house.client()
    page = begun(client, ANNA, OWN)
    half = client.cookies["wayhome-door"]
    second(house, client, page, app)
    assert client.cookies["wayhome"] != half
    assert "wayhome-door" not in client.cookies
    assert house.house.sign_in.half_way(half) is None


# -- cookies and headers --------------------------------------------------------------------------------------


def test_cookies_are_for_this_host_and_no_script(office: Office) -> None:
    house = WebHouse(office, HTTPS)
    password = one_time(house, ANNA)
    client = house.client()
    answer = typed_in(client, ANNA, password)
    _, done = enrolled(house, client, client.get(answer.headers["location"]))
    kept = cookies(client.get("/sign-in")) | cookies(answer) | cookies(done)
    assert "__Host-wayhome" in kept
    for line in kept.values():
        assert line.startswith("__Host-wayhome")
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(line.split("; ")), line
        assert "Domain" not in line
    assert "max-age" in done.headers["strict-transport-security"]


def test_every_answer_wears_the_policy(house: WebHouse) -> None:
    for path in ("/sign-in", "/work", "/nothing", "/healthz", "/static/x/wayhome.css", "/%00", "/sign-in/code"):
        answer = house.client().get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers


def test_a_bug_wears_the_policy_too_and_its_text_is_told_to_nobody(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Irina Petrova, 1984")

    monkeypatch.setattr(type(house.house.sign_in), "password", broken)
    answer = typed_in(house.client(), ANNA, OWN)
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Irina" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_pages_of_the_door_hold_no_inline_style_or_script(house: WebHouse, first: str) -> None:
    client = house.client()
    for page in (client.get("/sign-in"), begun(client, ANNA, first)):
        assert not re.search(r"\sstyle=|\son\w+=|javascript:|<style", page.text)
        assert all("nonce=" in tag for tag in re.findall(r"<script[^>]*>", page.text))
