"""The end of a rehearsal: somebody of every role to be, time that goes on, and cases that are left to the visitor."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.accounts.passwords import CHEAP
from console.accounts.sign_in import HalfWay, SignedIn, open_auth_services
from console.accounts.throttle import Source
from console.container import Container
from console.settings import Settings
from console.simulation.demo_accounts import CAST, admitted, written
from console.simulation.going_on import GoingOn
from console.simulation.year import Rehearsal, Year
from events.ids import CaseId, case_of_stream
from events.world import ManualClock, RunningClock, SeededEntropy
from handlers.commanding.answers import Accepted
from handlers.projections.work_items import list_work
from workflow.case.proposals import proposals_of
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.rights.acts import ROLES
from workflow.subjects.intake.commands import AddNote

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2006, 12, 1, tzinfo=UTC)
YEAR = Year(arrivals=6, days=5)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Container]:
    clock = ManualClock(START)
    office = Container(Settings(data=tmp_path), create=True, clock=clock, chance=SeededEntropy(3))
    definition = office.publish(shipped_programme_text("moscow"), "staff:operator")
    Rehearsal(office, clock, definition, YEAR).run(lambda _now, _people: None)
    yield office
    office.close()


def test_there_is_somebody_for_every_role() -> None:
    assert {part.role for part in CAST} == set(ROLES)


def test_everybody_of_the_cast_gets_in_with_what_is_printed(office: Container, tmp_path: Path) -> None:
    doors = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    desk = open_auth_services(office.service, doors, office.chance, hashing=CHEAP)
    keys = admitted(office, desk, doors, "moscow", office.chance)
    assert [key.part for key in keys] == list(CAST)
    for key in keys:
        half = desk.sign_in.password(key.part.account, key.password, Source("here"))
        assert isinstance(half, HalfWay)
        assert not half.must_change
        assert isinstance(desk.sign_in.code(half.token, key.code(doors), Source("here")), SignedIn)
    file = written(keys, tmp_path, "http://localhost:8421")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert all(key.uri in file.read_text() for key in keys)


def test_a_proposal_waits_for_the_supervisor_and_life_leaves_it_to_them(office: Container) -> None:
    with office.database.reading() as connection:
        (waiting,) = list_work(connection, kind="decision_to_confirm")
    life = GoingOn(office, load_definition(shipped_programme_text("moscow")), YEAR)
    assert waiting["case_id"] in life.left.values()
    seen = office.cases.at(waiting["case_id"])
    assert seen is not None
    ((key, proposal),) = proposals_of(seen.case).pending.items()
    assert (waiting["item"], proposal.proposer, proposal.command) == (f"decision:{key}", "staff:anna", "AdvanceCase")


def test_a_second_is_a_minute_while_somebody_looks() -> None:
    real = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    clock = RunningClock(START, 60, real)
    real.advance(timedelta(seconds=90))
    assert clock.now() == START + timedelta(minutes=90)


def test_life_goes_on_and_leaves_the_visitor_alone(office: Container) -> None:
    life = GoingOn(office, load_definition(shipped_programme_text("moscow")), YEAR)
    mine, touched = set(life.left.values()), _another(office, life)
    note = AddNote(command_id=office.chance.uuid(), actor="staff:gleb", case_id=touched, note="let me see")
    assert isinstance(office.service.submit(note), Accepted)
    before = {case: _version(office, case) for case in (*mine, touched)}
    size = office.log.size()
    assert isinstance(office.clock, ManualClock)
    for _ in range(10):
        office.clock.advance(timedelta(hours=6))
        life.breathe()
    assert mine
    assert {case: _version(office, case) for case in before} == before
    assert office.log.size() > size


def _another(office: Container, life: GoingOn) -> CaseId:
    cases = {event.envelope.stream for page in office.log.pages() for event in page}
    return next(case for name in sorted(cases) if (case := case_of_stream(name)) and case not in life.left.values())


def _version(office: Container, case: str) -> int:
    seen = office.cases.at(case)
    assert seen is not None
    return seen.version


def test_a_demo_serves_its_console_until_ctrl_c(tmp_path: Path) -> None:
    words = ("demo", "--data", str(tmp_path / "d"), "--days", "2", "--arrivals", "2", "--port", "18421")
    call = [sys.executable, "-u", "-c", "from console.cli import main; main()", *words]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        call, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as demo:
        assert demo.stdout is not None
        try:
            said = next(line for line in demo.stdout if "goes on at" in line)
            address = re.findall(r"http://localhost:\d+", said)[0]
            list(_until(demo.stdout, "For an authenticator app"))
            assert "Sign in" in _fetched(f"{address}/sign-in")
            demo.send_signal(signal.SIGINT)
            assert demo.wait(timeout=30) == 0
        finally:
            demo.kill()


def _until(lines: Iterator[str], words: str) -> Iterator[str]:
    for line in lines:
        yield line
        if words in line:
            return


def _fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:  # it listens already, and answers once it serves
        return str(answer.read().decode())
