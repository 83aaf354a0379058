"""Guards about safety: risk, reflection, and who decides with a child."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from events.instants import instant
from workflow.guards.asked import Asked
from workflow.reasons import Reason, reason


def risk_is_assessed(asked: Asked) -> Reason | None:
    """The dangers were gone through lately (NRM Bulgaria 1.2: renewed at each new contact)."""
    days = asked.programme.policies.risk_valid_days
    risk = asked.case.risk
    if risk is not None and asked.now - instant(risk.on) <= timedelta(days=days):
        return None
    said = "there is no risk assessment" if risk is None else f"the risk assessment is older than {days} days"
    return reason("risk_is_assessed", said, "record AssessRisk", last=risk.on if risk else "never")


def guardian_is_appointed(asked: Asked) -> Reason | None:
    """A child has a guardian; unknown age is presumed a child's (UNICEF guidelines, presumption of age)."""
    if not asked.case.is_child(asked.today) or asked.case.guardian:
        return None
    advice = "record AppointGuardian, or EstablishAge if the person is an adult"
    return reason("guardian_is_appointed", "a child (or somebody of unknown age) has no guardian", advice)


def best_interests_are_decided(asked: Asked) -> Reason | None:
    """For a child a body decided what is best (CoE Convention Art. 16(7)); it must agree with this step."""
    wanted = "stay" if asked.case.stays else "return"
    if not asked.case.is_child(asked.today) or asked.case.best_interests == wanted:
        return None
    found = asked.case.best_interests or "nothing yet"
    advice = f"record DecideBestInterests outcome={wanted} once the body has decided so, or EstablishAge"
    return reason("best_interests_are_decided", f"for a child, {wanted} is not what was decided", advice, decided=found)


def return_is_safe(asked: Asked) -> Reason | None:
    """Nobody returns into a threat (NRM Bulgaria 3.2: after a reliable risk assessment)."""
    risk = asked.case.risk
    if risk is None or risk.safe_to_return:
        return None  # a missing assessment is risk_is_assessed's to say
    return reason(
        "return_is_safe", "the risk assessment says return is not safe", "look for a way to stay", level=risk.level
    )


def reflection_is_over(asked: Asked) -> Reason | None:
    """No return in the reflection period unless the person asks (CoE Convention Art. 13: at least 30 days)."""
    until = asked.case.reflection_until
    if until is None or asked.today > until:
        return None
    advice = "wait, or record EndReflection if the person has decided"
    return reason("reflection_is_over", f"the reflection period runs until {until}", advice, until=until)


GUARDS: Final = (
    risk_is_assessed,
    guardian_is_appointed,
    best_interests_are_decided,
    return_is_safe,
    reflection_is_over,
)
