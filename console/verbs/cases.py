"""`wayhome case …` and `wayhome next`: open, look at and move on cases."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from console.cli_support import CaseArgument, case_number, tell_refused
from console.fields import command_named, explain, list_commands, pairs, values
from console.printing import event_as_json, print_events, print_json, print_reasons, say
from console.verbs.access import assign, break_glass, find_person, reads
from console.verbs.attachments import attach_file, list_files, save_file
from console.verbs.one_case import case_as_json, opened_fields, option_as_json, option_of, print_case, seen_case
from console.verbs.team import hand_over
from console.verbs.terminal import ActorTerminal, AskingCaseTerminal, CaseTerminal, CommandTerminal, verb
from handlers.projections import board
from handlers.projections.accounts import find_account
from handlers.projections.case_handles import handles_at
from handlers.projections.work_items import count_work, list_work
from workflow.case.retraction import records_of
from workflow.command import WHEN, AdvanceCase, ConfirmDecision, DeclineDecision, WithdrawProposal, fields_of
from workflow.reasons import Refused
from workflow.registry import HUMAN
from workflow.retracting import stands_on
from workflow.rights.command_rights import right_to
from workflow.subjects.intake.commands import OpenCase

app = typer.Typer(no_args_is_help=True, help="Open cases, look at them, move them on.")

Fields = Annotated[
    list[str] | None, typer.Argument(help="Fields as name=value; name=- or name=@FILE for what identifies a person.")
]
OpenFields = Annotated[
    list[str] | None, typer.Argument(help="Fields as name=value: " + ", ".join(fields_of(OpenCase)) + ".")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in one word of the programme's list or your own.")]
HappenedAt = Annotated[
    str | None, typer.Option("--happened-at", help="When it happened, if earlier, like 2026-03-01T18:40+03:00.")
]
Mandate = Annotated[str, typer.Option("--mandate", help="By which right you act: case_manager, medical, legal, …")]
ProposalArgument = Annotated[str, typer.Argument(help="The proposal, as `wayhome case show` names it.")]


@verb(app, "open", ring=True)
def open_case(
    terminal: CommandTerminal,
    fields: OpenFields = None,
    programme: Annotated[str, typer.Option(help="Programme.")] = "moscow",
    source: Annotated[str, typer.Option(help="Who referred: ngo, law_enforcement, health, hotline, self, …")] = "ngo",
) -> None:
    """Open a case for a referral.

    Example: wayhome case open name=- birth_date=- citizenships=MD language=ro

    With `-` it asks for name and birth date; `name=@FILE` reads a file. Others on this machine can read arguments.
    """
    given = {"programme": programme, "source": source} | values(OpenCase, pairs(fields or []))
    terminal.give(OpenCase, **given)


@verb(app, "show")
def show(
    terminal: ActorTerminal,
    case: CaseArgument,
    opened: Annotated[
        list[str] | None, typer.Option("--open", help="Compartment to open: identity, contact, …")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why you open it; this is recorded.")] = "",
    mandate: Mandate = "case_manager",
) -> None:
    """Show where a person is on the journey, what is open and what waits; names stay sealed.

    Example: wayhome case show 7K3P9-QXM2D --open identity --why "prepare ticket"
    """
    snapshot = seen_case(terminal, case)
    secrets = opened_fields(terminal, snapshot, opened, why, mandate) if opened else {}
    if terminal.as_json:
        print_json(case_as_json(snapshot) | ({"opened": secrets} if secrets else {}))
        return
    print_case(snapshot)
    for name, value in secrets.items():
        say(f"{name}: {value}")


@verb(app, "list")
def list_cases(
    terminal: ActorTerminal,
    stage: Annotated[str | None, typer.Option(help="Only cases in this stage.")] = None,
    programme: Annotated[str | None, typer.Option(help="Only cases of this programme.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="After how many.")] = 0,
) -> None:
    """List cases, those that have waited longest in their stage first.

    Example: wayhome case list --stage documents
    """
    found = terminal.read(board.list_cases, stage=stage, programme=programme, limit=limit, offset=offset)
    counts = terminal.read(board.count_cases, programme)
    total = sum(counts.values()) if stage is None else counts.get(stage, 0)
    terminal.say_cut(offset + len(found), total, f"--limit {total} or --offset {offset + limit}")
    rows = terminal.visible(found)
    shown = [
        (
            r["case_id"],
            r["handle"],
            r["stage"],
            terminal.day(r["programme"], r["since"]),
            r["route"],
            ", ".join(_to_note(r)),
            r["version"],
        )
        for r in rows
    ]
    columns = ("case", "handle", "stage", "since", "way home", "", "version")
    known = ({**row, "risk": "" if row["risk"] == "unknown" else row["risk"]} for row in rows)
    told = [{name: value for name, value in row.items() if value or name != "led_by"} for row in known]
    terminal.table(told, "Cases", columns, shown)


def _to_note(row: Mapping[str, Any]) -> list[str]:
    """Return what is to be noted of a case in a list."""
    in_danger = row["risk"] == "high" and not row["ended"]
    return [*(["HIGH RISK"] if in_danger else []), *(["child"] if row["child"] else [])]


@verb(app, "history")
def history(terminal: ActorTerminal, case: CaseArgument) -> None:
    """Show everything that happened to a case, and what the same acts did to beds, escorts and money.

    Example: wayhome case history 7K3P9-QXM2D
    """
    snapshot = seen_case(terminal, case)
    events = terminal.container.cases.history(snapshot.case.case_id)
    title, zone = f"History of {snapshot.case.case_id}", snapshot.definition.programme.time_zone
    terminal.show([event_as_json(event) for event in events], lambda: print_events(title, events, zone))


@verb(app, "retractable")
def retractable(terminal: ActorTerminal, case: CaseArgument) -> None:
    """List what was recorded about a case and can be retracted: its number, what it is, when and by whom.

    Example: wayhome case retractable 7K3P9-QXM2D
    """
    snapshot = seen_case(terminal, case)
    standing = sorted(records_of(snapshot.case).standing.items(), reverse=True)
    rows = [
        {"record": number, "fact": told.of, "about": " ".join(value for _, value in told.about),
         "recorded_at": told.at, "by": told.by,
         "stands_on_it": [one.code for one in stands_on(snapshot.case, number, told)]}
        for number, told in standing
    ]  # fmt: skip
    shown = [(*list(row.values())[:5], "something" if row["stands_on_it"] else "") for row in rows]
    terminal.table(rows, "Records", ("record", "what", "of", "recorded", "by", "stands on it"), shown)


@verb(app, "advance", ring=True)
def advance(
    terminal: AskingCaseTerminal,
    case: CaseArgument,
    trigger: Annotated[str, typer.Argument(help="The way on, as `wayhome next` lists it.")],
    reason: Reason = "",
    happened_at: HappenedAt = None,
) -> None:
    """Move a person on; refused with every reason when something is missing.

    Example: wayhome case advance 7K3P9-QXM2D accommodate --as staff:anna
    """
    when = {WHEN: happened_at} if happened_at else {}
    terminal.give_about(case, AdvanceCase, trigger=trigger, reason=reason, **when)


@verb(app, "withdraw", ring=True)
def withdraw(terminal: AskingCaseTerminal, case: CaseArgument, reason: Reason = "") -> None:
    """Record that the person wants no more of the programme: everything queued stops, what is booked is released.

    Example: wayhome case withdraw 7K3P9-QXM2D --reason declined
    """
    terminal.give_about(case, AdvanceCase, trigger="withdraw", reason=reason)


@verb(app, "reopen", ring=True)
def reopen(terminal: CaseTerminal, case: CaseArgument, reason: Reason = "") -> None:
    """Propose to go on with a case that had ended; needs a reason, and a colleague who confirms it.

    Example: wayhome case reopen 7K3P9-QXM2D --reason came_back
    """
    terminal.give_about(case, AdvanceCase, trigger="reopen", reason=reason)


@verb(app, "confirm", ring=True)
def confirm(terminal: CaseTerminal, case: CaseArgument, proposal: ProposalArgument) -> None:
    """Stand behind what a colleague proposed: with it, it happens.

    Example: wayhome case confirm 7K3P9-QXM2D D-7K3P9QXM2D7K3P9Q --as staff:boris
    """
    terminal.give_about(case, ConfirmDecision, proposal_id=proposal, **_right(terminal, case))


def _right(terminal: CaseTerminal, case: str) -> dict[str, str]:
    """Return the right by which an officer confirms who looks after no cases: it stands on the certificate."""
    snapshot = terminal.container.cases.at(case_number(case))
    row = terminal.read(find_account, terminal.signed_in) if terminal.signed_in else None
    if snapshot is None or row is None:
        return {}
    found = right_to(row.account, ConfirmDecision, snapshot.case, snapshot.definition.programme, terminal.now)
    return {"mandate": found.permit.mandate} if found and found.act == "case.confirm_erasure" else {}


@verb(app, "decline")
def decline(
    terminal: CaseTerminal,
    case: CaseArgument,
    proposal: ProposalArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why not.")],
) -> None:
    """Say no to what a colleague proposed, and why.

    Example: wayhome case decline 7K3P9-QXM2D D-7K3P9QXM2D7K3P9Q --reason "too early" --as staff:boris
    """
    terminal.give_about(case, DeclineDecision, proposal_id=proposal, reason=reason)


@verb(app, "take-back")
def take_back(terminal: CaseTerminal, case: CaseArgument, proposal: ProposalArgument) -> None:
    """Take back what you proposed and nobody has decided on.

    Example: wayhome case take-back 7K3P9-QXM2D D-7K3P9QXM2D7K3P9Q --as staff:anna
    """
    terminal.give_about(case, WithdrawProposal, proposal_id=proposal)


@verb(app, "why-not")
def why_not(
    terminal: ActorTerminal,
    case: CaseArgument,
    trigger: Annotated[str, typer.Argument(help="The way on.")],
    reason: Reason = "",
) -> None:
    """Tell every reason against a step without taking it; exit code 1 when there is any.

    Example: wayhome case why-not 7K3P9-QXM2D depart
    """
    snapshot = seen_case(terminal, case)
    option = option_of(terminal, snapshot, trigger, reason)
    if isinstance(option, Refused):
        tell_refused(option, as_json=terminal.as_json)
    if not option.allowed:
        tell_refused(Refused(option.reasons), as_json=terminal.as_json)
    found = {"answer": "allowed", "trigger": trigger, "dest": option.dest}
    terminal.lines(found, f"nothing is in the way: {trigger} leads to {option.dest}")


@verb(app, "record", epilog="Commands: " + ", ".join(kind.__name__ for kind in HUMAN), ring=True)
def record(
    terminal: AskingCaseTerminal,
    case: CaseArgument,
    name: Annotated[str, typer.Argument(help="What to record, for example GiveConsent; `help` lists all there is.")],
    fields: Fields = None,
    mandate: Mandate = "case_manager",
) -> None:
    """Record something about a case: consents, risks, documents, trips, grants and all the rest.

    Example: wayhome case record 7K3P9-QXM2D GiveConsent purpose=assistance

    `wayhome case record 7K3P9-QXM2D help` lists what can be recorded; `… GiveConsent help` lists its fields.
    """
    if name == "help":
        list_commands("What can be recorded", HUMAN)
        return
    kind = command_named(name, HUMAN)
    if fields == ["help"]:
        explain(kind)
    else:
        terminal.give_about(case, kind, mandate=mandate, **values(kind, pairs(fields or [])))


@verb()
def waiting(
    terminal: ActorTerminal,
    kind: Annotated[
        str | None,
        typer.Option(help="Only one kind: escalation, approve_grant, release_tranche, escort_answer, task_dead, …"),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 100,
) -> None:
    """List what waits for a person, on any case, oldest first.

    Example: wayhome waiting --kind approve_grant
    """
    found = terminal.read(list_work, kind=kind, limit=limit)
    total = terminal.read(count_work, kind)
    terminal.say_cut(len(found), total, f"--limit {total}")
    rows = [dict(row) for row in terminal.visible(found)]
    handles = terminal.read(handles_at, {row["case_id"] for row in rows})
    rows = [row | {"handle": handles.get(row["case_id"], "")} for row in rows]
    days = (terminal.day(r["office"].partition(":")[2], r["since"]) for r in rows)
    shown = [
        (day, r["case_id"], r["handle"], r["stage"], r["kind"], r["item"]) for day, r in zip(days, rows, strict=True)
    ]
    columns = ("since", "case", "handle", "stage", "kind", "item")
    terminal.table(rows, "Waiting for a person", columns, shown)


@verb()
def next_steps(terminal: ActorTerminal, case: CaseArgument) -> None:
    """Tell what may happen next to a person, and what blocks the rest.

    Example: wayhome next 7K3P9-QXM2D
    """
    snapshot = seen_case(terminal, case)
    options = terminal.container.cases.options(snapshot, terminal.actor)
    if terminal.as_json:
        print_json([option_as_json(option) for option in options])
        return
    say(f"case {snapshot.case.case_id} is in {snapshot.case.stage}")
    for option in options:
        say(f"{'✓' if option.allowed else '✗'} {option.trigger} → {option.dest}")
        print_reasons(option.reasons, "    ")


for _name, _verb in {
    "assign": assign, "hand-over": hand_over, "break-glass": break_glass, "reads": reads, "find": find_person,
    "attach": attach_file, "files": list_files, "file": save_file,
}.items():  # fmt: skip
    app.command(_name)(_verb)
