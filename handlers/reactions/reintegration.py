"""What follows for life after the return: visits on their days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from handlers.reactions.asking import Moment, Reaction, months_later, timer


def _entered(fact: told.StageEntered, moment: Moment) -> Iterator[Fact]:
    if moment.definition.journey.stage(fact.dest).visits:
        yield from _visits(moment)


def _visits(moment: Moment) -> Iterator[Fact]:
    for month in moment.definition.programme.policies.follow_up_months:
        if month not in moment.after.visits:
            yield timer(moment, "follow_up", months_later(moment.now, month), (("month", str(month)),))


REACTIONS: Final[Mapping[str, Reaction]] = {"StageEntered": _entered}
