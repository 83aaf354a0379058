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
from pathlib import Path
from typing import Final

from tests.power.checking import Found, found_after_the_cut
from tests.power.machine import Machine, Prepared, end_at, prepared
from tests.power.namespace import enter, is_inside, why_not
from tests.power.sabotage import CONTROLS

EVENTS_MAX: Final = 6000  # acknowledged on one machine, then a new one: checking reads all of them
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
        enter(arguments)
    end_at((signal.SIGTERM, signal.SIGHUP))
    with _memory() as folder:
        ran = [_run(folder, chosen, kind) for kind in chosen.database or sorted(CONTROLS)]
    return 0 if all(ran) else 1


def _run(folder: Path, chosen: argparse.Namespace, kind: str) -> bool:
    begun = time.monotonic()
    disk = prepared(folder, kind)
    acks, found = cut_again_and_again(folder, disk, chosen.seed, chosen.cuts)
    names = () if chosen.no_controls else CONTROLS[kind]
    controls = {name: _losses(folder, disk, chosen.seed, name) for name in names}
    blind = [name for name, one in controls.items() if one.is_clean]
    lost, torn = ([what for one in found for what in getattr(one, part)] for part in ("lost", "torn"))
    for text in (*lost, *torn):
        print(f"  {text}")
    for name, one in controls.items():
        print(f"  without {name}: {len(one.lost)} lost, {len(one.torn)} torn {one.torn[:1]}")
    print(
        f"power seed={chosen.seed} database={kind} cuts={chosen.cuts} acks={acks} lost={len(lost)} torn={len(torn)} "
        f"controls_lost={len(names) - len(blind)}/{len(names)} seconds={time.monotonic() - begun:.0f}",
        flush=True,
    )
    return not (lost or torn or blind)


def cut_again_and_again(folder: Path, disk: Prepared, seed: int, cuts: int) -> tuple[int, list[Found]]:
    """Cut the power so many times; return how many commands were acknowledged, and what was found of each cut."""
    chance, acks, found, done = random.Random(f"{seed}/{disk.kind}"), 0, list[Found](), 0
    while done < cuts:
        machine = Machine(folder, disk, f"{seed}/{done}")
        try:
            machine.start()
            while done < cuts and len(machine.heard.acks) < EVENTS_MAX:
                found.append(_cut(machine, chance, done))
                done += 1
        finally:
            machine.throw_away()
        acks += len(machine.heard.acks)
    return acks, found


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
