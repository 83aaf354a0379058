"""Forms as a browser holds them: what they carry already, and what came of sending them."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus

from httpx2 import Response

from tests.kit.web.houses import Person, WebHouse


def main_of(page: Response) -> str:
    return page.text.partition("<main")[2].partition("</main>")[0]


def form_at(person: Person, path: str) -> dict[str, str]:
    """Return what the form at an address already carries."""
    page = person.get(path)
    assert page.status_code == 200, (path, page.status_code)
    return hidden_in(page)


def hidden_in(page: Response) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main_of(page))
    return {name: unescape(value) for name, value in found}


def surely(person: Person, path: str, form: dict[str, str]) -> Response:
    """Send a form, and say yes at the last look where there is one."""
    answer = person.post(path, form)
    looked = hidden_in(answer) if answer.status_code == HTTPStatus.OK else {}
    return person.post(path, looked | {"give": "1"}) if "checked" in looked else answer


def count_of(web: WebHouse, fact: str) -> int:
    events = [event for page in web.office.service.log.pages() for event in page]
    return sum(event.envelope.type == fact for event in events)
