"""`wayhome case assign|break-glass|reads|find`: whose a case is, opening it in an emergency, who read what."""

import re
from datetime import date
from typing import Annotated

import typer

from console.cli_support import CaseArgument, case_number, tell_refused
from console.errors import BadInput
from console.verbs.one_case import seen_case
from console.verbs.terminal import ActorTerminal, CaseTerminal, CommandTerminal, verb
from console.views.caseloads import looks_after_cases
from handlers.projections.accounts import list_accounts
from handlers.projections.case_handles import handles_at, search_handles
from handlers.queries.access_log import AccessRecord, accesses_of_case
from handlers.queries.person_matches import found_by_handle, search_people
from workflow.reasons import refused
from workflow.subjects.access.commands import AssignCase, BreakGlass
from workflow.subjects.access.refusals import OWNER_HAS_ACCOUNT


@verb(ring=True)
def assign(
    terminal: CaseTerminal,
    case: CaseArgument,
    owner: Annotated[str, typer.Argument(help="Whose the case is from now on, like staff:boris.")],
    team: Annotated[str, typer.Option(help="Whose people may see it too; the whole programme's when left out.")] = "",
) -> None:
    """Give a case to somebody, and to a team.

    Example: wayhome case assign 7K3P9-QXM2D staff:boris --team shelter
    """
    refuse_unknown(terminal, owner)
    terminal.give_about(case, AssignCase, owner=owner, team=team)


def refuse_unknown(terminal: ActorTerminal, owner: str) -> None:
    """End the verb where people look after cases with accounts of their own, and nobody of them has this name.

    The rule itself lets an operator name anybody: for houses in which nobody signs in.
    """
    people = [row.account for row in terminal.read(list_accounts)]
    is_known = any(one.account == owner for one in people)
    if not is_known and any(looks_after_cases(one, terminal.programmes) for one in people):
        tell_refused(refused(OWNER_HAS_ACCOUNT(account=owner)), as_json=terminal.as_json)


@verb(ring=True)
def break_glass(
    terminal: CommandTerminal,
    case: CaseArgument,
    reason: Annotated[
        str,
        typer.Option(
            help="danger_to_life, medical_emergency, child_at_risk, owner_cannot_be_reached, court_or_police."
        ),
    ],
    mandate: Annotated[str, typer.Option(help="By which right: case_manager, supervisor, medical, legal.")],
) -> None:
    """Open a case that is not yours, in an emergency and for a few hours; asks what happens, and that is sealed.

    Example: wayhome case break-glass 7K3P9-QXM2D --reason medical_emergency --mandate medical

    The data-protection officer is written to at once, the owner sees it, and somebody else reviews it.
    """
    why = typer.prompt("What happens, in a sentence", err=True)
    terminal.give(BreakGlass, mandate=mandate, case_id=case_number(case), reason=reason, why=why)


@verb()
def reads(
    terminal: ActorTerminal,
    case: CaseArgument,
    *,
    lists: Annotated[bool, typer.Option("--lists", help="Also who saw it among others, on which list.")] = False,
) -> None:
    """List who read what of a case: pages looked at, parts opened or denied, what providers were shown, emergencies.

    Example: wayhome case reads 7K3P9-QXM2D
    """
    snapshot = seen_case(terminal, case)
    every = accesses_of_case(terminal.container.log, snapshot.case.case_id)
    found = [one for one in every if lists or one.what != "listed"]
    columns = ("when (UTC)", "who", "by which right", "what", "which", "why")
    title = f"Who read what of {snapshot.case.case_id}"
    terminal.table([read._asdict() for read in found], title, columns, map(_shown, found))


@verb()
def find_person(terminal: ActorTerminal) -> None:
    """Find the cases you may see of a person; asks for name or handle, birth date and telephone, and shows no names.

    Example: wayhome case find

    Names are found in any script and spelling, and with one letter wrong; of a birth date the year is enough. Nothing
    is said of people whose cases you may not see.
    """
    name, born, phone = (_asked(what) for what in ("Name or handle", "Birth date", "Telephone"))
    account, log, day = terminal.overseer(), terminal.container.log, _day(born)
    with terminal.container.database.reading() as connection:
        people = search_people(log, connection, account, terminal.now, name=name, birth_date=day, phone=phone)
        called = found_by_handle(connection, search_handles(connection, account, terminal.now, name), people)
        handles = handles_at(connection, {one.case_id for one in (*called, *people)})
    found = [one._asdict() | {"handle": handles.get(one.case_id, "")} for one in (*called, *people)]
    rows = [
        (
            r["case_id"],
            r["handle"],
            r["programme"],
            r["stage"],
            terminal.day(r["programme"], r["since"]),
            ", ".join(r["fits"]),
        )
        for r in found
    ]
    columns = ("case", "handle", "programme", "stage", "since", "what fits")
    terminal.table(found, "Cases that fit", columns, rows)


def _asked(what: str) -> str:
    """Return what is typed; never an argument, which others on the machine could read in its list of processes."""
    return str(typer.prompt(f"{what} (or nothing)", default="", show_default=False, err=True)).strip()


def _day(text: str) -> date | int | None:
    if not text:
        return None
    if re.fullmatch(r"(19|20)[0-9]{2}", text):
        return int(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("the birth date is not a day; write it like 1998-04-02, or only the year") from None


def _shown(read: AccessRecord) -> tuple[str, ...]:
    return read.at[:16].replace("T", " "), read.account, read.mandate, read.what, ", ".join(read.parts), read.why
