"""`wayhome import …`: records from elsewhere become referrals."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, NamedTuple

import orjson
import typer
from sqlalchemy import select

from console import printing
from console.container import Container
from console.ctdc.records import BadRow, CtdcError, CtdcRecord, read_ctdc
from console.errors import BadInput
from console.printing import REFUSED
from console.verbs.terminal import ActorTerminal, verb
from console.words.reasons import typed
from events import tables
from events.errors import CommandReused
from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.commanding.group_commit import PendingCommand
from handlers.commanding.service import CommandService
from workflow.command import Command
from workflow.reasons import Refused
from workflow.rights.machine_ids import MachineIds, former_id
from workflow.subjects.intake.commands import OpenCase

app = typer.Typer(no_args_is_help=True, help="Bring in records from elsewhere.")
BATCH = 200


class Imported(NamedTuple):
    """What an import did: new cases, rows known before, and rows that cannot be read."""

    new: int
    known: int
    bad: tuple[BadRow, ...]


@verb(app, "ctdc", ring=True)
def ctdc(
    terminal: ActorTerminal,
    file: Annotated[
        Path, typer.Argument(help="A file of the Counter-Trafficking Data Collaborative, any of its layouts.")
    ],
    programme: Annotated[str, typer.Option(help="Programme the referrals go to.")] = "moscow",
) -> None:
    """Turn each record of a CTDC file into an incoming referral; bad rows are told, the rest goes in.

    The file is read to its end before anything is stored: one that stops being readable is left out whole. Importing
    the same file again adds nothing; after Ctrl-C start it again and it goes on.

    Example: wayhome import ctdc condensed-5000.csv
    """
    if not file.is_file():
        raise BadInput(f"there is no file {file}")
    rows_there = _read_whole(file)
    imported = _with_progress(terminal.container, file, programme, terminal.actor, rows_there, quiet=terminal.as_json)
    rows = [{"line": row.line_number, "reason": row.reason} for row in imported.bad]
    terminal.lines(
        {"new": imported.new, "known": imported.known, "bad": rows},
        f"{imported.new} new referrals, {imported.known} known before, {len(imported.bad)} rows left out",
        *(f"  line {row.line_number}: {row.reason}" for row in imported.bad),
    )
    if imported.bad:
        raise typer.Exit(REFUSED)


def import_ctdc(service: CommandService, file: Path, programme: str, actor: str) -> Iterator[Imported]:
    """Yield after each batch what it did; every batch is durable before it is yielded."""
    rows, first = read_ctdc(file), True
    while batch := list(islice(rows, BATCH)):
        records = [row for row in batch if isinstance(row, CtdcRecord)]
        former = _of_an_older_version(service, records)
        new = [record for record in records if str(former_id(_row(record))) not in former]
        tickets = service.offer([referral(record, programme, actor, service.machine_ids) for record in new])
        refused = [bad for bad in map(_refused, new, tickets) if bad is not None]
        if first and refused and len(refused) == len(records):  # it lies with the programme, and not with a row
            raise BadInput(f"{refused[0].reason}. Nothing of the file was taken")
        first, known = False, len(records) - len(new) + sum(_known_before(ticket) for ticket in tickets)
        unread = [row for row in batch if isinstance(row, BadRow)]
        bad = tuple(sorted((*unread, *refused), key=lambda row: row.line_number))
        yield Imported(len(records) - known - len(refused), known, bad)


def _of_an_older_version(service: CommandService, records: Sequence[CtdcRecord]) -> set[str]:
    """Return under which ids an older Wayhome opened cases for these records: its events have no place in the order."""
    given, events = [str(former_id(_row(record))) for record in records], tables.events.c
    query = select(events.command_id).where(events.command_id.in_(given), events.type == "CaseOpened")
    with service.log.database.reading() as connection:
        return set(connection.execute(query.where(events.place.is_(None))).scalars())


def _row(record: CtdcRecord) -> str:
    return f"ctdc/{record.fingerprint}/{record.occurrence}"


def _known_before(ticket: PendingCommand[Command, Answer]) -> bool:
    """Tell whether a record was imported before, be it by a colleague or for another programme."""
    if isinstance(ticket.error, CommandReused):
        return True
    answer = ticket.result()
    assert not isinstance(answer, Conflict), "a case that is new has no version to be overtaken"
    return isinstance(answer, Accepted) and answer.repeated


def _refused(record: CtdcRecord, ticket: PendingCommand[Command, Answer]) -> BadRow | None:
    """Return why the rules say no to a record, so that the others are not lost for it."""
    answer = None if isinstance(ticket.error, CommandReused) else ticket.result()
    if not isinstance(answer, Refused):
        return None
    found = typed(answer.reasons[0])
    return BadRow(record.line_number, f"{found.text}; {found.help}")


def referral(record: CtdcRecord, programme: str, actor: str, ids: MachineIds) -> OpenCase:
    """Return the command that opens a case for a record.

    Its id is made from the row's content and how often that content came before in the file, so that the
    same row is the same referral whichever file, order or day it comes again in; nobody can take it in advance.
    """
    return OpenCase(
        command_id=ids.for_people(_row(record)),
        actor=actor,
        mandate="importer",
        programme=programme,
        source="hotline" if record.source == "hotline" else "case_management",
        citizenships=(record.citizenship,) if record.citizenship else (),
        gender=record.gender,
        age_band=record.age_band,  # type: ignore[arg-type]
        exploitation=record.exploitation,
        country_of_exploitation=record.country_of_exploitation,
        registered_year=record.year_of_registration,
        majority=None if record.is_minor is None else "minor" if record.is_minor else "adult",
        story=_details(record),
    )


def _details(record: CtdcRecord) -> str | None:
    """Return what the record tells of the harm done, as JSON; it is sealed with the person's story."""
    told = {
        "means_of_control": record.means_of_control,
        "labour_sectors": record.labour_sectors,
        "recruiter_relations": record.recruiter_relations,
        "sexual_exploitation_types": record.sexual_exploitation_types,
        "unmapped": dict(record.unmapped),
    }
    kept = {name: value for name, value in told.items() if value}
    return orjson.dumps(kept).decode() if kept else None


def _read_whole(file: Path) -> int:
    """Return how many rows a file has; one that cannot be read to its end is not begun."""
    try:
        return sum(1 for _ in read_ctdc(file))
    except CtdcError as problem:
        raise BadInput(f"{str(problem).rstrip('.')}. Nothing of the file was taken") from problem


def _with_progress(container: Container, file: Path, programme: str, actor: str, rows: int, *, quiet: bool) -> Imported:
    new, known, bad = 0, 0, list[BadRow]()
    with printing.progress(quiet=quiet) as progress:
        bar = progress.add_task("importing", total=max(rows, 1))
        try:
            for done in import_ctdc(container.service, file, programme, actor):
                new, known = new + done.new, known + done.known
                bad += done.bad
                progress.update(bar, advance=done.new + done.known + len(done.bad))
        except CtdcError as problem:  # somebody wrote into it since it was read whole
            told = f"{new} new referrals are stored and {known} were known before"
            again = "put the file right and give it again: only the rest is taken"
            raise BadInput(f"{str(problem).rstrip('.')}. {told}; {again}") from problem
    return Imported(new, known, tuple(bad))
