"""The office for programs: what waits for me, beds, the road, grants, the programmes; and the log for auditors."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from console.api.problems import reads
from console.api.reading import Strict
from console.api.shapes import Answer, shape_of
from console.views import grants as money
from console.views.beds import HouseView, beds_of
from console.views.caseloads import Caseload, caseloads
from console.views.grants import Payments, Queued, counts, payments_of, queue
from console.views.history import LogLine, onwards
from console.views.programmes import programmes_of
from console.views.referrals import ReferralRow, board, own_rows
from console.views.statistics import HEADS, chosen, figures, rows_of
from console.views.travel import Coming, Leaving, travel_board
from console.views.work import MyWork, my_work
from console.web.errors import NotThere
from console.web.request_context import RequestContext, require
from handlers.projections.notices import ToldNotice, told_to
from handlers.queries.history import publications
from handlers.queries.payments import APPROVE, RELEASE, Waiting

router = APIRouter(prefix="/api/v1", route_class=Strict)
_Place = Annotated[str, Query(max_length=200, pattern=r"^([0-9TZ:.+-]{10,40}~[0-9A-Z-]{11}~[A-Za-z0-9:_-]{1,120})?$")]
_Before = Annotated[str, Query(max_length=130, pattern=r"^([0-9TZ:.+-]{10,40}~[A-Za-z0-9:_-]{1,80})?$")]
_Name = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9-]*$")]
_Year = Annotated[int | None, Query(ge=1990, le=2200)]
_APART: Final = "~"
_POSITION_MAX: Final = 2**53


class Road(Answer):
    """Who comes and who leaves in the next days, as far as one may see the cases."""

    days: int
    coming: list[shape_of(Coming)]  # type: ignore[valid-type]
    leaving: list[shape_of(Leaving)]  # type: ignore[valid-type]


class Queue(Answer):
    """A part of what waits for an approval or a release; `next` begins the following part."""

    rows: list[shape_of(Queued, "programme")]  # type: ignore[valid-type]
    next: str | None


class Grants(Answer):
    """Grants that wait for a hand, and payments on their way."""

    waiting: dict[str, int]
    to_approve: Queue
    to_release: Queue
    payments: shape_of(Payments)  # type: ignore[valid-type]


class Referrals(Answer):
    """Referrals, each with its state, when an answer is due, and the commands that go on with it."""

    stuck: list[shape_of(ReferralRow)]  # type: ignore[valid-type]
    sent: list[shape_of(ReferralRow)]  # type: ignore[valid-type]
    next: str | None


class Number(Answer):
    """One number of a table; one too small to be told is not told."""

    table: str
    row: str
    column: str
    number: str


class Statistics(Answer):
    """A programme in numbers; what fewer than `k` people share is hidden, and what would reveal it."""

    programme: str
    year: int
    k: int | None
    numbers: list[Number]


class Published(Answer):
    """A version of a programme file."""

    number: int
    definition: str
    actor: str
    at: datetime


class ProgrammeInForce(Answer):
    """A programme in force, with the stages of its journey and the versions of its file."""

    programme: str
    title: dict[str, str]
    time_zone: str
    definition: str
    stages: list[str]
    versions: list[Published]


class Notices(Answer):
    """What one is told, the last first; `new` counts what was not read yet."""

    notices: list[shape_of(ToldNotice)]  # type: ignore[valid-type]
    new: int


class History(Answer):
    """A page of the log; asked with `after` of the answer, it goes on."""

    events: list[shape_of(LogLine)]  # type: ignore[valid-type]
    after: int
    size: int


@reads(router, "/work", shape_of(MyWork), "list_work", tag="Work")
def work(context: Annotated[RequestContext, require("work.see")], *, mine: bool = False) -> Any:
    """Return what waits for me, and the command that settles each."""
    return my_work(context.reader, mine=mine)


@reads(router, "/notices", Notices, "list_notices", tag="Work")
def notices(context: Annotated[RequestContext, require("self")]) -> Any:
    """Return what I am told; of a case that I may not see any more, nothing that names it."""
    with context.web.container.database.reading() as connection:
        told = told_to(connection, context.account, context.web.now())
    return {"notices": told, "new": sum(one.is_new for one in told)}


@reads(router, "/caseloads", list[shape_of(Caseload)], "list_caseloads", tag="Work")  # type: ignore[misc]
def everybodys_cases(context: Annotated[RequestContext, require("caseloads.see")]) -> Any:
    """Return everybody who looks after cases of one's programmes, with how many and how much of it presses."""
    return caseloads(context.reader, context.web.accounts.list())


@reads(router, "/beds", list[shape_of(HouseView)], "list_beds", tag="Beds and the road")  # type: ignore[misc]
def beds(context: Annotated[RequestContext, require("beds.see")]) -> Any:
    """Return every house one works with, its beds as they are now, and who waits."""
    return beds_of(context.reader)


@reads(router, "/travel", Road, "list_travel", tag="Beds and the road")
def travel(
    context: Annotated[RequestContext, require("travel.see")], days: Annotated[int, Query(ge=1, le=90)] = 7
) -> Any:
    """Return who comes and who leaves in the next days, and what is missing."""
    return travel_board(context.reader, days)


@reads(router, "/grants", Grants, "list_grants", tag="Grants")
def grants(
    context: Annotated[RequestContext, require("grants.see")], approve: _Place = "", release: _Place = ""
) -> Any:
    """Return what waits for an approval or a release, with what stands against it, and payments on their way."""
    reader = context.reader
    return {
        "waiting": counts(reader),
        "to_approve": _queue(queue(reader, APPROVE, _place(approve))),
        "to_release": _queue(queue(reader, RELEASE, _place(release))),
        "payments": payments_of(reader),
    }


@reads(router, "/referrals", Referrals, "list_referrals", tag="Referrals")
def referrals(context: Annotated[RequestContext, require("referrals.see")], before: _Before = "") -> Any:
    """Return the referrals of the cases one may see, the latest first; a partner's are those it was sent."""
    if context.may("directory.see") is None:
        return {"stuck": (), "sent": own_rows(context.reader), "next": None}
    found = board(context.reader, tuple(before.split(_APART)) if before else ())
    return {"stuck": found.stuck, "sent": found.sent, "next": _APART.join(found.after) or None}


@reads(router, "/statistics", Statistics, "list_statistics", tag="Statistics")
def statistics(
    context: Annotated[RequestContext, require("statistics.see")], programme: _Name = "", year: _Year = None
) -> Any:
    """Return a programme in the numbers its page shows."""
    definition = chosen(context.reader, programme)
    if definition is None:
        raise NotThere
    found = figures(context.reader, definition, year)
    rows = [dict(zip(HEADS, row, strict=True)) for row in rows_of(found)]
    return {"programme": found.programme.programme, "year": found.year, "k": found.k, "numbers": rows}


@reads(router, "/programmes", list[ProgrammeInForce], "list_programmes", tag="Programmes")
def programmes(context: Annotated[RequestContext, require("programmes.see")]) -> Any:
    """Return the programmes in force that one may read about."""
    log = context.web.container.log
    return [
        {
            "programme": one.programme.programme,
            "title": {"en": one.programme.title.en, "ru": one.programme.title.ru},
            "time_zone": one.programme.time_zone,
            "definition": one.hash,
            "stages": list(one.programme.journey.states),
            "versions": publications(log, one.programme.programme),
        }
        for one in programmes_of(context.reader)
    ]


@reads(router, "/history", History, "list_history", tag="Proof")
def history(
    context: Annotated[RequestContext, require("history.see")],
    after: Annotated[int, Query(ge=-1, le=_POSITION_MAX)] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Any:
    """Return the log after a position: who, what, when, by which right, under which rules, and the proof of it."""
    found = onwards(context.reader, after, limit)
    return {"events": found.lines, "after": found.after, "size": found.size}


def _queue(found: money.GrantQueue) -> dict[str, Any]:
    return {"rows": found.rows, "next": _APART.join(found.next) if found.next else None}


def _place(text: str) -> Waiting | None:
    return Waiting(*text.split(_APART)) if text else None
