"""Calls and consultations counted from the command line, without anybody's number or name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from console import cli_support as doors
from console.cli_support import ACTOR_DEFAULT, Actor, AsJson, CommandId, Data, stop, tell
from console.container import Container
from console.fields import pairs, values
from console.printing import USAGE, print_json, say
from events.facts.hotline import CallBackPromised
from handlers.commanding.answers import Accepted, Answer
from workflow.command import OfficeCommand
from workflow.subjects.hotline.commands import (
    MakeCallBack,
    RecordConsultation,
    RecordMissedCall,
    StrikeCallBacks,
    TakeCall,
)
from workflow.subjects.intake.commands import OpenCase
from workflow.values.calendars import is_time_zone

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


def call(
    outcome: Outcome,
    language: Language = "ru",
    topics: Topics = None,
    groups: Groups = None,
    region: Region = "",
    minutes: Minutes = 0,
    at: At = None,
    programme: OfProgramme = "moscow",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Count a call that was taken; nothing of who called is kept.

    Example: wayhome hotline call --outcome advised --topic legal --group labour_migrants --minutes 12
    """
    fields = {"outcome": outcome, **_about(language, topics, groups), "region": region, "minutes": minutes}
    _count(TakeCall, data, programme, actor, command_id, as_json=as_json, occurred_at=at, **fields)


def missed(
    wants_call_back: Annotated[bool, typer.Option("--call-back", help="The caller wants to call again.")] = False,
    language: Annotated[str, typer.Option("--language", help="In which language, if known.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="The caller's time zone, to tell them the time; not kept.")] = "",
    at: At = None,
    programme: OfProgramme = "moscow",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Count a call nobody could take; with --call-back the caller is given a code and the time of the next opening.

    Example: wayhome hotline missed --call-back --zone Asia/Vladivostok
    """
    if zone and not is_time_zone(zone):
        stop(USAGE, "there is no such time zone; write it like Asia/Vladivostok")
    fields = {"wants_call_back": wants_call_back, "language": language}
    _count(RecordMissedCall, data, programme, actor, command_id, as_json=as_json, zone=zone, occurred_at=at, **fields)


def callback(
    code: Annotated[str, typer.Argument(help="The caller's code, like C-7K3P9Q.")],
    outcome: Outcome,
    language: Language = "ru",
    topics: Topics = None,
    groups: Groups = None,
    region: Region = "",
    minutes: Minutes = 0,
    at: At = None,
    programme: OfProgramme = "moscow",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Count the call of somebody who called again, as agreed, and named the code.

    Example: wayhome hotline callback C-7K3P9Q --outcome advised --topic legal
    """
    about = _about(language, topics, groups)
    fields = {"code": code, "outcome": outcome, **about, "region": region, "minutes": minutes}
    _count(MakeCallBack, data, programme, actor, command_id, as_json=as_json, occurred_at=at, **fields)


def strike(
    programme: OfProgramme = "moscow",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Strike off the call-backs nobody made for as many working days as the programme says.

    Example: wayhome hotline strike
    """
    _count(StrikeCallBacks, data, programme, actor, command_id, as_json=as_json)


def consultation(
    centre: Annotated[str, typer.Argument(help="The consultation centre, like icc-moscow.")],
    topics: Topics = None,
    groups: Groups = None,
    how: Annotated[str, typer.Option("--how", help="visit or phone.")] = "visit",
    language: Language = "ru",
    at: At = None,
    programme: OfProgramme = "moscow",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Count a consultation by a centre; it is not a case.

    Example: wayhome hotline consultation icc-moscow --topic wages --group labour_migrants
    """
    fields = {"centre": centre, "how": how, **_about(language, topics, groups)}
    _count(RecordConsultation, data, programme, actor, command_id, as_json=as_json, occurred_at=at, **fields)


def convert(
    code: Annotated[str, typer.Argument(help="The code on the person's slip, like K-7K3P9Q.")],
    fields: Annotated[list[str] | None, typer.Argument(help="Fields of the case as name=value.")] = None,
    consent: Annotated[bool, typer.Option("--consent", help="The person agreed to a case.")] = False,
    source: Annotated[str, typer.Option("--source", help="hotline, self or ngo.")] = "hotline",
    programme: OfProgramme = "moscow",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Open a case, by consent, for somebody who was advised; nothing of the call or visit goes into it.

    Example: wayhome hotline convert K-7K3P9Q --consent age_band=27-29 language=uz
    """
    with doors.office(data, ring=True) as container:
        given = values(OpenCase, pairs(fields or []))
        given |= {"programme": programme, "source": source, "consultation": code, "consent": consent}
        command = OpenCase(**given, command_id=command_id or container.chance.uuid(), actor=actor)
        tell(container.service.submit(command), as_json=as_json)


def submit(
    kind: type[OfficeCommand], container: Container, programme: str, actor: str, command_id: Any, **fields: Any
) -> Answer:
    """Carry out a command about the desk and return its answer."""
    who = {"command_id": command_id or container.chance.uuid(), "programme": programme, "actor": actor}
    return container.service.submit(kind.model_validate({**who, **fields}))


def _count(
    kind: type[OfficeCommand], data: Any, programme: str, actor: str, command_id: Any, *, as_json: bool,
    zone: str = "", **fields: Any,
) -> None:  # fmt: skip
    """Carry out a command and tell the answer, with the code and time the caller is to be told, if any."""
    with doors.office(data) as container:
        answer = submit(kind, container, programme, actor, command_id, **fields)
        promised = list(_promised(container, answer.command_id)) if isinstance(answer, Accepted) else []
        if not promised or not isinstance(answer, Accepted):
            tell(answer, as_json=as_json)
            return
        (promise,) = promised
        due = _by_the_clock_of(zone or _zone_of(container, programme), promise)
        if as_json:
            told = {"code": promise.code, "due_at": promise.due_at.isoformat(), "due_local": due}
            print_json({"answer": "accepted", **answer._asdict(), "call_back": told})
            return
        tell(answer, as_json=False)
        say(f"tell the caller: code {promise.code}, call again from {due}")


def _promised(container: Container, command_id: str) -> Iterator[CallBackPromised]:
    for event in container.log.of_command(command_id):
        fact = container.log.fact(event)
        if isinstance(fact, CallBackPromised):
            yield fact


def _zone_of(container: Container, programme: str) -> str:
    found = container.service.definitions.current(programme)
    assert found is not None, "the command was accepted"
    assert found.programme.hotline is not None, "likewise"
    return found.programme.hotline.hours.time_zone


def _by_the_clock_of(zone: str, promise: CallBackPromised) -> str:
    return f"{promise.due_at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} {zone}"


def _about(language: str, topics: list[str] | None, groups: list[str] | None) -> dict[str, Any]:
    return {"language": language, "topics": tuple(topics or ()), "at_risk_groups": tuple(groups or ())}
