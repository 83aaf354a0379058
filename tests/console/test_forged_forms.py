"""What another site's page, another session or nobody at all sends to the doors: nothing of it is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.kit.authenticators import SoftwareApp
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.web.doorways import been_here, begun, hidden, one_time, second, typed_in
from tests.kit.web.houses import OWN, Person, WebHouse

# What browsers say of a form that another site, or another page of this machine, made them send.
STRANGE = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
    {"origin": "http://["},
)

ELSEWHERE = (
    "//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "/%0d%0aset-cookie:a=b//",
    "/a\r\nlocation: https://elsewhere.example", "javascript:alert(1)", "/\telsewhere", "", "x" * 5000,
    "/..//elsewhere.example",
)  # fmt: skip


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


def test_a_form_of_another_site_is_not_taken(house: WebHouse, app: SoftwareApp) -> None:
    client, anna = house.client(), house.sign_in(ANNA)
    token = hidden(client.get("/sign-in"), "_token")
    given = {"_token": token, "account": ANNA, "password": OWN}
    for headers in STRANGE:
        assert client.post("/sign-in", data=given, headers=headers).status_code == 403
        assert anna.post("/me/sessions/end-others", headers=headers).status_code == 403
    assert client.post("/sign-in", data=given).status_code == 303


def test_a_form_without_its_token_is_not_taken(house: WebHouse, app: SoftwareApp) -> None:
    client, anna = house.client(), house.sign_in(ANNA)
    client.get("/sign-in")
    for token in ("", "0" * 32, "😀", "x" * 5000):
        given = {"_token": token, "account": ANNA, "password": OWN}
        assert client.post("/sign-in", data=given).status_code == 403
        assert house.client().post("/sign-in", data=given).status_code == 403
        assert anna.client.post("/me/sessions/end-others", data=given).status_code == 403


def test_the_token_of_another_session_is_not_taken(house: WebHouse, app: SoftwareApp) -> None:
    anna, boris = house.sign_in(ANNA), house.sign_in("staff:boris")
    crossed = Person(anna.client, boris.session)
    assert crossed.post("/me/sessions/end-others").status_code == 403
    one, other = house.client(), house.client()
    token = hidden(begun(one, ANNA, OWN), "_token")
    begun(other, ANNA, OWN)
    answer = other.post("/sign-in/code", data={"_token": token, "code": app.code(house.clock.now())})
    assert answer.status_code == 403


def test_a_browser_that_shows_another_kind_of_authorization_is_still_asked_for_its_token(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    for kind in ("Basic YTpi", "Bearer", "Digest x"):
        sent = anna.client.post("/me/sessions/end-others", headers={"authorization": kind})
        assert sent.status_code == 403


def test_the_way_back_never_leads_elsewhere(house: WebHouse, app: SoftwareApp) -> None:
    for back in ELSEWHERE:
        client = house.client()
        page = begun(client, ANNA, OWN, back)
        answer = second(house, client, page, app, back=back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), back
        assert client.get("/sign-in", params={"back": back}).headers["location"] == "/"
        house.clock.advance(timedelta(seconds=30))


def test_another_host_name_is_not_answered(house: WebHouse) -> None:
    for host in ("elsewhere.example", "localhost.elsewhere.example", "", "localhost:8421@elsewhere.example"):
        answer = house.client().get("/sign-in", headers={"host": host})
        assert answer.status_code == 421, host
        assert "<form" not in answer.text


def test_bodies_that_are_too_long_or_of_another_kind_are_not_read(house: WebHouse) -> None:
    client = house.client()
    assert client.post("/sign-in", data={"account": "a" * 2_000_000}).status_code == 413
    assert client.post("/sign-in", content=b"<a/>", headers={"content-type": "text/xml"}).status_code == 415
    assert client.post("/sign-in", content=b"{", headers={"content-type": "application/json"}).status_code == 403
    pieces = (b"account=" + b"a" * 100_000 for _ in range(20))
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=pieces, headers=form).status_code == 413
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/sign-in", content=b"--y\r\nnothing", headers=broken).status_code in (400, 403)
    assert client.post("/sign-in", content=b"--x", headers={"content-type": "multipart/form-data"}).status_code in (
        400,
        403,
    )


def test_strange_names_and_passwords_are_answered_plainly(house: WebHouse) -> None:
    for name in ("a\x00b", "😀", "<script>", "'; drop table accounts", "a" * 10_000, "staff:", "\u202e"):
        answer = typed_in(house.client(), name, name)
        assert answer.status_code == 422
        assert "<script>" not in answer.text
        house.clock.advance(timedelta(minutes=2))
    client = house.client()
    token = hidden(client.get("/sign-in"), "_token")
    strange = "text/plain; charset=unicode_escape"
    sent = client.post(
        "/sign-in",
        files=[
            ("_token", (None, token)),
            ("account", (None, b"\\ud800", strange)),
            ("password", (None, b"\\ud800", strange)),
        ],
    )
    assert sent.status_code in (400, 422)
