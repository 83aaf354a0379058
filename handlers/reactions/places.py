"""What follows for beds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from events.catalogue import Fact
from events.facts import shared
from handlers.reactions.asking import Moment, Reaction, timer, timers_over


def _bed_assigned(fact: shared.BedAssigned, moment: Moment) -> Iterator[Fact]:
    yield timer(moment, "bed_hold", fact.until, (("bed", str(fact.bed)), ("facility", fact.facility)))


def _bed_settled(_fact: Fact, moment: Moment) -> Iterator[Fact]:
    yield from timers_over(moment, "bed_hold")


REACTIONS: Final[Mapping[str, Reaction]] = {
    "BedAssigned": _bed_assigned,
    "MovedIn": _bed_settled,
    "BedGivenUp": _bed_settled,
}
