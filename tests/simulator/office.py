"""The office every simulated year begins with: a programme with a small house, and everybody's account."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from console.container import Container
from console.settings import Settings
from console.simulation.demo_accounts import opened
from events.world import ManualClock, SeededEntropy
from tests.kit.programmes import with_beds
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.values.days import begin_of

FEW: Final = 20  # as many people have a small house, where they want the same beds
MEMORY: Final = Path("/dev/shm")


@cache
def programme_text(*, small: bool, services: bool = False) -> str:
    """Return the programme: the Moscow one as it is, or with a house of two beds.

    Where all services are used, a small one has beds for a family, and providers with one place that several want.
    """
    if small and services:
        text = shipped_programme_text("moscow").replace("capacity: 60", "capacity: 1")
        return with_beds(3, text=text.replace("capacity: 200", "capacity: 1"))
    return with_beds(2) if small else shipped_programme_text("moscow")


@cache
def start(*, small: bool) -> datetime:
    """Return the instant at which a year begins."""
    return begin_of(load_definition(programme_text(small=small)).programme.runs.since, "UTC")


@contextmanager
def folder() -> Iterator[Path]:
    """Lend a folder, in memory if there is such a place."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@contextmanager
def data_of(small: bool, into: Path, *, services: bool = False) -> Iterator[Path]:  # noqa: FBT001 - one question
    """Lend the data folder of a new office."""
    template = into / f"new-{'small' if small else 'whole'}{'-services' if services else ''}"
    if not template.exists():
        _founded(template, programme_text(small=small, services=services), start(small=small))
    data = into / "data"
    shutil.copytree(template, data)
    try:
        yield data
    finally:
        shutil.rmtree(data)


def _founded(data: Path, text: str, begins: datetime) -> None:
    clock = ManualClock(begins)
    container = Container(Settings(data=data), create=True, clock=clock, chance=SeededEntropy(0))
    container.publish(text, "staff:root")
    opened(container, "moscow")
    container.signing_key()
    container.pool()
    container.close()
