"""The way in as a browser goes it: pages asked for, forms filled in with what they show and sent."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from httpx2 import Response
from starlette.testclient import TestClient

from tests.kit.authenticators import SoftwareApp
from tests.kit.officers import second_of
from tests.kit.people import ANNA
from tests.kit.web.houses import OWN, WebHouse


def one_time(house: WebHouse, account: str, *roles: str) -> str:
    """Have two officers open an account; return its one-time password, as the second of them hands it over."""
    house.open_account(account, roles or ("case_manager",), programmes=("moscow",))  # type: ignore[arg-type]
    return house.house.accounts.hand_over(account, second_of(account))


def hidden(answer: Response, name: str) -> str:
    """Return a hidden field of the page's own form, not of the one at the top."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', answer.text[answer.text.index("<main") :])
    assert found, f"no field {name}"
    return html.unescape(found.group(1))


def typed_in(client: TestClient, account: str, password: str, back: str = "/", **more: str) -> Response:
    page = client.get("/sign-in", params={"back": back})
    given = {"_token": hidden(page, "_token"), "back": hidden(page, "back")}
    return client.post("/sign-in", data=given | {"account": account, "password": password} | more)


def begun(client: TestClient, account: str, password: str, back: str = "/") -> Response:
    """Give a name and a password, and return the page of the second step."""
    answer = typed_in(client, account, password, back)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"])


def enrolled(house: WebHouse, client: TestClient, page: Response, **more: str) -> tuple[SoftwareApp, Response]:
    """Go through the first sign-in with what its page shows."""
    secret = re.search(r'class="key number">([A-Z2-7 ]+)<', page.text)
    assert secret
    app = SoftwareApp(secret.group(1).replace(" ", ""))
    given = {name: hidden(page, name) for name in ("_token", "factor", "back")}
    given |= {"password": OWN, "again": OWN, "code": app.code(house.clock.now())} | more
    return app, client.post("/sign-in/first", data=given)


def second(house: WebHouse, client: TestClient, page: Response, app: SoftwareApp, **more: str) -> Response:
    given = {name: hidden(page, name) for name in ("_token", "back")} | {"code": app.code(house.clock.now())} | more
    return client.post("/sign-in/code", data=given)


def been_here(house: WebHouse, password: str) -> SoftwareApp:
    """Let Anna sign in for the first time; return the app on her telephone."""
    client = house.client()
    app, answer = enrolled(house, client, begun(client, ANNA, password))
    assert answer.headers["location"] == "/"
    house.clock.advance(timedelta(minutes=1))
    return app
