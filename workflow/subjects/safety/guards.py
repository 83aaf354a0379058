"""Guards about safety: risk, reflection, and who decides with a child."""

from datetime import date, timedelta
from typing import Final

from events.instants import instant
from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.subjects.safety import refusals
from workflow.subjects.safety.state import is_at_high_risk, safety_of
from workflow.subjects.travel.state import travel_of


def risk_is_assessed(asked: GuardContext) -> Reason | None:
    """The dangers were gone through lately, for a child more lately (NRM Bulgaria 1.2: renewed at each new contact)."""
    days = risk_valid_days(asked.case, asked.programme, asked.today)
    risk = safety_of(asked.case).risk
    if risk is not None and asked.now - instant(risk.on) <= timedelta(days=days):
        return None
    if risk is None:
        return refusals.RISK_IS_NOT_ASSESSED(last="never")
    return refusals.RISK_ASSESSMENT_IS_OLD(days=days, last=risk.on)


def safety_plan_is_agreed(asked: GuardContext) -> Reason | None:
    """Where there is danger there is a plan against it, made for no less danger than there is (NRM Bulgaria 1.2)."""
    risk = safety_of(asked.case).risk
    if risk is None or _LEVELS.index(risk.level) <= _LEVELS.index(safety_of(asked.case).plan_for or "low"):
        return None  # a missing assessment is risk_is_assessed's to say
    return refusals.SAFETY_PLAN_IS_AGREED(level=risk.level)


def child_assents(asked: GuardContext) -> Reason | None:
    """A child agrees to what the guardian has consented to, or is too young to have a view (CRC Art. 12)."""
    case = asked.case
    if not case.is_child(asked.today):
        return None
    consented = [purpose for purpose in _ASSENTED if case.consents_to(purpose, asked.today)]
    refusing = [purpose for purpose in consented if safety_of(case).assents.get(purpose) == "refuses"]
    missing = [purpose for purpose in consented if purpose not in safety_of(case).assents]
    if refusing:
        return refusals.CHILD_REFUSES(to=refusing)
    if not missing:
        return None
    return refusals.CHILD_WAS_NOT_ASKED(to=missing)


def guardian_is_appointed(asked: GuardContext) -> Reason | None:
    """A child has a guardian; unknown age is presumed a child's (UNICEF guidelines, presumption of age)."""
    if not asked.case.is_child(asked.today) or safety_of(asked.case).guardian:
        return None
    return refusals.CHILD_HAS_NO_GUARDIAN()


def best_interests_are_decided(asked: GuardContext) -> Reason | None:
    """For a child a body decided what is best (CoE Convention Art. 16(7)); it must agree with this step."""
    wanted = "stay" if travel_of(asked.case).stays else "return"
    if not asked.case.is_child(asked.today) or safety_of(asked.case).best_interests == wanted:
        return None
    kind = refusals.STAY_IS_NOT_DECIDED if travel_of(asked.case).stays else refusals.RETURN_IS_NOT_DECIDED
    return kind(decided=safety_of(asked.case).best_interests or "nothing yet")


def return_is_safe(asked: GuardContext) -> Reason | None:
    """Nobody returns into a threat (NRM Bulgaria 3.2: after a reliable risk assessment)."""
    risk = safety_of(asked.case).risk
    if risk is None or risk.safe_to_return:
        return None  # a missing assessment is risk_is_assessed's to say
    return refusals.RETURN_IS_SAFE(level=risk.level)


def danger_is_over(asked: GuardContext) -> Reason | None:
    """Nobody at high risk has met their goals (policy of ours); any other reason to close says what became of them."""
    if asked.reason != GOALS_MET or not is_at_high_risk(asked.case):
        return None
    return refusals.DANGER_IS_OVER()


def reflection_is_over(asked: GuardContext) -> Reason | None:
    """No return in the reflection period unless the person asks (CoE Convention Art. 13: at least 30 days)."""
    until = safety_of(asked.case).reflection_until
    return None if until is None or asked.today > until else refusals.REFLECTION_IS_OVER(until=until)


def risk_valid_days(case: Case, programme: Programme, today: date) -> int:
    """Return how old a risk assessment may be: what is around a child changes faster."""
    policies = programme.policies
    return policies.risk_valid_days_child if case.is_child(today) else policies.risk_valid_days


GOALS_MET: Final = "goals_met"  # the reason to close that says that somebody is well
_LEVELS: Final = ("low", "medium", "high")
_ASSENTED: Final = ("assistance", "travel")

GUARDS: Final = (
    risk_is_assessed,
    safety_plan_is_agreed,
    child_assents,
    guardian_is_appointed,
    best_interests_are_decided,
    return_is_safe,
    reflection_is_over,
)
