"""`wayhome hotline …`: when it is open, what to ask, and calls and consultations counted without anybody's name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from console import cli_support as doors
from console.cli_support import ACTOR_DEFAULT, Actor, AsJson, CommandId, Data, tell_refused
from console.container import Container
from console.errors import BadInput
from console.printing import print_json, print_rows, say
from console.verbs.calls import At, OfProgramme, call, callback, consultation, convert, missed, strike, submit
from console.views.hotline import ZoneClock, call_backs_of, status_of
from events.instants import instant
from handlers.queries.consultations import desk_of
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.subjects.hotline.commands import PrintCaseCodes
from workflow.subjects.hotline.definition import Hotline
from workflow.values.calendars import is_time_zone

app = typer.Typer(no_args_is_help=True, help="The anonymous hotline and the consultation centres.")
app.command("call")(call)
app.command("missed")(missed)
app.command("callback")(callback)
app.command("strike")(strike)
app.command("consultation")(consultation)
app.command("convert")(convert)


@app.command("status")
def status(
    zone: Annotated[str, typer.Option("--zone", help="The caller's time zone, like Asia/Vladivostok.")] = "",
    zones: Annotated[bool, typer.Option("--zones", help="Tell the hours in every zone callers live in.")] = False,
    at: At = None,
    programme: OfProgramme = "moscow",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether the hotline is open, when it opens next, and its hours by the caller's own clock.

    Example: wayhome hotline status --zone Asia/Vladivostok
    """
    with doors.office(data) as container:
        line = _hotline(_programme(container, programme))
        if zone and not is_time_zone(zone):
            raise BadInput("there is no such time zone; write it like Asia/Vladivostok")
        asked = line.zones if zones else (zone or line.hours.time_zone,)
        found = _status(line, at or _now(container), asked)
        if as_json:
            print_json(found)
            return
        say(f"{line.number} is {'open' if found['open'] else 'closed'}; calls cost nothing and need no name")
        rows = [(one["zone"], one["hours"], one["now"], one["next_opening"]) for one in found["zones"]]
        print_rows("By the caller's own clock", ("zone", "hours", "it is", "opens next"), rows)


@app.command("prompt")
def prompt(
    group: Annotated[str, typer.Option("--group", help="Only one at-risk group.")] = "",
    language: Annotated[str, typer.Option("--lang", help="en or ru.")] = "en",
    programme: OfProgramme = "moscow",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what to ask somebody of an at-risk group, so that a danger is noticed in time.

    Example: wayhome hotline prompt --group orphans --lang ru
    """
    with doors.office(data) as container:
        if language not in ("en", "ru"):
            raise BadInput("the language is en or ru")
        groups = _programme(container, programme).at_risk_groups
        wanted = [one for one in groups if group in ("", one.id)]
        if not wanted:
            raise BadInput(f"there is no such group; there is: {', '.join(one.id for one in groups) or 'none'}")
        found = [
            {
                "group": one.id,
                "label": getattr(one.label, language),
                "questions": [getattr(question, language) for question in one.questions],
            }
            for one in wanted
        ]
        if as_json:
            print_json(found)
            return
        for one in found:
            say(f"{one['label']} ({one['group']})")
            for question in one["questions"]:
                say(f"  - {question}")


@app.command("codes")
def codes(
    more: Annotated[int, typer.Option("--print", min=0, max=100, help="Print so many new ones first (10 to 100).")] = 0,
    programme: OfProgramme = "moscow",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """List the codes that can each open one case: hand one to somebody who was advised and may want a case.

    Example: wayhome hotline codes --print 20
    """
    with doors.office(data) as container:
        answer = submit(PrintCaseCodes, container, programme, actor, command_id, count=more) if more else None
        if isinstance(answer, Refused):
            tell_refused(answer, as_json=as_json)
        unused = sorted(desk_of(container.log, _programme(container, programme)).case_codes)
        if as_json:
            print_json(unused)
        else:
            print_rows("Codes that open a case", ("code",), [(code,) for code in unused])


@app.command("list")
def list_call_backs(programme: OfProgramme = "moscow", data: Data = None, as_json: AsJson = False) -> None:
    """List the call-backs that are open, the longest due first, and which of them are overdue.

    Example: wayhome hotline list
    """
    with doors.office(data) as container:
        found = _programme(container, programme)
        line = _hotline(found)
        waiting = call_backs_of(desk_of(container.log, found), line, _now(container))
        rows = [(one.due_at, one.code, "overdue" if one.overdue else "open") for one in waiting]
        if as_json:
            print_json([{"code": code, "due_at": due.isoformat(), "state": state} for due, code, state in rows])
            return
        zone = ZoneInfo(line.hours.time_zone)
        shown = [(code, f"{due.astimezone(zone):%a %Y-%m-%d %H:%M}", state) for due, code, state in rows]
        print_rows("Call-backs", ("code", "due", ""), shown)


def _status(line: Hotline, at: datetime, zones: tuple[str, ...]) -> dict[str, Any]:
    found = status_of(line, at, zones)
    return {
        "number": line.number,
        "toll_free": True,
        "anonymous": line.anonymous,
        "languages": line.languages,
        "schedule": {  # as HSDS 3.0 writes opening hours
            "freq": "WEEKLY",
            "byday": ",".join(day.upper() for day in line.hours.days),
            "opens_at": f"{line.hours.opens:%H:%M}",
            "closes_at": f"{line.hours.closes:%H:%M}",
            "timezone": line.hours.time_zone,
        },
        "open": found.is_open,
        "at": at.astimezone(UTC).isoformat(),
        "next_opening": found.next_opening.astimezone(UTC).isoformat(),
        "zones": [_by_the_clock_of(one) for one in found.zones],
    }


def _by_the_clock_of(one: ZoneClock) -> dict[str, Any]:
    return {
        "zone": one.zone,
        "hours": f"{one.since:%H:%M}–{one.until:%H:%M}",
        "ends_next_day": one.ends_next_day,
        "now": f"{one.now:%a %H:%M}",
        "next_opening": f"{one.next_opening:%a %Y-%m-%d %H:%M}",
    }


def _programme(container: Container, name: str) -> Programme:
    found = container.service.definitions.current(name)
    if found is None:
        raise BadInput("there is no such programme here; publish it first: wayhome programme publish")
    return found.programme


def _hotline(programme: Programme) -> Hotline:
    if programme.hotline is None:
        raise BadInput(f"programme {programme.programme} has no hotline; its file has no key hotline:")
    return programme.hotline


def _now(container: Container) -> datetime:
    return instant(container.log.now())
