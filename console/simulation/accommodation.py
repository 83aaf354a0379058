"""The rehearsed case manager finding a place to stay: a bed, or the waiting list of a full house."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflow.command import Command
from workflow.subjects.accommodation.commands import HoldBed, JoinWaitingList

if TYPE_CHECKING:
    from console.simulation.manager import ManagedCase


def a_bed(managed: ManagedCase) -> Iterator[Command]:
    """Hold a bed; when every house is full, wait in the line of the first and be offered the next bed that fits."""
    yield managed.make(HoldBed)
    if not managed.case.places.waiting:
        yield managed.make(JoinWaitingList)
