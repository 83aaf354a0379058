"""What follows for meeting somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from handlers.reactions.asking import Moment, Reaction, timer, timers_over


def _arrival_planned(fact: told.ArrivalPlanned, moment: Moment) -> Iterator[Fact]:
    yield from timers_over(moment, "no_show")
    hours = moment.definition.programme.policies.arrival_no_show_hours
    yield timer(moment, "no_show", fact.at + timedelta(hours=hours))


REACTIONS: Final[Mapping[str, Reaction]] = {
    "ArrivalPlanned": _arrival_planned,
}
