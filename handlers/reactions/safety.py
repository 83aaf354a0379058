"""What follows for safety: the reflection period ends by itself, after a reminder; an old assessment is renewed."""

from datetime import timedelta
from typing import Any, Final

from events.facts.corrections import RecordRetracted
from events.facts.intake import CaseOpened, ConsentGiven
from events.facts.safety import AgeEstablished, ReflectionStarted, RiskAssessed, SafetyPlanAgreed
from events.instants import instant, instant_text
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling
from workflow.subjects.safety.guards import risk_valid_days
from workflow.subjects.safety.state import (
    HIGH,
    is_at_high_risk,
    lacks_safety_plan,
    month_of_coming_of_age,
    safety_of,
)

_OF_AGE: Final = ("comes_of_age", "of_age")


def _reflection_started(fact: ReflectionStarted, moment: ReactionContext) -> Follows:
    yield moment.set_timer("reflection", moment.programme.end_of(fact.until))
    left = moment.policies.reflection_days - moment.policies.reflection_reminder_day
    if left > 0:
        yield moment.set_timer("reflection_ending", moment.programme.begin_of(fact.until - timedelta(days=left)))


def _risk_assessed(_fact: RiskAssessed, moment: ReactionContext) -> Follows:
    yield from moment.cancel_timers("risk_expires")
    days = risk_valid_days(moment.after, moment.programme, moment.today)
    yield moment.set_timer("risk_expires", moment.now + timedelta(days=days))
    yield from _high_risk(moment)


def _high_risk(moment: ReactionContext) -> Follows:
    """Set until when a plan must stand and when the danger is gone through again.

    The plan's day stays where the danger was first found: assessing it again gains nobody time.
    """
    yield from moment.cancel_timers("risk_review")
    if not is_at_high_risk(moment.after):
        yield from moment.cancel_timers("safety_plan_due")
        return
    yield moment.set_timer("risk_review", moment.now + timedelta(days=moment.policies.risk_review_days))
    if lacks_safety_plan(moment.after) and not is_at_high_risk(moment.was):
        due = moment.now + timedelta(hours=moment.policies.safety_plan_hours)
        yield moment.set_timer("safety_plan_due", due, due=instant_text(due))


def _plan_agreed(fact: SafetyPlanAgreed, moment: ReactionContext) -> Follows:
    if fact.level == HIGH:
        yield from moment.cancel_timers("safety_plan_due")


def _age_known(_fact: CaseOpened | AgeEstablished | ConsentGiven, moment: ReactionContext) -> Follows:
    """Look ahead to the month and to the day on which a child comes of age, once; an adult is not waited for."""
    case, month = moment.after, month_of_coming_of_age(moment.after)
    if month is None or not case.is_child(moment.today):
        yield from moment.cancel_timers(*_OF_AGE)
    elif case.of_age_from is not None and not any(moment.timers_of(kind) for kind in _OF_AGE):
        yield moment.set_timer("comes_of_age", max(moment.programme.begin_of(month), moment.now))
        yield moment.set_timer("of_age", moment.programme.begin_of(case.of_age_from))


def _age_corrected(_fact: Any, moment: ReactionContext) -> Follows:
    """Look ahead to another month, where a correction in force says another."""
    if moment.after.of_age_from == moment.was.of_age_from and moment.after.child == moment.was.child:
        return
    yield from moment.cancel_timers(*_OF_AGE)
    case, month = moment.after, month_of_coming_of_age(moment.after)
    if month is not None and case.of_age_from is not None and case.is_child(moment.today):
        yield moment.set_timer("comes_of_age", max(moment.programme.begin_of(month), moment.now))
        yield moment.set_timer("of_age", moment.programme.begin_of(case.of_age_from))


def _retracted(fact: RecordRetracted, moment: ReactionContext) -> Follows:
    """Have the dangers gone through again when the assessment before grows old; at once where there was none."""
    if fact.of != RiskAssessed.__name__:
        return
    yield from moment.cancel_timers("risk_expires")
    risk, days = safety_of(moment.after).risk, risk_valid_days(moment.after, moment.programme, moment.today)
    if risk is not None:
        yield moment.set_timer("risk_expires", max(instant(risk.on) + timedelta(days=days), moment.now))
    yield from _high_risk(moment)


REACTIONS: Reactions = {
    "IdentityCorrected": _age_corrected,
    "DetailsCorrected": _age_corrected,
    "AgeCorrected": _age_corrected,
    "RecordRetracted": _retracted,
    "CaseOpened": _age_known,
    "AgeEstablished": _age_known,
    "ConsentGiven": _age_known,
    "ReflectionStarted": _reflection_started,
    "ReflectionEnded": cancelling("reflection", "reflection_ending"),
    "RiskAssessed": _risk_assessed,
    "SafetyPlanAgreed": _plan_agreed,
}
