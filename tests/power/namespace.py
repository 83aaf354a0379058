"""A namespace of this run's own: whatever ends the run, the kernel ends its processes and takes its disks away."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

_INSIDE = "WAYHOME_POWER_INSIDE"
_APART = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private")


def why_not() -> str:
    """Return why no power can be cut on this machine, in a sentence; nothing where it can."""
    if os.geteuid() != 0:
        return "power cuts need root: a disk is mounted"
    missing = [
        name for name in ("unshare", "setpriv", "mkfs.ext4", "mount", "cp") if shutil.which(name, path=_path()) is None
    ]
    if missing:
        return f"power cuts need {', '.join(missing)}"
    if not Path("/dev/loop-control").exists():
        return "power cuts need loop devices, and this machine has none"
    asked = subprocess.run([*_APART, "true"], capture_output=True, text=True, check=False)
    return f"power cuts need namespaces: {asked.stderr.strip()}" if asked.returncode else ""


def is_inside() -> bool:
    """Tell whether this process is the first of its namespace."""
    return os.environ.get(_INSIDE) == "yes" and os.getpid() == 1


def enter(arguments: Sequence[str], module: str = "tests.power", *apart_too: str) -> int:
    """Begin anew in a namespace and return how that ended; told to end, it lets what is inside finish its lines."""
    words = ["setpriv", "--pdeathsig", "KILL", *_APART, *apart_too, sys.executable, "-m", module, *arguments]
    environment = os.environ | {_INSIDE: "yes", "PATH": _path()}
    with subprocess.Popen(words, env=environment) as apart:

        def pass_on(number: int, _frame: object) -> None:
            for process in psutil.Process(apart.pid).children():  # unshare itself does not listen
                process.send_signal(number)

        for one in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, pass_on)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells those inside by itself
        return apart.wait()


def _path() -> str:
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
