"""What follows for safety: the reflection period ends by itself, after a reminder; an old assessment is renewed."""

from datetime import timedelta

from events.facts.safety import ReflectionStarted, RiskAssessed
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling
from workflow.subjects.safety.guards import risk_valid_days


def _reflection_started(fact: ReflectionStarted, moment: ReactionContext) -> Follows:
    yield moment.set_timer("reflection", moment.programme.end_of(fact.until))
    left = moment.policies.reflection_days - moment.policies.reflection_reminder_day
    if left > 0:
        yield moment.set_timer("reflection_ending", moment.programme.begin_of(fact.until - timedelta(days=left)))


def _risk_assessed(_fact: RiskAssessed, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("risk_expires")
    days = risk_valid_days(moment.after, moment.programme, moment.today)
    yield moment.set_timer("risk_expires", moment.now + timedelta(days=days))


REACTIONS: Reactions = {
    "ReflectionStarted": _reflection_started,
    "ReflectionEnded": cancelling("reflection", "reflection_ending"),
    "RiskAssessed": _risk_assessed,
}
