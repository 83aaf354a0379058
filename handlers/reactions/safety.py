"""What follows for safety: the reflection period ends by itself, after a reminder; an old assessment is renewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.safety import ReflectionEnded, ReflectionStarted, RiskAssessed
from handlers.reactions.moment import Reaction, ReactionContext, cancel_timers, set_timer
from workflow.subjects.safety.guards import risk_valid_days


def _reflection_started(fact: ReflectionStarted, moment: ReactionContext) -> Iterator[Fact]:
    yield set_timer(moment, "reflection", _begin_of(fact.until + timedelta(days=1)))
    policies = moment.definition.programme.policies
    left = policies.reflection_days - policies.reflection_reminder_day
    if left > 0:
        yield set_timer(moment, "reflection_ending", _begin_of(fact.until - timedelta(days=left)))


def _reflection_ended(_fact: ReflectionEnded, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "reflection")
    yield from cancel_timers(moment, "reflection_ending")


def _risk_assessed(_fact: RiskAssessed, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "risk_expires")
    days = risk_valid_days(moment.after, moment.definition.programme, moment.now.date())
    yield set_timer(moment, "risk_expires", moment.now + timedelta(days=days))


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "ReflectionStarted": _reflection_started,
    "ReflectionEnded": _reflection_ended,
    "RiskAssessed": _risk_assessed,
}
