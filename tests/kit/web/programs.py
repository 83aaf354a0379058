"""A program that speaks to the API, and what it is told when it may not."""

from __future__ import annotations

from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from tests.kit.web.houses import WebHouse
from workflow.rights.acts import Role

NAME, STORY = "Оксана Приходько", "what happened in the flat"


class Program:
    """A program that is signed in: it sends its token, and no cookie."""

    def __init__(
        self, house: WebHouse, account: str = "staff:anna", roles: tuple[Role, ...] = ("case_manager",)
    ) -> None:
        person = house.sign_in(account, roles)
        token = person.client.cookies[house.house.site.cookie]
        self.client = TestClient(house.app, base_url=house.house.site.origin)
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(f"/api/v1{path}", headers=self.headers | _named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self.client.post(f"/api/v1{path}", json=body or {}, headers=self.headers | _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def code_of(answer: Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    return str(told["type"].rpartition(":")[2])
