"""``python -m tests.power --seed 7 --cuts 200``: cut the power again and again, and say in a line what was lost."""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.power.checking import Found, found_after_the_cut
from tests.power.machine import Machine, Prepared, end_at, prepared
from tests.power.namespace import enter, is_inside, why_not
from tests.power.sabotage import CONTROLS

ACKS_MAX: Final = 600  # acknowledged on one machine, then a new one: checking reads all of them
CUTS_OF_A_CONTROL: Final = 6
DARK_OF: Final = 4  # every fourth cut falls into the middle of what is being written
WORKING_OF: Final = 3


def main(arguments: list[str]) -> int:
    """Run inside a namespace of our own; return 0 when nothing was lost and every control lost something."""
    parser = argparse.ArgumentParser(prog="python -m tests.power", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--database", choices=sorted(CONTROLS), action="append", help="both when none is named")
    parser.add_argument("--no-controls", action="store_true", help="only cut; the rig's own eyes are not tried")
    chosen = parser.parse_args(arguments)
    if reason := why_not() if not is_inside() else "":
        print(f"power skipped: {reason}")
        return 0
    if not is_inside():
        return enter(arguments)
    end_at(signal.SIGTERM, signal.SIGHUP)
    with _memory() as folder:
        ran = [_run(folder, chosen, kind) for kind in chosen.database or sorted(CONTROLS)]
    return 0 if all(ran) else 1


def _run(folder: Path, chosen: argparse.Namespace, kind: str) -> bool:
    """Cut, try the controls, and say what came of it, also of as many cuts as there were when somebody stopped us."""
    begun, came = time.monotonic(), Came()
    names = () if chosen.no_controls else CONTROLS[kind]
    try:
        disk = prepared(folder, kind)
        cut_again_and_again(folder, disk, chosen, came)
        for name in names:
            came.controls[name] = _losses(folder, disk, chosen.seed, name)
    finally:
        came.tell(f"power seed={chosen.seed} database={kind}", time.monotonic() - begun)
    return came.is_good(chosen.cuts, len(names))


@dataclass
class Came:
    """What came of a run, as far as it has gone."""

    acks: int = 0
    found: list[Found] = field(default_factory=list)
    controls: dict[str, Found] = field(default_factory=dict)

    def is_good(self, cuts: int, controls: int) -> bool:
        """Tell whether all was done, nothing lost, and every control lost something."""
        lose = sum(not one.is_clean for one in self.controls.values())
        return len(self.found) == cuts and all(one.is_clean for one in self.found) and lose == controls

    def tell(self, which: str, seconds: float) -> None:
        """Print what was found, and the line for scripts at the end."""
        lost, torn = ([what for one in self.found for what in getattr(one, part)] for part in ("lost", "torn"))
        for text in (*lost, *torn):
            print(f"  {text}")
        for name, one in self.controls.items():
            print(f"  without {name}: {len(one.lost)} lost, {len(one.torn)} torn {one.torn[:1]}")
        lose = sum(not one.is_clean for one in self.controls.values())
        print(
            f"{which} cuts={len(self.found)} acks={self.acks} lost={len(lost)} torn={len(torn)} "
            f"controls_lost={lose}/{len(self.controls)} seconds={seconds:.0f}",
            flush=True,
        )


def cut_again_and_again(folder: Path, disk: Prepared, chosen: argparse.Namespace, came: Came) -> None:
    """Cut the power so many times, on one machine after another."""
    chance = random.Random(f"{chosen.seed}/{disk.kind}")
    while len(came.found) < chosen.cuts:
        machine, before = Machine(folder, disk, f"{chosen.seed}/{len(came.found)}"), came.acks
        try:
            machine.start()
            while len(came.found) < chosen.cuts and len(machine.heard.acks) < ACKS_MAX:
                came.found.append(_cut(machine, chance, len(came.found)))
                came.acks = before + len(machine.heard.acks)
        finally:
            machine.throw_away()


def _cut(machine: Machine, chance: random.Random, number: int) -> Found:
    machine.work(chance.randrange(1, 60), chance.random() * 0.03)
    working = number % WORKING_OF == 0
    if number % DARK_OF == DARK_OF - 1:
        machine.go_dark()
        found = found_after_the_cut(machine, working=working)
        machine.disk.mount()
        machine.start()
        return found
    machine.pause()
    found = found_after_the_cut(machine, working=working)
    machine.go_on()
    return found


def _losses(folder: Path, disk: Prepared, seed: int, name: str) -> Found:
    """Return what the rig notices when something we rely on was left out; nothing, when it is blind."""
    machine, chance = Machine(folder, disk, f"{seed}/{name}", name), random.Random(f"{seed}/{name}")
    try:
        machine.start()
        for _ in range(CUTS_OF_A_CONTROL):
            machine.work(chance.randrange(20, 60), chance.random() * 0.03)
            machine.pause()
            found = found_after_the_cut(machine, working=False)
            if not found.is_clean:
                return found
            machine.go_on()
    finally:
        machine.throw_away()
    return Found()


@contextmanager
def _memory() -> Iterator[Path]:
    """Lend a folder in memory that others may enter; its memory is the namespace's own, and ends with it."""
    place = Path("/dev/shm")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3g,mode=1777", "tmpfs", str(place)], check=True)
    folder = Path(tempfile.mkdtemp(prefix="wh-power-", dir=place))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
