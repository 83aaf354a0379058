"""`wayhome case …` and `wayhome next`: open, look at and move on cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import typer
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from console import doors, printing
from console.doors import ACTOR_DEFAULT, Actor, AsJson, CaseArgument, CommandId, Data, Expected
from console.errors import BadInput
from console.office import Office
from events.catalogue import CLOSED, COMPARTMENTS
from events.money import Money
from handlers import board, work_list
from handlers.answers import Accepted
from handlers.look import Seen
from workflow import commands as ask
from workflow.journey import Option
from workflow.reasons import Refused, refused

app = typer.Typer(no_args_is_help=True, help="Open cases, look at them, move them on.")

Fields = Annotated[list[str] | None, typer.Argument(help="Fields as name=value.")]
OpenFields = Annotated[
    list[str] | None, typer.Argument(help="Fields as name=value: " + ", ".join(ask.fields_of(ask.OpenCase)) + ".")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in one word of the programme's list or your own.")]
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
        given = {"programme": programme, "source": source} | _lists(ask.OpenCase, _pairs(fields or []))
        command = ask.OpenCase(**given, command_id=command_id or office.chance.uuid(), actor=actor)
        doors.tell(office.service.submit(command), as_json=as_json)


@app.command("show")
def show(
    case: CaseArgument,
    opened: Annotated[
        list[str] | None, typer.Option("--open", help="Compartment to open: identity, contact, …")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why you open it; this is recorded.")] = "",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Show where a person is on the journey, what is open and what waits; names stay sealed.

    Example: wayhome case show 7K3P9-QXM2D --open identity --why "prepare ticket"
    """
    with doors.office(data) as office:
        seen = _seen(office, case)
        secrets = _opened(office, seen, opened or [], why, actor) if opened else {}
        if as_json:
            printing.print_json(_as_json(seen) | ({"opened": secrets} if secrets else {}))
            return
        _print_case(seen, office)
        for name, value in secrets.items():
            printing.say(f"{name}: {value}")


@app.command("list")
def list_cases(
    stage: Annotated[str | None, typer.Option(help="Only cases in this stage.")] = None,
    programme: Annotated[str | None, typer.Option(help="Only cases of this programme.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="After how many.")] = 0,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List cases, those that have waited longest in their stage first.

    Example: wayhome case list --stage documents
    """
    with doors.office(data) as office, office.database.reading() as connection:
        rows = board.list_cases(connection, stage=stage, programme=programme, limit=limit, offset=offset)
        if as_json:
            printing.print_json([dict(row) for row in rows])
            return
        shown = [
            (r["case_id"], r["stage"], r["since"][:10], r["route"], "child" if r["child"] else "", r["version"])
            for r in rows
        ]
        printing.print_rows("Cases", ("case", "stage", "since", "way home", "", "version"), shown)


@app.command("history")
def history(case: CaseArgument, data: Data = None, as_json: AsJson = False) -> None:
    """Show everything that happened to a case, and what the same acts did to beds, escorts and money.

    Example: wayhome case history 7K3P9-QXM2D
    """
    with doors.office(data) as office:
        seen = _seen(office, case)
        events = office.look.history(seen.case.case_id)
        if as_json:
            printing.print_json([printing.event_as_json(event) for event in events])
        else:
            printing.print_events(f"History of {seen.case.case_id}", events)


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
        seen = _seen(office, case)
        option = _option(office, seen, trigger, actor, reason, second)
        if isinstance(option, Refused):
            doors.tell_refused(option, as_json=as_json)
        if not option.allowed:
            doors.tell_refused(Refused(option.reasons), as_json=as_json)
        if as_json:
            printing.print_json({"answer": "allowed", "trigger": trigger, "dest": option.dest})
        else:
            printing.say(f"nothing is in the way: {trigger} leads to {option.dest}")


@app.command("record", epilog="Commands: " + ", ".join(kind.__name__ for kind in ask.HUMAN))
def record(
    case: CaseArgument,
    name: Annotated[str, typer.Argument(help="What to record, for example GiveConsent; `help` lists all there is.")],
    fields: Fields = None,
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    mandate: Annotated[str, typer.Option(help="By which right you act.")] = "case_manager",
    expected: Expected = None,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Record something about a case: consents, risks, documents, trips, grants and all the rest.

    Example: wayhome case record 7K3P9-QXM2D GiveConsent purpose=assistance

    `wayhome case record 7K3P9-QXM2D help` lists what can be recorded; `… GiveConsent help` lists its fields.
    """
    if name == "help":
        _list_commands()
        return
    kind = ask.human_command(name)
    if kind is None:
        known = ", ".join(sorted(kind.__name__ for kind in ask.HUMAN))
        doors.stop(printing.USAGE, f"nothing is called {name[:40]!r}; there is: {known}")
    if fields == ["help"]:
        _explain(kind)
        return
    with doors.office(data, ring=True) as office:
        command = kind(
            **_lists(kind, _pairs(fields or [])),
            command_id=command_id or office.chance.uuid(),
            actor=actor,
            mandate=mandate,
            case_id=doors.case_number(case),
            expected=expected,
        )
        doors.tell(office.service.submit(command), as_json=as_json)


def next_steps(case: CaseArgument, data: Data = None, actor: Actor = ACTOR_DEFAULT, as_json: AsJson = False) -> None:
    """Tell what may happen next to a person, and what blocks the rest.

    Example: wayhome next 7K3P9-QXM2D
    """
    with doors.office(data) as office:
        seen = _seen(office, case)
        options = office.look.options(seen, actor)
        if as_json:
            printing.print_json([_option_as_json(option) for option in options])
            return
        printing.say(f"case {seen.case.case_id} is in {seen.case.stage}")
        for option in options:
            printing.say(f"{'✓' if option.allowed else '✗'} {option.trigger} → {option.dest}")
            printing.print_reasons(option.reasons, "    ")


def _advance(
    data: Any, case: str, trigger: str, reason: str, second: str, actor: str, expected: int | None, command_id: Any,
    *, as_json: bool,
) -> None:  # fmt: skip
    with doors.office(data, ring=True) as office:
        command = ask.AdvanceCase(
            command_id=command_id or office.chance.uuid(),
            actor=actor,
            case_id=doors.case_number(case),
            expected=expected,
            trigger=trigger,
            reason=reason,
            second=second,
        )
        doors.tell(office.service.submit(command), as_json=as_json)


def _seen(office: Office, case: str) -> Seen:
    seen = office.look.at(doors.case_number(case))
    if seen is None:
        raise BadInput(f"there is no case {case[:20]}; check the number, or list cases with: wayhome case list")
    return seen


def _option(office: Office, seen: Seen, trigger: str, actor: str, reason: str, second: str) -> Option | Refused:
    options = office.look.options(seen, actor, reason, second)
    found = next((option for option in options if option.trigger == trigger), None)
    if found is None:
        ways = ", ".join(option.trigger for option in options)
        return refused("stage_allows_it", f"{seen.case.stage} does not allow {trigger}", f"possible from here: {ways}")
    return found


def _opened(office: Office, seen: Seen, compartments: Sequence[str], why: str, actor: str) -> dict[str, str]:
    """Record who opens what and why, and only then open it."""
    if not why.strip():
        raise BadInput("say why you open it, with --why; this is recorded")
    unknown = sorted(set(compartments) - set(COMPARTMENTS))
    if unknown:
        raise BadInput(f"no compartment {unknown[0][:20]}; there are: {', '.join(COMPARTMENTS)}")
    command = ask.OpenSealed(
        command_id=office.chance.uuid(),
        actor=actor,
        case_id=doors.case_number(seen.case.case_id),
        compartments=tuple(compartments),  # type: ignore[arg-type]
        why=why,
    )
    if not isinstance(office.service.submit(command), Accepted):
        raise BadInput("the opening could not be recorded, so nothing was opened")
    found: dict[str, str] = {}
    for event in office.log.stream(f"case:{seen.case.case_id}"):
        if event.envelope.sealed:
            fact = office.log.opened(event, compartments)
            for name in sorted(office.log.catalogue.shape_of(fact).hidden):
                value = getattr(fact, name)
                if value is not None and value is not CLOSED:
                    found[f"{event.envelope.type}@{event.envelope.version}.{name}"] = str(value)
    return found


def _as_json(seen: Seen) -> dict[str, Any]:
    case = seen.case
    fields = {
        name: value for name, value in case._asdict().items() if name not in ("consents", "grants", "tasks", "timers")
    }
    fields["version"] = seen.version
    fields["consents"] = [{"purpose": p, "recipient": r, "until": until} for (p, r), until in case.consents.items()]
    fields["grants"] = {
        key: grant._asdict() | {"tranches": {t: tranche._asdict() for t, tranche in grant.tranches.items()}}
        for key, grant in case.grants.items()
    }
    fields["tasks"] = {
        key: {"kind": task.kind, "status": task.status, **dict(task.subject)} for key, task in case.tasks.items()
    }
    fields["timers"] = {key: {"kind": kind, **dict(subject)} for key, (kind, subject) in case.timers.items()}
    for name in ("risk", "fitness", "document", "trip"):
        fields[name] = fields[name]._asdict() if fields[name] is not None else None
    return fields


def _print_case(seen: Seen, office: Office) -> None:
    case = seen.case
    label = seen.definition.journey.stage(case.stage).label
    printing.say(f"Case {case.case_id}  {label.en} / {label.ru}  since {case.since[:10]}  version {seen.version}")
    printing.say(
        f"opened {case.opened_at[:10]} from {case.source}, citizenship {', '.join(case.citizenships) or 'unknown'}"
    )
    if case.child:
        printing.say("to be treated as a child" + ("" if case.of_age_from is None else f" until {case.of_age_from}"))
    if case.bed:
        printing.say(f"bed {case.bed[1]} in {case.bed[0]}" + ("" if case.moved_in else " (held)"))
    if case.trip:
        leaves = f"{case.trip.departs_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        printing.say(f"trip {case.trip.trip_id}: {case.trip.origin} → {case.trip.destination}, {leaves}")
    for key, grant in case.grants.items():
        state = "declined" if grant.declined else "approved" if grant.approved_by else "requested"
        printing.say(f"grant {key} {grant.kind} {grant.amount} {grant.currency}: {state}, paid {grant.paid}")
    tasks = [(key, task.kind, dict(task.subject).get("service", ""), task.status) for key, task in case.tasks.items()]
    printing.print_rows("Running tasks", ("task", "kind", "service", "status"), tasks)
    items = [(item, kind) for item, kind in work_list.items_of(case).items()]
    printing.print_rows("Waiting for a person", ("item", "kind"), items)
    printing.say(f"what may happen next: wayhome next {case.case_id}")


def _option_as_json(option: Option) -> dict[str, object]:
    reasons = printing.reasons_as_json(option.reasons)
    return {"trigger": option.trigger, "dest": option.dest, "allowed": option.allowed, "reasons": reasons}


def _pairs(fields: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise BadInput(f"write fields as name=value; {name[:40]!r} has no =")
        pairs[name] = value
    return pairs


def _lists(kind: type[ask.Command], given: dict[str, str]) -> dict[str, Any]:
    """Return the fields with comma-separated lists where the command takes several values."""
    known = ask.fields_of(kind)
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise BadInput(f"{kind.__name__} has no field {unknown[0][:40]}; it has: {', '.join(known) or 'none'}")
    several = {name for name in given if "tuple" in str(known[name].annotation)}
    return {name: tuple(value.split(",")) if name in several else value for name, value in given.items()}


def _list_commands() -> None:
    rows = [(kind.__name__, _first_line(kind), ", ".join(ask.fields_of(kind))) for kind in ask.HUMAN]
    printing.print_rows("What can be recorded", ("name", "", "fields"), rows)


def _explain(kind: type[ask.CaseCommand]) -> None:
    printing.say(f"{kind.__name__}: {_first_line(kind)}")
    rows = [(name, takes(field.annotation), _default(field)) for name, field in ask.fields_of(kind).items()]
    printing.print_rows("Fields", ("name", "takes", ""), rows)


def _first_line(kind: type[ask.Command]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return f"else {field.default}" if field.default not in (None, "", ()) else ""


def takes(annotation: Any) -> str:
    """Return in words what a field takes.

    >>> takes(int | None), takes(Literal["low", "high"])
    ('a whole number', 'low, high')
    """
    if get_origin(annotation) is Literal:
        return ", ".join(str(value) for value in get_args(annotation) if value)
    if get_origin(annotation) is Annotated:
        return takes(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return f"several, with commas between: {takes(get_args(annotation)[0])}"
    several = [takes(one) for one in get_args(annotation) if one is not type(None)]
    return next(filter(None, several), "") if several else _WORDS.get(annotation, "text")


_WORDS: Final[Mapping[Any, str]] = {
    bool: "true or false",
    date: "a day, like 2026-03-01",
    AwareDatetime: "a time with its zone, like 2026-03-01T18:40+03:00",
    int: "a whole number",
    Money: "an amount, like EUR 200",
    str: "text",
}
