"""`wayhome case hand-over` and `wayhome office caseloads`: many cases handed over, and who has how many."""

from typing import Annotated, Any

import typer

from console.cli_support import case_number
from console.errors import BadInput
from console.printing import REFUSED
from console.verbs.access import refuse_unknown
from console.verbs.terminal import ActorTerminal, CommandTerminal, verb
from console.views.caseloads import Caseload
from console.views.caseloads import caseloads as side_by_side
from console.views.reader import Reader
from console.words.reasons import typed
from handlers.commanding.answers import Accepted, Answer
from handlers.projections.accounts import list_accounts
from handlers.projections.case_access import CaseFilter, PageRequest, cases_for, count_by_stage
from workflow.reasons import Refused
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.access.state import access_of


@verb(ring=True)
def hand_over(
    terminal: CommandTerminal,
    to: Annotated[str, typer.Argument(help="Whose the cases are from now on, like staff:boris.")],
    cases: Annotated[list[str] | None, typer.Argument(help="Case numbers; all of --from when left out.")] = None,
    owner: Annotated[str, typer.Option("--from", help="Hand over every open case of somebody.")] = "",
) -> None:
    """Give several cases to somebody, each with its team as it is; tells of each what came of it.

    Example: wayhome case hand-over staff:boris 7K3P9-QXM2D 8234F-03J99
    """
    if bool(cases) is bool(owner):
        raise BadInput("name the cases, or with --from whose; one of both")
    refuse_unknown(terminal, to)
    numbers = [case_number(one) for one in cases] if cases else _open_cases_of(terminal, owner)
    told = [(number, _given(terminal, str(number), to)) for number in numbers]
    rows = [(number, _said(answer)) for number, answer in told]
    done = [number for number, answer in told if isinstance(answer, Accepted)]
    shown = [{"case_id": number, "done": number in done, "said": said} for number, said in rows]
    terminal.table(shown, f"Handed over to {to}", ("case", "what came of it"), rows)
    if len(done) < len(told):
        raise typer.Exit(REFUSED)


@verb()
def caseloads(terminal: ActorTerminal) -> None:
    """Show who has how many open cases, by stage, of high risk and overdue, and who stands in for whom.

    Example: wayhome office caseloads
    """
    found = side_by_side(Reader(terminal.container, terminal.overseer(), terminal.now), terminal.read(list_accounts))
    columns = ("who", "open", "by stage", "high risk", "overdue", "stand-ins", "last given a case (UTC)")
    terminal.table([_as_json(one) for one in found], "Caseloads", columns, map(_as_row, found))


def _given(terminal: CommandTerminal, number: str, to: str) -> Answer:
    snapshot = terminal.container.cases.at(number)
    team = access_of(snapshot.case).team if snapshot else ""
    again: dict[str, Any] = {}
    if terminal.command_id:
        ids = terminal.container.service.machine_ids
        again = {"command_id": ids.for_people(f"hand-over|{terminal.command_id}|{number}")}
    command = terminal.made(AssignCase, case_id=number, owner=to, team=team)
    return terminal.carry_out(command.model_copy(update=again))


def _open_cases_of(terminal: ActorTerminal, owner: str) -> list[str]:
    who, only = terminal.overseer(), CaseFilter(owner=owner)
    with terminal.container.database.reading() as connection:
        page = PageRequest(limit=sum(count_by_stage(connection, who, terminal.now, only=only).values()))
        return [row["case_id"] for row in cases_for(connection, who, terminal.now, only=only, page=page)]


def _said(answer: Answer) -> str:
    if isinstance(answer, Accepted):
        return "done"
    if isinstance(answer, Refused):
        return "; ".join(f"{said.text} ({said.help})" for said in map(typed, answer.reasons))
    return "it changed meanwhile; try again"


def _as_json(one: Caseload) -> dict[str, Any]:
    stands = ("stand_ins", "stands_in")
    told = {name: value for name, value in one._asdict().items() if name not in stands}
    both = {name: [{"stand_in": s.stand_in, **s.time._asdict()} for s in getattr(one, name)] for name in stands}
    return {**told, "open": one.total, **both}


def _as_row(one: Caseload) -> tuple[object, ...]:
    stages = ", ".join(f"{stage} {count}" for stage, count in sorted(one.stages.items()))
    stands = [*(f"{by.stand_in} for them" for by in one.stand_ins), *(f"for {to.time.owner}" for to in one.stands_in)]
    given = f"{one.given_at:%Y-%m-%d %H:%M}" if one.given_at else ""
    return one.account or "nobody yet", one.total, stages, one.danger, one.overdue, ", ".join(stands), given
