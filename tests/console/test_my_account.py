"""One's own account in a browser: second factors, the password, sessions, the language, and leaving at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.kit.authenticators import SoftwareApp
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.web.doorways import been_here, begun, hidden, one_time
from tests.kit.web.houses import OWN, WebHouse
from workflow.subjects.accounts.commands import RevokeSessions


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


# -- step-up, my account ------------------------------------------------------------------------------------------


def test_a_grave_deed_asks_for_the_second_factor_again_and_leads_back(house: WebHouse, app: SoftwareApp) -> None:
    anna = house.sign_in(ANNA, strong=False)
    asked = anna.get("/me/code")
    assert asked.headers["location"] == "/step-up?back=/me/code"
    wrong = anna.post("/step-up", {"code": "000000", "back": "/me/code"})
    assert wrong.status_code == 422
    right = anna.post("/step-up", {"code": app.code(house.clock.now()), "back": "/me/code"})
    assert right.headers["location"] == "/me/code"
    assert anna.get("/me/code").status_code == 200
    house.clock.advance(timedelta(minutes=11))
    assert anna.get("/me/code").headers["location"] == "/step-up?back=/me/code"


def test_another_app_is_added_and_the_old_one_removed(house: WebHouse, app: SoftwareApp) -> None:
    anna = house.sign_in(ANNA)
    page = anna.get("/me/code")
    secret = re.search(r'class="key number">([A-Z2-7 ]+)<', page.text)
    assert secret
    fresh = SoftwareApp(secret.group(1).replace(" ", ""))
    factor = hidden(page, "factor")
    assert anna.post("/me/code", {"factor": factor, "code": "123456"}).status_code == 422
    added = anna.post("/me/code", {"factor": factor, "code": fresh.code(house.clock.now())})
    assert added.headers["location"] == "/me?done=factor"
    row = house.house.accounts.row(ANNA)
    assert row is not None
    old = next(name for _, name in row.factors if name != factor)
    assert anna.post("/me/factors/remove", {"kind": "totp", "factor": "somebody-elses"}).status_code == 404
    removed = anna.post("/me/factors/remove", {"kind": "totp", "factor": old})
    assert removed.headers["location"] == "/sign-in"
    assert anna.get("/me").status_code == 303  # every session ended with it
    again = house.sign_in(ANNA)
    last = again.post("/me/factors/remove", {"kind": "totp", "factor": factor})
    assert last.status_code == 422
    assert "only second factor" in last.text


def test_the_password_is_changed_and_everybody_else_is_signed_out(house: WebHouse, app: SoftwareApp) -> None:
    anna, elsewhere = house.sign_in(ANNA), house.sign_in(ANNA)
    new = "three boats and a lamp"
    assert "not your password" in anna.post("/me/password", {"old": "x", "password": new, "again": new}).text
    assert "differ" in anna.post("/me/password", {"old": OWN, "password": new, "again": "x"}).text
    assert (
        "known to many"
        in anna.post("/me/password", {"old": OWN, "password": "password1234", "again": "password1234"}).text
    )
    done = anna.post("/me/password", {"old": OWN, "password": new, "again": new})
    assert done.headers["location"] == "/me?done=password"
    assert anna.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303


def test_sessions_are_ended_one_by_one_and_only_ones_own(house: WebHouse) -> None:
    anna, elsewhere, boris = house.sign_in(ANNA), house.sign_in(ANNA), house.sign_in("staff:boris")
    anna.post("/me/sessions/end", {"session": boris.session.token_hash})
    assert boris.get("/me").status_code == 200
    assert elsewhere.session.token_hash in anna.get("/me").text
    anna.post("/me/sessions/end", {"session": elsewhere.session.token_hash})
    assert elsewhere.get("/me").status_code == 303
    third = house.sign_in(ANNA)
    third.post("/me/sessions/end-others")
    assert anna.get("/me").status_code == 303
    assert third.get("/me").status_code == 200


def test_a_session_is_over_after_a_quarter_of_an_hour_and_at_once_when_revoked(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    house.clock.advance(timedelta(minutes=14))
    assert anna.get("/me").status_code == 200
    house.clock.advance(timedelta(minutes=16))
    assert anna.get("/me").headers["location"] == "/sign-in?back=/me"
    boris = house.sign_in("staff:boris")
    house.office.submit(RevokeSessions, actor="staff:root", account="staff:boris", reason="lost_device")
    assert boris.get("/me").status_code == 303


# -- leaving, and the language ------------------------------------------------------------------------------------


def test_leaving_ends_the_session_and_shows_an_empty_page(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    answer = anna.client.post("/leave")
    assert answer.status_code == 200
    assert "wayhome" not in answer.text.lower()
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    gone = {header.partition("=")[0] for header in answer.headers.get_list("set-cookie") if "Max-Age=0" in header}
    assert gone == {"wayhome", "wayhome-door", "wayhome-page", "wayhome-language"}, "all but the mark of the device"
    assert house.house.sessions.of(ANNA) == []
    assert house.client().post("/leave").status_code == 200


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://example.org"}])
def test_another_site_s_page_signs_nobody_out(house: WebHouse, headers: dict[str, str]) -> None:
    anna = house.sign_in()
    answer = anna.client.post("/leave", headers=headers)
    assert answer.status_code == 403
    assert not {"set-cookie", "clear-site-data"} & set(answer.headers)
    assert anna.get("/work").status_code == 200


def test_leaving_half_way_ends_that_too(house: WebHouse, app: SoftwareApp) -> None:
    client = house.client()
    begun(client, ANNA, OWN)
    half = client.cookies["wayhome-door"]
    client.post("/leave")
    assert house.house.sign_in.half_way(half) is None


def test_the_language_is_kept_on_the_machine_and_in_the_account(house: WebHouse) -> None:
    stranger = house.client()
    assert stranger.post("/language", data={"language": "ru", "back": "/sign-in"}).headers["location"] == "/sign-in"
    assert '<html lang="ru"' in stranger.get("/sign-in").text
    anna = house.sign_in(ANNA)
    anna.post("/language", {"language": "ru", "back": "/me"})
    account = house.house.accounts.find(ANNA)
    assert account is not None
    assert account.language == "ru"
    assert '<html lang="ru"' in house.sign_in(ANNA).get("/me").text


def test_nonsense_languages_change_nothing(house: WebHouse) -> None:
    for language in ("", "de", "en-GB", "ru\r\nset-cookie: a=b", "../../etc", "😀" * 1000):
        answer = house.client().post("/language", data={"language": language, "back": "//elsewhere.example"})
        assert answer.headers["location"] == "/"
        assert "set-cookie" not in answer.headers
    for accepted in ("", "x" * 10_000, "ru;q=nan", ",,,;;;", "*;q=0", "ru" * 3000):
        page = house.client().get("/sign-in", headers={"accept-language": accepted})
        assert page.status_code == 200
        assert '<html lang="en"' in page.text or "ru" in accepted


def test_another_site_changes_nobodys_language(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    anna.client.post("/language", data={"language": "ru"}, headers={"origin": "https://elsewhere.example"})
    anna.client.post("/language", data={"language": "ru"})
    account = house.house.accounts.find(ANNA)
    assert account is not None
    assert account.language == "en"
