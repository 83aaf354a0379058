"""`wayhome fsck`: whether everything beside the log says what the log says, and repair of all of it but the log."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from console import printing
from console.printing import FAULTS, print_json, print_rows, say
from console.verbs.believed import as_json, read_and_decided, tell_vouched
from console.verbs.terminal import ActorTerminal, verb
from console.verbs.two_officers import Second
from handlers.checks.check_results import CheckResult
from handlers.checks.derived_rows import RowDifference
from handlers.checks.repair import differences_now, repair
from handlers.checks.vouching import vouch_for_history
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
    second: Second = "",
) -> None:
    """Compare log, order, tables, tasks, timers, beds and money; exit code 5 when something is left that is wrong.

    With --repair everything derived is made to say again what the log says: never the log. With --vouch what no
    command left is shown; two officers, one signed in and one who proves themselves here, then let it go on.

    Example: wayhome fsck --repair --as staff:operator
    """
    vouched = _vouched(terminal, vouch, second) if vouch is not None else None
    checks = _checked(terminal)
    found = _different(terminal)
    whole = all(one.ok for one in checks if one.name in _LOG)
    repaired = _repaired(terminal) if repairs and whole and found else []
    if repaired:
        checks, found = _checked(terminal), _different(terminal)
    _tell(terminal, checks, found, repaired, vouched)
    if repairs and not whole:
        printing.say_error("the log itself is not as it was written: nothing is repaired from it; read docs/auditor.md")
    if found or not all(one.ok for one in checks):
        raise typer.Exit(FAULTS)


def _vouched(terminal: ActorTerminal, stream: str, second: str) -> dict[str, Any]:
    leaf, by = read_and_decided(terminal, stream, second)
    done = vouch_for_history(terminal.container.log, stream, leaf, by)
    if not terminal.as_json:
        tell_vouched(terminal, done, by)
    return as_json(done, by)


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
    vouched: dict[str, Any] | None,
) -> None:
    if terminal.as_json:
        named = [{"name": c.name, "ok": c.ok, "counted": c.counted, "faults": list(c.faults)} for c in checks]
        ok = not found and all(one.ok for one in checks)
        said = {"ok": ok, "checks": named, "differences": _as_json(found), "repaired": _as_json(repaired)}
        print_json(said | ({"vouched": vouched} if vouched else {}))
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
