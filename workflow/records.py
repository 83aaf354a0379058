"""What case managers write down: each command becomes one fact the guards can look at."""

from __future__ import annotations

from datetime import timedelta

from events.catalogue import Fact
from events.facts import case as told
from workflow import commands as ask
from workflow.deciding import Decision, Situation
from workflow.reasons import Refused, reason, refused


def give_consent(command: ask.GiveConsent, situation: Situation) -> Decision:
    """Return the consent; a child's is given by a guardian."""
    assert situation.case is not None
    reasons = []
    if command.purpose not in situation.programme.purposes:
        known = ", ".join(situation.programme.purposes)
        reasons.append(reason("purpose_is_known", f"there is no purpose {command.purpose}", f"one of: {known}"))
    if command.until is not None and command.until < situation.today:
        reasons.append(
            reason("consent_is_live", "the consent would already be over", "check the date", until=command.until)
        )
    if command.by == "guardian" and not situation.case.guardian:
        reasons.append(
            reason("guardian_is_appointed", "nobody is recorded as guardian", "record AppointGuardian first")
        )
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(
        told.ConsentGiven(purpose=command.purpose, recipient=command.recipient, by=command.by, until=command.until)
    )


def withdraw_consent(command: ask.WithdrawConsent, situation: Situation) -> Decision:
    """Return the withdrawal; what is queued for the purpose is cancelled in the same moment."""
    assert situation.case is not None
    if (command.purpose, command.recipient) not in situation.case.consents:
        return refused(
            "consent_exists", f"there is no consent to {command.purpose}", "check the purpose and the recipient"
        )
    return situation.about_case(told.ConsentWithdrawn(purpose=command.purpose, recipient=command.recipient))


def establish_age(command: ask.EstablishAge, situation: Situation) -> Decision:
    """Return what is now known about the age."""
    return situation.about_case(told.AgeEstablished(child=command.child, basis=command.basis))


def identify_victim(command: ask.IdentifyVictim, situation: Situation) -> Decision:
    """Return the status; formal identification starts the reflection period by itself, once."""
    assert situation.case is not None
    identified = told.VictimIdentified(status=command.status, decided_by=command.decided_by)
    if command.status != "actual" or situation.case.identified == "actual":
        return situation.about_case(identified)
    until = situation.today + timedelta(days=situation.programme.policies.reflection_days)
    return situation.about_case(identified, told.ReflectionStarted(until=until))


def end_reflection(command: ask.EndReflection, situation: Situation) -> Decision:
    """Return the early end, when there is a period to end."""
    assert situation.case is not None
    if situation.case.reflection_until is None:
        return refused("reflection_runs", "no reflection period is running", "nothing needs to be done")
    return situation.about_case(told.ReflectionEnded(why=command.why))


def assess_risk(command: ask.AssessRisk, situation: Situation) -> Decision:
    """Return the assessment; the note is sealed."""
    return situation.about_case(
        told.RiskAssessed(
            person_id=_person(situation), level=command.level, safe_to_return=command.safe_to_return, note=command.note
        )
    )


def appoint_guardian(command: ask.AppointGuardian, situation: Situation) -> Decision:
    """Return the appointment; the guardian's name is sealed."""
    return situation.about_case(
        told.GuardianAppointed(person_id=_person(situation), kind=command.kind, name=command.name)
    )


def decide_best_interests(command: ask.DecideBestInterests, situation: Situation) -> Decision:
    """Return what the body decided."""
    return situation.about_case(told.BestInterestsDecided(outcome=command.outcome, decided_by=command.decided_by))


def plan_arrival(command: ask.PlanArrival, situation: Situation) -> Decision:
    """Return the plan for meeting the person."""
    return situation.about_case(told.ArrivalPlanned(at=command.at, place=command.place, means=command.means))


def agree_care_plan(command: ask.AgreeCarePlan, situation: Situation) -> Decision:
    """Return the agreed plan, when two different people agreed."""
    return _by_two(command, told.CarePlanAgreed(second=command.second), situation)


def agree_plan(command: ask.AgreePlan, situation: Situation) -> Decision:
    """Return the approved reintegration plan, when two different people agreed."""
    return _by_two(command, told.PlanAgreed(second=command.second), situation)


def certify_fitness(command: ask.CertifyFitness, situation: Situation) -> Decision:
    """Return the certificate; the note is sealed for medical staff."""
    if command.valid_until < situation.today:
        return refused("certificate_is_valid", "the certificate has already run out", "check the date")
    return situation.about_case(
        told.FitnessCertified(
            person_id=_person(situation), valid_until=command.valid_until, escort=command.escort, note=command.note
        )
    )


def record_travel_document(command: ask.RecordTravelDocument, situation: Situation) -> Decision:
    """Return the document; its number is sealed."""
    if command.valid_until < situation.today:
        return refused("document_is_valid", "the document has already run out", "renew it, or check the date")
    return situation.about_case(
        told.TravelDocumentRecorded(
            person_id=_person(situation), kind=command.kind, valid_until=command.valid_until, number=command.number
        )
    )


def declare_return(command: ask.DeclareReturn, situation: Situation) -> Decision:
    """Return the declaration: inside the country for nationals, to a country of citizenship for others.

    Somebody with several citizenships chooses; whose citizenship is unknown may name any country.
    """
    assert situation.case is not None
    citizenships = situation.case.citizenships
    reasons = []
    if citizenships and command.destination not in citizenships:
        own = ", ".join(citizenships)
        reasons.append(
            reason(
                "destination_is_home",
                f"{command.destination} is not a country of the person",
                f"one of: {own}; or ChooseStay",
            )
        )
    if command.signed_on > situation.today:
        reasons.append(reason("declaration_is_signed", "the day of signing is in the future", "check the date"))
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(told.ReturnDeclared(destination=command.destination, signed_on=command.signed_on))


def choose_stay(command: ask.ChooseStay, situation: Situation) -> Decision:
    """Return the choice to stay; nobody is asked to justify it, only on which basis they may."""
    return situation.about_case(told.StayChosen(basis=command.basis))


def record_follow_up(command: ask.RecordFollowUp, situation: Situation) -> Decision:
    """Return the visit; the note is sealed."""
    return situation.about_case(
        told.FollowUpVisited(
            person_id=_person(situation), month=command.month, outcome=command.outcome, note=command.note
        )
    )


def add_note(command: ask.AddNote, situation: Situation) -> Decision:
    """Return the note, sealed."""
    return situation.about_case(told.NoteAdded(person_id=_person(situation), note=command.note))


def open_sealed(command: ask.OpenSealed, situation: Situation) -> Decision:
    """Return the record of who opens what and why."""
    return situation.about_case(told.SealedOpened(compartments=command.compartments, why=command.why))


def _by_two(command: ask.AgreePlan | ask.AgreeCarePlan, fact: Fact, situation: Situation) -> Decision:
    if command.second == command.actor:
        return refused(
            "second_person_agreed", "the second person is the one who asks", "name somebody else with second="
        )
    return situation.about_case(fact)


def _person(situation: Situation) -> str:
    assert situation.case is not None
    return situation.case.person_id
