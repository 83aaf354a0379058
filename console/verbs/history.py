"""`wayhome replay` and `wayhome verify`: the past as it was, and the proof that it is still what it was."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from console import printing
from console.cli_support import case_number
from console.container import Container
from console.errors import BadInput
from console.printing import FAULTS, event_as_json, print_events, print_json, print_rows, say
from console.verbs.one_case import seen_case
from console.verbs.terminal import ActorTerminal, Terminal, verb
from events.checkpoints import held_to, verifier_of
from events.errors import NoteRefused
from events.notes import Checkpoint, is_signed, parse_note
from events.verify import LogProof, verify
from handlers.checks.check_results import CheckResult, OutsideRecords
from handlers.checks.walk import check_lines, check_log
from handlers.projections.board import count_cases
from handlers.projections.rebuild import rebuild
from handlers.projections.replay import position_of, replay_case, replay_log

At = Annotated[str | None, typer.Option("--at", help="As of a time, like 2026-03-01T12:00Z (no zone: UTC).")]
Position = Annotated[int | None, typer.Option("--position", help="As of a position of the log.")]


@verb()
def replay(
    terminal: ActorTerminal,
    case: Annotated[str | None, typer.Argument(help="Case number; without one the whole log is replayed.")] = None,
    at: At = None,
    position: Position = None,
) -> None:
    """Fold the history again, up to a time or a position, without any effect.

    Example: wayhome replay 7K3P9-QXM2D --at 2026-03-01T12:00Z
    """
    upto = position_of(terminal.container.log, _instant(at), position)
    if case is not None:
        seen_case(terminal, case)  # to whom a case is not to be seen it is not there
        _replay_case(terminal, case_number(case), upto)
    else:
        _replay_log(terminal, upto)


@verb()
def verify_log(
    terminal: Terminal,
    rules: Annotated[
        bool, typer.Option("--rules", help="Also check money, beds, tasks and every step against the rules.")
    ] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Draw the read models anew from the log first.")] = False,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="Hold the log to a signed checkpoint that was kept; may be repeated."),
    ] = None,
) -> None:
    """Check that nothing in the history was changed, left out or added; exit code 5 when something was.

    Example: wayhome verify --rules
    """
    if repair:
        rebuild(terminal.container.log)
    kept = [_kept(terminal.container, file) for file in checkpoint or ()]
    report = _verified(terminal.container, kept, quiet=terminal.as_json)
    checks = _checked(terminal) if rules else []
    _tell(terminal, report, checks)
    if not report.ok or not all(one.ok for one in checks):
        raise typer.Exit(FAULTS)


def _checked(terminal: Terminal) -> list[CheckResult]:
    """Return what the rules say of the log, and of what lies outside where this data folder has it."""
    outside = OutsideRecords(sent=terminal.container.sent_outside())
    return check_log(terminal.container.log, effects=outside, now=terminal.now)


def _replay_case(terminal: Terminal, case_id: str, upto: int) -> None:
    container = terminal.container
    found = replay_case(container.log, container.service.definitions, case_id, upto)  # type: ignore[arg-type]
    if found.case is None:
        raise BadInput(f"case {case_id} did not exist then")
    if terminal.as_json:
        fields: dict[str, Any] = {"stage": found.case.stage, "version": found.version, "position": upto}
        print_json(fields | {"events": [event_as_json(event) for event in found.events]})
        return
    say(f"case {case_id} as of position {upto}: {found.case.stage}, version {found.version}")
    print_events("What had happened", found.events)


def _replay_log(terminal: Terminal, upto: int) -> None:
    container = terminal.container
    with printing.progress(quiet=terminal.as_json) as progress:
        bar = progress.add_task("replaying", total=None)
        world = replay_log(container.log, upto, lambda done, total: progress.update(bar, completed=done, total=total))
    stages: dict[str, int] = {}
    for row in world.board().values():
        stages[row["stage"]] = stages.get(row["stage"], 0) + 1
    now = terminal.read(count_cases)
    if terminal.as_json:
        print_json({"position": world.position, "stages": stages, "stages_now": now, "tasks": len(world.tasks)})
        return
    say(f"as of position {world.position}: {sum(stages.values())} cases, {len(world.tasks)} tasks")
    names = sorted(stages.keys() | now.keys())
    print_rows("Cases", ("stage", "then", "now"), [(n, stages.get(n, 0), now.get(n, 0)) for n in names])


def _kept(container: Container, file: Path) -> Checkpoint:
    """Return what a checkpoint says that somebody kept; raises BadInput for one this log did not sign."""
    try:
        note, key = parse_note(file.read_bytes()), verifier_of(container.keys)
    except NoteRefused as problem:
        raise BadInput(f"{file.name}: {problem}") from None
    if key is None or not is_signed(note, key):
        raise BadInput(f"{file.name} is not signed by this log, which is {key or 'one that never signed anything'}")
    return held_to(note.text, key.name)


def _verified(container: Container, kept: Sequence[Checkpoint], *, quiet: bool) -> LogProof:
    with printing.progress(quiet=quiet) as progress:
        bar = progress.add_task("verifying", total=container.log.size())
        return verify(container.log, lambda done: progress.update(bar, completed=done), kept=kept)


def _tell(terminal: Terminal, report: LogProof, checks: list[CheckResult]) -> None:
    findings = [finding._asdict() for finding in report.findings]
    checked = [{"name": c.name, "ok": c.ok, "counted": c.counted, "faults": list(c.faults)} for c in checks]
    numbers = {"ok": report.ok, "events": report.events, "streams": report.streams}
    outside = {
        "order_from": report.placed_from,
        "head": report.head.hex() if report.head else None,
        "root": report.root.hex() if report.root else None,
        "checkpoints": report.checkpoints,
    }
    said = "nothing was changed, left out or added" if report.ok else f"{len(report.findings)} FAULTS"
    terminal.lines(
        numbers | outside | {"findings": findings, "checks": checked},
        f"{report.events} events in {report.streams} streams: {said}",
        *(f"  - {finding.text}" for finding in report.findings),
        *_unproved(report),
        *check_lines(checks),
    )


def _unproved(report: LogProof) -> Iterator[str]:
    """Yield what the log alone cannot prove, and what somebody outside needs who can."""
    if report.unplaced:
        yield (
            f"not proved: that the {report.unplaced} events an older Wayhome wrote before position "
            f"{report.placed_from} stand in the order in which they were written"
        )
    if report.head is not None:
        yield (
            "not provable from within: that its end was not cut off, or all of it written anew; "
            f"note elsewhere: event {report.events - 1}, leaf {report.head.hex()}; "
            "or keep a checkpoint: wayhome seal --to FILE, and verify --checkpoint FILE"
        )


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("that is not a time; write it like 2026-03-01T12:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
