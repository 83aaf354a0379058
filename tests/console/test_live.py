"""Pages that follow what happens: one look at the log for all of them, and an end when somebody is signed out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from console.web.change_broadcaster import ChangeBroadcaster
from console.web.live import Version, changes, version_of_all, version_of_case
from console.web.open_streams import OpenStreams
from console.web.request_context import session_of
from events.database import sqlite_url
from events.errors import StoreUnavailable
from events.ids import CaseId
from handlers.queries.record_view import Viewer, ViewLimits, record_view
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.web.houses import Person, WebHouse
from workflow.subjects.accounts.commands import (
    AccountCommand,
    ChangeRoles,
    CloseAccount,
    PlaceAccount,
    RevokeSessions,
)
from workflow.subjects.intake.commands import AddNote


async def _first(beats: AsyncIterator[object], count: int) -> list[object]:
    found = []
    async for beat in beats:
        found.append(beat)
        if len(found) == count:
            break
    return found


def test_a_page_hears_of_it_when_the_log_has_grown() -> None:
    sizes = iter([3, 3, 5, 5, 5])
    last = [3]

    def size() -> int:
        last[0] = next(sizes, last[0])
        return last[0]

    assert asyncio.run(_first(ChangeBroadcaster(size, beat_s=0.001).beats(), 2)) == [3, 5]


def test_a_page_on_which_nothing_happens_is_asked_now_and_then_whether_it_is_still_there() -> None:
    assert asyncio.run(_first(ChangeBroadcaster(lambda: 7, beat_s=0.001).beats(still_s=0.3), 3)) == [7, 7, 7]


def test_however_many_pages_are_open_the_log_is_looked_at_once_a_beat() -> None:
    looks: list[int] = []

    def size() -> int:
        looks.append(1)
        return len(looks)

    pulse = ChangeBroadcaster(size, beat_s=0.005)

    async def many() -> None:
        await asyncio.gather(*[_first(pulse.beats(), 3) for _ in range(50)])

    asyncio.run(many())
    assert len(looks) < 50


def test_whoever_leaves_in_haste_stops_nobody_else_from_hearing() -> None:
    size = [3]
    pulse = ChangeBroadcaster(lambda: size[0], beat_s=0.001)

    async def leaving() -> None:
        task = asyncio.create_task(_first(pulse.beats(), 2))
        await asyncio.sleep(0.01)
        for _ in range(3):  # as a server does that wants to be rid of a request
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(task, return_exceptions=True)

    async def many() -> list[object]:
        stays = asyncio.create_task(_first(pulse.beats(), 2))
        for _ in range(5):
            await leaving()
        size[0] = 4
        return await asyncio.wait_for(stays, 5)

    assert asyncio.run(many()) == [3, 4]


def test_after_a_look_that_failed_an_open_page_still_hears_and_it_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks: Iterator[int | Exception] = iter([3, StoreUnavailable("at Anna's"), StoreUnavailable("at Anna's"), 4])

    def size() -> int:
        look = next(looks, 4)
        if isinstance(look, Exception):
            raise look
        return look

    assert asyncio.run(asyncio.wait_for(_first(ChangeBroadcaster(size, beat_s=0.001).beats(), 2), 10)) == [3, 4]
    said = [record.getMessage() for record in caplog.records if record.name == "console.web.change_broadcaster"]
    assert said == ["open pages hear of nothing for now: the log could not be read (StoreUnavailable)"]


@pytest.fixture
def web(tmp_path: Path, sqlite_template: Path) -> WebHouse:
    path = tmp_path / "office.db"
    path.write_bytes(sqlite_template.read_bytes())
    return WebHouse(Office(sqlite_url(path).render_as_string(), has_tables=True))


def _asked_by(web: WebHouse, person: Person) -> Request:
    cookie = f"{web.house.site.cookie}={person.client.cookies[web.house.site.cookie]}"
    return Request({"type": "http", "app": web.app, "headers": [(b"cookie", cookie.encode())]})


def test_a_case_that_moves_on_tells_its_version_and_a_session_that_ends_ends_the_stream(web: WebHouse) -> None:
    opened = web.office.service.submit(web.office.opening(actor=ANNA))
    case_id = CaseId(opened.case_id)  # type: ignore[union-attr]
    person = web.sign_in(ANNA)
    request = _asked_by(web, person)
    look = web.house.container.cases

    async def watched() -> list[str]:
        told = []
        async for event in changes(request, web.house.changes, version_of_case(web.house, case_id)):
            told.append(event.decode())
            if len(told) == 1:
                web.office.submit(AddNote, case_id=case_id, note="came by")
            else:
                web.house.sessions.end_all(ANNA)
                web.office.submit(AddNote, case_id=case_id, note="called")
        return told

    before = look.at(case_id)
    assert before is not None
    first, second, over = asyncio.run(watched())
    assert first == f"event: changed\ndata: {before.version}\n\n"
    assert second == f"event: changed\ndata: {before.version + 1}\n\n"
    assert over.startswith("event: over")


def the_end(web: WebHouse, person: Person, version: Version, then: Callable[[], object]) -> list[str]:
    """Return what a stream tells of which something is done after its first event, in a bounded time."""
    request = _asked_by(web, person)

    async def watched() -> list[str]:
        told = []
        async for event in changes(request, web.house.changes, version):
            told.append(event.decode().partition("\n")[0])
            if len(told) == 1:
                then()
        return told

    return asyncio.run(asyncio.wait_for(watched(), 30))


def test_a_stream_ends_when_the_case_is_not_theirs_any_more(web: WebHouse) -> None:
    """Two beats at most, and nothing of the case in them."""
    opened = web.office.service.submit(web.office.opening(actor=ANNA))
    case_id = CaseId(opened.case_id)  # type: ignore[union-attr]
    person = web.sign_in(ANNA)

    def moves_to_another_office() -> None:
        web.office.by_two(PlaceAccount, account=ANNA, programmes=("st-petersburg",))

    told = the_end(web, person, version_of_case(web.house, case_id), moves_to_another_office)
    assert told == ["event: changed", "event: over"]


def test_a_stream_ends_when_somebody_is_stopped_for_looking_at_very_many_cases(web: WebHouse) -> None:
    opened = web.office.service.submit(web.office.opening(actor=ANNA))
    case_id = CaseId(opened.case_id)  # type: ignore[union-attr]
    person = web.sign_in(ANNA)

    def looks_at_very_many() -> None:
        few, viewer = ViewLimits(1, 1), Viewer(ANNA, "elsewhere")
        seen = [
            record_view(web.office.database, web.office.keys, one, viewer, "page", web.office.now, few)
            for one in ("A", "B")
        ]
        assert seen == ["shown", "stopped"]
        web.office.submit(AddNote, case_id=case_id, note="came by")

    told = the_end(web, person, version_of_case(web.house, case_id), looks_at_very_many)
    assert told == ["event: changed", "event: over"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (CloseAccount, {"reason": "left"}),
        (ChangeRoles, {"roles": ("donor",)}),
        (RevokeSessions, {"reason": "lost_device"}),
    ],
)
def test_a_stream_ends_with_the_account_its_roles_and_its_session(
    web: WebHouse, kind: type[AccountCommand], fields: dict[str, Any]
) -> None:
    person = web.sign_in(ANNA)

    def happens() -> None:
        if kind is ChangeRoles:
            web.office.by_two(kind, account=ANNA, **fields)
        else:
            web.office.accepted(web.office.command(kind, actor="staff:root", account=ANNA, **fields))

    assert the_end(web, person, version_of_all(web.house), happens) == ["event: changed", "event: over"]


def test_a_stream_ends_when_somebody_signs_out_although_nothing_else_happens(web: WebHouse) -> None:
    person = web.sign_in(ANNA)
    told = the_end(web, person, version_of_all(web.house), lambda: person.client.post("/leave"))
    assert told[-1] == "event: over"


def test_an_account_has_so_many_streams_and_leaves_room_to_others() -> None:
    streams = OpenStreams(of_one=3, of_all=5)
    assert [streams.enter(ANNA) for _ in range(4)] == [True, True, True, False]
    assert [streams.enter("staff:boris") for _ in range(3)] == [True, True, False]
    streams.leave(ANNA)
    assert [streams.enter(ANNA), streams.enter("staff:olga")] == [True, False]


def test_watching_a_page_does_not_keep_somebody_signed_in(web: WebHouse) -> None:
    person = web.sign_in(ANNA)
    request = _asked_by(web, person)
    web.clock.advance(timedelta(minutes=14))
    assert session_of(request, touch=False) is not None
    web.clock.advance(timedelta(minutes=2))
    assert session_of(request, touch=False) is None
