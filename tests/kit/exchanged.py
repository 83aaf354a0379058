"""A worker under whom something happens between its claim and what it does next: the log is exchanged, say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from events.log import Log
from tests.kit.workshop import LEASE_S, Workshop
from workers.running.jobs import AnyJob
from workers.running.leases import Leases
from workers.running.perform import Performer


class _Interrupted(Leases):
    """One worker's claims, after each of which something happens before it goes on."""

    def __init__(self, log: Log, meanwhile: Callable[[], None]) -> None:
        super().__init__(log, "early", timedelta(seconds=LEASE_S))
        self._meanwhile = meanwhile

    def claim(self, task_ids: Sequence[str], now: str) -> list[AnyJob]:
        jobs = super().claim(task_ids, now)
        self._meanwhile()
        return jobs


def interrupted(shop: Workshop, meanwhile: Callable[[], None]) -> Performer:
    """Return a worker that is interrupted each time it has claimed something."""
    performer = shop.worker("early").performer
    return replace(performer, leases=_Interrupted(performer.service.log, meanwhile))
