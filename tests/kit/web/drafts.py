"""Drafts as a page keeps them, and what of them stands in the database."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from httpx2 import Response
from sqlalchemy import select

from handlers.projections.tables import drafts
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import main_of

TEXT = "She fears that they know where her mother lives."
JSON = {"accept": "application/json"}


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


def sixteen_minutes(web: WebHouse) -> None:
    web.clock.advance(timedelta(minutes=16))


def again(web: WebHouse, person: Person) -> Person:
    """Sign the same account in anew, at the same browser."""
    fresh = web.sign_in(person.account)
    person.client.cookies.set(web.house.site.cookie, fresh.client.cookies[web.house.site.cookie])
    return Person(person.client, fresh.session)
