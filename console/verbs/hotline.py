"""`wayhome hotline …`: when it is open, what to ask, and calls and consultations counted without anybody's name."""

from datetime import datetime
from itertools import chain
from typing import Annotated, Any, ClassVar, Final

import typer

from console.cli_support import tell_refused
from console.errors import BadInput
from console.fields import pairs, values
from console.printing import print_json, print_rows, say
from console.verbs.terminal import CommandTerminal, Option, Terminal, verb
from console.views.hotline import ZoneClock, call_backs_of, status_of
from events.facts.hotline import CallBackPromised
from handlers.commanding.answers import Accepted
from handlers.queries.reports import hotline_state_of
from workflow.command import OfficeCommand
from workflow.reasons import Refused
from workflow.subjects.hotline.commands import (
    MakeCallBack,
    PrintCaseCodes,
    RecordConsultation,
    RecordMissedCall,
    StrikeCallBacks,
    TakeCall,
)
from workflow.subjects.hotline.definition import Hotline
from workflow.subjects.intake.commands import OpenCase
from workflow.values.calendars import is_time_zone
from workflow.values.days import by_clock, in_utc

app = typer.Typer(no_args_is_help=True, help="The anonymous hotline and the consultation centres.")

OfProgramme = Annotated[str, typer.Option("--programme", help="Programme.")]
Language = Annotated[str, typer.Option("--language", help="In which language, like ru.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="What it was about; may be given several times.")]
Groups = Annotated[list[str] | None, typer.Option("--group", help="At-risk group; may be given several times.")]
Region = Annotated[str, typer.Option("--region", help="Where the caller lives, coarsely: RU-PRI.")]
Minutes = Annotated[int, typer.Option("--minutes", help="How long; kept in steps of five.")]
At = Annotated[datetime | None, typer.Option("--at", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"],
    help="When, like 2026-03-01T18:40+03:00 (default: now).")]  # fmt: skip
Outcome = Annotated[
    str, typer.Option("--outcome", help="advised, referred, call_back, silent, wrong_number or emergency.")
]
_PROGRAMME: Final = ("programme", OfProgramme, "moscow")


class HotlineTerminal(Terminal):
    """A terminal at which the hotline of one programme is asked about."""

    options: ClassVar[tuple[Option, ...]] = (_PROGRAMME, *Terminal.options)
    programme: str


class OfficeTerminal(CommandTerminal):
    """A terminal at which something is counted for the hotline or a centre of one programme."""

    options: ClassVar[tuple[Option, ...]] = (_PROGRAMME, *CommandTerminal.options)
    programme: str

    def count(self, kind: type[OfficeCommand], zone: str = "", /, **fields: Any) -> None:
        """Carry a command out and print the answer, with the code and time the caller is to be told, if any.

        ``zone`` is the time zone of the caller, that of the hotline without one.
        """
        answer = self.submit(kind, programme=self.programme, **fields)
        promise = _promised(self, answer.command_id) if isinstance(answer, Accepted) else None
        if promise is None or not isinstance(answer, Accepted):
            self.tell(answer)
            return
        zone = zone or _hotline(self).hours.time_zone
        due = f"{by_clock(promise.due_at, zone):%a %Y-%m-%d %H:%M} {zone}"
        if self.as_json:
            told = {"code": promise.code, "due_at": promise.due_at.isoformat(), "due_local": due}
            print_json({"answer": "accepted", **answer._asdict(), "call_back": told})
            return
        self.tell(answer)
        say(f"tell the caller: code {promise.code}, call again from {due}")


class TalkTerminal(OfficeTerminal):
    """A terminal at which a conversation is counted: in which language, about what, with whom."""

    options: ClassVar[tuple[Option, ...]] = (
        ("language", Language, "ru"), ("topics", Topics, None), ("groups", Groups, None), ("at", At, None),
        *OfficeTerminal.options,
    )  # fmt: skip
    language: str
    topics: list[str] | None
    groups: list[str] | None
    at: datetime | None

    def count_talk(self, kind: type[OfficeCommand], /, **fields: Any) -> None:
        """Count a conversation."""
        topics, groups = tuple(self.topics or ()), tuple(self.groups or ())
        self.count(kind, language=self.language, topics=topics, at_risk_groups=groups, occurred_at=self.at, **fields)


@verb(app, "call")
def call(terminal: TalkTerminal, outcome: Outcome, region: Region = "", minutes: Minutes = 0) -> None:
    """Count a call that was taken; nothing of who called is kept.

    Example: wayhome hotline call --outcome advised --topic legal --group labour_migrants --minutes 12
    """
    terminal.count_talk(TakeCall, outcome=outcome, region=region, minutes=minutes)


@verb(app, "missed")
def missed(
    terminal: OfficeTerminal,
    wants_call_back: Annotated[bool, typer.Option("--call-back", help="The caller wants to call again.")] = False,
    language: Annotated[str, typer.Option("--language", help="In which language, if known.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="The caller's time zone, to tell them the time; not kept.")] = "",
    at: At = None,
) -> None:
    """Count a call nobody could take; with --call-back the caller is given a code and the time of the next opening.

    Example: wayhome hotline missed --call-back --zone Asia/Vladivostok
    """
    fields = {"wants_call_back": wants_call_back, "language": language}
    terminal.count(RecordMissedCall, _zone(zone), occurred_at=at, **fields)


@verb(app, "callback")
def callback(
    terminal: TalkTerminal,
    code: Annotated[str, typer.Argument(help="The caller's code, like C-7K3P9Q.")],
    outcome: Outcome,
    region: Region = "",
    minutes: Minutes = 0,
) -> None:
    """Count the call of somebody who called again, as agreed, and named the code.

    Example: wayhome hotline callback C-7K3P9Q --outcome advised --topic legal
    """
    terminal.count_talk(MakeCallBack, code=code, outcome=outcome, region=region, minutes=minutes)


@verb(app, "strike")
def strike(terminal: OfficeTerminal) -> None:
    """Strike off the call-backs nobody made for as many working days as the programme says.

    Example: wayhome hotline strike
    """
    terminal.count(StrikeCallBacks)


@verb(app, "consultation")
def consultation(
    terminal: TalkTerminal,
    centre: Annotated[str, typer.Argument(help="The consultation centre, like icc-moscow.")],
    how: Annotated[str, typer.Option("--how", help="visit or phone.")] = "visit",
) -> None:
    """Count a consultation by a centre; it is not a case.

    Example: wayhome hotline consultation icc-moscow --topic wages --group labour_migrants
    """
    terminal.count_talk(RecordConsultation, centre=centre, how=how)


@verb(app, "convert", ring=True)
def convert(
    terminal: OfficeTerminal,
    code: Annotated[str, typer.Argument(help="The code on the person's slip, like K-7K3P9Q.")],
    fields: Annotated[list[str] | None, typer.Argument(help="Fields of the case as name=value; name=- asks.")] = None,
    consent: Annotated[bool, typer.Option("--consent", help="The person agreed to a case.")] = False,
    source: Annotated[str, typer.Option("--source", help="hotline, self or ngo.")] = "hotline",
) -> None:
    """Open a case, by consent, for somebody who was advised; nothing of the call or visit goes into it.

    Example: wayhome hotline convert K-7K3P9Q --consent age_band=27-29 language=uz
    """
    given = values(OpenCase, pairs(fields or []))
    given |= {"programme": terminal.programme, "source": source, "consultation": code, "consent": consent}
    terminal.give(OpenCase, **given)


@verb(app, "status")
def status(
    terminal: HotlineTerminal,
    zone: Annotated[str, typer.Option("--zone", help="The caller's time zone, like Asia/Vladivostok.")] = "",
    zones: Annotated[bool, typer.Option("--zones", help="Tell the hours in every zone callers live in.")] = False,
    at: At = None,
) -> None:
    """Tell whether the hotline is open, when it opens next, and its hours by the caller's own clock.

    Example: wayhome hotline status --zone Asia/Vladivostok
    """
    line = _hotline(terminal)
    asked = line.zones if zones else (_zone(zone) or line.hours.time_zone,)
    found = _status(line, at or terminal.now, asked)
    if terminal.as_json:
        print_json(found)
        return
    say(f"{line.number} is {'open' if found['open'] else 'closed'}; calls cost nothing and need no name")
    rows = [(one["zone"], one["hours"], one["now"], one["next_opening"]) for one in found["zones"]]
    print_rows("By the caller's own clock", ("zone", "hours", "it is", "opens next"), rows)


@verb(app, "prompt")
def prompt(
    terminal: HotlineTerminal,
    group: Annotated[str, typer.Option("--group", help="Only one at-risk group.")] = "",
    language: Annotated[str, typer.Option("--lang", help="en or ru.")] = "en",
) -> None:
    """Show what to ask somebody of an at-risk group, so that a danger is noticed in time.

    Example: wayhome hotline prompt --group orphans --lang ru
    """
    if language not in ("en", "ru"):
        raise BadInput("the language is en or ru")
    groups = terminal.definition(terminal.programme).programme.at_risk_groups
    wanted = [one for one in groups if group in ("", one.id)]
    if not wanted:
        raise BadInput(f"there is no such group; there is: {', '.join(one.id for one in groups) or 'none'}")
    found = [
        {
            "group": one.id,
            "label": getattr(one.label, language),
            "questions": [getattr(q, language) for q in one.questions],
        }
        for one in wanted
    ]
    said = ([f"{one['label']} ({one['group']})", *(f"  - {text}" for text in one["questions"])] for one in found)
    terminal.lines(found, *chain.from_iterable(said))


@verb(app, "codes")
def codes(
    terminal: OfficeTerminal,
    more: Annotated[int, typer.Option("--print", min=0, max=100, help="Print so many new ones first (10 to 100).")] = 0,
) -> None:
    """List the codes that can each open one case: hand one to somebody who was advised and may want a case.

    Example: wayhome hotline codes --print 20
    """
    answer = terminal.submit(PrintCaseCodes, programme=terminal.programme, count=more) if more else None
    if isinstance(answer, Refused):
        tell_refused(answer, as_json=terminal.as_json)
    unused = sorted(
        hotline_state_of(terminal.container.log, terminal.definition(terminal.programme).programme).case_codes
    )
    terminal.table(unused, "Codes that open a case", ("code",), [(code,) for code in unused])


@verb(app, "list")
def list_call_backs(terminal: HotlineTerminal) -> None:
    """List the call-backs that are open, the longest due first, and which of them are overdue.

    Example: wayhome hotline list
    """
    line = _hotline(terminal)
    programme = terminal.definition(terminal.programme).programme
    waiting = call_backs_of(hotline_state_of(terminal.container.log, programme), line, terminal.now)
    rows = [(one.due_at, one.code, "overdue" if one.overdue else "open") for one in waiting]
    found = [{"code": code, "due_at": due.isoformat(), "state": state} for due, code, state in rows]
    zone = line.hours.time_zone
    shown = [(code, f"{by_clock(due, zone):%a %Y-%m-%d %H:%M}", state) for due, code, state in rows]
    terminal.table(found, "Call-backs", ("code", "due", ""), shown)


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
        "at": in_utc(at).isoformat(),
        "next_opening": in_utc(found.next_opening).isoformat(),
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


def _promised(terminal: OfficeTerminal, command_id: str) -> CallBackPromised | None:
    log = terminal.container.log
    facts = (log.fact(event) for event in log.of_command(command_id))
    return next((fact for fact in facts if isinstance(fact, CallBackPromised)), None)


def _zone(zone: str) -> str:
    if zone and not is_time_zone(zone):
        raise BadInput("there is no such time zone; write it like Asia/Vladivostok")
    return zone


def _hotline(terminal: HotlineTerminal | OfficeTerminal) -> Hotline:
    programme = terminal.definition(terminal.programme).programme
    if programme.hotline is None:
        raise BadInput(f"programme {programme.programme} has no hotline; its file has no key hotline:")
    return programme.hotline
