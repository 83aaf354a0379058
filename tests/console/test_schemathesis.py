"""The API keeps what its description promises, whatever is sent to it: answers of the shape and status it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console.web.site import Site
from events.world import SeededEntropy
from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from workflow.rights.acts import Role

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# By hand many more: WAYHOME_EXAMPLES=200 pytest tests/console/test_schemathesis.py
EXAMPLES = int(os.environ.get("WAYHOME_EXAMPLES", "3"))
ACCOUNTS: dict[str, tuple[Role, ...]] = {
    "staff:anna": ("case_manager",),
    "staff:boris": ("supervisor",),
    "staff:otto": ("auditor",),
}


class Explored:
    """A house with cases at several stages, and the description of its API."""

    def __init__(self, office: Office) -> None:
        self.house = WebHouse(office, Site(origin="http://testserver"))
        self.cases = [_case(office, stage) for stage in ("referral", "care", "reintegration")]
        self.schema = schemathesis.openapi.from_asgi("/api/openapi.json", self.house.app)
        self.chance = SeededEntropy(11)
        self.asked = 0

    def ask(self, case: Any, token: str) -> None:
        """Send one made-up request, mostly about a case that there is, and compare the answer with the promise."""
        if case.path_parameters and "case_id" in case.path_parameters:
            case.path_parameters["case_id"] = self.cases[self.asked % len(self.cases)]
        if case.path_parameters and "programme" in case.path_parameters:
            case.path_parameters["programme"] = "moscow"
        self.asked += 1
        case.call_and_validate(headers={"authorization": f"Bearer {token}"}, checks=CHECKS)

    def token(self, account: str) -> str:
        return self.house.sign_in(account, ACCOUNTS[account]).client.cookies[self.house.house.site.cookie]


def _case(office: Office, stage: str) -> str:
    return str(bring(Story(office), stage).case_id)


@pytest.fixture
def explored(office: Office) -> Explored:
    return Explored(office)


@pytest.mark.parametrize(
    ("account", "office_url"),
    [("staff:anna", "postgresql"), ("staff:boris", "sqlite"), ("staff:otto", "sqlite")],
    indirect=["office_url"],
)
def test_every_answer_is_as_the_description_says(explored: Explored, account: str) -> None:
    for operation in _operations(explored):
        _explore(explored, operation, explored.token(account))
    assert explored.asked > 100


def _operations(explored: Explored) -> Iterator[Any]:
    for found in explored.schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if operation.path != "/api/session":
            yield operation


def _explore(explored: Explored, operation: Any, token: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def made_up(case: Any) -> None:
        explored.ask(case, token)

    made_up()
