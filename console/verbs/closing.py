"""`wayhome closing show`: what becomes of everybody in a house or programme that closes."""

from typing import Annotated

import typer

from console.container import Container
from console.errors import BadInput
from console.printing import print_json, print_rows, say
from console.verbs.terminal import ActorTerminal, verb
from events.facts.closing import FacilityClosed, ProgrammeEnded
from workflow.subjects.closing.decisions import left_open
from workflow.subjects.closing.state import closing_of

app = typer.Typer(no_args_is_help=True, help="Houses and programmes that close, and the people there.")


@verb(app, "show")
def show(
    terminal: ActorTerminal, what: Annotated[str, typer.Argument(help="facility:NAME or programme:NAME.")]
) -> None:
    """Show everybody a closing concerns: where they are proposed to go, what was decided, what is still open.

    Example: wayhome closing show facility:moscow-centre
    """
    closed = _closed(terminal.container, what)
    rows = _rows(terminal.container, what, closed, terminal.actor)
    if terminal.as_json:
        print_json({"closes": what, "on": str(closed.on), "people": rows})
        return
    undecided = sum(1 for row in rows if not row["outcome"])
    say(f"{what} closes on {closed.on}: {len(closed.proposed)} people, {undecided} not yet decided")
    shown = [tuple(row.values()) for row in rows]
    print_rows("People", ("case", "stage", "to", "decided", "still open", "proposal"), shown)


def _closed(container: Container, what: str) -> FacilityClosed | ProgrammeEnded:
    kind, _, name = what.partition(":")
    stream = {"facility": f"facility:{name}", "programme": f"intake:{name}"}.get(kind)
    if stream is None:
        raise BadInput("name what closes like facility:moscow-centre or programme:moscow")
    found = [
        container.log.fact(event) for event in container.log.of_types(stream, ("FacilityClosed", "ProgrammeEnded"))
    ]
    if not found:
        raise BadInput(f"{what[:60]} does not close; close it with: wayhome office record")
    last = found[-1]
    assert isinstance(last, FacilityClosed | ProgrammeEnded)
    return last


def _rows(container: Container, what: str, closed: FacilityClosed | ProgrammeEnded, actor: str) -> list[dict[str, str]]:
    visible = container.cases.seen_by(actor, closed.proposed)
    rows = []
    for one in container.cases.at_many(case_id for case_id in closed.proposed if case_id in visible):
        mine = [
            (key, hand_over) for key, hand_over in closing_of(one.case).hand_overs.items() if hand_over.closes == what
        ]
        for key, hand_over in mine[-1:]:
            rows.append(
                {
                    "case": one.case.case_id, "stage": one.case.stage, "to": hand_over.to,
                    "outcome": hand_over.outcome, "open": ", ".join(left_open(one.case)), "proposal": key,
                }
            )  # fmt: skip
    return rows
