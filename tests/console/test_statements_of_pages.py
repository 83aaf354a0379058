"""How many questions each page asks of the database: a number that is written down here, and may only be lowered.

Pages are asked again, as in the middle of a day: what is read once after the start is read, the looks are recorded.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final

import pytest

from tests.console.test_on_postgresql import ASK
from tests.kit.offices import Office
from tests.kit.web.asking import Asking
from tests.kit.web.houses import Person
from tests.kit.web.knocks import Knock, Way, knock_of, ways_into
from tests.kit.web.standings import LATE, Town
from tests.kit.web.statements import reading

# By the route's own path. The pages that people open all day come first.
ALLOWED: Final[Mapping[str, int]] = {
    "/cases/{case_id}": 8,
    "/cases": 8,
    "/work": 12,
    "/cases/{case_id}/do": 5,
    "/cases/{case_id}/do/{command}": 6,
    "/cases/{case_id}/history": 7,
    "/beds": 11,
    "/travel": 11,
    "/referrals": 12,
    "/hotline": 6,
    "/team": 9,
    "/directory/{programme}/{kind}": 6,
    # These are opened a few times a day, by few people.
    "/statistics": 13,
    "/statistics/{programme}/file": 13,
    "/api/v1/statistics": 13,
    "/access/file": 14,
    "/api/v1/grants": 14,
    "/history/of/{number}": 15,
    "/grants": 16,
    "/settings/people/{account}": 16,
    "/hand-over": 17,
    "/access": 21,
    "/operations": 26,
}
USUAL: Final = 12  # of any other page


@pytest.fixture
def town(office: Office) -> Town:
    return Town(office)


def test_no_page_asks_more_than_is_written_down(town: Town) -> None:
    asked = asyncio.run(_asked(town))
    assert asked.keys() >= ALLOWED.keys()
    too_many = {route: found for route, found in asked.items() if len(found) > ALLOWED.get(route, USUAL)}
    assert not too_many, {route: (len(found), Counter(found).most_common(2)) for route, found in too_many.items()}
    still_so = {route: len(asked[route]) for route in ALLOWED if len(asked[route]) < ALLOWED[route] - 1}
    assert not still_so, f"lower what is allowed: {still_so}"


async def _asked(town: Town) -> dict[str, list[str]]:
    """Return what each page asked of the database, of the first person whom it lets in."""
    late = next(stage for stage in town.stages if stage.stage == LATE)
    people, asking = [town.somebody(*who) for who in ASK], Asking(town.house.app)
    found: dict[str, list[str]] = {}
    for way in _one_of_each(ways_into(town.house.app)):
        knock = knock_of(way, late)
        if (person := await _let_in(asking, people, knock)) is not None:
            await asking.ask(person, knock.method, knock.path)
            with reading(town.office) as sent:
                await asking.ask(person, knock.method, knock.path)
            found[knock.route] = list(sent)
    return found


async def _let_in(asking: Asking, people: list[Person], knock: Knock) -> Person | None:
    for person in people:
        if (await asking.ask(person, knock.method, knock.path)).status == 200:
            return person
    return None


def _one_of_each(ways: list[Way]) -> list[Way]:
    """Return one way for each page: which of the many forms it is makes no other question."""
    pages = {way.route: way for way in ways if way.method == "GET" and not way.route.startswith("/live")}
    return list(pages.values())
