"""Whatever a door tells of a case, it was recorded before that this person saw it: every route, method and stream.

The routes are found in the application itself; a new one is asked too, and fails here if nobody can ask it.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy import delete, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web import app as wiring
from console.web.access_log import looking
from console.web.app import console
from console.web.pages import PAGES
from console.web.recorded_answers import AccessLogMiddleware
from console.web.request_context import RequestContext, require
from events.database import owner_engine, sqlite_url
from handlers.projections.tables import looks
from tests.kit.offices import Office
from tests.kit.roads import bring, consents, ready_to_depart
from tests.kit.story import Story
from tests.kit.web.asking import Asking
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.knocks import Knock, knock_of, ways_into
from tests.kit.web.standings import Stage, Town
from workflow.rights.acts import Role
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.safety.commands import AssessRisk

# Who is sent to ask: together they are let in everywhere.
_ASK: Final[tuple[tuple[Role, str], ...]] = (
    ("supervisor", "programme"), ("case_manager", "team"), ("medical", "team"), ("administrator", "programme"),
    ("auditor", "programme"), ("data_protection", "programme"), ("finance_release", "programme"),
    ("finance_approve", "programme"), ("finance_request", "programme"), ("hotline", "programme"),
    ("partner", "partner"), ("donor", "glass"), ("legal", "team"),
)  # fmt: skip
FLIGHT: Final = "QQ 9317"
# These lead on to what was just recorded, in one session; stories of their own open them (see below).
_OF_ONE_SESSION: Final = (
    "/opened/{command_id}",
    "/disclosed/{command_id}",
    "/content/{command_id}",
    "/correct/{command_id}",
    "/mend/{record}",
    "/mend/{record}/{form}",
    "/mend/{record}/{form}/open",
    "/office/{programme}/done/{command_id}",
)

# The books name a grant as any payment is named there; whose it is, is told by the grant's own page, which is recorded.
_BOOKS: Final = "/ledger"
_TYPED: Final = "/cases/{number}/break-glass"  # asks why, and tells not even whether there is such a case


class Piece(NamedTuple):
    """A piece of an answer as it left: to whom, what was in it, and what the access log held at that moment."""

    text: str
    recorded: frozenset[tuple[str, str]]  # account and case


class Watch:
    """Stands before the console's door and writes down what leaves it, beside what had been recorded by then."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self._app = app
        self._office = office
        self.pieces: list[Piece] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watching(message: Message) -> None:
            if text := message.get("body", b"").decode(errors="replace"):
                self.pieces.append(Piece(text, self._recorded()))
            await send(message)

        await self._app(scope, receive, watching)

    def _recorded(self) -> frozenset[tuple[str, str]]:
        with self._office.database.reading() as connection:
            rows = connection.execute(select(looks.c.account, looks.c.case_id)).all()
        return frozenset((account, case_id) for account, case_id in rows)


class Street:
    """A town with something to see in every part of it, and everybody who may knock."""

    def __init__(self, office: Office) -> None:
        self.town = Town(office)
        self.office = office
        self.coming = _somebody_comes(office)
        self.leaving = ready_to_depart(bring(Story(office, team="north"), "documents"))
        self.people: list[Person] = []
        self.marks = dict(_marks(self.town.stages)) | {FLIGHT: self.coming.case_id}
        self.marks |= {story.case_id: story.case_id for story in (self.coming, self.leaving)}

    def forget(self) -> None:
        """Let nobody have looked at anything, so that nothing of before counts as the record of what comes now."""
        with self.office.database.writing() as connection:
            connection.execute(delete(looks))


@pytest.fixture(scope="module")
def street(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    path = tmp_path_factory.mktemp("street") / "office.db"
    path.write_bytes(sqlite_template.read_bytes())
    office = Office(sqlite_url(path).render_as_string(), has_tables=True)
    yield Street(office)
    office.close()


def test_no_route_tells_anything_of_a_case_before_it_is_recorded_who_sees_it(street: Street) -> None:
    found = asyncio.run(_walked(street, street.town.house.app))
    assert not found.unrecorded, "\n".join(found.unrecorded)
    assert not found.unasked, f"nobody was let in; say in _ASK who is, or tell its story: {found.unasked}"
    assert found.telling > 100, "hardly anything was told: the test is blind"


def test_a_route_that_tells_of_a_case_past_the_gate_is_caught(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    number = street.coming.case_id
    rogue = APIRouter()

    async def waved_through() -> None:
        """Ask for nobody, and record nothing."""

    waved_through.acts = ("case.see",)  # type: ignore[attr-defined]

    @rogue.get("/rogue/{programme}")
    def _page(_: Annotated[None, Depends(waved_through)], programme: str) -> Response:
        return PlainTextResponse(f"somebody arrives in {programme} with {FLIGHT}, case {number}")

    @rogue.get("/honest/{programme}")
    def _other(_: Annotated[RequestContext, require("statistics.see")], programme: str) -> Response:
        return PlainTextResponse(f"somebody is in {programme}, case {number}")

    monkeypatch.setattr(wiring, "PAGES", (*PAGES, rogue))
    app = console(street.town.house.house)
    found = asyncio.run(_walked(street, app, only="/rogue"))
    assert [line.partition(":")[0] for line in found.unrecorded] == ["GET /rogue/moscow"] * 2, found
    honest = asyncio.run(_walked(street, app, only="/honest"))
    assert not honest.unasked
    assert (honest.telling, honest.unrecorded) == (1, []), "whoever enters by the one entrance need not think of it"


class Walk:
    """What a walk past every door found."""

    def __init__(self) -> None:
        self.unrecorded: list[str] = []
        self.unasked: list[str] = []
        self.telling = 0

    def take(self, knock: Knock, person: Person, pieces: Iterable[Piece], marks: Mapping[str, str]) -> None:
        """Compare what left with what had been recorded when it did."""
        so_far = ""
        for piece in pieces:
            so_far += piece.text
            for mark, case_id in marks.items():
                if mark in so_far and not _is_no_telling(mark, knock):
                    self.telling += 1
                    if (person.account, case_id) not in piece.recorded:
                        self.unrecorded.append(f"{knock.method} {knock.path}: {person.account} is told {mark}")


async def _walked(street: Street, app: FastAPI, only: str = "") -> Walk:
    """Ask every way in, each by the first whom it lets in; they sign in for it, the last way in ended a session."""
    street.people = [street.town.somebody(*who) for who in _ASK]
    walk, watch = Walk(), Watch(app, street.office)
    asking = Asking(watch)
    for way in ways_into(app):
        if not way.path.startswith(only) or way.route.endswith(_OF_ONE_SESSION):
            continue
        let_in = False
        for stage in street.town.stages:
            knock = knock_of(way, stage)
            for person in street.people:
                street.forget()
                watch.pieces.clear()
                heard = await asking.ask(person, knock.method, knock.path)
                assert heard.status < 500, (knock, heard)
                sent_to = heard.headers.get("location", "").partition("?")[0]
                assert heard.status != 401, knock
                assert sent_to not in ("/sign-in", "/step-up"), f"{knock} asked nobody: it leads to {sent_to}"
                if heard.status == 404:
                    continue
                let_in = True
                walk.take(knock, person, watch.pieces, street.marks)
                break
            if let_in:
                break
        if not let_in:
            walk.unasked.append(f"{way.method} {way.path}")
    return walk


def _is_no_telling(mark: str, knock: Knock) -> bool:
    """Tell whether something tells nothing: a grant in the books, and what the visitor's own address repeats."""
    return (mark.startswith("G-") and knock.route.startswith(_BOOKS)) or (mark in knock.path and knock.route == _TYPED)


def _marks(stages: Iterable[Stage]) -> Iterator[tuple[str, str]]:
    """Yield what only whoever looks at a case can know, with the case."""
    for stage in stages:
        for mark in (stage.story.case_id, stage.grant_id, stage.referral_id):
            if mark:
                yield mark, stage.story.case_id


def _somebody_comes(office: Office) -> Story:
    coming = consents(Story(office, team="north"), "assistance", "travel")
    coming.does(AssessRisk, level="low", safe_to_return=True)
    at = office.now + timedelta(hours=20)
    return coming.does(PlanArrival, at=at, place="SVO", means="flight", number=FLIGHT).goes("receive")


def test_what_was_opened_is_told_after_it_is_recorded_that_it_was_asked_for(street: Street) -> None:
    case, person = street.leaving, street.town.somebody("supervisor", "programme")
    street.forget()
    command_id = str(street.office.uuid())
    form = {"command_id": command_id, "parts": "identity", "purpose": "check", "why": "the ticket"}
    sent = person.post(f"/cases/{case.case_id}/open", form)
    rows = street.office.rows("looks")
    assert [(row["account"], row["page"]) for row in rows] == [(person.account, "case.open_sealed")]
    street.forget()
    assert person.get(sent.headers["location"]).status_code == 200
    assert [row["case_id"] for row in street.office.rows("looks")] == [case.case_id]


def test_what_is_opened_to_be_put_right_is_told_after_it_is_recorded(street: Street) -> None:
    case, person = street.coming, street.town.somebody("supervisor", "programme")
    street.forget()
    sent = person.post(f"/cases/{case.case_id}/correct", {"command_id": str(street.office.uuid())})
    rows = street.office.rows("looks")
    assert [(row["account"], row["page"]) for row in rows] == [(person.account, "case.open_sealed")]
    street.forget()
    assert person.get(sent.headers["location"]).status_code == 200
    assert [row["case_id"] for row in street.office.rows("looks")] == [case.case_id]


def test_what_cannot_be_recorded_is_not_shown(office: Office) -> None:
    house, case = WebHouse(office), Story(office)
    anna = house.sign_in()
    owner = owner_engine(office.database.url)
    with owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE looks RENAME TO looks_elsewhere")
    owner.dispose()
    for path in (f"/cases/{case.case_id}", "/cases", f"/api/v1/cases/{case.case_id}", "/api/v1/cases"):
        answer = anna.get(path)
        assert answer.status_code == 503, path
        assert case.case_id not in answer.text.replace(f'value="{path}"', ""), "the way back, which was asked for"


def test_a_number_between_two_pieces_of_a_file_is_found(office: Office) -> None:
    case, gone = Story(office).case_id, list[bytes]()
    house = WebHouse(office)
    anna = house.sign_in()
    look = looking(house.house, anna.session, "export")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": case[:7].encode(), "more_body": True})
        await send({"type": "http.response.body", "body": case[7:].encode(), "more_body": False})

    async def send(message: Message) -> None:
        gone.append(message.get("body", b""))
        if b"".join(gone) == case.encode():
            assert [(row["case_id"], row["page"]) for row in office.rows("looks")] == [(case, "export")]

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    asyncio.run(AccessLogMiddleware(app)({"type": "http", "state": {"looking": look}}, receive, send))
    assert b"".join(gone) == case.encode()
