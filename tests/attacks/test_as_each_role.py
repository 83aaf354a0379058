"""Everybody who signs in tries alone what takes two, what is another's, and what leaves no trace: on real processes.

A rehearsal is served by `wayhome demo` as a process of its own. Each account signs in over the network with its
password and its code, and then does its worst; what must not have come of it is read from the log.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyotp
import pytest
from httpx2 import Client, Response

from console.simulation.demo_accounts import CAST
from tests.kit.web.served import running
from workflow.rights.table import may_ever

ROLE_OF: Final = {part.account: part.role for part in CAST}
WAIT_S: Final = 120
NOWHERE: Final = "7K3P9-QXM2D"
ENDS: Final = ("record_death", "close", "transfer", "not_a_victim", "reopen")
HOSTILE: Final = {"second": "staff:boris", "actor": "staff:boris", "mandate": "operator", "confirmed_by": "staff:boris"}


@dataclass(frozen=True)
class Town:
    """A served rehearsal: where it is, its data, and what everybody signs in with."""

    address: str
    data: Path
    keys: dict[str, tuple[str, str]]  # password and the app's secret
    signed_in: dict[str, Attacker] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.data / 'log.sqlite'}?mode=ro", uri=True)) as log:
            return log.execute(query).fetchall()

    def size(self) -> int:
        return int(self.rows("SELECT size FROM log_head")[0][0])

    def told(self, account: str, since: int) -> list[tuple[str, dict[str, Any]]]:
        """Return what an account has caused since a position of the log: each fact's name and open body."""
        found = self.rows(
            f"SELECT type, body FROM events WHERE actor = '{account}' AND position >= {since} ORDER BY position"
        )
        return [(name, json.loads(body)) for name, body in found]

    def cases(self, account: str = "") -> list[str]:
        """Return cases of some stages, for an account that sees none only one: its answers are all the same."""
        found = self.rows("SELECT min(case_id), max(case_id) FROM case_board GROUP BY stage ORDER BY stage LIMIT 2")
        several = not account or may_ever({ROLE_OF[account]}, "case.see") or ROLE_OF[account].startswith("finance")
        return [str(case_id) for row in found for case_id in row][: None if several else 1]

    def sign_in(self, account: str) -> Attacker:
        """Return somebody signed in over the network; each of them does so once."""
        if account not in self.signed_in:
            password, secret = self.keys[account]
            client = Client(base_url=self.address, timeout=60)
            given = {"account": account, "password": password, "code": pyotp.TOTP(secret).at(int(time.time()))}
            told = client.post("/api/session", json=given)
            assert told.status_code == 201, f"{account} cannot sign in: {told.status_code}"
            self.signed_in[account] = Attacker(account, client, told.json()["token"])
        return self.signed_in[account]

    def close(self) -> None:
        for attacker in self.signed_in.values():
            attacker.close()


class Attacker:
    """Somebody signed in who keeps to none of the pages."""

    def __init__(self, account: str, client: Client, token: str) -> None:
        self.account = account
        self.sent: list[str] = []  # the ids of their commands
        self._client = client
        self._client.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Response:
        """Return an answer; of one that never ends, a live stream's, only its beginning."""
        with self._client.stream("GET", path) as answer:
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                answer.read()
            return answer

    def asks(self, method: str, path: str) -> Response:
        return self._client.request(method, path)

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, **fields: Any) -> Response:
        """Send a form, as a page would."""
        return self._client.post(path, data={"_command_id": self._new_id(), **fields})

    def commands(self, path: str, **fields: Any) -> Response:
        """Send a command to the API."""
        return self._client.post(path, json={"command_id": self._new_id(), **fields})

    def _new_id(self) -> str:
        self.sent.append(str(uuid4()))
        return self.sent[-1]

    def on(self, case_id: str, command: str, **fields: Any) -> Response:
        return self.commands(f"/api/v1/cases/{case_id}/commands/{command}", **fields)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A rehearsal served by a process of its own."""
    data = tmp_path_factory.mktemp("attacked") / "data"
    words = ("demo", "--data", str(data), "--days", "60", "--arrivals", "40", "--pace", "0")
    with running(*words) as (address, _):
        town = Town(address, data, _keys((data / "sign-in.txt").read_text()))
        assert len(town.cases()) >= 3
        yield town
        town.close()


def _keys(text: str) -> dict[str, tuple[str, str]]:
    found = re.findall(r"^(\S+:\S+)  \S+  (\S+)  \S*?secret=([A-Z2-7]+)", text, re.MULTILINE)
    return {account: (password, secret) for account, password, secret in found}


EACH: Final = pytest.mark.parametrize("account", [part.account for part in CAST])


# -- another's cases --------------------------------------------------------------------------------------------------


@EACH
def test_a_case_that_is_not_theirs_looks_like_one_that_is_not_there(town: Town, account: str) -> None:
    attacker = town.sign_in(account)
    sees = may_ever({ROLE_OF[account]}, "case.see")
    for path in ("/api/v1/cases/{}", "/cases/{}", "/cases/{}/history", "/cases/{}/open", "/live/cases/{}?version=0"):
        nothing = attacker.get(path.format(NOWHERE))
        for case_id in town.cases():
            answer = attacker.get(path.format(case_id))
            if answer.status_code == 200:
                assert sees, f"{account} {path}"
            else:
                assert answer.status_code in (404, 429), f"{account} {path}: {answer.status_code}"
            if answer.status_code == 404:
                assert _without_numbers(answer) == _without_numbers(nothing), path


def _without_numbers(answer: Response) -> str:
    """Return an answer without the case's number, and without what is new in every one."""
    return re.sub(r'[0-9A-Z]{5}-[0-9A-Z]{5}|name="_(token|command_id)" value="[^"]*"|nonce-?="?[^" ]*', "", answer.text)


# -- what takes two ---------------------------------------------------------------------------------------------------


@EACH
def test_nobody_alone_ends_a_case_or_agrees_a_plan(town: Town, account: str) -> None:
    attacker, since = town.sign_in(account), town.size()
    for case_id in town.cases(account):
        for trigger in ENDS:
            for more in ({}, HOSTILE):
                attacker.on(case_id, "AdvanceCase", trigger=trigger, reason="moved", **more)
        for command, fields in (
            ("AgreeCarePlan", {"plan": "none"}),
            ("AgreeSafetyPlan", {"plan": "none"}),
            ("AgreePlan", {}),
            ("RevisePlan", {"content": "none"}),
            ("DecideBestInterests", {"outcome": "return"}),
        ):
            attacker.on(case_id, command, **fields)
            attacker.on(case_id, command, **fields, **HOSTILE)
        _confirms_everything_of_their_own(town, attacker, case_id)
    for name, body in town.told(account, since):
        assert name not in {"CarePlanAgreed", "SafetyPlanAgreed", "PlanAgreed", "PlanRevised", "BestInterestsDecided"}
        assert name != "StageEntered" or body.get("trigger") not in ENDS, body


def _confirms_everything_of_their_own(town: Town, attacker: Attacker, case_id: str) -> None:
    own = f"stream = 'case:{case_id}' AND type = 'DecisionProposed' AND actor = '{attacker.account}'"
    for (body,) in town.rows(f"SELECT body FROM events WHERE {own}"):
        proposal = json.loads(body)["proposal_id"]
        for more in ({}, {"actor": "staff:boris"}):
            answer = attacker.on(case_id, "ConfirmDecision", proposal_id=proposal, **more)
            assert answer.status_code in (404, 409, 422), answer.text


@EACH
def test_nobody_alone_gives_anybody_a_way_in_or_puts_a_file_into_force(town: Town, account: str) -> None:
    attacker, since = town.sign_in(account), town.size()
    new = {"account": "accomplice", "roles": "supervisor", "programmes": "moscow", "language": "en", **HOSTILE}
    answers = [
        attacker.post("/settings/people/new", **new),
        attacker.post("/settings/people/staff:gleb/roles", roles="supervisor", **HOSTILE),
        attacker.post("/settings/people/staff:boris/reset", **HOSTILE),
        attacker.post("/settings/people/staff:boris/password"),
        attacker.post("/settings/people/staff:gleb/place", programmes="moscow", facilities="moscow-centre"),
        attacker.post("/upload/programme", deed="publish", text=_another_file(), **HOSTILE),
    ]
    proposed = [answer.headers.get("location", "") for answer in answers]
    for path in (path for path in proposed if path.startswith("/settings/decisions/")):
        assert attacker.post(f"{path}/confirm", **HOSTILE).status_code == 422
        desk = attacker.post(path, account=account, password=town.keys[account][0], code="000000")
        assert desk.status_code in (422, 429), desk.status_code
        attacker.post(f"{path}/withdraw")
    assert all(re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", answer.text) is None for answer in answers)
    gives = {"AccountOpened", "RolesChanged", "AccountPlaced", "AccountReopened", "CredentialsReset",
             "ProgrammePublished"}  # fmt: skip
    assert not gives & {name for name, _ in town.told(account, since)}


def _another_file() -> str:
    from workflow.programme.loading import shipped_programme_text

    return shipped_programme_text("moscow").replace("target_per_year: 350", "target_per_year: 351")


# -- money ------------------------------------------------------------------------------------------------------------


@EACH
def test_nobody_alone_has_anything_paid(town: Town, account: str) -> None:
    """Asks for a grant, approves it, lets it go and plays the bank, all in one session."""
    attacker, since = town.sign_in(account), town.size()
    paid = {"payee_name": "Accomplice", "payee_account": "DE89370400440532013000"}
    for case_id in town.cases(account):
        asked = attacker.on(case_id, "RequestGrant", kind="reinstallation", amount="EUR 200", purpose="tools", **paid)
        grant_id = asked.json().get("ids", {}).get("grant_id", "G-7K3P9QXM2D7K3P9Q") if asked.is_success else "G-0"
        attacker.on(case_id, "ApproveGrant", grant_id=grant_id, **HOSTILE)
        attacker.on(case_id, "ApproveGrant", grant_id=grant_id)
        released = attacker.on(case_id, "ReleaseTranche", grant_id=grant_id)
        for known in _grants_of(town, case_id):
            attacker.on(case_id, "ReleaseTranche", grant_id=known)
            attacker.on(case_id, "ReleaseTranche", grant_id=known)
        assert not (asked.is_success and released.is_success), f"{account} asked for a grant and let it go"
        attacker.on(case_id, "RecordBankAnswer", outcome="paid", source="bank", file_hash="0" * 64)
    told = town.told(account, since)
    assert "BankAnswerSettled" not in {name for name, _ in told}
    approved = {body["grant_id"] for name, body in told if name == "GrantApproved"}
    assert approved.isdisjoint(body["grant_id"] for name, body in told if name in ("GrantRequested", "TrancheReleased"))


def _grants_of(town: Town, case_id: str) -> list[str]:
    asked = town.rows(f"SELECT body FROM events WHERE stream = 'case:{case_id}' AND type = 'GrantRequested'")
    return [json.loads(body)["grant_id"] for (body,) in asked]


# -- what machines say, and traces ------------------------------------------------------------------------------------


@EACH
def test_nobody_speaks_as_a_machine_or_undoes_a_trace(town: Town, account: str) -> None:
    attacker, since = town.sign_in(account), town.size()
    case_id = town.cases()[0]
    for command in ("FireTimer", "FinishTask", "RecordBankAnswer", "SuspectDuplicate", "OfferSeat"):
        answer = attacker.on(case_id, command, task_id="T-1", timer_id="t", epoch=1, outcome="done")
        assert answer.status_code in (404, 405), f"{command}: {answer.status_code}"
    for method in ("DELETE", "PUT", "PATCH"):
        for path in (f"/api/v1/cases/{case_id}", "/access", f"/cases/{case_id}/history"):
            gone = attacker.asks(method, path)
            assert gone.status_code in (403, 404, 405, 411, 415), f"{method} {path}: {gone.status_code}"
    assert town.size() >= since
    ids = ", ".join(f"'{command_id}'" for command_id in attacker.sent)
    spoken = town.rows(f"SELECT DISTINCT actor FROM events WHERE command_id IN ({ids})")
    assert {actor for (actor,) in spoken} <= {account}, "whoever sent it, and nobody else"


def test_after_all_of_it_the_history_holds(town: Town) -> None:
    """Whatever was tried, every rule holds on the log as it is now; runs last, in the order of the file."""
    words = [str(Path(sys.executable).parent / "wayhome"), "verify", "--rules", "--data", str(town.data)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "I12 ok" in done.stdout
