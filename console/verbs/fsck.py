"""`wayhome fsck`: whether everything beside the log says what the log says, and repair of all of it but the log."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from console import printing
from console.errors import BadInput
from console.printing import FAULTS, print_json, print_rows, say
from console.verbs.terminal import ActorTerminal, verb
from handlers.checks.check_results import CheckResult
from handlers.checks.derived_rows import RowDifference
from handlers.checks.repair import differences_now, repair, vouch_for_history
from handlers.checks.walk import check_lines, check_log

SHOWN = 200
_LOG = frozenset({"I1", "I2", "I3"})  # what these find is the log's own, and nothing is repaired from it


@verb()
def fsck(
    terminal: ActorTerminal,
    repairs: Annotated[
        bool, typer.Option("--repair", help="Put right what is beside the log, and record that you did.")
    ] = False,
    vouch: Annotated[
        str | None, typer.Option("--vouch", help="A history to let go on as it stands, after you have read it.")
    ] = None,
) -> None:
    """Compare log, order, tables, tasks, timers, beds and money; exit code 5 when something is left that is wrong.

    With --repair everything derived is made to say again what the log says: never the log.

    Example: wayhome fsck --repair --as staff:operator
    """
    if vouch is not None:
        _vouch(terminal, vouch)
    checks = _checked(terminal)
    found = _different(terminal)
    whole = all(one.ok for one in checks if one.name in _LOG)
    repaired = _repaired(terminal) if repairs and whole and found else []
    if repaired:
        checks, found = _checked(terminal), _different(terminal)
    _tell(terminal, checks, found, repaired)
    if repairs and not whole:
        printing.say_error("the log itself is not as it was written: nothing is repaired from it; read docs/auditor.md")
    if found or not all(one.ok for one in checks):
        raise typer.Exit(FAULTS)


def _vouch(terminal: ActorTerminal, stream: str) -> None:
    container = terminal.container
    version = vouch_for_history(container.log, stream, terminal.actor, container.chance.uuid())
    if version is None:
        raise BadInput("there is no such history; wayhome verify names those whose end does not fit")
    if not terminal.as_json:
        say(f"{stream} goes on from version {version}, and the log says who vouched for it")


def _checked(terminal: ActorTerminal) -> list[CheckResult]:
    with printing.progress(quiet=terminal.as_json) as progress:
        bar = progress.add_task("checking", total=None)
        return check_log(
            terminal.container.log, now=terminal.now,
            progress=lambda done, total: progress.update(bar, completed=done, total=total),
        )  # fmt: skip


def _different(terminal: ActorTerminal) -> list[RowDifference]:
    with printing.progress(quiet=terminal.as_json) as progress:
        bar = progress.add_task("comparing", total=None)
        log = terminal.container.log
        return differences_now(log, lambda done, total: progress.update(bar, completed=done, total=total))


def _repaired(terminal: ActorTerminal) -> list[RowDifference]:
    with printing.progress(quiet=terminal.as_json) as progress:
        bar = progress.add_task("repairing", total=None)
        container = terminal.container
        return repair(
            container.log, terminal.actor, container.chance.uuid(),
            lambda done, total: progress.update(bar, completed=done, total=total),
        )  # fmt: skip


def _tell(
    terminal: ActorTerminal,
    checks: Sequence[CheckResult],
    found: Sequence[RowDifference],
    repaired: Sequence[RowDifference],
) -> None:
    if terminal.as_json:
        named = [{"name": c.name, "ok": c.ok, "counted": c.counted, "faults": list(c.faults)} for c in checks]
        ok = not found and all(one.ok for one in checks)
        print_json({"ok": ok, "checks": named, "differences": _as_json(found), "repaired": _as_json(repaired)})
        return
    say("\n".join(check_lines(checks)))
    for title, rows in (("Repaired", repaired), ("Not as the log says", found)):
        if rows:
            print_rows(title, ("table", "row", "column", "by the log", "there"), [_row(one) for one in rows[:SHOWN]])
        if len(rows) > SHOWN:
            say(f"and {len(rows) - SHOWN} more")
    say("everything beside the log says what the log says" if not found else f"{len(found)} values differ")


def _as_json(found: Sequence[RowDifference]) -> list[dict[str, Any]]:
    return [one._asdict() for one in found]


def _row(one: RowDifference) -> tuple[str, ...]:
    return one.table, one.key, one.column, str(one.expected), str(one.actual)
