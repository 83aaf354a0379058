"""A namespace of this run's own: whatever ends the run, the kernel ends its processes and takes its disks away."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_INSIDE = "WAYHOME_POWER_INSIDE"
_APART = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private")


def why_not() -> str:
    """Return why no power can be cut on this machine, in a sentence; nothing where it can."""
    if os.geteuid() != 0:
        return "power cuts need root: a disk is mounted"
    missing = [name for name in ("unshare", "mkfs.ext4", "mount", "cp") if shutil.which(name, path=_path()) is None]
    if missing:
        return f"power cuts need {', '.join(missing)}"
    if not Path("/dev/loop-control").exists():
        return "power cuts need loop devices, and this machine has none"
    asked = subprocess.run([*_APART, "true"], capture_output=True, text=True, check=False)
    return f"power cuts need namespaces: {asked.stderr.strip()}" if asked.returncode else ""


def is_inside() -> bool:
    """Tell whether this process is the first of its namespace."""
    return os.environ.get(_INSIDE) == "yes" and os.getpid() == 1


def enter(arguments: Sequence[str]) -> None:
    """Begin anew in a namespace, in this process's place; does not return."""
    words = [*_APART, sys.executable, "-m", "tests.power", *arguments]
    os.execvpe(words[0], words, os.environ | {_INSIDE: "yes", "PATH": _path()})


def _path() -> str:
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
