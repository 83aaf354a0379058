"""How the past is printed: a case, a table or the whole programme as of a moment, and what is different between two."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from console import printing
from console.errors import BadInput
from console.printing import event_as_json, print_events, print_json, print_rows, say
from console.verbs.terminal import ActorTerminal
from events.ids import CaseId
from handlers.checks.derived_rows import key_text
from handlers.projections.as_of import AsOf, WorldAsOf, case_as_of, case_changes, row_changes, world_as_of
from handlers.projections.board import count_cases
from handlers.projections.replay import Replay, Row
from handlers.queries.books import fund_balances

Rows = Mapping[Any, Row]
_NOT_THERE: Final = "(not there)"


def _ledger(replay: Replay) -> Rows:
    """Return what each line of each programme's budget planned, set aside and paid."""
    newest = {definition.programme.programme: definition for definition in replay.definitions.values()}
    funds = replay.states_of("fund")
    return {
        (name, row.funder, row.line): {"programme": name} | row._asdict() | {"left": row.left}
        for name, definition in newest.items()
        for row in fund_balances(definition, funds.get(definition.programme.fund_stream.partition(":")[2]))
    }


READ_MODELS: Final[Mapping[str, Callable[[Replay], Rows]]] = {
    "board": Replay.board,
    "items": Replay.items,
    "tasks": lambda replay: replay.tasks,
    "timers": lambda replay: replay.timers,
    "beds": lambda replay: replay.beds()[1],
    "accounts": Replay.accounts,
    "ledger": _ledger,
}


def replay_one(terminal: ActorTerminal, case_id: CaseId, moment: AsOf) -> None:
    """Print a case as of a moment; raises BadInput when it had not begun."""
    container = terminal.container
    found = case_as_of(container.log, container.service.definitions, case_id, moment)
    if found.case is None:
        raise BadInput(f"case {case_id} did not exist then")
    upto = moment.upto(container.log)
    if terminal.as_json:
        fields: dict[str, Any] = {"stage": found.case.stage, "version": found.version, "position": upto}
        told = {"events": [event_as_json(one) for one in found.events]}
        if found.set_aside:
            told["set_aside"] = [event_as_json(one) for one in found.set_aside]
        print_json(fields | told)
        return
    say(f"case {case_id} as of position {upto}{_when(moment)}: {found.case.stage}, version {found.version}")
    print_events("What had happened", found.events)
    if found.set_aside:
        print_events("Happened before what it rests on, and set aside", found.set_aside)


def replay_all(terminal: ActorTerminal, moment: AsOf) -> None:
    """Print how many cases stood where as of a moment, and how many do now."""
    world = _world(terminal, moment)
    stages = _counted(row["stage"] for row in world.replay.board().values())
    now, tasks = terminal.read(count_cases), len(world.replay.tasks)
    if terminal.as_json:
        aside = {"set_aside": world.set_aside} if world.set_aside else {}
        print_json({"position": world.position, "stages": stages, "stages_now": now, "tasks": tasks} | aside)
        return
    say(f"as of position {world.position}{_when(moment)}: {sum(stages.values())} cases, {tasks} tasks")
    names = sorted(stages.keys() | now.keys())
    print_rows("Cases", ("stage", "then", "now"), [(n, stages.get(n, 0), now.get(n, 0)) for n in names])


def replay_table(terminal: ActorTerminal, moment: AsOf, name: str, limit: int) -> None:
    """Print the rows of a read model as of a moment, of those cases that this person may see."""
    if name not in READ_MODELS:
        raise BadInput(f"there is no such table to show; it is one of {', '.join(READ_MODELS)}")
    found = list(READ_MODELS[name](_world(terminal, moment).replay).values())
    rows = _seen(terminal, found[:limit])
    columns = list(rows[0]) if rows else []
    terminal.table(rows, f"{name}: {moment}", columns, [tuple(row.values()) for row in rows])
    terminal.say_cut(min(limit, len(found)), len(found), "--limit")


def diff_one(terminal: ActorTerminal, case_id: CaseId, before: AsOf, after: AsOf) -> None:
    """Print what is different in a case between two moments."""
    log, definitions = terminal.container.log, terminal.container.service.definitions
    was, now = (case_as_of(log, definitions, case_id, moment) for moment in (before, after))
    changes = [{"field": name, "was": old, "is": new} for name, old, new in case_changes(was, now)]
    told = {event.position for event in was.events}
    between = [event for event in now.events if event.position not in told]
    if terminal.as_json:
        print_json({"case": case_id, "changes": changes, "events": [event_as_json(one) for one in between]})
        return
    print_rows(f"Case {case_id}: {before} → {after}", ("field", "was", "is"), [_plain(change) for change in changes])
    print_events("What makes the difference", between)


def diff_board(terminal: ActorTerminal, before: AsOf, after: AsOf, limit: int) -> None:
    """Print which cases stand elsewhere between two moments, of those that this person may see."""
    was, now = (_world(terminal, moment).replay.board() for moment in (before, after))
    named = ("case", "column", "was", "is")
    found = [dict(zip(named, change, strict=True)) for change in row_changes(was, now)]
    rows = _seen(terminal, found[:limit], "case")
    terminal.table(rows, f"{before} → {after}", named, [tuple(row.values()) for row in rows])
    terminal.say_cut(min(limit, len(found)), len(found), "--limit")


def instant_typed(text: str | None) -> datetime | None:
    """Return a typed instant, without a zone by UTC; raises BadInput when it is none."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("that is not a time; write it like 2026-03-01T12:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _when(moment: AsOf) -> str:
    return f", {moment}" if moment.happened or moment.known else ""


def _world(terminal: ActorTerminal, moment: AsOf) -> WorldAsOf:
    with printing.progress(quiet=terminal.as_json) as progress:
        bar = progress.add_task("replaying", total=None)
        return world_as_of(
            terminal.container.log, moment, lambda done, total: progress.update(bar, completed=done, total=total)
        )


def _seen(terminal: ActorTerminal, rows: list[Row], column: str = "case_id") -> list[Row]:
    named = {row[column] for row in rows if row.get(column)}
    seen = terminal.container.cases.seen_by(terminal.actor, named) if named else set()
    return [row for row in rows if not row.get(column) or row[column] in seen]


def _plain(change: Row) -> tuple[str, ...]:
    return tuple(_NOT_THERE if value is None else key_text(value) for value in change.values())


def _counted(stages: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for stage in stages:
        counted[stage] = counted.get(stage, 0) + 1
    return counted
