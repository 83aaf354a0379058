"""Writes docs/reference.md from the code, so that it cannot say anything else: ``python -m docs.make_reference``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from console.api import ROUTERS
from console.cli import VERBS, verb_named
from console.fields import takes
from console.printing import CONFLICT, FAULTS, OK, REFUSED, UNAVAILABLE, USAGE
from console.settings import VARIABLES
from console.subjects import SUBJECTS
from console.web.app import acts_of, routes
from events.catalogue import COMPARTMENTS, FactSchema
from events.facts import catalogue
from workers.effects.registry import EFFECTS
from workflow.command import AdvanceCase, CaseCommand, Command, fields_of
from workflow.guards import GUARDS
from workflow.registry import COMMANDS, HUMAN, OFFICE
from workflow.subjects.intake.commands import OpenCase
from workflow.tasks import TASK_KINDS

FILE = Path(__file__).with_name("reference.md")
INTRODUCTION = """\
# Reference

Everything there is, by name. This file is written from the code by `python -m docs.make_reference`; a test fails
when it is out of date. What the words mean in practice is told in [case-manager.md](case-manager.md),
[operator.md](operator.md) and [auditor.md](auditor.md).

On this page: [facts](#facts) · [commands](#commands) · [guards](#guards) · [tasks](#tasks) ·
[settings](#settings) · [command line](#command-line) · [exit codes](#exit-codes) · [API](#api)
"""
EXIT_CODES = {
    OK: "done",
    REFUSED: "refused by a rule, or part of a file could not be taken in",
    USAGE: "what was typed, or the file that was named, cannot be used",
    CONFLICT: "somebody was quicker: the case is not at the version you saw (`--expect`)",
    UNAVAILABLE: "the data, the keys or a server is not available; nothing was acknowledged",
    FAULTS: "the history, or what is derived from it, has faults (`verify`)",
    130: "stopped with Ctrl-C; what was acknowledged before is stored",
}


def reference() -> str:
    """Return the whole page."""
    parts = (_facts, _commands, _guards, _tasks, _settings, _command_line, _exit_codes, _api)
    return "\n".join([INTRODUCTION, *(part() for part in parts)])


def verbs() -> dict[str, Any]:
    """Return every command of the command line by the words that call it."""
    found: dict[str, Any] = {}
    for name in VERBS:
        command = verb_named(name)
        found |= {f"{name} {sub}": one for sub, one in getattr(command, "commands", {}).items()} or {name: command}
    return found


def _facts() -> str:
    shapes = catalogue().shapes
    lines = [
        "## Facts",
        "",
        "A fact's name and version are for ever. Fields in *italics* are sealed: the log holds only a commitment to",
        f"their ciphertext. The compartments are {_listed(COMPARTMENTS)}.",
    ]
    for subject in SUBJECTS:
        found = [shape for shape in shapes.values() if shape.fact.__module__ == f"events.facts.{subject.stem}"]
        lines += ["", f"### {subject.title}", "", *_table(("Fact", "v", "What it says", "Fields"), map(_fact, found))]
    return "\n".join([*lines, ""])


def _fact(shape: FactSchema) -> tuple[str, ...]:
    hidden = {name: compartment for compartment, names in shape.sealed for name in names}
    fields = [f"*{name}* ({hidden[name]})" if name in hidden else f"`{name}`" for name in shape.fact.model_fields]
    return f"`{shape.name}`", str(shape.version), _first_sentence(shape.fact), ", ".join(fields)


def _commands() -> str:
    people: list[type[Command]] = [OpenCase, AdvanceCase, *HUMAN]
    machines = [kind for kind in COMMANDS if kind not in people and kind not in OFFICE]
    common = _listed(name for name, field in CaseCommand.model_fields.items() if not field.exclude)
    lines = ["## Commands", "", f"Every command has {common} (`case_id` not where a case is only being opened).", ""]
    lines += ["### For people", "", "`case open`, `case advance` and `case record` of the command line send these.", ""]
    lines += [*_table(("Command", "What it asks for", "Fields"), map(_command, people)), ""]
    about = "`office record` of the command line sends these, `hotline` some of them; `programme` says whose office."
    lines += ["### For an office", "", about, ""]
    lines += [*_table(("Command", "What it asks for", "Fields"), map(_command, OFFICE)), ""]
    lines += ["### Sent by other verbs, workers and timers", ""]
    return "\n".join([*lines, *_table(("Command", "What it asks for", "Fields"), map(_command, machines)), ""])


def _command(kind: type[Command]) -> tuple[str, ...]:
    fields = [
        f"`{name}`{'' if field.is_required() else '?'}: {takes(field.annotation)}"
        for name, field in fields_of(kind).items()
    ]
    return f"`{kind.__name__}`", _first_sentence(kind), "; ".join(fields) or "none"


def _guards() -> str:
    rows = [(f"`{name}`", _first_sentence(guard)) for name, guard in GUARDS.items()]
    rows.append(("`<service>_is_provided`", "A service of the programme file was provided."))
    about = "Conditions that a programme file may name. Each explains itself when it says no."
    return "\n".join(["## Guards", "", about, "", *_table(("Guard", "What must be so"), rows), ""])


def _tasks() -> str:
    rows = [
        (
            f"`{kind}`",
            EFFECTS[kind].lane,
            "tried again" if EFFECTS[kind].safe_to_repeat else "becomes unknown, and is asked about",
            str(EFFECTS[kind].attempts_max),
        )
        for kind in TASK_KINDS
    ]
    columns = ("Task", "Lane", "When its worker dies in the middle", "Attempts before it is dead")
    return "\n".join(["## Tasks", "", *_table(columns, rows), ""])


def _settings() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in VARIABLES.items()]
    about = "Environment variables; there is no configuration file. `--data` wins over `WAYHOME_DATA`."
    return "\n".join(["## Settings", "", about, "", *_table(("Variable", "Meaning"), rows), ""])


def _command_line() -> str:
    lines = ["## Command line", ""]
    for words, command in verbs().items():
        lines += [f"### `wayhome {words}`", "", *_verb(command), ""]
    return "\n".join(lines)


def _verb(command: Any) -> Iterator[str]:
    said, _, example = inspect.cleandoc(command.help).partition("Example:")
    example, _, rest = example.strip().partition("\n")
    yield " ".join(said.split())
    if rest.strip():
        yield " ".join(rest.split())
    yield from ("", f"    {example}", "")
    for option in command.params:
        if option.name == "help":
            continue
        name = f"`{option.opts[0]}`" if option.opts[0].startswith("-") else f"`{option.name.upper()}`"
        yield f"- {name} {getattr(option, 'help', '') or ''}".rstrip()


def _exit_codes() -> str:
    rows = [(str(code), meaning) for code, meaning in EXIT_CODES.items()]
    return "\n".join(["## Exit codes", "", *_table(("Code", "Meaning"), rows), ""])


def _api() -> str:
    """Return a line for each route of the API; the commands have one each, told of together."""
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    application = FastAPI(openapi_url=None)
    for router in ROUTERS:
        application.include_router(router)
    for route in routes(application):
        told = ", ".join(f"`{act}`" for act in acts_of(route) or ()) or "nobody is signed in yet"
        path = re.sub(r"/commands/\w+$", "/commands/{name}", route.path or "")
        method = ", ".join(sorted(route.methods or ()))
        about = _first_sentence(route.endpoint)
        if path.endswith("{name}"):
            told, about = "the command's own", "Give a command; [its fields](#commands) are the body."
        rows[method, path] = (f"`{method}`", f"`{path}`", about, told)
    about = "JSON; how to use it is told in [api.md](api.md), its whole description is at `/api/openapi.json`."
    return "\n".join(["## API", "", about, "", *_table(("", "Address", "What it does", "Act"), rows.values()), ""])


def _first_sentence(thing: object) -> str:
    return " ".join(inspect.cleandoc(thing.__doc__ or "").partition("\n\n")[0].split()).replace("``", "`")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|" + " --- |" * len(columns)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
