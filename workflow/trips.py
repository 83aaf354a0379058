"""The way home: planned, escorted, called off. An escort is never in two places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from events.facts import shared, work
from workflow import commands as ask
from workflow.case.state import Case
from workflow.case.work import Task
from workflow.deciding import Decide, Decision, Needs, Situation, TaskKind, Told, case_of, id_from, reasons_against
from workflow.escorts import EscortPool
from workflow.guards.consent import consent_to_travel
from workflow.guards.safety import guardian_is_appointed
from workflow.guards.travel import escort_needed
from workflow.programme import Programme
from workflow.reasons import Reason, Refused, reason, refused


def plan_trip(command: ask.PlanTrip, situation: Situation) -> Decision:
    """Return the plan with an escort reserved there and back; an earlier plan is called off first."""
    assert situation.case is not None
    reasons = list(reasons_against(situation.asked(command), (consent_to_travel, guardian_is_appointed)))
    if command.departs_at <= situation.now:
        reasons.append(reason("departure_is_ahead", "the departure is not in the future", "check the date"))
    needed = escort_needed(situation.case, situation.today)
    back_at = _back_at(command, situation)
    escort = ""
    if needed != "none":
        found = _pool(situation).find(situation.programme, needed, command.departs_at, back_at)
        escort = found.id if found else ""
        if not found:
            reasons.append(_nobody_free(needed))
    if reasons:
        return Refused(tuple(reasons))
    return [*called_off(situation, "planned again"), *_planned(command, situation, escort, back_at)]


def _planned(command: ask.PlanTrip, situation: Situation, escort: str, back_at: datetime) -> list[Told]:
    assert situation.case is not None
    trip_id = id_from(command.command_id, "R")
    plan = told.TripPlanned(
        trip_id=trip_id,
        departs_at=command.departs_at,
        arrives_at=command.arrives_at,
        origin=command.origin,
        destination=command.destination,
        escort=escort,
        escort_back_at=back_at if escort else None,
    )
    planned = situation.about_case(plan)
    if escort:
        reserved = shared.EscortReserved(
            escort=escort,
            case_id=situation.case.case_id,
            trip_id=trip_id,
            leaves_at=command.departs_at,
            back_at=back_at,
        )
        planned.append(Told(situation.programme.escorts_stream, reserved))
    return planned


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


def answer_escort(command: ask.AnswerEscort, situation: Situation) -> Decision:
    """Return the answer; an escort who declines is free again at once."""
    case = situation.case
    assert case is not None
    if case.trip is None or not case.trip.escort:
        return refused("escort_is_asked", "no escort is waiting to answer", "record PlanTrip first")
    trip = case.trip
    if trip.confirmed and command.accepted:
        return []
    answer = told.EscortAnswered(
        trip_id=trip.trip_id, escort=trip.escort, accepted=command.accepted, reason=command.reason
    )
    decided = situation.about_case(answer)
    return decided if command.accepted else [*decided, *_freed(situation, "declined")]


def cancel_trip(command: ask.CancelTrip, situation: Situation) -> Decision:
    """Return that the journey is called off; once somebody has boarded, turn_back is the way."""
    assert situation.case is not None
    if situation.case.trip is None:
        return refused("trip_is_planned", "no journey is planned", "nothing needs to be done")
    if not situation.case.trip_is_ahead:
        return refused("trip_is_ahead", "the journey is over", "record what happened as a note")
    return called_off(situation, command.reason)


def called_off(situation: Situation, why: str) -> list[Told]:
    """Return that the trip is cancelled and its escort free, or nothing when there is no trip ahead."""
    assert situation.case is not None
    trip = situation.case.trip
    if trip is None or not situation.case.trip_is_ahead:
        return []
    cancelled = situation.about_case(told.TripCancelled(trip_id=trip.trip_id, reason=why))
    return [*cancelled, *_freed(situation, why)]


def _freed(situation: Situation, why: str) -> list[Told]:
    case = situation.case
    assert case is not None
    assert case.trip is not None
    if not case.trip.escort:
        return []
    freed = shared.EscortFreed(escort=case.trip.escort, case_id=case.case_id, trip_id=case.trip.trip_id, reason=why)
    return [Told(situation.programme.escorts_stream, freed)]


def _pool(situation: Situation) -> EscortPool:
    """Return the escorts as they will be once the person's own earlier trip is called off."""
    assert situation.case is not None
    trip = situation.case.trip
    return situation.pool.without(trip.trip_id) if trip and situation.case.trip_is_ahead else situation.pool


def _back_at(command: ask.PlanTrip, situation: Situation) -> datetime:
    """Return when an escort is home again: as long back as there, after a rest."""
    rest = timedelta(hours=situation.programme.policies.escort_rest_hours)
    return command.arrives_at + rest + (command.arrives_at - command.departs_at)


def _nobody_free(skill: str) -> Reason:
    advice = "choose another time, or free an escort"
    return reason("escort_is_free", f"no {skill} escort is free at that time", advice, skill=skill)


def _escort_invited(command: ask.FinishTask, task: Task) -> Fact:
    return told.EscortInvited(
        task_id=command.task_id, trip_id=task.about("trip_id"), escort=task.about("escort"), receipt=command.reference
    )


def _invitation_is_wanted(task: Task, situation: Situation) -> bool:
    trip = case_of(situation).trip
    return trip is not None and trip.trip_id == task.about("trip_id") and trip.escort == task.about("escort")


def _given_back(command: ask.FinishTask, task: Task) -> Fact:
    return work.BookingReleased(
        task_id=command.task_id,
        booking=task.about("booking"),
        trip_id=task.about("trip_id"),
        reference=command.reference,
    )


def _escorts(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.escorts_stream,)


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.DeclareReturn: declare_return,
    ask.ChooseStay: choose_stay,
    ask.PlanTrip: plan_trip,
    ask.AnswerEscort: answer_escort,
    ask.CancelTrip: cancel_trip,
}

NEEDS: Final[Mapping[type[ask.Command], Needs]] = {
    ask.PlanTrip: _escorts,
    ask.AnswerEscort: _escorts,
    ask.CancelTrip: _escorts,
}
CANCELLING: Final = (ask.PlanTrip, ask.AnswerEscort, ask.CancelTrip)
TASKS: Final = (
    TaskKind("book_escort", _escort_invited, _invitation_is_wanted, consent=lambda _task, _programme: "travel"),
    TaskKind("release_escort", _given_back, gives_back=True),
    TaskKind("release_booking", _given_back, gives_back=True),
)
