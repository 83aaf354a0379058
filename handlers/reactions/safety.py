"""What follows for safety: the reflection period ends by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from handlers.reactions.asking import Moment, Reaction, timer, timers_over


def _reflection_started(fact: told.ReflectionStarted, moment: Moment) -> Iterator[Fact]:
    over = datetime.combine(fact.until + timedelta(days=1), time(), UTC)
    yield timer(moment, "reflection", over)


def _reflection_ended(_fact: told.ReflectionEnded, moment: Moment) -> Iterator[Fact]:
    yield from timers_over(moment, "reflection")


REACTIONS: Final[Mapping[str, Reaction]] = {
    "ReflectionStarted": _reflection_started,
    "ReflectionEnded": _reflection_ended,
}
