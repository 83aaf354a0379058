"""``python -m tests.chaos --seed 1 --commands 50000 --faults 1000``: real processes, real faults, and a verdict."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.faults import possible
from tests.chaos.running import Came, Run, Terms
from tests.chaos.town import town
from tests.power.namespace import enter, is_inside, why_not

MEMORY = "9g"


def main(arguments: list[str]) -> int:
    """Run, in namespaces of our own where we may make some; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commands", type=int, default=50_000)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--hosts", action="store_true", help="each console, dispatcher and worker on a host of its own")
    parser.add_argument("--seconds-max", type=float, default=3600.0, help="heal and judge after so long in any case")
    parser.add_argument("--untimed", action="store_true", help="tell how long things took, and judge it not")
    parser.add_argument("--kind", action="append", help="only this kind of fault; may be said again")
    parser.add_argument("--keep", type=Path, help="keep what the processes said in this folder")
    chosen = parser.parse_args(arguments)
    if not is_inside() and not why_not():
        return enter(arguments, "tests.chaos", "--net")
    if chosen.hosts and not is_inside():
        print(f"chaos skipped: hosts of their own need root ({why_not()})")
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))  # the first of a namespace hears nothing it does not listen to
    with _folder() as folder:
        try:
            came = _run(folder, chosen)
        finally:
            if chosen.keep:
                _keep(folder, chosen.keep)
    _tell(came)
    return 0 if came.ok else 1


def _run(folder: Path, chosen: argparse.Namespace) -> Came:
    faults = [one for one in possible(root=is_inside(), hosts=chosen.hosts) if one.kind in (chosen.kind or (one.kind,))]
    terms = Terms(chosen.seed, chosen.commands, chosen.faults, chosen.seconds_max, chosen.untimed)
    with town(folder, chosen.seed, root=is_inside(), hosts=chosen.hosts) as made:
        return Run(made, terms, faults).to_the_end()


def _tell(came: Came) -> None:
    assert came.told is not None
    for text in (*came.findings, *came.told.findings):
        print(f"  {text}")
    print(f"  {came.recovered} tasks of killed workers ran again")
    print(f"  older copies: {came.restores}, {came.told.excused} answers excused")
    print("  kinds: " + ", ".join(f"{kind} {number}" for kind, number in sorted(came.struck.items())))
    print(came.line, flush=True)


@contextmanager
def _folder() -> Iterator[Path]:
    """Lend a folder: inside, in a memory of the namespace's own that ends with it."""
    if is_inside():
        for words in (("mount", "-t", "tmpfs", "-o", f"size={MEMORY},mode=1777", "tmpfs", "/dev/shm"),
                      ("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"),
                      ("ip", "link", "set", "lo", "up")):  # fmt: skip
            subprocess.run(words, check=True)
    folder = Path(tempfile.mkdtemp(prefix="wh-chaos-", dir="/dev/shm" if is_inside() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for path in (*folder.glob("said-*.txt"), *folder.glob("histories/*")):
        shutil.copy(path, to / path.name)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main(sys.argv[1:]))
