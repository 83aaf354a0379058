"""Somebody with a stolen session reads as much as they can, as quickly as they can, through every door at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Final, TypeVar

import pytest
from starlette.testclient import TestClient

from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse

pytestmark = ON_BOTH_DATABASES
CASES, AT_ONCE, LIMIT = 50, 10, 20
OLGA: Final = "staff:olga"
Answer = TypeVar("Answer")


@pytest.fixture
def house(office: Office) -> WebHouse:
    made = WebHouse(office)
    container = made.house.container
    container.settings = replace(container.settings, cases_per_proof=str(LIMIT), cases_per_hour=str(2 * LIMIT))
    return made


@pytest.fixture
def cases(office: Office) -> list[str]:
    return [Story(office, name="Zlatovlaska").case_id for _ in range(CASES)]


def test_a_stale_session_opens_as_many_as_its_proof_and_not_one_more(house: WebHouse, cases: list[str]) -> None:
    token = _token(house.sign_in(OLGA, ["supervisor"], strong=False))
    opened = {"compartments": ["identity"], "why": "curious"}

    def ask(number: int) -> int:
        # One case after the other, each through another door.
        path, client = f"/api/v1/cases/{cases[number]}", TestClient(house.app, base_url=house.house.site.origin)
        client.headers["authorization"] = f"Bearer {token}"
        if number % 3 == 0:
            return client.post(f"{path}/opened", json=opened).status_code
        path = path if number % 3 == 1 else f"/cases/{cases[number]}/do"
        return client.get(path, follow_redirects=False).status_code

    answers = _at_once(ask)
    assert sum(status == 200 for status in answers) == LIMIT, answers
    assert {status for status in answers if status != 200} <= {403, 303}, "a fresh proof is asked for"
    told = [event for case in cases for event in house.office.service.log.stream(f"case:{case}")]
    openings = [event for event in told if event.envelope.type == "SealedOpened"]
    assert len(openings) == sum(status == 200 for status in answers[::3]), "nothing was opened that was not allowed"


def test_with_every_proof_at_hand_it_ends_at_the_second_number_and_then_nothing_is_opened(
    house: WebHouse, cases: list[str]
) -> None:
    tokens = []
    for _ in range(4):
        house.clock.advance(timedelta(seconds=1))
        tokens.append(_token(house.sign_in(OLGA, ["supervisor"])))

    def ask(number: int) -> int:
        client = TestClient(house.app, base_url=house.house.site.origin)
        headers = {"authorization": f"Bearer {tokens[number % len(tokens)]}"}
        return client.get(f"/api/v1/cases/{cases[number]}", headers=headers).status_code

    answers = _at_once(ask)
    assert answers.count(200) == 2 * LIMIT, answers
    assert answers.count(429) == CASES - 2 * LIMIT
    client = TestClient(house.app, base_url=house.house.site.origin)
    for token in tokens:
        client.headers["authorization"] = f"Bearer {token}"
        asked = {"compartments": ["identity"], "why": "more"}
        assert client.post(f"/api/v1/cases/{cases[0]}/opened", json=asked).status_code == 429
        assert client.get("/api/v1/cases").status_code == 429
    stops = [row for row in house.office.rows("case_relations") if row["relation"] == "stopped"]
    assert [(row["who"], row["until"]) for row in stops] == [(OLGA, "")], "one alarm"
    letters = [row for row in house.office.rows("tasks") if row["kind"] == "tell_of_stop"]
    assert len(letters) == 1


def _at_once(ask: Callable[[int], Answer]) -> list[Answer]:
    begin = Barrier(AT_ONCE)

    def share(first: int) -> list[tuple[int, Answer]]:
        begin.wait(timeout=30)
        return [(number, ask(number)) for number in range(first, CASES, AT_ONCE)]

    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = dict(pair for pairs in threads.map(share, range(AT_ONCE)) for pair in pairs)
    return [found[number] for number in range(CASES)]


def _token(person: Person) -> str:
    return next(iter(person.client.cookies.values()))
