"""A console in a test: the office of a story behind its doors, and people who are signed in already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.datastructures import State
from starlette.testclient import TestClient

from console.accounts.passwords import CHEAP
from console.accounts.sessions import Session
from console.accounts.throttle import Source
from console.container import Container
from console.settings import settings
from console.web.app import console
from console.web.context import WebContext, build_context
from console.web.rendering import Rendering
from console.web.site import Site
from console.words.chosen import ChosenNames, NobodyChose
from events.file_stores import MemoryFiles
from events.world import ManualClock
from handlers.commanding.answers import Accepted
from handlers.queries.occupancy import CurrentOccupancy
from handlers.states.case_reader import CaseReader
from tests.kit.authenticators import SoftwareApp
from tests.kit.officers import let_in, second_of
from tests.kit.offices import Office
from workflow.rights.acts import Role
from workflow.subjects.accounts.commands import AccountCommand, ChangeRoles, ChooseLanguage

OWN = "a quiet river in march"  # the password of who has chosen one
FIRST_DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # of the doors' own clock; the office lives in its own time


class Person:
    """Somebody in front of a browser; what they send carries their session's token, as our own pages do."""

    def __init__(self, client: TestClient, session: Session) -> None:
        self.client = client
        self.session = session

    @property
    def account(self) -> str:
        return self.session.account

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> Response:
        return self.client.post(path, data={"_token": self.session.csrf, **(data or {})}, **more)


class WebHouse:
    """The console over a story's office; ``clock`` is that of its doors."""

    def __init__(self, office: Office, site: Site | None = None) -> None:
        self.office = office
        self.clock = ManualClock(FIRST_DAY)
        opened = build_context(behind(office), site or Site(), self.clock, hashing=CHEAP)
        _NAMES.of_house = opened.names
        self.house = replace(opened, rendering=_drawn_once())
        self.app = _served(self.house)

    def open_account(
        self, account: str, roles: Iterable[Role], *, programmes: Iterable[str] | None = None, **more: Any
    ) -> None:
        """Open an account, or place it anew when there is one."""
        places = tuple(programmes) if programmes is not None else (self.office.programme,)
        answer = let_in(self.office.service, self.office.uuid, account, roles, **{"programmes": places} | more)
        assert answer is None or isinstance(answer, Accepted), answer

    def _submit(self, kind: type[AccountCommand], **fields: Any) -> None:
        self.office.by_two(kind, **fields)

    def sign_in(
        self,
        account: str = "staff:anna",
        roles: Iterable[Role] = (),
        *,
        strong: bool = True,
        language: str = "",
        **more: Any,
    ) -> Person:
        """Return somebody signed in; opens the account when nobody has, or changes it."""
        known = self.house.accounts.find(account)
        if known is None:
            self.open_account(account, tuple(roles) or ("case_manager",), language=language or "en", **more)
        elif roles and known.roles != frozenset(roles):
            self._submit(ChangeRoles, account=account, roles=tuple(roles))  # somebody of a story, as something else
        if known is not None and language and known.language != language:
            own = {"command_id": self.office.uuid(), "account": account, "actor": account, "language": language}
            self.office.accepted(ChooseLanguage.model_validate(own))
        row = self.house.accounts.row(account)
        assert row is not None
        token = self.house.sessions.start(account, row.epoch, strong=strong)
        session = self.house.sessions.find(token)
        assert session is not None
        client = self.client()
        client.cookies.set(self.house.site.cookie, token)
        return Person(client, session)

    def with_app(self, account: str, role: Role) -> SoftwareApp:
        """Open an account whose owner has signed in once; return the app on their telephone."""
        desk = self.house
        self.open_account(account, (role,))
        half = desk.sign_in.password(account, desk.accounts.hand_over(account, second_of(account)), Source("here"))
        token = getattr(half, "token", "")
        assert desk.sign_in.set_password(token, OWN) is None
        session = desk.sign_in.setting_up(token)
        assert session is not None
        enrolment = desk.factors.codes.begin(account)
        app = SoftwareApp(enrolment.secret)
        desk.factors.add_code(session, enrolment.factor, app.code(self.clock.now()))
        return app

    def client(self) -> TestClient:
        """Return a browser nobody is signed in at; it follows no redirects by itself."""
        return TestClient(
            self.app, base_url=self.house.site.origin, follow_redirects=False, headers={"accept": "text/html"}
        )


class _NamesOfTheLast:
    """What people are called in the house that was opened last."""

    of_house: ChosenNames = NobodyChose()

    def of(self, account: str) -> str:
        return self.of_house.of(account)

    @property
    def edition(self) -> object:
        return self.of_house.edition


_NAMES = _NamesOfTheLast()


@cache
def _drawn_once() -> Rendering:
    """Templates are made ready once for all tests: they are the same in every house."""
    return Rendering(_NAMES)


_FIRST: list[FastAPI] = []


def _served(house: WebContext) -> FastAPI:
    """Return the console of a house; its hundreds of routes are put together once for all at the usual address."""
    if house.site != Site():
        return console(house)
    if not _FIRST:
        _FIRST.append(console(house))
    app = copy(_FIRST[0])
    app.state = State({"web": house})
    app.middleware_stack = None
    return app


def behind(office: Office) -> Container:
    """Return a story's office as the console knows one: the same log, service and clock."""
    opened = object.__new__(Container)
    opened.settings = settings(None, {})
    opened.chance = office.chance
    opened.clock = office.clock
    opened.database = office.database
    opened.keys = office.keys  # type: ignore[assignment]
    opened.log = office.service.log
    opened.service = office.service
    opened.cases = CaseReader(office.service.log, office.service.definitions, office.service.folds)
    opened.houses = CurrentOccupancy(office.service.log)
    opened.files = MemoryFiles()
    return opened
