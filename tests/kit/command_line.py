"""The command line as a test drives it: in this process, on a data folder of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyotp
from typer import testing
from typer.main import get_command
from typer.testing import CliRunner, Result

from console.accounts.command_line import keep_token
from console.accounts.passwords import CHEAP
from console.accounts.sign_in import open_auth_services
from console.cli import app
from console.container import Container
from console.settings import Settings
from console.typed_apart import apart
from events.world import SystemClock
from handlers.commanding.answers import Accepted
from tests.kit.officers import ROOT, ZOYA, let_in
from tests.kit.people import ANNA, BORIS, CLARA, role_of
from workflow.registry import HUMAN, OFFICE
from workflow.subjects.accounts.commands import RecordSecondFactor
from workflow.subjects.intake.commands import OpenCase

# Who somebody is at the command line.
AS_ANNA, AS_BORIS, AS_CLARA = (("--as", account) for account in (ANNA, BORIS, CLARA))
PASSWORD = "a quiet river in march"
EXPECTED_CODES = frozenset({0, 1, 2, 3, 4, 5})


def _typed_apart(words: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Return a line with `-` for each field that identifies a person, and what is to be typed instead."""
    named = next((kind for kind in (*HUMAN, *OFFICE) if kind.__name__ in words), OpenCase)
    answers, line = list[str](), list[str]()
    for word in words:
        name, equal, value = word.partition("=")
        hidden = bool(equal and value) and name in apart(named) and value != "-" and value[0] != "@"
        line.append(f"{name}=-" if hidden else word)
        answers += [value] if hidden else []
    return tuple(line), answers


# Its runner makes the tree of all verbs anew for each line, which costs four times what an average line does.
testing._get_command = cache(get_command)  # type: ignore[attr-defined]


class Wayhome:
    """Runs `wayhome …` and says what it printed; nothing but its own errors may end it."""

    def __init__(self, data: Path, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.environment = {"WAYHOME_DATA": str(data), **(environment or {})}

    def run(self, *words: str, **environment: str) -> Result:
        """Run a command and return how it ended; an exception that is no exit fails the test.

        What identifies a person is typed when it is asked for, as people have to.
        """
        words, answers = _typed_apart(words)
        return self.run_as_typed(*words, answers=answers, **environment)

    def run_as_typed(self, *words: str, answers: Sequence[str] = (), **environment: str) -> Result:
        """Run a command to the letter, and type these answers when it asks."""
        said = "".join(f"{answer}\n" for answer in answers) or None
        result = CliRunner().invoke(app, words, input=said, env=self.environment | environment, prog_name="wayhome")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in EXPECTED_CODES, result.output
        return result

    def done(self, *words: str) -> str:
        """Run a command that must succeed and return what it printed."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def by_two(self, case: str, *words: str) -> str:
        """Have Anna propose something, and Boris confirm it; each has signed in for it."""
        self.signs_in(ANNA)
        proposal = self.json(*words, *AS_ANNA)["proposal"]
        self.signs_in(BORIS)
        done = self.done("case", "confirm", case, proposal, *AS_BORIS)
        self.done("sign-out")
        return done

    def by_two_officers(self, *words: str) -> str:
        """Have the administrator propose something about the house, and the data-protection officer confirm it."""
        self.signs_in(ROOT)
        proposal = self.json(*words)["proposal"]
        self.signs_in(ZOYA)
        done = self.done("officers", "confirm", proposal)
        self.done("sign-out")
        return done

    def signs_in(self, account: str) -> None:
        """Let somebody be signed in here, as if they had given password and code; opens their account."""
        self.done("sign-out")
        container = Container(Settings(data=self.data))
        self._let_in(container, account)
        auth = open_auth_services(container.service, SystemClock(), container.chance, hashing=CHEAP)
        row = auth.accounts.row(account)
        assert row is not None
        keep_token(container, auth.sessions.start(account, row.epoch))
        container.close()

    def open_account(self, account: str, role: str, *programmes: str) -> None:
        """Have two officers open an account."""
        container = Container(Settings(data=self.data), create=True)
        self._let_in(container, account, role, *programmes)
        container.close()

    def _let_in(self, container: Container, account: str, role: str = "", *programmes: str) -> None:
        if open_auth_services(container.service, SystemClock(), container.chance).accounts.row(account) is None:
            placed = {"programmes": programmes or ("moscow",)}
            answer = let_in(container.service, container.chance.uuid, account, (role or role_of(account),), **placed)
            assert isinstance(answer, Accepted), answer

    def set_up(self, account: str) -> str:
        """Let somebody have a password of their own and an authenticator app; return the app's secret."""
        self.signs_in(account)
        self.done("sign-out")
        container = Container(Settings(data=self.data))
        auth = open_auth_services(container.service, SystemClock(), container.chance)
        row = auth.accounts.row(account)
        assert row is not None
        assert auth.credentials.set_own(row, PASSWORD) is None
        shown = auth.factors.codes.begin(account)
        before = pyotp.TOTP(shown.secret).at(datetime.now(UTC) - timedelta(seconds=30))
        assert auth.factors.codes.confirm(account, shown.factor, before)
        own = {"command_id": container.chance.uuid(), "account": account, "actor": account, "mandate": "account_holder"}
        container.service.submit(RecordSecondFactor.model_validate(own | {"kind": "totp", "factor": shown.factor}))
        container.close()
        return shown.secret

    def typed(self, *answers: str, words: tuple[str, ...]) -> Result:
        """Run a command that asks questions, and answer them."""
        return CliRunner().invoke(app, words, env=self.environment, input="\n".join(answers) + "\n")

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


def code_now(secret: str) -> str:
    """Return what an authenticator app shows at this moment."""
    return pyotp.TOTP(secret).at(datetime.now(UTC))
