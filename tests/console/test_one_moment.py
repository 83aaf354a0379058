"""A page asks the clock once and the database a fixed number of questions, however much it offers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from events.database import sqlite_url
from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.statements import reading

MOST = 12  # of any page here: session, moment, case and look, and what is drawn of it


@pytest.fixture
def web(tmp_path: Path, sqlite_template: Path) -> WebHouse:
    """A console whose office goes by the database's own clock, as an office in earnest does."""
    path = tmp_path / "office.db"
    path.write_bytes(sqlite_template.read_bytes())
    return WebHouse(Office(sqlite_url(path).render_as_string(), has_tables=True))


@pytest.fixture
def case(web: WebHouse) -> Story:
    return bring(story(web.office), "care")


@pytest.fixture
def anna(web: WebHouse, case: Story, monkeypatch: pytest.MonkeyPatch) -> Person:
    person = web.sign_in()
    monkeypatch.setattr(web.office.service.log.moments, "clock", None)
    return person


@pytest.mark.parametrize(
    "page",
    [
        "/cases/{}/do",
        "/cases/{}/do/AddNote",
        "/cases/{}",
        "/cases/{}/history",
        "/api/v1/cases/{}",
        "/api/v1/cases/{}/options",
        "/work",
        "/cases",
    ],
)
def test_a_page_takes_one_moment_and_few_questions(web: WebHouse, case: Story, anna: Person, page: str) -> None:
    path = page.format(case.case_id)
    assert anna.get(path).status_code == 200  # what is compiled and read once is
    with reading(web.office) as statements:
        assert anna.get(path).status_code == 200
    asks_the_clock = web.office.service.log.database.now_sql
    assert sum(asks_the_clock in text for text in statements) == 1
    assert len(statements) <= MOST, Counter(statements).most_common(3)
