"""`wayhome work`, `tasks …`, `timers …`, `payments …`: the machine's work as an operator sees it."""

import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from console.cli_support import case_number
from console.errors import BadInput
from console.printing import REFUSED, say, say_error
from console.settings import overridden
from console.verbs.bank_files import file_read
from console.verbs.terminal import ActorTerminal, CommandTerminal, Terminal, verb
from console.words.reasons import typed
from events.ids import CaseId
from handlers.projections import tasks as task_rows
from handlers.projections.tasks import LIVE_STATUSES, count_tasks, find_task
from workflow.command import CancelTask, ConfirmLetter, RetryTask
from workflow.reasons import Reason
from workflow.rights.acts import OPERATOR

tasks = typer.Typer(no_args_is_help=True, help="Tasks: what runs, what is stuck, and what to do about it.")
timers = typer.Typer(no_args_is_help=True, help="Timers: what will be due when.")
payments = typer.Typer(no_args_is_help=True, help="Payments: the bank's answers.")

Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many.")]
OfCase = Annotated[str | None, typer.Option("--case", help="Only this case's.")]
TaskArgument = Annotated[str, typer.Argument(help="Task id, as `wayhome tasks list` shows it.")]


@verb()
def work(
    terminal: Terminal,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many tasks at once.")] = 4,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Do what is due now, then stop (embedded queue only).")
    ] = False,
) -> None:
    """Do tasks until stopped with Ctrl-C; with Redis run as many of them as you like.

    Example: WAYHOME_REDIS_URL=redis://localhost:6379/0 wayhome work --threads 8
    """
    if until_idle and terminal.container.settings.redis_url is not None:
        raise BadInput("--until-idle is for the embedded queue; with Redis let it run and stop it with Ctrl-C")
    for line in overridden(terminal.container.settings):
        say_error(line)
    terminal.container.watch_keys()
    pool = terminal.container.pool_of(threads)
    pool.start(sweeping=not until_idle)
    try:
        if until_idle:
            pool.settle()
        else:
            _wait_for_the_end(threads)
    finally:
        pool.stop()
    counts = terminal.read(count_tasks)
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "none"
    terminal.lines(counts, f"tasks: {said}")


@verb(tasks, "list")
def list_tasks(
    terminal: Terminal,
    status: Annotated[str | None, typer.Option(help="waiting, claimed, unknown, done, cancelled or dead.")] = None,
    case: OfCase = None,
    limit: Limit = 100,
) -> None:
    """List tasks, those due first at the top.

    Example: wayhome tasks list --status dead
    """
    with terminal.container.database.reading() as connection:
        if status is not None and status not in (*LIVE_STATUSES, "done", "cancelled", "dead"):
            raise BadInput("a task is waiting, claimed, unknown, done, cancelled or dead")
        of_case = None if case is None else case_number(case)
        rows = task_rows.list_tasks(connection, status=status, case_id=of_case, limit=limit)
        total = task_rows.count_listed_tasks(connection, status=status, case_id=of_case)
    terminal.say_cut(len(rows), total, f"--limit {total}")
    shown = [
        (r["task_id"], r["case_id"], _about(r["kind"], r["subject"]), r["status"], r["due_at"][:16], r["attempts"],
         r["error"])
        for r in rows
    ]  # fmt: skip
    columns = ("task", "case", "what", "status", "due (UTC)", "tries", "error")
    terminal.table([dict(row) for row in rows], "Tasks", columns, shown)


@verb(tasks, "retry", ring=True)
def retry(terminal: CommandTerminal, task: TaskArgument) -> None:
    """Try a refused, dead or unknown task again, after looking at why it stopped.

    Example: wayhome tasks retry W-0JRE43HERZQM6330 --as staff:operator
    """
    terminal.give(RetryTask, mandate=OPERATOR, case_id=_case_of_task(terminal, task), task_id=task)


@verb(tasks, "arrived")
def arrived(terminal: CommandTerminal, task: TaskArgument) -> None:
    """Say that a letter whose fate is unknown arrived, after asking whoever it was for.

    Example: wayhome tasks arrived W-0JRE43HERZQM6330 --as staff:operator
    """
    terminal.give(ConfirmLetter, mandate=OPERATOR, case_id=_case_of_task(terminal, task), task_id=task)


@verb(tasks, "cancel")
def cancel(
    terminal: CommandTerminal,
    task: TaskArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it is not wanted any more.")],
) -> None:
    """Take a task back; one that may have left the house only once the other side says that nothing arrived.

    Example: wayhome tasks cancel W-0JRE43HERZQM6330 --reason "provider closed"
    """
    case_id = _case_of_task(terminal, task)
    terminal.give(CancelTask, mandate=OPERATOR, case_id=case_id, task_id=task, reason=reason)


@verb(timers, "list")
def list_timers(
    terminal: Terminal,
    status: Annotated[str, typer.Option(help="set, fired or cancelled.")] = "set",
    case: OfCase = None,
    limit: Limit = 100,
) -> None:
    """List timers, the next one first.

    Example: wayhome timers list --case 7K3P9-QXM2D
    """
    with terminal.container.database.reading() as connection:
        if status not in ("set", "fired", "cancelled"):
            raise BadInput("a timer is set, fired or cancelled")
        of_case = None if case is None else case_number(case)
        rows = task_rows.list_timers(connection, status=status, case_id=of_case, limit=limit)
        total = task_rows.count_listed_timers(connection, status=status, case_id=of_case)
    terminal.say_cut(len(rows), total, f"--limit {total}")
    shown = [(r["timer_id"], r["case_id"], _about(r["kind"], r["subject"]), r["due_at"][:16]) for r in rows]
    terminal.table([dict(row) for row in rows], "Timers", ("timer", "case", "what", "due (UTC)"), shown)


@verb(payments, "read")
def read_report(
    terminal: ActorTerminal,
    file: Annotated[Path, typer.Argument(help="The bank's status report (ISO 20022 pain.002).")],
) -> None:
    """Record what the bank says about payments, on the word of who brings the file, until a second source says it.

    Example: wayhome payments read answer.xml
    """
    data = file_read(file, "a status report never is")
    if not terminal.signed_in:
        raise BadInput("sign in first: what a file says stands on the word of who brings it: wayhome sign-in")
    found = terminal.container.read_bank_report(data, terminal.signed_in, "finance", file.name)
    problems = [
        *(f"{one}: no such payment was sent from here; ask the bank" for one in found.strange),
        *(f"{one.tranche_id}: {_why(one.reasons) or one.obstacle}" for one in found.refused),
    ]
    terminal.lines(
        {"recorded": found.recorded, "repeated": found.repeated, "problems": problems},
        f"{found.recorded} payments recorded, {found.repeated} known before",
        *(f"  - {problem}" for problem in problems),
    )
    if found.needs_a_look:
        raise typer.Exit(REFUSED)


def _why(reasons: Iterable[Reason]) -> str:
    return "; ".join(f"{found.text} ({found.help})" for found in map(typed, reasons))


def _wait_for_the_end(threads: int) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    say(f"working with {threads} threads; stop with Ctrl-C")
    ended.wait()


def _about(kind: str, subject: str) -> str:
    """Return a task or timer in words: what is to be done, and about what."""
    return " ".join([kind, *(str(value) for value in orjson.loads(subject).values())])


def _case_of_task(terminal: Terminal, task_id: str) -> CaseId:
    row: Any = terminal.read(find_task, task_id)
    if row is None:
        raise BadInput(f"there is no task {task_id[:40]}; see: wayhome tasks list")
    return CaseId(row["case_id"])
