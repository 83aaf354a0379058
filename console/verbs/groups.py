"""`wayhome group …`: people who belong together, what is done for several of them, and several opened at once."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from console.cli_support import CaseArgument, case_number
from console.errors import BadInput
from console.fields import command_named, pairs, values
from console.forms.context import FormContext
from console.forms.people_table import PersonRow, RowFault, read_table
from console.printing import REFUSED, USAGE, print_json, print_reasons, reasons_as_json, say, say_error
from console.verbs.one_case import seen_case
from console.verbs.terminal import ActorTerminal, CommandTerminal, verb
from console.views.opening_several import commands_for, relation_in
from console.views.together import TOGETHER, CarriedOut, Members, all_or_none, those_who_can
from console.words.translation import Words
from handlers.queries.person_matches import search_people
from handlers.states.case_reader import CaseSnapshot
from workflow.command import CaseCommand
from workflow.reasons import Refused
from workflow.rights.visibility import may_see
from workflow.subjects.groups.state import Group, belonging_of, group_stream

app = typer.Typer(no_args_is_help=True, help="Families and groups: who belongs together, and doing things for them.")

Fields = Annotated[list[str] | None, typer.Argument(help="Fields as name=value, as `wayhome case record` takes them.")]


@verb(app, "show")
def show(terminal: ActorTerminal, case: CaseArgument) -> None:
    """List who belongs to the family or group of a case, as far as their cases are yours to see.

    Example: wayhome group show 7K3P9-QXM2D
    """
    snapshot = seen_case(terminal, case)
    group, seen = _group_of(terminal, snapshot)
    rows = [
        {
            "case": one,
            "relation": group.members[one].relation,
            "to": group.members[one].to,
            "stage": seen[one].case.stage,
        }
        for one in group.members
        if one in seen
    ]
    hidden = len(group.members) - len(rows)
    if terminal.as_json:
        print_json(
            {"group": belonging_of(snapshot.case).group_id, "kind": group.kind, "members": rows, "hidden": hidden}
        )
        return
    title = f"{group.kind or 'no group'} of {snapshot.case.case_id}"
    terminal.table(rows, title, ("case", "is", "of", "stage"), [tuple(row.values()) for row in rows])
    if hidden:
        say(f"{hidden} more, whose cases are not yours to see")


@verb(app, "record", epilog="Commands: " + ", ".join(TOGETHER), ring=True)
def record(
    terminal: CommandTerminal,
    case: CaseArgument,
    name: Annotated[str, typer.Argument(help="What to do for several of them, for example PlanArrival.")],
    fields: Fields = None,
    members: Annotated[
        str, typer.Option("--members", help="Only these, with commas between; else all whose cases go on.")
    ] = "",
    those: Annotated[
        bool, typer.Option("--those-who-can", help="Do it for those for whom it can be done; else for all or for none.")
    ] = False,
) -> None:
    """Do something for several of a family or group: for all of them, or for none where one of them lacks something.

    Example: wayhome group record 7K3P9-QXM2D HoldBed facility=moscow-centre family=true
    """
    kind, snapshot = command_named(name, TOGETHER.values()), seen_case(terminal, case)
    chosen = _chosen(terminal, snapshot, members)
    terminal.not_stopped()
    first = terminal.made(kind, case_id=snapshot.case.case_id, **values(kind, pairs(fields or [])))
    assert isinstance(first, CaseCommand)
    mine: Members = {case_id: {"mandate": first.mandate} for case_id in chosen}
    service = terminal.container.service
    if those:
        _tell(terminal, those_who_can(first, mine, service))
    else:
        _tell(terminal, all_or_none(first, mine, service, snapshot.definition.programme))


@verb(app, "open", ring=True)
def open_several(
    terminal: CommandTerminal,
    file: Annotated[Path, typer.Argument(help="A table: the first line names the columns, then a line for each.")],
    programme: Annotated[str, typer.Option(help="Programme.")] = "moscow",
    source: Annotated[str, typer.Option(help="Who referred: ngo, law_enforcement, health, hotline, self, …")] = "ngo",
    kind: Annotated[str, typer.Option(help="family, couple, siblings or travelling; else each is alone.")] = "",
    *,
    all_new: Annotated[
        bool, typer.Option("--all-new", help="Open them also where somebody may be known here.")
    ] = False,
) -> None:
    """Open a case for each line of a table, all of them or none; lines that are not right or may be known are named.

    Example: wayhome group open guests.csv --kind family

    Columns: name, birth date, gender, citizenship, language, phone, age, relation (to the first line's person).
    """
    terminal.not_stopped()
    rows = _rows_of(terminal, _read(file), programme, source, kind)
    ids, form_id = terminal.container.service.machine_ids, terminal.command_id or terminal.container.chance.uuid()
    opened = commands_for(rows, kind, None, ids, form_id, terminal.sender(), terminal.sender())
    if not all_new and (known := list(_known(terminal, rows, opened.case_ids))):
        _tell_nobody_opened([*known, "look at these cases; if all are new here, add --all-new"], REFUSED)
    answer = terminal.container.service.submit_together(opened.commands)
    if not answer.is_done:
        for line, one in zip(opened.lines, answer.answers, strict=True):
            if isinstance(one, Refused):
                say(f"line {line} is refused, and nobody was opened:")
                print_reasons(one.reasons, "  ")
        raise typer.Exit(REFUSED)
    shown = [(row.line, case_id) for row, case_id in zip(rows, opened.case_ids, strict=True)]
    terminal.table([{"line": line, "case": case_id} for line, case_id in shown], "Opened", ("line", "case"), shown)


def _rows_of(terminal: ActorTerminal, text: str, programme: str, source: str, kind: str) -> tuple[PersonRow, ...]:
    """Return the people of a table; ends the verb with every line that is not right."""
    found = terminal.definition(programme).programme
    about = FormContext(Words("en"), terminal.now, terminal.actor, found)
    table = read_table(text, {"programme": programme, "source": source}, about)
    unsaid = [row.line for row in table.rows[1:] if kind and not relation_in(kind, row)]
    wrong = [_said(fault) for fault in table.faults]
    wrong += [f"line {line}, relation: say what this person is to the first" for line in unsaid]
    if wrong:
        _tell_nobody_opened(wrong, USAGE)
    return table.rows


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("the table is no text in UTF-8; save it in the spreadsheet as CSV (UTF-8)") from None
    except OSError:
        raise BadInput("there is no such file, or it may not be read") from None


def _said(fault: RowFault) -> str:
    where = f"line {fault.line}" if fault.line else "the table"
    return f"{where}{', ' if fault.column else ''}{fault.column}: {fault.text}"


def _known(terminal: ActorTerminal, rows: Iterable[PersonRow], own: Collection[str]) -> Iterator[str]:
    """Yield the lines whose person may be known here, with the cases this person may see, but for the table's own."""
    log, who = terminal.container.log, terminal.overseer()
    for row in rows:
        name, born, phone = (str(row.fields.get(field, "")) for field in ("name", "birth_date", "phone"))
        day = date.fromisoformat(born) if born else None
        with log.database.reading() as connection:
            found = search_people(log, connection, who, terminal.now, name=name, birth_date=day, phone=phone)
        if numbers := [match.case_id for match in found if match.case_id not in own]:
            terminal.sees(numbers)
            yield f"line {row.line} may be known here: {', '.join(numbers)}"


def _tell_nobody_opened(why: Iterable[str], code: int) -> NoReturn:
    for line in ("nobody was opened", *why):
        say_error(line)
    raise typer.Exit(code)


def _group_of(terminal: ActorTerminal, snapshot: CaseSnapshot) -> tuple[Group, dict[str, CaseSnapshot]]:
    """Return the group of a case, and those of its cases that are this person's to see."""
    group_id = belonging_of(snapshot.case).group_id
    if not group_id:
        return Group(), {}
    stream = group_stream(group_id)
    group: Group = terminal.container.cases.states([stream])[stream].state or Group()
    cases = terminal.container.cases.at_many(group.members)
    return group, {
        one.case.case_id: one for one in cases if may_see(terminal.actor, one.case, one.definition.programme)
    }


def _chosen(terminal: ActorTerminal, snapshot: CaseSnapshot, members: str) -> list[str]:
    """Return for whom it is done, parents first; raises BadInput for who does not belong to the group."""
    group, seen = _group_of(terminal, snapshot)
    known = sorted(seen, key=lambda case_id: any(group.parents_of(case_id)))
    named = [case_number(one) for one in members.split(",") if one.strip()]
    if {*named} - {*known}:
        raise BadInput("one of them does not belong to this group, or is not yours to see")
    ongoing = [one for one in known if not seen[one].definition.journey.stage(seen[one].case.stage).ends]
    chosen = [one for one in known if one in named] if named else ongoing
    if not chosen:
        raise BadInput("this case belongs to no group; begin one: wayhome case record … FormGroup")
    return chosen


def _tell(terminal: ActorTerminal, done: CarriedOut) -> None:
    refused = dict(done.refused)
    went = [one.case_id for one in done.each if one.case_id not in refused] if done.is_done else []
    data: dict[str, Any] = {
        "done": went,
        "refused": {case_id: reasons_as_json(answer.reasons) for case_id, answer in refused.items()},
    }
    if terminal.as_json:
        print_json(data)
    else:
        say(f"done for {', '.join(went)}" if went else "nothing was done for any of them")
        for case_id, answer in refused.items():
            say(f"refused for {case_id}:")
            print_reasons(answer.reasons, "  ")
    if refused:
        raise typer.Exit(REFUSED)
