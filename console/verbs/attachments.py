"""`wayhome case attach`, `case files` and `case file`: papers that prove something, at the command line."""

import os
import sys
from pathlib import Path
from typing import Annotated, Final, get_args
from uuid import UUID

import typer

from console.attachments.attaching import GivenFile, Sender, attach
from console.attachments.faults import NotTakenError
from console.attachments.said import SAID
from console.cli_support import CaseArgument, case_number, tell_refused
from console.errors import BadInput
from console.printing import minute_at
from console.verbs.one_case import seen_case
from console.verbs.terminal import ActorTerminal, CommandTerminal, verb
from console.views.attachments import file_rows, opened_file, provable_facts
from console.views.opening import record_opening
from events.durable_file import write_whole
from events.facts.attachments import FileKind
from events.instants import instant
from handlers.states.case_reader import CaseSnapshot
from workflow.reasons import Refused, refused
from workflow.refusals import MANDATE_OPENS_IT
from workflow.rights.compartments import COMPARTMENTS_OF_ROLE, roles_that_open
from workflow.subjects.attachments.commands import FILE_BYTES_MAX
from workflow.subjects.attachments.state import attachments_of

_PIPED: Final = Path("-")  # a name that is a person's need not stand in the list of processes
_KINDS: Final[tuple[FileKind, ...]] = get_args(FileKind)
FileNumber = Annotated[str, typer.Argument(help="Number of the file, like F-7K3P9QXM2D7K3P9Q.")]
Mandate = Annotated[str, typer.Option("--mandate", help="By which right you act: case_manager, medical, legal, …")]


@verb()
def attach_file(
    terminal: CommandTerminal,
    case: CaseArgument,
    file: Annotated[
        Path, typer.Argument(help="The scan, photo or PDF, or - for what is piped in; its name is sealed.")
    ],
    kind: Annotated[str, typer.Option("--kind", help="What it is: " + ", ".join(_KINDS) + ".")] = "other",
    proves: Annotated[
        int | None, typer.Option("--proves", help="The fact it proves, by its number in: wayhome case files.")
    ] = None,
    compartment: Annotated[
        str, typer.Option("--sealed-with", help="The part it is sealed with, if not as usual.")
    ] = "",
    mandate: Mandate = "case_manager",
) -> None:
    """Attach a file to a case: it is stripped, sealed and stored; its content and its name are never printed.

    Example: wayhome case attach 7K3P9-QXM2D scan.pdf --kind declaration --proves 12
    """
    snapshot, container = seen_case(terminal, case), terminal.container
    chosen = next((one for one in _KINDS if one == kind), None)
    if chosen is None or (compartment and compartment not in COMPARTMENTS_OF_ROLE["case_manager"] | {"medical"}):
        raise BadInput(f"--kind is one of {', '.join(_KINDS)}; --sealed-with a part of the case, or left out")
    given = GivenFile(_read(file), file.name, chosen, compartment, proves=_proven(terminal, snapshot, proves))
    made = terminal.command_id or container.chance.uuid()
    sender = Sender(command_id=made, **terminal.sender(mandate))
    try:
        answer = attach(container, snapshot.case, sender, given, terminal.carry_out)
    except NotTakenError as problem:
        raise BadInput(SAID[problem.why]) from None
    terminal.tell(answer)


def _read(file: Path) -> bytes:
    """Return a file's bytes; of one that is too large no more than are needed to see that."""
    if file == _PIPED:
        return sys.stdin.buffer.read(FILE_BYTES_MAX + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(FILE_BYTES_MAX + 1)
    except OSError:
        raise BadInput("there is no such file, or it may not be read") from None  # its name may be a person's


def _proven(terminal: CommandTerminal, snapshot: CaseSnapshot, version: int | None) -> tuple[str, int] | None:
    if version is None:
        return None
    facts = provable_facts(terminal.container.log, snapshot.case.case_id)
    found = next((fact for fact in facts if fact.version == version), None)
    if found is None:
        raise BadInput("no paper proves that; see what may be proved: wayhome case files NUMBER")
    return found.fact, found.version


@verb()
def list_files(terminal: ActorTerminal, case: CaseArgument) -> None:
    """List the files of a case and what each proves, and the facts a paper may prove, by their numbers.

    Example: wayhome case files 7K3P9-QXM2D
    """
    snapshot = seen_case(terminal, case)
    rows = file_rows(snapshot, COMPARTMENTS_OF_ROLE, ("running",))
    facts = provable_facts(terminal.container.log, snapshot.case.case_id)
    zone = snapshot.definition.programme.time_zone
    data = {
        "files": [{name: value for name, value in row._asdict().items() if name != "opens"} for row in rows],
        "provable": [{"version": fact.version, "fact": fact.fact, "told_at": fact.told_at} for fact in facts],
    }
    files = [
        (one.file_id, one.kind, one.compartment, one.proves or "–", minute_at(instant(one.at), zone)) for one in rows
    ]
    listed = [(fact.version, fact.fact, minute_at(instant(fact.told_at), zone)) for fact in facts]
    terminal.table(data, "Files", ("file", "kind", "sealed with", "proves", "attached"), files)
    if not terminal.as_json:
        terminal.table(data, "What a paper may prove", ("number", "fact", "told"), listed)


@verb()
def save_file(
    terminal: ActorTerminal,
    case: CaseArgument,
    file_id: FileNumber,
    to: Annotated[Path, typer.Option("--to", help="New file to save it in, for your eyes only.")],
    why: Annotated[str, typer.Option("--why", help="Why you look at it; this is recorded.")],
    mandate: Mandate = "case_manager",
) -> None:
    """Save a file of a case once it is recorded who looks and why; delete what you saved when you have used it.

    Example: wayhome case file 7K3P9-QXM2D F-7K3P9QXM2D7K3P9Q --to scan.pdf --why "the court asked for it"
    """
    snapshot, container = seen_case(terminal, case), terminal.container
    file = attachments_of(snapshot.case).live.get(file_id)
    if file is None:
        raise BadInput("there is no such file on this case; list them: wayhome case files NUMBER")
    if not why.strip() or to.exists():
        raise BadInput("say why with --why; and name a new file with --to, nothing is written over")
    command_id, number = container.chance.uuid(), case_number(snapshot.case.case_id)
    who, parts = (terminal.actor, mandate), (file.compartment,)
    found = record_opening(container, command_id, number, who, parts, why, file_id=file_id)
    if isinstance(found, Refused):
        tell_refused(found, as_json=terminal.as_json)
    if found == "denied":
        openers = roles_that_open(file.compartment)
        closed = MANDATE_OPENS_IT(mandate=mandate, openers=openers, compartment=file.compartment)
        tell_refused(refused(closed), as_json=terminal.as_json)
    _save(terminal, to, number, file_id, command_id)


def _save(terminal: ActorTerminal, to: Path, number: str, file_id: str, command_id: UUID) -> None:
    opened = opened_file(terminal.container, number, file_id, command_id)
    assert opened is not None, "it was there when the look was recorded"
    try:
        write_whole(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), opened.content)
    except OSError as problem:
        raise BadInput(f"it could not be saved ({problem.strerror}); name another file with --to") from None
    kind = opened.media_type
    terminal.lines({"file": file_id, "media_type": kind, "size": len(opened.content)}, f"saved: {kind}, not sealed")
