"""How answers look: tables for people, JSON for scripts, one plain line for every error."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import orjson
from rich import box
from rich.console import Console
from rich.progress import Progress, ProgressColumn
from rich.table import Table

from console.words.reasons import typed
from events.envelope import RecordedEvent
from events.instants import instant
from workflow.reasons import Reason
from workflow.rights.acts import OPERATOR
from workflow.values.days import by_clock

# Exit codes that scripts can use; docs/operator.md lists them.
OK, REFUSED, USAGE, CONFLICT, UNAVAILABLE, FAULTS = 0, 1, 2, 3, 4, 5

_A_MINUTE: Final = timedelta(minutes=1)  # the least that people tell
# A file or a pipe has no edge at 80 characters; one row of a table stays one line there.
_WIDE = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 200
_out = Console(highlight=False, soft_wrap=True, width=_WIDE)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Print a line for a person."""
    _out.print(text, markup=False)


def say_error(text: str) -> None:
    """Print one line to standard error."""
    _err.print(f"wayhome: {' '.join(text.split())}", markup=False)


def progress(*columns: ProgressColumn, quiet: bool, transient: bool = True) -> Progress:
    """Return a progress bar on standard error, so that what is printed can be piped."""
    return Progress(*columns, console=_err, disable=quiet, transient=transient)


def bar_of(bars: Progress, name: str) -> Callable[[int, int], None]:
    """Return what moves a bar of its own: it is told how much is done, and of how much."""
    task = bars.add_task(name, total=None)
    return lambda done, whole: bars.update(task, completed=done, total=whole)


def print_json(value: object) -> None:
    """Print one JSON document."""
    data = orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    sys.stdout.write(data.decode() + "\n")


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; an empty one says so."""
    listed = [[str(cell) for cell in row] for row in rows]
    if not listed:
        say(f"{title}: nothing")
        return
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        # An id cut in two cannot be copied.
        table.add_column(column, overflow="fold", no_wrap=column in ("case", "task", "timer"))
    for row in listed:
        table.add_row(*row)
    _out.print(table)


def reasons_as_json(reasons: Iterable[Reason]) -> list[dict[str, object]]:
    """Return reasons as a script reads them."""
    said = ((reason, typed(reason)) for reason in reasons)
    return [{"guard": r.code, "text": one.text, "help": one.help, "looked_at": dict(r.looked_at)} for r, one in said]


def print_reasons(reasons: Iterable[Reason], indent: str = "  ") -> None:
    """Print each reason and what would help."""
    for found in map(typed, reasons):
        say(f"{indent}- {found.text}\n{indent}  → {found.help}")


def event_as_json(event: RecordedEvent) -> dict[str, Any]:
    """Return an event as a script reads it: everything that is open, nothing that is sealed."""
    envelope = event.envelope
    return {
        "position": event.position,
        "stream": envelope.stream,
        "version": envelope.version,
        "type": envelope.type,
        "type_version": envelope.type_version,
        "occurred_at": envelope.occurred_at,
        "recorded_at": envelope.recorded_at,
        "actor": envelope.actor,
        "mandate": envelope.mandate,
        "cause": envelope.cause,
        "command_id": envelope.command_id,
        "definition": envelope.definition,
        "body": orjson.loads(envelope.body),
        "sealed": [part.compartment for part in envelope.sealed],
        "leaf": event.leaf.hex(),
    }


def minute(at: datetime) -> str:
    """Return a time to the minute, by whichever clock it was given."""
    return f"{at:%Y-%m-%d %H:%M}"


def minute_at(at: datetime, zone: str) -> str:
    """Return a time to the minute by the clocks of a zone, which is named.

    >>> from datetime import UTC
    >>> minute_at(datetime(2007, 3, 7, 22, 30, tzinfo=UTC), "Europe/Moscow")
    '2007-03-08 01:30 Europe/Moscow'
    """
    return f"{minute(by_clock(at, zone))} {zone}"


def print_events(title: str, events: Iterable[RecordedEvent], zone: str = "UTC") -> None:
    """Print a history line by line, oldest first, by the clocks of a zone, which is named above it."""
    say(f"{title} (times: {zone})")
    for event in events:
        when, name = minute(by_clock(event.recorded, zone)), event.envelope.type
        say(f"{event.position:>7}  {when}  {name:<22} {_gist(event)}  ({_hand(event)}){_happened(event, zone)}")


def _happened(event: RecordedEvent, zone: str) -> str:
    """Return when it happened, where it was written down later."""
    at = instant(event.envelope.occurred_at)
    return "" if abs(event.recorded - at) < _A_MINUTE else f"  happened {minute(by_clock(at, zone))}"


def _hand(event: RecordedEvent) -> str:
    """Return whose act it was: of somebody who signed in, or the operator's, who typed a name."""
    on_behalf = "operator on behalf of " if event.envelope.mandate == OPERATOR else ""
    return on_behalf + event.envelope.actor


def _gist(event: RecordedEvent) -> str:
    body = orjson.loads(event.envelope.body)
    hidden = ("task_id", "timer_id", "person_id", "case_id", "text", "checked")
    parts = [
        f"{key}={_short(value)}" for key, value in body.items() if key not in hidden and value not in (None, "", [])
    ]
    parts += [f"{part.compartment}=‹sealed›" for part in event.envelope.sealed]
    return " ".join(parts)


def _short(value: object) -> str:
    if isinstance(value, dict) and "amount" in value:
        return f"{value['amount']} {value['currency']}"
    if isinstance(value, list):
        return ",".join(_short(item) if not isinstance(item, list) else ":".join(map(_short, item)) for item in value)
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, Decimal | datetime | date):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    if isinstance(value, frozenset | set):
        return sorted(value, key=str)
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form")
