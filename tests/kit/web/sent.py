"""Forms as a browser holds them: what they carry already, and what came of sending them."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from http import HTTPStatus

from httpx2 import Response

from tests.kit.web.houses import Person, WebHouse


def main_of(page: Response) -> str:
    return page.text.partition("<main")[2].partition("</main>")[0]


def plain(text: str) -> str:
    """Return what somebody reads of a piece of a page: no tags, and one space where there is any."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def form_at(person: Person, path: str) -> dict[str, str]:
    """Return what the form at an address already carries."""
    page = person.get(path)
    assert page.status_code == 200, (path, page.status_code)
    return hidden_in(page)


def hidden_in(page: Response) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main_of(page))
    return {name: unescape(value) for name, value in found}


class _Fields(HTMLParser):
    """What a browser would send of a page's form if nobody touched it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._select, self._chosen, self._textarea = "", False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "input" and (told.get("type") not in ("checkbox", "radio") or "checked" in told):
            self._add(name, value)
        elif tag == "select":
            self._select, self._chosen = name, False
        elif tag == "option" and self._select:
            if "selected" in told:
                self._add(self._select, value)
                self._chosen = True
        elif tag == "textarea":
            self._textarea = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            if not self._chosen:
                self._add(self._select, "")
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._add(self._textarea, data.removeprefix("\n"))
            self._textarea = ""

    def _add(self, name: str, value: str) -> None:
        if name:
            self.found.setdefault(name, []).append(value)


def untouched(person: Person, path: str) -> dict[str, list[str]]:
    """Return everything the form at an address would send as it stands."""
    page = person.get(path)
    assert page.status_code == 200, (path, page.status_code)
    fields = _Fields()
    fields.feed(main_of(page).partition("<form")[2])
    return fields.found


def last_form(page: Response) -> dict[str, str]:
    """Return what the last form of a page would send as it stands, the last of each field."""
    assert page.status_code == HTTPStatus.OK, page.status_code
    fields = _Fields()
    fields.feed(main_of(page).rpartition("<form")[2])
    return {name: values[-1] for name, values in fields.found.items()}


def surely(person: Person, path: str, form: dict[str, str]) -> Response:
    """Send a form, and say yes at the last look where there is one."""
    answer = person.post(path, form)
    looked = hidden_in(answer) if answer.status_code == HTTPStatus.OK else {}
    return person.post(path, looked | {"give": "1"}) if {"checked", "_checked"} & looked.keys() else answer


def count_of(web: WebHouse, fact: str) -> int:
    events = [event for page in web.office.service.log.pages() for event in page]
    return sum(event.envelope.type == fact for event in events)
