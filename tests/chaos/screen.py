"""How clients reach the office: its API over HTTP, at one of two consoles, signed in with both factors.

Whatever does not come back whole is unknown: a line that was cut, an answer that broke off, a server that says 5xx.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import pyotp

from tests.chaos.preparing import Known
from workflow.command import CaseCommand, Command, OfficeCommand, fields_of
from workflow.subjects.intake.commands import OpenCase

PATIENCE_S: Final = 10.0
STEP_S: Final = 30  # of an authenticator app: each code is taken once


class Heard(NamedTuple):
    """An answer as it came; status 0 says that none came whole."""

    status: int
    body: Mapping[str, Any]
    etag: str = ""

    @property
    def problem(self) -> str:
        """Return the name of the problem, if it is one."""
        return str(self.body.get("type", "")).rpartition(":")[2]

    @property
    def is_unknown(self) -> bool:
        """Tell whether nobody can say what came of it."""
        return self.status == 0 or self.status >= 500


class Line:
    """A connection to one console that is kept, and made anew after whatever went wrong; of one thread."""

    def __init__(self, console: str) -> None:
        parts = urlsplit(console)
        assert parts.hostname is not None
        self._host = parts.netloc
        where = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
        self._line = http.client.HTTPConnection(where, parts.port, timeout=PATIENCE_S)

    def ask(self, method: str, path: str, token: str = "", body: Mapping[str, Any] | None = None) -> Heard:
        """Ask and return what was heard."""
        headers = {"Host": self._host, "Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        try:
            self._line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self._line.getresponse()
            said = answer.read()
            if answer.status != 204 and "content-length" not in answer.headers:
                raise http.client.IncompleteRead(said)  # cut off among the headers, which reads like an empty answer
            return Heard(answer.status, json.loads(said) if said else {}, answer.headers.get("etag", "").strip('"'))
        except (OSError, http.client.HTTPException, ValueError):
            self._line.close()
            return Heard(0, {})


class Person:
    """Somebody with an account: signs in when need be, and gives a fresh code when one is asked for."""

    def __init__(self, known: Known, wait: Callable[[float], object]) -> None:
        self._known = known
        self._wait = wait
        self._lock = threading.Lock()
        self._step = 0
        self._token = known.token

    @property
    def account(self) -> str:
        """Return who it is."""
        return self._known.account

    def take(self, token: str) -> None:
        """Go on with a session that has just begun."""
        self._token = token

    def ask(self, line: Line, method: str, path: str, body: Mapping[str, Any] | None = None) -> Heard:
        """Ask as this person; what is asked for at the door is given there, and nothing was done before."""
        token = self._token
        heard = line.ask(method, path, token, body) if token else Heard(401, {})
        if heard.status == 401:
            self._sign_in(line, token)
        elif heard.status == 403 and heard.problem == "step_up_first":
            self._strengthen(line)
        return heard

    def _sign_in(self, line: Line, token: str) -> None:
        """Sign in, unless somebody else at this account did so meanwhile; whether it worked the next answer tells."""
        with self._lock:
            if self._token != token:
                return
            given = {"account": self.account, "password": self._known.password, "code": self._code()}
            heard = line.ask("POST", "/api/session", body=given)
            self._token = str(heard.body["token"]) if heard.status == 201 else ""
            if not self._token:
                self._wait(1.0)

    def _strengthen(self, line: Line) -> None:
        with self._lock:
            line.ask("PUT", "/api/session", self._token, {"code": self._code()})

    def _code(self) -> str:
        """Return a code that was not given yet, as soon as there is one."""
        while int(time.time()) // STEP_S <= self._step:
            self._wait(0.5)
        self._step = int(time.time()) // STEP_S
        return pyotp.TOTP(self._known.secret).at(datetime.now(UTC))


def address_of(command: Command) -> str:
    """Return where a command is given."""
    name = type(command).__name__
    if isinstance(command, CaseCommand):
        return f"/api/v1/cases/{command.case_id}/commands/{name}"
    if isinstance(command, OfficeCommand):
        return f"/api/v1/office/{command.programme}/commands/{name}"
    assert isinstance(command, OpenCase), name
    return "/api/v1/cases"


def body_of(command: Command) -> dict[str, Any]:
    """Return what is sent: the command's own fields as they were said, and its id."""
    own = fields_of(type(command)).keys() | {"command_id", "occurred_at"}
    return command.model_dump(mode="json", include=set(own), exclude_unset=True)
