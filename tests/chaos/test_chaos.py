"""Processes are killed, links cut, servers restarted, disks filled and clocks set: nothing is lost, nothing done twice.

How long it takes is told and not judged here: other tests run beside this one.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.chaos.faults import FAULTS
from tests.kit.workshop import until
from tests.power.namespace import why_not
from tests.power.test_power_cuts import disks_of
from tests.servers.binaries import postgres_programs, valkey_programs

ROOT = Path(__file__).parents[2]
RIG = (sys.executable, "-m", "tests.chaos")
KINDS_LEAST = sum(1 for fault in FAULTS if not fault.needs)

pytestmark = [
    pytest.mark.xdist_group("chaos"),
    pytest.mark.skipif(not (postgres_programs() and valkey_programs()), reason="PostgreSQL or Redis is missing"),
]


def test_an_office_that_is_struck_by_every_kind_of_fault_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    asked = [*RIG, "--seed", "21", "--commands", "600", "--faults", "40", "--seconds-max", "140", "--untimed"]
    run = subprocess.run(
        [*asked, "--keep", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=560, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    zeros = "lost=0 doubled=0 overbooked=0 undone=0 early=0 illegal=0 root=ok replay=ok"
    found = re.search(
        rf"^chaos seed=21 commands=(\d+) acks=(\d+) faults=(\d+) kinds=(\d+) {zeros} ", run.stdout, re.MULTILINE
    )
    assert found, run.stdout
    commands, acks, _, kinds = map(int, found.groups())
    assert commands >= acks > 0
    assert kinds >= KINDS_LEAST


@pytest.mark.skipif(bool(why_not()), reason="an ordinary user has no namespace that ends with the run")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_no_disk_and_no_process(how: signal.Signals) -> None:
    with ExitStack() as stack:
        run = stack.enter_context(subprocess.Popen([*RIG, "--faults", "0"], cwd=ROOT, stdout=subprocess.PIPE))
        stack.callback(run.kill)
        until(lambda: len(disks_of(run.pid)) > 0, 200)
        disks, family = disks_of(run.pid), psutil.Process(run.pid).children(recursive=True)
        os.kill(run.pid, how)
        run.communicate(timeout=60)
    until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family))
    until(lambda: not disks & set(Path("/sys/block").glob("loop*/loop/backing_file")))
    assert "wh-chaos" not in Path("/proc/mounts").read_text()
