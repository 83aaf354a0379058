"""`wayhome serve --processes`: one address and one session, whichever process answers; none is left when it ends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from uvicorn.config import STARTUP_FAILURE

from console.accounts.sign_in import open_auth_services
from console.container import Container
from console.serving import opened_or_ended
from console.settings import Settings
from console.web.site import Site
from events.world import SystemClock
from tests.kit.command_line import Wayhome
from tests.kit.people import ANNA
from tests.kit.web.served import answering, served
from tests.kit.workshop import until

MANY = 2
WAIT_S = 120.0


class SeveralProcesses:
    """A console of several processes, and somebody with a session."""

    def __init__(self, address: str, process: subprocess.Popen[str], cookie: str) -> None:
        self.process = process
        self._address, self._cookie = address, cookie

    def children(self) -> list[psutil.Process]:
        return answering(self.process.pid)

    def asked_anew(self, times: int) -> set[int]:
        """Ask for the board so often, each time on a new connection; return what kinds of answers there were."""
        asked = (
            httpx2.get(f"{self._address}/cases", headers={"cookie": self._cookie}, timeout=WAIT_S) for _ in range(times)
        )
        return {answer.status_code for answer in asked}


@contextmanager
def in_processes(wayhome: Wayhome, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SeveralProcesses]:
    cookie = f"{Site().cookie}={_session_of_anna(wayhome)}"
    monkeypatch.setenv("WAYHOME_REDIS_URL", redis_url)
    with served(wayhome.data, "--processes", str(MANY)) as (address, process):
        house = SeveralProcesses(address, process, cookie)
        until(lambda: len(house.children()) == MANY, WAIT_S)
        yield house


def test_one_session_counts_in_all_of_them_who_dies_is_begun_anew_and_none_is_left_at_the_end(
    wayhome: Wayhome, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_processes(wayhome, redis_url, monkeypatch) as house:
        assert house.asked_anew(12) == {200}
        victim = house.children()[0]
        victim.kill()
        until(lambda: victim not in house.children() and len(house.children()) == MANY, WAIT_S)
        assert house.asked_anew(4) == {200}
        children = house.children()
        house.process.send_signal(signal.SIGTERM)
        assert house.process.wait(WAIT_S) == 0
        assert not any(one.is_running() for one in children)
    wayhome.done("verify")  # whatever they wrote last is there, and nobody holds it


def test_they_are_begun_anew_at_a_sign_and_none_is_left_when_the_one_that_looks_after_them_is_killed(
    wayhome: Wayhome, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_processes(wayhome, redis_url, monkeypatch) as house:
        before = house.children()
        house.process.send_signal(signal.SIGHUP)
        until(lambda: len(house.children()) == MANY and not any(one in before for one in house.children()), WAIT_S)
        assert house.asked_anew(4) == {200}
        children = house.children()
        house.process.kill()
        until(lambda: not any(one.is_running() for one in children), WAIT_S)


def test_a_process_that_cannot_open_the_office_says_why_and_has_all_of_them_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        opened_or_ended(Settings(data=tmp_path))
    assert ended.value.code == STARTUP_FAILURE  # uvicorn starts no other one then, and ends those there are
    assert "no data in" in capsys.readouterr().err


def test_while_the_database_is_away_only_the_process_ends_that_was_to_be_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "keys.sqlite").touch()
    away = f"postgresql+psycopg://nobody@/nowhere?host={tmp_path}"
    with pytest.raises(SystemExit) as ended:
        opened_or_ended(Settings(data=tmp_path, database_url=away))
    assert ended.value.code not in (None, 0, STARTUP_FAILURE)  # uvicorn begins another one, and leaves the rest alone
    assert capsys.readouterr().err


def test_several_processes_need_a_queue_that_all_of_them_reach(wayhome: Wayhome) -> None:
    assert "WAYHOME_REDIS_URL" in wayhome.told_off("serve", "--processes", "2")


def _session_of_anna(wayhome: Wayhome) -> str:
    wayhome.open_account(ANNA, "case_manager")
    office = Container(Settings(data=wayhome.data))
    auth = open_auth_services(office.service, SystemClock(), office.chance)
    row = auth.accounts.row(ANNA)
    assert row is not None
    token = auth.sessions.start(ANNA, row.epoch, strong=True)
    office.close()
    return token
