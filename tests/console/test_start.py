"""How quickly the command line starts: it loads what a verb needs, and nothing for help."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from console.cli import VERBS, app, verb_named

HEAVY = ("alembic", "dramatiq", "fastapi", "holidays", "pydantic", "redis", "sqlalchemy", "transitions", "yaml")
_LOADED = "import json, sys; print(json.dumps(sorted(name for name in sys.modules if '.' not in name)))"


def _loaded_by(code: str) -> set[str]:
    ran = subprocess.run([sys.executable, "-c", f"{code}\n{_LOADED}"], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout.splitlines()[-1]))


@pytest.mark.parametrize("words", [["--help"], []])
def test_help_loads_nothing_that_it_does_not_show(words: list[str]) -> None:
    code = f"from typer.testing import CliRunner\nfrom console.cli import app\nCliRunner().invoke(app, {words!r})"
    assert not _loaded_by(code).intersection(HEAVY)


def test_looking_at_cases_loads_no_workers_and_neither_queue_nor_migrations() -> None:
    assert not _loaded_by("import console.verbs.cases").intersection({"alembic", "dramatiq", "redis", "psycopg"})


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_is_listed_with_its_own_first_lines(name: str) -> None:
    found = verb_named(name)
    assert found.name == name
    assert VERBS[name].help == " ".join(found.help.split("\n\n")[0].split())


def test_help_lists_every_verb() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout
    assert all(f"│ {name} " in shown for name in VERBS)


def test_a_mistyped_verb_is_answered_with_the_one_that_was_meant() -> None:
    answered = CliRunner().invoke(app, ["ledgr"])
    assert answered.exit_code == 2
    assert "Did you mean 'ledger'?" in answered.output
