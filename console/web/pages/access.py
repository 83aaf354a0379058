"""Who looked at what: by case, by account, by period; emergencies to review, and who read too much at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response

from console.accounts.sign_in import as_account
from console.views.access import HEADS, ROWS_MAX, access, last_days, rows_of
from console.web.errors import NotReadable, NotThere
from console.web.pages.history import day_of, number_of
from console.web.request_context import RequestContext, require
from console.web.spreadsheet import csv_answer
from events.instants import instant, instant_text
from handlers.queries.access_log import AccessQuery, readings

router = APIRouter(include_in_schema=False)
_FIELDS: Final = ("case", "account", "since", "until")
_LONGEST: Final = 80
_FILE_ROWS_MAX: Final = 20_000


@router.get("/access")
def show(context: Annotated[RequestContext, require("access.see")]) -> Response:
    """Show who looked at what, within what is asked for or the last days."""
    asked = _asked(context)
    wanted, wrong = _wanted(context, asked)
    return context.page(
        "pages/access.html",
        422 if wrong else 200,
        asked=asked,
        wrong=wrong,
        found=access(context.reader, AccessQuery(since=last_days(context.reader)) if wrong else wanted),
        by_itself=not any(asked.values()),
        rows_max=ROWS_MAX,
        moment_of=instant,
        may_export=context.may("export") is not None,
        query=context.request.url.query if not wrong else "",
    )


@router.get("/access/file")
def file(context: Annotated[RequestContext, require("export")]) -> Response:
    """Return the same list as a file to save."""
    if context.may("access.see") is None:
        raise NotThere
    context.fresh("export", "/access")
    wanted, wrong = _wanted(context, _asked(context))
    if wrong:
        raise NotReadable(422, "not_readable")
    found = readings(context.web.container.log, wanted, _FILE_ROWS_MAX)
    return csv_answer("access", HEADS, rows_of(found))


def _asked(context: RequestContext) -> dict[str, str]:
    query = context.request.query_params
    return {name: query.get(name, "").strip()[:_LONGEST] for name in _FIELDS}


def _wanted(context: RequestContext, asked: dict[str, str]) -> tuple[AccessQuery, tuple[str, ...]]:
    """Return what is looked for, and which fields cannot be read."""
    since, until = day_of(asked["since"]), day_of(asked["until"])
    case_id, account = number_of(asked["case"]), as_account(asked["account"]) if asked["account"] else ""
    read = {"case": case_id, "account": account, "since": since, "until": until}
    wrong = tuple(name for name, value in asked.items() if value and not read[name])
    wanted = AccessQuery(
        case_id,
        account,
        instant_text(since) if since else "" if any(asked.values()) else last_days(context.reader),
        instant_text(until + timedelta(days=1)) if until else "",
    )
    return wanted, wrong
