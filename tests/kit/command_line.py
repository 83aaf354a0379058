"""The command line as a test drives it: in this process, on a data folder of its own."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from typer import testing
from typer.main import get_command
from typer.testing import CliRunner, Result

from console.cli import app
from tests.kit.people import ANNA, BORIS, CLARA

# Who somebody is at the command line.
AS_ANNA, AS_BORIS, AS_CLARA = (("--as", account) for account in (ANNA, BORIS, CLARA))
EXPECTED_CODES = frozenset({0, 1, 2, 3, 4, 5})


# Its runner makes the tree of all verbs anew for each line, which costs four times what an average line does.
testing._get_command = cache(get_command)  # type: ignore[attr-defined]


class Wayhome:
    """Runs `wayhome …` and says what it printed; nothing but its own errors may end it."""

    def __init__(self, data: Path, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self._environment = {"WAYHOME_DATA": str(data), **(environment or {})}

    def run(self, *words: str, **environment: str) -> Result:
        """Run a command and return how it ended; an exception that is no exit fails the test."""
        result = CliRunner().invoke(app, words, env=self._environment | environment, prog_name="wayhome")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in EXPECTED_CODES, result.output
        return result

    def done(self, *words: str) -> str:
        """Run a command that must succeed and return what it printed."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str, code: int = 0) -> Any:
        """Run a command with --json and return the one document it printed."""
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def told_off(self, *words: str, code: int = 2) -> str:
        """Run a command that must end with this code and one plain line, and return the line."""
        result = self.run(*words)
        assert result.exit_code == code, result.output
        lines = result.stderr.strip().splitlines()
        assert len(lines) == 1, result.stderr
        assert lines[0].startswith("wayhome: ")
        assert "Traceback" not in result.output
        return lines[0]

    def copied_to(self, folder: Path) -> Wayhome:
        """Return the same with a copy of the data, to be spoilt."""
        shutil.copytree(self.data, folder)
        return Wayhome(folder)


def rehearsed(folder: Path) -> Wayhome:
    """Return a rehearsal of 30 people and 45 days, always the same."""
    wayhome = Wayhome(folder)
    wayhome.done("demo", "--data", str(folder), "--days", "45", "--arrivals", "30", "--json")
    return wayhome
