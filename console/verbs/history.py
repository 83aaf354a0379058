"""`wayhome replay`, `diff` and `verify`: the past as it was, and the proof that it is still what it was."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from console import printing
from console.cli_support import case_number
from console.container import Container
from console.errors import BadInput
from console.kept_checkpoint import kept_checkpoint
from console.printing import FAULTS
from console.verbs.one_case import seen_case
from console.verbs.past import READ_MODELS, diff_board, diff_one, instant_typed, replay_all, replay_one, replay_table
from console.verbs.terminal import ActorTerminal, Terminal, verb
from events.file_stores import hashes_of
from events.noted_heads import NotedHead
from events.notes import Checkpoint
from events.verify import LogProof, verify
from handlers.checks.check_results import CheckResult, OutsideRecords
from handlers.checks.walk import check_lines, check_log
from handlers.projections.as_of import AsOf
from handlers.projections.rebuild import rebuild

At = Annotated[
    str | None, typer.Option("--at", help="What had happened by a time, like 2026-03-01T12:00Z (no zone: UTC).")
]
Known = Annotated[str | None, typer.Option("--known", help="As known by a time: only what had been recorded by then.")]
Position = Annotated[int | None, typer.Option("--position", help="As known at a position of the log.")]
Show = Annotated[str | None, typer.Option("--show", help=f"Without a case: rows of one of {', '.join(READ_MODELS)}.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="How many rows at most.")]


@verb()
def replay(
    terminal: ActorTerminal,
    case: Annotated[str | None, typer.Argument(help="Case number; without one the whole log is replayed.")] = None,
    at: At = None,
    known: Known = None,
    position: Position = None,
    show: Show = None,
    limit: Limit = 100,
) -> None:
    """Fold the history again, by what had happened and by what was known, without any effect.

    Example: wayhome replay 7K3P9-QXM2D --at 2026-03-01T12:00Z --known 2026-03-05
    """
    moment = AsOf(instant_typed(at), instant_typed(known), position)
    if case is not None:
        seen_case(terminal, case)  # to whom a case is not to be seen it is not there
        replay_one(terminal, case_number(case), moment)
    elif show is not None:
        replay_table(terminal, moment, show, limit)
    else:
        replay_all(terminal, moment)


@verb()
def diff(
    terminal: ActorTerminal,
    case: Annotated[str | None, typer.Argument(help="Case number; without one the board is compared.")] = None,
    since: Annotated[str, typer.Option("--from", help="What had happened by then is compared.")] = "",
    until: Annotated[str | None, typer.Option("--to", help="With what had happened by then (default: all).")] = None,
    known: Known = None,
    known_before: Annotated[
        str | None, typer.Option("--known-before", help="As known by then at --from; without it as known by --known.")
    ] = None,
    limit: Limit = 100,
) -> None:
    """Tell what is different between two moments: of a case, or which cases stand elsewhere.

    Example: wayhome diff 7K3P9-QXM2D --from 2026-03-01 --to 2026-03-31

    The same instant twice, known before and known now, shows what was written down late.
    """
    if not since and known_before is None:
        raise BadInput("from when? give --from 2026-03-01, or --known-before for the same moment as it was known then")
    last = instant_typed(known)
    before = AsOf(instant_typed(since or None), instant_typed(known_before) or last)
    after = AsOf(instant_typed(until), last)
    if case is not None:
        seen_case(terminal, case)
        diff_one(terminal, case_number(case), before, after)
    else:
        diff_board(terminal, before, after, limit)


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
    noted: Annotated[
        list[str] | None,
        typer.Option("--noted", help="Hold the log to a head noted elsewhere, like 2950:9f3c…; repeat it."),
    ] = None,
) -> None:
    """Check that nothing in the history was changed, left out or added; exit code 5 when something was.

    Example: wayhome verify --rules
    """
    if repair:
        rebuild(terminal.container.log)
    kept = [kept_checkpoint(terminal.container.keys, file) for file in checkpoint or ()]
    heads = [_head(text) for text in noted or ()]
    report = _verified(terminal.container, kept, heads, quiet=terminal.as_json)
    checks = _checked(terminal) if rules else []
    _tell(terminal, report, checks, kept)
    if not report.ok or not all(one.ok for one in checks):
        raise typer.Exit(FAULTS)


def _head(text: str) -> NotedHead:
    """Return a head as it was noted: how many events there were, and the place of the last."""
    size, _, place = text.partition(":")
    try:
        return NotedHead(int(size), place=bytes.fromhex(place))
    except ValueError:
        raise BadInput(
            "a noted head is a number, a colon and the place in hex, as wayhome verify prints them"
        ) from None


def _checked(terminal: Terminal) -> list[CheckResult]:
    """Return what the rules say of the log, and of what lies outside where this data folder has it."""
    container = terminal.container
    outside = OutsideRecords(sent=container.sent_outside(), files=lambda: hashes_of(container.files))
    return check_log(terminal.container.log, effects=outside, now=terminal.now)


def _verified(container: Container, kept: Sequence[Checkpoint], heads: Sequence[NotedHead], *, quiet: bool) -> LogProof:
    with printing.progress(quiet=quiet) as progress:
        bar = progress.add_task("verifying", total=container.log.size())
        return verify(container.log, lambda done: progress.update(bar, completed=done), kept=kept, held_to=heads)


def _tell(terminal: Terminal, report: LogProof, checks: list[CheckResult], kept: Sequence[Checkpoint]) -> None:
    findings = [finding._asdict() for finding in report.findings]
    checked = [{"name": c.name, "ok": c.ok, "counted": c.counted, "faults": list(c.faults)} for c in checks]
    numbers = {"ok": report.ok, "events": report.events, "streams": report.streams}
    outside = {
        "order_from": report.placed_from,
        "head": report.head.hex() if report.head else None,
        "root": report.root.hex() if report.root else None,
        "checkpoints": report.checkpoints,
        "place": report.place.hex(),
        "first_wrong": report.first_wrong,
    }
    first = "" if report.first_wrong is None else f", the first at event {report.first_wrong}"
    said = "nothing was changed, left out or added" if report.ok else f"{len(report.findings)} FAULTS{first}"
    terminal.lines(
        numbers | outside | {"findings": findings, "checks": checked},
        f"{report.events} events in {report.streams} streams: {said}",
        *(f"  - {finding.text}" for finding in report.findings),
        *_continued(report, kept),
        *_unproved(report, max((one.size for one in kept), default=0) if report.ok else 0),
        *check_lines(checks),
    )


def _continued(report: LogProof, kept: Sequence[Checkpoint]) -> Iterator[str]:
    """Yield which checkpoints that somebody kept the log was held to, and continues."""
    if report.ok:
        for one in kept:
            newer = report.events - one.size
            yield f"it continues the checkpoint of {one.size} events that you kept; {newer} are newer"


def _unproved(report: LogProof, continued: int) -> Iterator[str]:
    """Yield what the log alone cannot prove, and what somebody outside needs who can."""
    if report.unplaced:
        yield (
            f"not proved: that the {report.unplaced} events an older Wayhome wrote before position "
            f"{report.placed_from} stand in the order in which they were written"
        )
    if report.head is not None and report.events > continued:
        what = "that its end was not cut off, or all of it written anew"
        what = f"the same of the {report.events - continued} events behind your checkpoint" if continued else what
        yield (
            f"not provable from within: {what}; "
            f"note elsewhere: event {report.events - 1}, leaf {report.head.hex()}, "
            f"and for wayhome verify --noted {report.events}:{report.place.hex()}; "
            "or keep a checkpoint: wayhome seal --to FILE, and verify --checkpoint FILE"
        )
