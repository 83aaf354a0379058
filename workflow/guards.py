"""The guards of the journey: each looks at the case and says yes, or why not and what would help.

A guard is a condition by name, used in programme files. It never excludes anybody by age or gender
(the programme's founding text: "all victims regardless of age and gender"): being a child only adds people
who decide with the child. Where a guard comes from law or a handbook its docstring says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from events.instants import instant
from workflow.case import Case
from workflow.programme import Programme
from workflow.reasons import Reason, reason


class Asked(NamedTuple):
    """What a guard may look at: the case, the programme, the moment, and who asks with which reason."""

    case: Case
    programme: Programme
    now: datetime
    actor: str = ""
    reason: str = ""
    second: str = ""

    @property
    def today(self) -> date:
        """Return the day of asking."""
        return self.now.date()


Guard = Callable[[Asked], Reason | None]


def consent_to_assistance(asked: Asked) -> Reason | None:
    """The person agreed to be assisted (IOM Data Protection Principle 4; HTCDS con_Consent)."""
    return _consent(asked, "assistance")


def consent_to_travel(asked: Asked) -> Reason | None:
    """The person agreed that what travel needs is passed on to carriers and hosts."""
    return _consent(asked, "travel")


def risk_is_assessed(asked: Asked) -> Reason | None:
    """The dangers were gone through lately (NRM Bulgaria 1.2: renewed at each new contact)."""
    days = asked.programme.policies.risk_valid_days
    risk = asked.case.risk
    if risk is not None and asked.now - instant(risk.on) <= timedelta(days=days):
        return None
    said = "there is no risk assessment" if risk is None else f"the risk assessment is older than {days} days"
    return reason("risk_is_assessed", said, "record AssessRisk", last=risk.on if risk else "never")


def arrival_is_planned(asked: Asked) -> Reason | None:
    """Somebody can be met only at a known time and place."""
    if asked.case.arrival is not None:
        return None
    return reason("arrival_is_planned", "nobody knows when and where the person arrives", "record PlanArrival")


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


def bed_is_held(asked: Asked) -> Reason | None:
    """A bed waits before anybody is brought to the house."""
    if asked.case.bed is not None:
        return None
    return reason("bed_is_held", "no bed is held for the person", "record HoldBed")


def moved_in(asked: Asked) -> Reason | None:
    """The person lives in the house."""
    if asked.case.moved_in:
        return None
    return reason("moved_in", "the person has not moved in", "record TakeBed when they have")


def care_plan_is_agreed(asked: Asked) -> Reason | None:
    """Two people agreed on the plan of care."""
    if asked.case.care_plan:
        return None
    return reason("care_plan_is_agreed", "there is no agreed care plan", "record AgreeCarePlan with a second person")


def travel_papers_are_in_order(asked: Asked) -> Reason | None:
    """Nobody books international travel without a valid document; at home an identity document is enough."""
    case = asked.case
    needed = case.trip.arrives_at.date() if case.trip else asked.today
    if case.document is not None and case.document.valid_until >= needed:
        return None
    said = "there is no travel document" if case.document is None else "the travel document runs out before arrival"
    advice = "record RecordTravelDocument when it is in hand"
    return reason("travel_papers_are_in_order", said, advice, needed_until=needed)


def return_is_declared(asked: Asked) -> Reason | None:
    """Return is voluntary, in writing (Palermo Protocol Art. 8(2): preferably voluntary)."""
    if asked.case.destination:
        return None
    return reason("return_is_declared", "the person has not signed that they want to return", "record DeclareReturn")


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


def fit_to_travel(asked: Asked) -> Reason | None:
    """A doctor's certificate covers the journey."""
    case = asked.case
    needed = case.trip.departs_at.date() if case.trip else asked.today
    if case.fitness is not None and case.fitness.valid_until >= needed:
        return None
    said = "no doctor has certified fitness to travel" if case.fitness is None else "the certificate runs out before"
    return reason("fit_to_travel", said, "record CertifyFitness", needed_until=needed)


def trip_is_planned(asked: Asked) -> Reason | None:
    """There is a way home with a time and a place."""
    if asked.case.trip is not None:
        return None
    return reason("trip_is_planned", "no journey is planned", "record PlanTrip")


def escort_is_confirmed(asked: Asked) -> Reason | None:
    """Whoever needs somebody along has one who said yes; a child never travels alone."""
    case, needed = asked.case, escort_needed(asked.case, asked.today)
    if needed == "none":
        return None
    advice = "wait for the answer and record AnswerEscort, or plan the trip again with another escort"
    if case.trip is None or not case.trip.confirmed:
        return reason("escort_is_confirmed", "an escort is needed and none has confirmed", advice)
    escort = asked.programme.escort_of[case.trip.escort]
    if needed in escort.skills:
        return None
    said = f"the confirmed escort is not a {needed} one"  # the certificate came after the trip was planned
    return reason("escort_is_confirmed", said, "plan the trip again", needed=needed)


def ticket_is_issued(asked: Asked) -> Reason | None:
    """The ticket is there before anybody leaves for the station."""
    return _booked(asked, "ticket", "ticket_is_issued", "the ticket is not issued yet")


def host_is_ready(asked: Asked) -> Reason | None:
    """Somebody will meet the person where they arrive."""
    return _booked(asked, "arrival_host", "host_is_ready", "nobody has confirmed to meet the person on arrival")


def stay_is_chosen(asked: Asked) -> Reason | None:
    """Return is voluntary: the person may decide to stay."""
    if asked.case.stays:
        return None
    return reason("stay_is_chosen", "the person has not chosen to stay", "record ChooseStay if they have")


def plan_is_agreed(asked: Asked) -> Reason | None:
    """The reintegration plan has a second person's approval (IOM handbook 2.3)."""
    if asked.case.plan:
        return None
    return reason("plan_is_agreed", "there is no approved reintegration plan", "record AgreePlan with a second person")


def grants_are_settled(asked: Asked) -> Reason | None:
    """No grant waits for approval, release or the bank."""
    waiting = [grant_id for grant_id, grant in asked.case.grants.items() if not grant.settled]
    if not waiting:
        return None
    advice = "release and pay what is left, or record DeclineGrant"
    return reason("grants_are_settled", f"{len(waiting)} grants are not settled", advice, grants=", ".join(waiting))


def follow_up_is_done(asked: Asked) -> Reason | None:
    """The last visit was made, or a reason given why not."""
    last = max(asked.programme.policies.follow_up_months)
    if last in asked.case.visits or asked.reason not in ("", "goals_met", "support_period_ended"):
        return None
    advice = f"wait for the visit of month {last}, or close with a reason that explains why there is none"
    return reason(
        "follow_up_is_done", f"the visit of month {last} was not made", advice, made=sorted(asked.case.visits)
    )


def reason_is_listed(asked: Asked) -> Reason | None:
    """An end has a reason from the programme's list, so that statistics can be trusted."""
    if asked.reason in asked.programme.closure_reasons:
        return None
    advice = "give --reason with one of: " + ", ".join(asked.programme.closure_reasons)
    return reason("reason_is_listed", "the reason is missing or not on the list", advice, given=asked.reason or "none")


def reason_is_given(asked: Asked) -> Reason | None:
    """Somebody reading later must know why."""
    if asked.reason:
        return None
    return reason("reason_is_given", "no reason was given", "give --reason")


def second_person_agreed(asked: Asked) -> Reason | None:
    """Four eyes: whoever agrees is not whoever asks, administrators included."""
    if asked.second and asked.second != asked.actor:
        return None
    said = "no second person agreed" if not asked.second else "the second person is the one who asks"
    return reason("second_person_agreed", said, "give --second with somebody else's id", second=asked.second or "none")


def nothing_is_open(asked: Asked) -> Reason | None:
    """Nothing is left behind: no running task, no bed, no trip."""
    case = asked.case
    left = [task.kind for task in case.tasks.values()]
    left += ["bed"] if case.bed else []
    if not left:
        return None
    advice = "wait for the tasks, or cancel them; release the bed"
    return reason("nothing_is_open", f"still open: {', '.join(sorted(left))}", advice)


def nothing_is_running(asked: Asked) -> Reason | None:
    """Before a person is declared done with a stage, the stage's own tasks are over."""
    running = [dict(task.subject).get("service", task.kind) for task in asked.case.tasks.values()]
    if not running:
        return None
    return reason("nothing_is_running", f"still running: {', '.join(sorted(running))}", "wait for them, or cancel them")


def has_come_home(asked: Asked) -> Reason | None:
    """The person was received at the destination."""
    if "hand_over" in asked.case.provided:
        return None
    return reason("has_come_home", "nobody has confirmed that the person arrived", "wait for the hand-over's report")


def nothing_came_after(asked: Asked) -> Reason | None:
    """A case that led to another is not taken up again: the person's journey goes on there."""
    following = asked.case.next_case
    if following is None:
        return None
    return reason("nothing_came_after", "the person already has a later case", "go on with that one", next=following)


def escort_needed(case: Case, today: date) -> str:
    """Return which escort the journey needs: none, operational, family or medical."""
    required = case.fitness.escort if case.fitness else "none"
    return "operational" if required == "none" and case.is_child(today) else required


def service_is_provided(service: str) -> Guard:
    """Return the guard that a service was provided; programme files call it ``<service>_is_provided``."""

    def guard(asked: Asked) -> Reason | None:
        if service in asked.case.provided:
            return None
        advice = f"wait for the provider, or look at its task with: wayhome tasks list --case {asked.case.case_id}"
        return reason(f"{service}_is_provided", f"{service} was not provided yet", advice)

    return guard


def _consent(asked: Asked, purpose: str) -> Reason | None:
    if asked.case.consents_to(purpose, asked.today):
        return None
    advice = f"ask the person, then record GiveConsent purpose={purpose}"
    return reason(f"consent_to_{purpose}", f"there is no live consent to {purpose}", advice, purpose=purpose)


def _booked(asked: Asked, what: str, code: str, said: str) -> Reason | None:
    return None if what in asked.case.booked else reason(code, said, "wait for the booking's task")


GUARDS: Final[Mapping[str, Guard]] = {
    guard.__name__: guard
    for guard in (
        consent_to_assistance, consent_to_travel, risk_is_assessed, arrival_is_planned, guardian_is_appointed,
        best_interests_are_decided, bed_is_held, moved_in, care_plan_is_agreed, travel_papers_are_in_order,
        return_is_declared, return_is_safe, reflection_is_over, fit_to_travel, trip_is_planned, escort_is_confirmed,
        ticket_is_issued, host_is_ready, stay_is_chosen, plan_is_agreed, grants_are_settled, follow_up_is_done,
        reason_is_listed, reason_is_given, second_person_agreed, nothing_is_open, nothing_is_running, has_come_home,
        nothing_came_after,
    )
}  # fmt: skip


def guard_named(name: str, services: frozenset[str]) -> Guard | None:
    """Return the guard a programme file means, or None when there is no such guard."""
    if name in GUARDS:
        return GUARDS[name]
    service = name.removesuffix("_is_provided")
    return service_is_provided(service) if name != service and service in services else None
