"""History for whoever proves what was done: the log searched, a case as of any moment, the log checked.

And who looked at what: by case, by account, by period; emergencies to review, and who read too much at once.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from console.accounts.sign_in import as_account
from console.audit.bundle import bundle_of
from console.audit.signed_log import signed_last
from console.drawing.timeline import Band, Strip, Tick, strip_svg, strip_words
from console.drawing.words import figure
from console.errors import BadInput
from console.subjects import MACHINERY
from console.views.access import HEADS, ROWS_MAX, access, last_days, rows_of
from console.views.conflict_diff import TYPED, changes
from console.views.history import AsOf, Moment, as_of, prove, search
from console.web.errors import NotReadable, NotThere
from console.web.filling import context_of
from console.web.request_context import RequestContext, case_number, go, require
from console.web.spreadsheet import csv_answer
from console.words.translation import Words
from events.ids import parse_case_id
from events.instants import instant, instant_text
from handlers.queries.access_log import AccessQuery, readings
from handlers.queries.history import EventQuery
from workflow.values.days import by_clock, in_utc

router = APIRouter(include_in_schema=False)
Auditor = Annotated[RequestContext, require("history.see")]
_FIELDS: Final = ("case", "actor", "type", "since", "until", "command")
_ACCESS_FIELDS: Final = ("case", "account", "since", "until")
_FILE_ROWS_MAX: Final = 20_000
_ACTOR: Final = re.compile(r"[a-z]+:[a-z0-9][a-z0-9._-]{0,60}")
_COMMAND: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST: Final = 80


@router.get("/history")
def history(context: Auditor, before: str = "") -> Response:
    """Show the log, the last first, narrowed to what is asked for."""
    asked = _asked(context, _FIELDS)
    sought, wrong = sought_of(context, asked)
    found = None if wrong else search(context.reader, sought, number(before))
    names = sorted(context.web.container.log.catalogue.shapes, key=lambda name: context.words.label("fact", name))
    return context.page(
        "pages/history.html", 422 if wrong else 200, asked=asked, wrong=wrong, found=found, names=names,
        query=urlencode({name: value for name, value in asked.items() if value}), begins=bool(before),
        size=context.web.container.log.size(),
    )  # fmt: skip


@router.get("/history/of")
def find_case(context: Auditor, case: str = "") -> Response:
    """Lead to a case's history by its number."""
    return go(f"/history/of/{case_number(case[:_LONGEST])}")


@router.get("/history/of/{number}")
def of_case(context: Annotated[RequestContext, require("history.see", names="number")], number: str) -> Response:
    """Show a case as of any moment, beside another, with who did what under which rule, and the proof of it."""
    case_id = case_number(number[:_LONGEST])
    query = context.request.query_params
    snapshot = context.web.container.cases.at(case_id)
    zone = snapshot.definition.programme.time_zone if snapshot else "UTC"
    moment = Moment(whole(query.get("event", "")), whole(query.get("position", "")), _at(query.get("at", ""), zone))
    found = as_of(context.reader, case_id, moment, whole(query.get("beside", "")))
    if found is None:
        raise NotThere
    may_export = context.may("export") is not None
    return context.page("pages/history_of.html", found=found, zone=zone, may_export=may_export, **_told(context, found))


@router.get("/history/of/{number}/bundle")
def bundle(context: Annotated[RequestContext, require("export", names="number")], number: str) -> Response:
    """Return a case and its proof as a file to save, as the log was signed last: nobody waits for witnesses here."""
    case_id = case_number(number[:_LONGEST])
    container = context.web.container
    snapshot = container.cases.at(case_id)
    if snapshot is None or context.may("history.see") is None:
        raise NotThere
    context.fresh("export", f"/history/of/{case_id}")
    try:
        signed = signed_last(container)
        data = bundle_of(container.log, case_id, snapshot.case.programme, signed.checkpoint, signed.policy)
    except BadInput:
        raise NotReadable(409, "not_sealed") from None
    headers = {"content-disposition": 'attachment; filename="case.audit.zip"', "cache-control": "no-store"}
    return Response(data, media_type="application/zip", headers=headers)


@router.post("/history/check")
def check(context: Auditor) -> Response:
    """Prove the whole log now, and on wish every step by the rules; a large one is left to the command line."""
    proof = prove(context.reader, by_rules=context.given.get("rules") == "yes")
    return context.page("pages/history_check.html", proof=proof)


@router.get("/history/check")
def back(context: Auditor) -> Response:
    """Lead back to the history: a check is asked for by its button."""
    return go("/history")


@router.get("/access")
def accesses(context: Annotated[RequestContext, require("access.see")]) -> Response:
    """Show who looked at what, within what is asked for or the last days."""
    asked = _asked(context, _ACCESS_FIELDS)
    wanted, wrong = _wanted(context, asked)
    usual = AccessQuery(since=last_days(context.reader), lists=False)
    found = access(context.reader, usual if wrong else wanted)
    return context.page(
        "pages/access.html", 422 if wrong else 200, asked=asked, wrong=wrong, found=found, rows_max=ROWS_MAX,
        by_itself=not any(asked.values()), lists=_with_lists(context),
        may_export=context.may("export") is not None, moment_of=instant,
        query="" if wrong else context.request.url.query,
    )  # fmt: skip


@router.get("/access/file")
def access_file(context: Annotated[RequestContext, require("export")]) -> Response:
    """Return the same list as a file to save."""
    if context.may("access.see") is None:
        raise NotThere
    context.fresh("export", "/access")
    wanted, wrong = _wanted(context, _asked(context, _ACCESS_FIELDS))
    if wrong:
        raise NotReadable(422, "not_readable")
    return csv_answer("access", HEADS, rows_of(readings(context.web.container.log, wanted, _FILE_ROWS_MAX)))


# -- what is asked for --------------------------------------------------------------------------------------------


def _asked(context: RequestContext, fields: Iterable[str]) -> dict[str, str]:
    query = context.request.query_params
    return {name: query.get(name, "").strip()[:_LONGEST] for name in fields}


def _wanted(context: RequestContext, asked: dict[str, str]) -> tuple[AccessQuery, tuple[str, ...]]:
    """Return what is looked for, and which fields cannot be read."""
    since, until = day_typed(asked["since"]), day_typed(asked["until"])
    case_id, account = number_of(asked["case"]), as_account(asked["account"]) if asked["account"] else ""
    read = {"case": case_id, "account": account, "since": since, "until": until}
    wrong = tuple(name for name, value in asked.items() if value and not read[name])
    wanted = AccessQuery(
        case_id,
        account,
        instant_text(since) if since else "" if any(asked.values()) else last_days(context.reader),
        instant_text(until + timedelta(days=1)) if until else "",
        _with_lists(context),
    )
    return wanted, wrong


def _with_lists(context: RequestContext) -> bool:
    """Tell whether what somebody saw among others is asked for too: it is much, and seldom what is looked for."""
    return context.request.query_params.get("lists") == "yes"


def sought_of(context: RequestContext, asked: dict[str, str]) -> tuple[EventQuery, tuple[str, ...]]:
    """Return what is looked for, and which fields cannot be read."""
    days = {name: day_typed(asked[name]) for name in ("since", "until")}
    since, until, case_id = days["since"], days["until"], number_of(asked["case"])
    read = {
        **days, "case": case_id, "actor": _ACTOR.fullmatch(asked["actor"]),
        "command": _COMMAND.fullmatch(asked["command"].lower()),
        "type": asked["type"] in context.web.container.log.catalogue.shapes,
    }  # fmt: skip
    wrong = tuple(name for name, value in read.items() if asked[name] and not value)
    sought = EventQuery(
        case_id=case_id,
        actor=asked["actor"],
        types=(asked["type"],) if asked["type"] else (),
        command_id=asked["command"].lower(),
        since=instant_text(since) if since else "",
        until=instant_text(until + timedelta(days=1)) if until else "",
    )
    return sought, wrong


def day_typed(text: str) -> datetime | None:
    """Return the beginning of a day as a date field sends it, by the log's own clock (UTC); None for anything else."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the zone is put to it in the next line
    except ValueError:
        return None
    return datetime.combine(day, time(), UTC) if 1990 <= day.year <= 2200 else None


def number_of(text: str) -> str:
    """Return the case number somebody typed, empty when it is none."""
    try:
        return parse_case_id(text)
    except ValueError:
        return ""


def number(text: str) -> int | None:
    """Return a position as an address carries it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None


def whole(text: str) -> int | None:
    """Return a number as an address carries it, which may be one below the first."""
    return -1 if text == "-1" else number(text)


def _at(text: str, zone: str) -> datetime | None:
    """Return a moment as a form sends it, by the clocks of the programme."""
    try:
        there = datetime.fromisoformat(text)
    except ValueError:
        return None
    there = there if there.tzinfo else there.replace(tzinfo=ZoneInfo(zone))
    return in_utc(there) if 1990 <= there.year <= 2200 else None


# -- what is shown ------------------------------------------------------------------------------------------------


def _told(context: RequestContext, found: AsOf) -> dict[str, Any]:
    form_context = context_of(context, found.definition.programme, found.then.case)
    before, after = (found.compared, found.then) if found.other <= found.number else (found.then, found.compared)
    at = found.line.recorded_at if found.line else found.stays[0].since
    return {
        "state": changes(None, found.then.case, form_context, unsaid=TYPED) if found.then.case else (),
        "differences": changes(before.case, after.case, form_context, unsaid=TYPED),
        "moments": sorted((found.other, found.number)),
        "at": at,
        "strip": _strip(found, at, context.words),
    }


def _strip(found: AsOf, at: datetime, words: Words) -> Markup:
    """Return the picture of a case's way, its days by the programme's clocks."""
    zone = found.definition.programme.time_zone
    bands = tuple(
        Band(
            words.label("stage", one.stage, found.definition.programme),
            by_clock(one.since, zone),
            by_clock(one.until or max(found.ticks[-1][1], found.stays[-1].since + timedelta(hours=1)), zone),
            one.until is None,
        )
        for one in found.stays
    )
    ticks = tuple(
        Tick(by_clock(when, zone), words.label("fact", fact), f"/history/of/{found.case_id}?event={number}")
        for number, when, fact in found.ticks
        if fact not in MACHINERY
    )
    title = words.gettext("History of case {number}").format(number=found.case_id)
    strip = Strip(bands, ticks, by_clock(at, zone))
    return figure(strip_svg("history", title, strip, words), strip_words(title, strip, words), words)
