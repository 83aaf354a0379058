"""Safety: age, identification, reflection, risk, the plan against it, and who decides with a child."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import safety as facts
from events.facts.tasks import Escalated
from events.ids import CaseId, case_stream
from workflow.case.erasure import is_erased
from workflow.case.state import Case, Pairs
from workflow.programme.programme import Programme
from workflow.reasons import Reason, reasons_if, refused
from workflow.refusals import PURPOSE_IS_KNOWN
from workflow.situation import Decision, Situation, StreamFact, case_of, person_of, said_by, unless
from workflow.subject import CommandRule, StepHook, TimerKind, TwoPeople, case_ends
from workflow.subjects.access.state import numbers_of
from workflow.subjects.corrections.state import corrections_of
from workflow.subjects.groups.state import belonging_of, group_of, own_group
from workflow.subjects.reception.decisions import met_apart
from workflow.subjects.safety import commands, refusals
from workflow.subjects.safety.guards import danger_is_over
from workflow.subjects.safety.state import (
    COMES_OF_AGE,
    HIGH,
    LAPSED,
    NO_GUARDIAN,
    PLAN_DUE,
    PLAN_OVERDUE,
    RISK_REVIEW,
    is_at_high_risk,
    is_suspected,
    lacks_safety_plan,
    safety_of,
)
from workflow.subjects.travel.decisions import kept_from


def establish_age(command: commands.EstablishAge, situation: Situation) -> Decision:
    """Return what is now known about the age; of a known child two people see a birth date or an age group first."""
    if not command.child and corrections_of(case_of(situation)).known_child and _is_child(situation):
        return refused(refusals.KNOWN_CHILD_TAKES_TWO())
    established = facts.AgeEstablished(child=command.child, basis=command.basis)
    lapsed = bool(safety_of(case_of(situation)).by_guardian) and not command.child
    return [*situation.about_case(established), *situation.escalated(LAPSED, when=lapsed)]


def _is_child(situation: Situation) -> bool:
    return case_of(situation).is_child(situation.today)


def identify_victim(command: commands.IdentifyVictim, situation: Situation) -> Decision:
    """Return the status; formal identification starts the reflection period by itself, once in a case."""
    case, decided_on = case_of(situation), command.decided_on or situation.today
    if decided_on > situation.today:
        return refused(refusals.DECISION_IS_PAST(day=decided_on))
    told: list[Fact] = [
        facts.VictimIdentified(status=command.status, decided_by=command.decided_by, decided_on=decided_on)
    ]
    until = decided_on + timedelta(days=situation.programme.policies.reflection_days)
    if command.status == "actual" and not safety_of(case).had_reflection and until >= situation.today:
        told.append(facts.ReflectionStarted(until=until))
    return situation.about_case(*told)


def end_reflection(command: commands.EndReflection, situation: Situation) -> Decision:
    """Return the early end, when there is a period to end."""
    if safety_of(case_of(situation)).reflection_until is None:
        return refused(refusals.REFLECTION_RUNS())
    return situation.about_case(facts.ReflectionEnded(why=command.why))


def assess_risk(command: commands.AssessRisk, situation: Situation) -> Decision:
    """Return the assessment; the note is sealed.

    One that lowers a high risk names the finding it lowers, so that what two people agree on is not agreed on any more
    once somebody has found a high risk again meanwhile.
    """
    risk = safety_of(case_of(situation)).risk
    lowers = risk.on if risk is not None and by_two(command, situation) else ""
    assessed = said_by(
        command, facts.RiskAssessed, person_id=person_of(situation), lowers=lowers, **(situation.two if lowers else {})
    )
    return situation.about_case(assessed)


def by_two(command: commands.AssessRisk, situation: Situation) -> bool:
    """Tell whether a second person has to agree: nobody alone takes a person out of danger (policy of ours).

    It does so whatever of the danger is less: the level, or that it is not safe to return.
    """
    risk = safety_of(case_of(situation)).risk
    if risk is None or risk.level != HIGH or not situation.programme.policies.two_lower_high_risk:
        return False
    return command.level != HIGH or (command.safe_to_return and not risk.safe_to_return)


def agree_safety_plan(command: commands.AgreeSafetyPlan, situation: Situation) -> Decision:
    """Return the plan for the dangers last found; what it says is sealed with its proposal."""
    risk, person_id = safety_of(case_of(situation)).risk, person_of(situation)
    if risk is None:
        return refused(refusals.DANGERS_ARE_UNKNOWN())
    return situation.about_case(facts.SafetyPlanAgreed(person_id=person_id, level=risk.level, **situation.two))


def appoint_guardian(command: commands.AppointGuardian, situation: Situation) -> Decision:
    """Return the appointment; the guardian's name is sealed."""
    person_id = person_of(situation)
    if command.member is None:
        return situation.about_case(facts.GuardianAppointed(person_id=person_id, kind=command.kind, name=command.name))
    agreed = said_by(command, facts.GuardianAgreed, person_id=person_id, **situation.two)
    return unless(_against_member(command.member, situation), situation.about_case(agreed))


def _against_member(member: str, situation: Situation) -> Iterator[Reason]:
    """Yield why somebody who came with a child does not decide for it: nobody does who is suspected of the harm."""
    case, other = case_of(situation), situation.cases.get(member)
    if other is None or is_erased(other) or not _is_another_of_the_group(other, case):
        yield refusals.GUARDIAN_IS_OF_THE_GROUP()
    elif other.is_child(situation.today):
        yield refusals.GUARDIAN_IS_AN_ADULT()
    elif is_suspected(other, case):
        yield refusals.GUARDIAN_IS_NOT_SUSPECTED()


def _is_another_of_the_group(other: Case, case: Case) -> bool:
    group = belonging_of(case).group_id
    return group != "" and belonging_of(other).group_id == group and other.case_id != case.case_id


def end_guardianship(command: commands.EndGuardianship, situation: Situation) -> Decision:
    """Return that nobody decides for the child now, and that somebody has to look at once.

    With whom is suspected of the harm the child neither travels nor is met: what was planned so is planned so no more.
    """
    safety = safety_of(case_of(situation))
    if not safety.guardian:
        return refused(refusals.CHILD_HAS_NO_GUARDIAN())
    ended = facts.GuardianEnded(because=command.because, member=safety.guardian_case)
    apart = [
        told
        for suspect in situation.cases.values()
        for told in (*kept_from(suspect, situation), *met_apart(suspect, command.command_id, situation))
    ]
    return [*situation.about_case(ended), *situation.escalated(NO_GUARDIAN), *apart]


def _the_suspect(command: commands.EndGuardianship, situation: Situation) -> tuple[str, ...]:
    """Return under which numbers whoever decides for the child is known here, where they are suspected."""
    case = case_of(situation)
    member = safety_of(case).guardian_case
    if command.because != "suspected" or not member:
        return ()
    theirs = (one for one in situation.cases.values() if member in numbers_of(one))
    return tuple(sorted({member, *(number for one in theirs for number in numbers_of(one))} - {case.case_id}))


def _guardian_goes(situation: Situation, _dest: str) -> list[StreamFact]:
    """Return that somebody has to look who decides for the children for whom this person did.

    Whether a mother who leaves the programme decides for them still is a person's to say, and not ours.
    """
    mine = numbers_of(case_of(situation))
    theirs = (one for one in situation.cases.values() if safety_of(one).guardian_case in mine)
    left = (one for one in theirs if not situation.has_ended(one) and one.is_child(situation.today))
    wanted = (one for one in left if NO_GUARDIAN not in one.escalations)
    return [StreamFact(case_stream(CaseId(one.case_id)), Escalated(kind=NO_GUARDIAN)) for one in wanted]


def _of_the_group(situation: Situation) -> tuple[str, ...]:
    """Return who belongs or belonged where this person does: a guardian who came along is of the child's group."""
    case = case_of(situation)
    return (
        () if case.is_child(situation.today) else tuple(one for one in group_of(situation).ever if one != case.case_id)
    )


def _way_and_pickup(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.escorts_stream, programme.meeters_stream)


def decide_best_interests(command: commands.DecideBestInterests, situation: Situation) -> Decision:
    """Return what the body decided."""
    return situation.about_case(said_by(command, facts.BestInterestsDecided, **situation.two))


def record_assent(command: commands.RecordAssent, situation: Situation) -> Decision:
    """Return what the child said; an adult's own consent takes the place of assent."""
    is_child, known = case_of(situation).is_child(situation.today), situation.programme.purposes
    reasons = reasons_if(
        (command.to not in known, PURPOSE_IS_KNOWN(purpose=command.to, known=known)),
        (not is_child, refusals.PERSON_IS_A_CHILD(purpose=command.to)),
    )
    return unless(reasons, situation.about_case(facts.ChildAssented(to=command.to, answer=command.answer)))


def _reflection_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    over = facts.ReflectionEnded(why="the period is over")
    return situation.about_case(over) if safety_of(case_of(situation)).reflection_until else []


def _reflection_ends_soon(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    """Somebody asks the person what they have decided, before the period is over."""
    return situation.escalated("reflection_ending", when=safety_of(case_of(situation)).reflection_until is not None)


def _comes_of_age(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    """Somebody knows beforehand: on the birthday the guardian's word ends, and the person's own counts."""
    return situation.escalated(COMES_OF_AGE, when=case_of(situation).is_child(situation.today))


def _guardians_word_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    """Somebody asks the person, where the guardian's consents were all there was."""
    case = case_of(situation)
    lapsed = bool(safety_of(case).by_guardian) and not case.is_child(situation.today)
    return situation.escalated(LAPSED, when=lapsed)


RULES: Final = (
    CommandRule(commands.EstablishAge, establish_age),
    CommandRule(commands.IdentifyVictim, identify_victim),
    CommandRule(commands.EndReflection, end_reflection),
    CommandRule(commands.AssessRisk, assess_risk, two_people=TwoPeople(when=by_two, sealed="note")),
    CommandRule(commands.AgreeSafetyPlan, agree_safety_plan, two_people=TwoPeople(sealed="plan")),
    CommandRule(
        commands.AppointGuardian,
        appoint_guardian,
        reaches=lambda command, _situation: (command.member,) if command.member else (),
        two_people=TwoPeople(when=lambda command, _situation: command.member is not None, sealed="name"),
    ),
    CommandRule(commands.EndGuardianship, end_guardianship, needs=_way_and_pickup, reaches=_the_suspect, cancels=True),
    CommandRule(commands.DecideBestInterests, decide_best_interests, two_people=TwoPeople()),
    CommandRule(commands.RecordAssent, record_assent),
)
TIMERS: Final = (
    TimerKind("reflection", _reflection_is_over),
    TimerKind("reflection_ending", _reflection_ends_soon),
    TimerKind("comes_of_age", _comes_of_age),
    TimerKind("of_age", _guardians_word_is_over),
    # The dangers are gone through again; every assessment stops the timer of the one before.
    TimerKind("risk_expires", lambda situation, _: situation.escalated("risk_reassess")),
    TimerKind(PLAN_DUE, lambda s, _: s.escalated(PLAN_OVERDUE, when=lacks_safety_plan(case_of(s)))),
    TimerKind("risk_review", lambda s, _: s.escalated(RISK_REVIEW, when=is_at_high_risk(case_of(s)))),
)
# Whatever a programme file demands: nobody is recorded as safe at their goal who is found to be in danger.
ON_ENTERING: Final = StepHook(
    case_ends,
    settles=_guardian_goes,
    needs=own_group,
    against=lambda asked, _dest: [reason for reason in (danger_is_over(asked),) if reason is not None],
    reaches=_of_the_group,
)
