"""Every route × role × relation × stage, really asked, beside what ``matrix.txt`` says by hand; and no by default.

Whoever may not gets the answer of an address at which there is nothing, to the byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse, Response

from console.web import app as wiring
from console.web.app import acts_of, console, routes, routes_without_rule
from console.web.pages import PAGES
from console.web.request_context import RequestContext, require
from events.database import sqlite_url
from tests.console.statement import acts, concerns_a_case, statement
from tests.kit.offices import Office
from tests.kit.web.asking import Asking, Heard
from tests.kit.web.knocks import Knock, knock_of, ways_into
from tests.kit.web.standings import STANDINGS, Stage, Town, relations
from workflow.rights.acts import ACTS, ROLES, Role
from workflow.rights.table import RIGHTS_TABLE, Account, permit

# Pages that ask for a second act beside the one they name.
_ALSO: Final = {
    "/ledger/{programme}/file": ("ledger.see",),
    "/access/file": ("access.see",),
    "/cases/export": ("cases.see",),
    "/history/of/{number}/bundle": ("history.see",),
    "/upload/statement": ("money.release", "money.record"),
    "/ledger/statement": ("money.release", "money.record"),
}
_OVER_ALL_PROGRAMMES: Final = ("auditor", "data_protection", "administrator")
_COMMANDS_A_CELL: Final = 7
# Pages of one programme whose address does not name it: a form does, or there is only one that could be meant.
_OF_A_PROGRAMME: Final = (
    "POST /cases/new", "POST /cases/new/form", "POST /cases/new/open", "POST /cases/new/several",
    "POST /upload/statement",
    "GET /api/v1/statistics",
)  # fmt: skip


class Cell(NamedTuple):
    """What was asked by whom, whether the statement allows it, and what was answered."""

    knock: Knock
    role: str
    standing: str
    stage: str
    allowed: bool
    heard: Heard

    @property
    def agrees(self) -> bool:
        return self.heard.status < 500 and self.heard.status != 401 and self.allowed == (self.heard.status != 404)

    def __str__(self) -> str:
        who = f"{self.role} ({self.standing}, {self.stage})"
        return f"{who} {self.knock.method} {self.knock.path}: {self.heard.status}, {'yes' if self.allowed else 'no'}"


@pytest.fixture(scope="module")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    path = tmp_path_factory.mktemp("matrix") / "office.db"
    path.write_bytes(sqlite_template.read_bytes())
    office = Office(sqlite_url(path).render_as_string(), has_tables=True)
    yield Town(office)
    office.close()


# -- the statement, the table, and what both say of people and cases -------------------------------------------------


def test_the_table_says_what_was_written_down_by_hand() -> None:
    table = {(role, relation, act) for rule in RIGHTS_TABLE for role in rule.roles for relation in rule.relations
             for act in rule.acts}  # fmt: skip
    assert table == statement()
    assert acts() == set(ACTS)


def test_everybody_may_do_to_a_case_what_was_written_down_and_nothing_else(town: Town) -> None:
    asked, programme = 0, town.office.definition.programme
    for role in ROLES:
        for standing in STANDINGS:
            account = _account(town, role, standing)
            for stage in town.stages:
                near, case = relations(standing, role, stage.stage), town.case(stage)
                for act in ACTS:
                    wanted = _may(role, act, near)
                    found = permit(account, act, case, programme, town.office.now)
                    assert (found is not None) == wanted, (role, standing, stage.stage, act, found)
                    asked += 1
    assert asked >= 2000


# -- the routes ------------------------------------------------------------------------------------------------------


def test_every_route_answers_as_was_written_down(town: Town) -> None:
    cells = asyncio.run(_everything(town))
    wrong = [str(cell) for cell in cells if not cell.agrees]
    assert not wrong, f"{len(wrong)} of {len(cells)}:\n" + "\n".join(wrong[:60])
    assert len(cells) >= 2000
    assert {cell.allowed for cell in cells} == {True, False}


def test_a_route_nobody_thought_about_is_found_and_not_served(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    rogue = APIRouter()

    @rogue.get("/rogue")
    def _page() -> Response:
        return PlainTextResponse("everything")

    @rogue.get("/rogue/about-a-case")
    def _case(visitor: Annotated[RequestContext, require("case.see")]) -> Response:
        return PlainTextResponse("the case of nobody in particular")

    app = FastAPI(openapi_url=None)
    app.include_router(rogue)
    assert routes_without_rule(app) == ["['GET'] /rogue", "['GET'] /rogue/about-a-case"]
    monkeypatch.setattr(wiring, "PAGES", (*PAGES, rogue))
    with pytest.raises(AssertionError, match="/rogue"):
        console(town.house.house)


def test_every_route_that_asks_nobody_is_one_of_the_door_or_without_a_secret(town: Town) -> None:
    asks_nobody = {route.path for route in routes(town.house.app) if acts_of(route) is None}
    assert asks_nobody <= {
        "/", "/sign-in", "/sign-in/code", "/sign-in/first", "/sign-in/passkey", "/sign-in/passkey/options", "/leave",
        "/language", "/static/{digest}/{name}", "/healthz", "/favicon.ico", "/api/session", "/api/openapi.json",
    }  # fmt: skip


# -- asking ----------------------------------------------------------------------------------------------------------


async def _everything(town: Town) -> list[Cell]:
    asking, found = Asking(town.house.app), list[Cell]()
    knocks = _Knocks(town)
    nothing: set[bytes] = set()
    for role in ROLES:
        for standing in STANDINGS:
            person = town.somebody(role, standing)
            size = town.office.service.log.size()
            asked = [(stage.stage, knock) for stage in town.stages for knock in knocks.about(stage)]
            if standing in ("programme", "stranger"):
                asked += [("none", knock) for knock in knocks.others()]
            for stage, knock in asked:
                heard = await asking.ask(person, knock.method, knock.path)
                if heard.status == 404:
                    nothing.add(heard.plain)
                allowed = knock.is_there and _may_all(knock, role, standing, stage)
                found.append(Cell(knock, role, standing, stage, allowed, heard))
            assert town.office.service.log.size() == size, "an empty form was stored"
    assert len(nothing) == 2, "one page and one document say that there is nothing, and no others"
    return found


class _Knocks:
    """Every way to ask every route that asks for somebody.

    For each case it asks half the pages and some of the many commands, going on where it stopped with the case before.
    """

    def __init__(self, town: Town) -> None:
        ways = ways_into(town.house.app)
        about = [way for way in ways if "{case_id}" in way.path]
        self._commands = [way for way in about if "/do/" in way.path or "/commands/" in way.path]
        self._pages = [way for way in about if way not in self._commands]
        self._others = [way for way in ways if way not in about]
        self._next_page, self._next_command = cycle(self._pages), cycle(self._commands)
        self._first = town.stages[0]

    def about(self, stage: Stage) -> Iterator[Knock]:
        """Yield how to ask about a case."""
        half = len(self._pages) // 2 - 1  # so that over the stages every role in every standing is asked all of them
        for way in (*islice(self._next_page, half), *islice(self._next_command, _COMMANDS_A_CELL)):
            yield knock_of(way, stage)

    def others(self) -> Iterator[Knock]:
        """Yield how to ask for what is about no case."""
        for way in self._others:
            yield knock_of(way, self._first)


# -- what was written down -------------------------------------------------------------------------------------------


def _may_all(knock: Knock, role: Role, standing: str, stage: str) -> bool:
    near = relations(standing, role, stage) if stage != "none" else frozenset[str]()
    theirs = standing == "programme" or not _is_of_a_programme(knock) or _reads_all(knock, role)
    also = _ALSO.get(knock.route, ())
    return (
        any(_may(role, act, near) for act in knock.acts)
        and theirs
        and (not also or any(who == role and act in also for who, _, act in statement()))
    )


def _is_of_a_programme(knock: Knock) -> bool:
    named = "{programme}" in knock.route and not knock.route.startswith("/api/")  # there the body is read before
    return named or f"{knock.method} {knock.route}" in _OF_A_PROGRAMME


def _reads_all(knock: Knock, role: Role) -> bool:
    return role in _OVER_ALL_PROGRAMMES and knock.route.startswith("/settings/programmes/")


def _may(role: str, act: str, near: frozenset[str]) -> bool:
    how = near if concerns_a_case(act) else {"any"}
    return any((role, relation, act) in statement() for relation in how)


def _account(town: Town, role: Role, standing: str) -> Account:
    row = town.house.house.accounts.row(town.somebody(role, standing).account)
    assert row is not None
    return row.account
