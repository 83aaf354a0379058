"""The power is cut while an office works: what was acknowledged is there, once, and the rig would see it if not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest

from tests.kit.workshop import until
from tests.power.namespace import why_not
from tests.power.sabotage import CONTROLS

ROOT = Path(__file__).parents[2]
RIG = (sys.executable, "-m", "tests.power")
CUTS = 6


@pytest.fixture
def _power() -> None:
    if reason := why_not():
        if os.environ.get("CI") == "true" and os.geteuid() == 0:
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.usefixtures("_power")
@pytest.mark.parametrize("database", sorted(CONTROLS))
def test_nothing_acknowledged_is_lost_when_the_power_is_cut(database: str) -> None:
    asked = [*RIG, "--seed", "12", "--cuts", str(CUTS), "--database", database]
    run = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    every = len(CONTROLS[database])
    line = rf"power seed=12 database={database} cuts={CUTS} acks=(\d+) lost=0 torn=0 controls_lost={every}/{every} "
    found = re.search(line, run.stdout)
    assert found, run.stdout
    assert int(found[1]) >= CUTS


@pytest.mark.usefixtures("_power")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_no_disk_and_no_process(how: signal.Signals) -> None:
    asked = [*RIG, "--cuts", "1000", "--database", "sqlite", "--no-controls"]
    with ExitStack() as stack:
        run = stack.enter_context(subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        stack.callback(run.kill)
        until(lambda: len(disks_of(run.pid)) > 0, 100)
        disks, family = disks_of(run.pid), psutil.Process(run.pid).children(recursive=True)
        run.send_signal(how)
        told, _ = run.communicate(timeout=60)
    assert how == signal.SIGKILL or re.search(r"^power seed=1 database=sqlite cuts=\d+ ", told, re.MULTILINE)
    until(lambda: not any(one.is_running() for one in family))
    until(lambda: not disks & set(Path("/sys/block").glob("loop*/loop/backing_file")))
    assert "wh-power" not in Path("/proc/mounts").read_text()


def disks_of(pid: int) -> set[Path]:
    """Return the loop devices that are mounted in a run's own namespace, each by the note of what lies behind it."""
    mounts = list[str]()
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(OSError):  # it has ended meanwhile
            mounts.append(Path(f"/proc/{process.pid}/mounts").read_text())
    names = {name for told in mounts for name in re.findall(r"^/dev/(loop\d+) ", told, re.MULTILINE)}
    return {Path(f"/sys/block/{name}/loop/backing_file") for name in names}


def test_a_user_who_may_not_mount_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert why_not() == "power cuts need root: a disk is mounted"
