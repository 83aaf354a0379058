"""What every command of the line shares: its options, opening the office, and saying errors plainly."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NoReturn
from uuid import UUID

import typer
from pydantic import ValidationError

from console import printing
from console.container import Container
from console.errors import BadInput, ConsoleError
from console.settings import settings
from events.errors import CommandReused, EventsError
from events.ids import CaseId, parse_case_id
from events.log import Log
from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.commanding.errors import HandlersError
from handlers.queries.told_ids import ids_of
from workflow.programme.errors import ProgrammeFaulty, WorkflowError
from workflow.reasons import Refused

Data = Annotated[Path | None, typer.Option("--data", help="Data folder (default: $WAYHOME_DATA or ./wayhome-data).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of a table.")]
Actor = Annotated[
    str, typer.Option("--as", envvar="WAYHOME_ACTOR", show_envvar=False, help="Who you are, for example staff:anna.")
]
CommandId = Annotated[
    UUID | None, typer.Option("--command-id", help="Id of this command; give it again to repeat safely.")
]
Expected = Annotated[
    int | None, typer.Option("--expect", help="Version of the case you looked at; refused if it moved.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask once more before what cannot be undone.")]
CaseArgument = Annotated[str, typer.Argument(help="Case number, like 7K3P9-QXM2D.")]


# Who is assumed to type when nobody says so: the user of this machine.
_USER: Final = re.sub(r"[^a-z0-9._-]", "", os.environ.get("USER", "").lower()).lstrip("._-")
ACTOR_DEFAULT: Final = f"staff:{_USER or 'somebody'}"


@contextmanager
def office(data: Path | None, *, create: bool = False, ring: bool = False) -> Iterator[Container]:
    """Open the office for one command and close it after; every known error becomes one line and an exit code."""
    with plainly():
        opened = Container(settings(data), create=create)
        try:
            if ring:
                opened.ring_workers()
            yield opened
        finally:
            opened.close()


@contextmanager
def plainly() -> Iterator[None]:
    """Say known errors in one line; anything else is a bug and keeps its trace."""
    try:
        yield
    except ValidationError as problem:
        stop(printing.USAGE, _first_fault(problem))
    except ProgrammeFaulty as faulty:
        for fault in faulty.faults:
            printing.say_error(str(fault))
        raise typer.Exit(printing.USAGE) from None
    except (BadInput, CommandReused, WorkflowError, ValueError) as problem:
        stop(printing.USAGE, str(problem))
    except (EventsError, HandlersError, ConsoleError, OSError) as problem:
        stop(printing.UNAVAILABLE, str(problem))


def stop(code: int, text: str) -> NoReturn:
    """End with one line on standard error and an exit code."""
    printing.say_error(text)
    raise typer.Exit(code)


def case_number(text: str) -> CaseId:
    """Return a typed case number; raises BadInput with a line that says what one looks like."""
    try:
        return parse_case_id(text)
    except ValueError as problem:
        raise BadInput(str(problem)) from problem


def tell(answer: Answer, log: Log, *, as_json: bool) -> None:
    """Print an answer and end with its exit code: 0 accepted, 1 refused, 3 somebody was quicker."""
    if isinstance(answer, Accepted):
        _tell_accepted(answer, ids_of(log, answer.command_id), as_json=as_json)
    elif isinstance(answer, Refused):
        tell_refused(answer, as_json=as_json)
    else:
        _tell_conflict(answer, as_json=as_json)


def tell_refused(answer: Refused, *, as_json: bool) -> NoReturn:
    """Print every reason and end with exit code 1."""
    if as_json:
        printing.print_json({"answer": "refused", "reasons": printing.reasons_as_json(answer.reasons)})
    else:
        printing.say("refused:")
        printing.print_reasons(answer.reasons)
    raise typer.Exit(printing.REFUSED)


def _tell_accepted(answer: Accepted, ids: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        waits = {"proposal": answer.proposal} if answer.proposal else {}
        printing.print_json({"answer": "accepted", **answer._asdict(), **waits, "ids": ids})
        return
    again = " (it had been carried out before)" if answer.repeated else ""
    told = [name if times == 1 else f"{times} × {name}" for name, times in Counter(answer.facts).items()]
    if answer.proposal:
        printing.say(f"proposed{again}, and nothing has happened yet: a second person confirms it with")
        house = f"  wayhome officers confirm {answer.proposal}"
        printing.say(f"  wayhome case confirm {answer.case_id} {answer.proposal}" if answer.case_id else house)
    else:
        printing.say(f"done{again}: {', '.join(told) or 'nothing needed to change'}")
    if answer.case_id:
        printing.say(f"case {answer.case_id} is now at version {answer.version}")
    for name, value in ids.items():
        printing.say(f"{name}={value}")


def _tell_conflict(answer: Conflict, *, as_json: bool) -> NoReturn:
    if as_json:
        since = [printing.event_as_json(event) for event in answer.since]
        printing.print_json(
            {"answer": "conflict", "expected": answer.expected, "version": answer.version, "since": since}
        )
    else:
        saw, now = answer.expected, answer.version
        printing.say_error(f"the case has moved on: you saw version {saw}, it is at {now}; look and ask again")
        printing.print_events("What happened since", answer.since)
    raise typer.Exit(printing.CONFLICT)


def _first_fault(problem: ValidationError) -> str:
    """Return the first fault in words, never repeating what was typed: it may be a name."""
    fault = problem.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(step) for step in fault["loc"]) or "input"
    more = problem.error_count() - 1
    message = _IN_WORDS.get(fault["type"], "") or str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "string_pattern_mismatch":
        message = f"write it like {_LOOKS_LIKE[where]}" if where in _LOOKS_LIKE else _WORD
    return f"{where}: {message}" + (f" (and {more} more)" if more else "")


# What pydantic says of these is for programmers.
_IN_WORDS: Final[Mapping[str, str]] = {
    "missing": "is needed",
    "string_too_short": "is empty or too short",
    "bool_parsing": "is true or false",
    "date_parsing": "is not a day; write it like 2026-03-01",
    "date_from_datetime_parsing": "is not a day; write it like 2026-03-01",
    "date_from_datetime_inexact": "is a day without a time, like 2026-03-01",
    "datetime_parsing": "is not a time; write it like 2026-03-01T18:40+03:00",
    "datetime_from_date_parsing": "is not a time; write it like 2026-03-01T18:40+03:00",
    "timezone_aware": "needs its zone, like 2026-03-01T18:40+03:00",
}
_LOOKS_LIKE: Final[Mapping[str, str]] = {
    "actor": "staff:anna",
    "account": "staff:anna",
    "phone": "+74957978722",
    "language": "ro",
    "programme": "moscow",
    "paper": "118/2026",
    "payee_account": "DE89370400440532013000",
    "grant_id": "G-7K3P9QXM2D7K3P9Q",
    "course": "own-business",
}
_WORD: Final = "is one word of small letters, digits and _"
