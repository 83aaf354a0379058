"""`wayhome case …` and `wayhome next`: open, look at and move on cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from console import cli_support as doors
from console.cli_support import (
    ACTOR_DEFAULT,
    Actor,
    AsJson,
    CaseArgument,
    CommandId,
    Data,
    Expected,
    case_number,
    stop,
    tell,
    tell_refused,
)
from console.fields import explain, list_commands, pairs, values
from console.printing import USAGE, event_as_json, print_events, print_json, print_reasons, print_rows, say
from console.showing import case_as_json, opened_fields, option_as_json, option_of, print_case, seen_case
from console.verbs.access import assign, break_glass, find_person, reads
from handlers.projections import board
from handlers.projections.work_items import list_work
from workflow.command import AdvanceCase, fields_of
from workflow.reasons import Refused
from workflow.registry import HUMAN, human_command
from workflow.subjects.intake.commands import OpenCase

app = typer.Typer(no_args_is_help=True, help="Open cases, look at them, move them on.")

Fields = Annotated[list[str] | None, typer.Argument(help="Fields as name=value.")]
OpenFields = Annotated[
    list[str] | None, typer.Argument(help="Fields as name=value: " + ", ".join(fields_of(OpenCase)) + ".")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in one word of the programme's list or your own.")]
Mandate = Annotated[str, typer.Option("--mandate", help="By which right you act: case_manager, medical, legal, …")]
Second = Annotated[str, typer.Option("--second", help="The second person who agreed, for example staff:boris.")]


@app.command("open")
def open_case(
    fields: OpenFields = None,
    programme: Annotated[str, typer.Option(help="Programme.")] = "moscow",
    source: Annotated[str, typer.Option(help="Who referred: ngo, law_enforcement, health, hotline, self, …")] = "ngo",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Open a case for a referral.

    Example: wayhome case open name="Maria I." birth_date=1998-04-02 citizenships=MD language=ro
    """
    with doors.office(data, ring=True) as office:
        given = {"programme": programme, "source": source} | values(OpenCase, pairs(fields or []))
        command = OpenCase(**given, command_id=command_id or office.chance.uuid(), actor=actor)
        tell(office.service.submit(command), as_json=as_json)


@app.command("show")
def show(
    case: CaseArgument,
    opened: Annotated[
        list[str] | None, typer.Option("--open", help="Compartment to open: identity, contact, …")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why you open it; this is recorded.")] = "",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    mandate: Mandate = "case_manager",
    as_json: AsJson = False,
) -> None:
    """Show where a person is on the journey, what is open and what waits; names stay sealed.

    Example: wayhome case show 7K3P9-QXM2D --open identity --why "prepare ticket"
    """
    with doors.office(data) as office:
        seen = seen_case(office, case, actor)
        secrets = opened_fields(office, seen, opened or [], why, actor, mandate, as_json=as_json) if opened else {}
        if as_json:
            print_json(case_as_json(seen) | ({"opened": secrets} if secrets else {}))
            return
        print_case(seen, office)
        for name, value in secrets.items():
            say(f"{name}: {value}")


@app.command("list")
def list_cases(
    stage: Annotated[str | None, typer.Option(help="Only cases in this stage.")] = None,
    programme: Annotated[str | None, typer.Option(help="Only cases of this programme.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="After how many.")] = 0,
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List cases, those that have waited longest in their stage first.

    Example: wayhome case list --stage documents
    """
    with doors.office(data) as office, office.database.reading() as connection:
        found = board.list_cases(connection, stage=stage, programme=programme, limit=limit, offset=offset)
        seen = office.look.seen_by(actor, [row["case_id"] for row in found])
        rows = [row for row in found if row["case_id"] in seen]
        if as_json:
            print_json([dict(row) for row in rows])
            return
        shown = [
            (r["case_id"], r["stage"], r["since"][:10], r["route"], "child" if r["child"] else "", r["version"])
            for r in rows
        ]
        print_rows("Cases", ("case", "stage", "since", "way home", "", "version"), shown)


@app.command("history")
def history(case: CaseArgument, data: Data = None, actor: Actor = ACTOR_DEFAULT, as_json: AsJson = False) -> None:
    """Show everything that happened to a case, and what the same acts did to beds, escorts and money.

    Example: wayhome case history 7K3P9-QXM2D
    """
    with doors.office(data) as office:
        seen = seen_case(office, case, actor)
        events = office.look.history(seen.case.case_id)
        if as_json:
            print_json([event_as_json(event) for event in events])
        else:
            print_events(f"History of {seen.case.case_id}", events)


@app.command("advance")
def advance(
    case: CaseArgument,
    trigger: Annotated[str, typer.Argument(help="The way on, as `wayhome next` lists it.")],
    reason: Reason = "",
    second: Second = "",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    expected: Expected = None,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Move a person on; refused with every reason when something is missing.

    Example: wayhome case advance 7K3P9-QXM2D accommodate --as staff:anna
    """
    _advance(data, case, trigger, reason, second, actor, expected, command_id, as_json=as_json)


@app.command("withdraw")
def withdraw(
    case: CaseArgument,
    reason: Reason = "",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    expected: Expected = None,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Record that the person wants no more of the programme: everything queued stops, what is booked is released.

    Example: wayhome case withdraw 7K3P9-QXM2D --reason declined
    """
    _advance(data, case, "withdraw", reason, "", actor, expected, command_id, as_json=as_json)


@app.command("reopen")
def reopen(
    case: CaseArgument,
    reason: Reason = "",
    second: Second = "",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    expected: Expected = None,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a case that had ended; needs a reason and a second person.

    Example: wayhome case reopen 7K3P9-QXM2D --reason came_back --second staff:boris
    """
    _advance(data, case, "reopen", reason, second, actor, expected, command_id, as_json=as_json)


@app.command("why-not")
def why_not(
    case: CaseArgument,
    trigger: Annotated[str, typer.Argument(help="The way on.")],
    reason: Reason = "",
    second: Second = "",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Tell every reason against a step without taking it; exit code 1 when there is any.

    Example: wayhome case why-not 7K3P9-QXM2D depart
    """
    with doors.office(data) as office:
        seen = seen_case(office, case, actor)
        option = option_of(office, seen, trigger, actor, reason, second)
        if isinstance(option, Refused):
            tell_refused(option, as_json=as_json)
        if not option.allowed:
            tell_refused(Refused(option.reasons), as_json=as_json)
        if as_json:
            print_json({"answer": "allowed", "trigger": trigger, "dest": option.dest})
        else:
            say(f"nothing is in the way: {trigger} leads to {option.dest}")


@app.command("record", epilog="Commands: " + ", ".join(kind.__name__ for kind in HUMAN))
def record(
    case: CaseArgument,
    name: Annotated[str, typer.Argument(help="What to record, for example GiveConsent; `help` lists all there is.")],
    fields: Fields = None,
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    mandate: Mandate = "case_manager",
    expected: Expected = None,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Record something about a case: consents, risks, documents, trips, grants and all the rest.

    Example: wayhome case record 7K3P9-QXM2D GiveConsent purpose=assistance

    `wayhome case record 7K3P9-QXM2D help` lists what can be recorded; `… GiveConsent help` lists its fields.
    """
    if name == "help":
        list_commands()
        return
    kind = human_command(name)
    if kind is None:
        known = ", ".join(sorted(kind.__name__ for kind in HUMAN))
        stop(USAGE, f"nothing is called {name[:40]!r}; there is: {known}")
    if fields == ["help"]:
        explain(kind)
        return
    with doors.office(data, ring=True) as office:
        command = kind(
            **values(kind, pairs(fields or [])),
            command_id=command_id or office.chance.uuid(),
            actor=actor,
            mandate=mandate,
            case_id=case_number(case),
            expected=expected,
        )
        tell(office.service.submit(command), as_json=as_json)


def waiting(
    kind: Annotated[
        str | None,
        typer.Option(help="Only one kind: escalation, approve_grant, release_tranche, escort_answer, task_dead, …"),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 100,
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person, on any case, oldest first.

    Example: wayhome waiting --kind approve_grant
    """
    with doors.office(data) as office, office.database.reading() as connection:
        found = list_work(connection, kind=kind, limit=limit)
        seen = office.look.seen_by(actor, [row["case_id"] for row in found])
        rows = [row for row in found if row["case_id"] in seen]
        if as_json:
            print_json([dict(row) for row in rows])
            return
        shown = [(r["since"][:10], r["case_id"], r["stage"], r["kind"], r["item"]) for r in rows]
        print_rows("Waiting for a person", ("since", "case", "stage", "kind", "item"), shown)


def next_steps(case: CaseArgument, data: Data = None, actor: Actor = ACTOR_DEFAULT, as_json: AsJson = False) -> None:
    """Tell what may happen next to a person, and what blocks the rest.

    Example: wayhome next 7K3P9-QXM2D
    """
    with doors.office(data) as office:
        seen = seen_case(office, case, actor)
        options = office.look.options(seen, actor)
        if as_json:
            print_json([option_as_json(option) for option in options])
            return
        say(f"case {seen.case.case_id} is in {seen.case.stage}")
        for option in options:
            say(f"{'✓' if option.allowed else '✗'} {option.trigger} → {option.dest}")
            print_reasons(option.reasons, "    ")


def _advance(
    data: Any, case: str, trigger: str, reason: str, second: str, actor: str, expected: int | None, command_id: Any,
    *, as_json: bool,
) -> None:  # fmt: skip
    with doors.office(data, ring=True) as office:
        command = AdvanceCase(
            command_id=command_id or office.chance.uuid(),
            actor=actor,
            case_id=case_number(case),
            expected=expected,
            trigger=trigger,
            reason=reason,
            second=second,
        )
        tell(office.service.submit(command), as_json=as_json)


_ELSEWHERE: dict[str, Callable[..., None]] = {
    "assign": assign,
    "break-glass": break_glass,
    "reads": reads,
    "find": find_person,
}
for _name, _verb in _ELSEWHERE.items():
    app.command(_name)(_verb)
