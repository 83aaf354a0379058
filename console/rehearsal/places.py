"""The rehearsed case manager finding a place to stay: a bed, or the waiting list of a full house."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflow import commands as ask

if TYPE_CHECKING:
    from console.rehearsal.manager import Look


def a_bed(look: Look) -> Iterator[ask.Command]:
    """Hold a bed; when every house is full, wait in the line of the first and be offered the next bed that fits."""
    yield look.make(ask.HoldBed)
    if not look.case.places.waiting:
        yield look.make(ask.JoinWaitingList)
