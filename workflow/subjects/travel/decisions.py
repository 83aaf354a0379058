"""The way home: declared, planned, called off. An escort is never in two places."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from events.facts.travel import EscortReserved, PlannedLeg, ReturnDeclared, StayChosen, TripCancelled, TripPlanned
from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.programme import Programme
from workflow.programme.stages import Stage
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import PROGRAMME_HAS_BEGUN
from workflow.situation import (
    Decision,
    Situation,
    StreamFact,
    case_of,
    id_from,
    id_of,
    reasons_against,
    said_by,
    unless,
)
from workflow.subject import CommandRule, StepHook
from workflow.subjects.documents.guards import document_for_booking
from workflow.subjects.groups.company import against_company, against_suspects, others_in_group
from workflow.subjects.groups.state import belonging_of, own_group
from workflow.subjects.intake.guards import consent_to_travel
from workflow.subjects.safety.guards import guardian_is_appointed
from workflow.subjects.travel import refusals
from workflow.subjects.travel.bookings import escort_freed, host_for
from workflow.subjects.travel.commands import CancelTrip, ChooseStay, DeclareReturn, PlanTrip
from workflow.subjects.travel.escorts import EscortPool, TravelParty, escorts_of, escorts_stream
from workflow.subjects.travel.guards import ON_THE_WAY, escort_needed, return_is_declared
from workflow.subjects.travel.state import SUSPECT_IS_ALONG, travel_of, trip_is_ahead


def plan_trip(command: PlanTrip, situation: Situation) -> Decision:
    """Return the plan with an escort reserved there and back; an earlier plan is called off first."""
    case, asked = case_of(situation), situation.asked(command)
    reasons = list(reasons_against(asked, (consent_to_travel, guardian_is_appointed, return_is_declared)))
    if command.departs_at <= situation.now:
        reasons.append(refusals.DEPARTURE_IS_AHEAD())
    papers = document_for_booking(asked, situation.programme.day(command.arrives_at))
    reasons += [papers] if papers else []
    legs, party = _legs(command, situation), _party(command, situation)
    reasons += [*_against_route(legs, case), *against_company(command.company, situation)]
    reasons += against_suspects(case, (one for one in situation.cases.values() if _is_with(party, command, one)))
    needed, back_at, escort = escort_needed(case, situation.today), _back_at(command, situation), ""
    if needed != "none":
        pool = _pool(situation)
        found = pool.find(situation.programme, needed, command.departs_at, back_at, case.language, party)
        escort = found.id if found else ""
        reasons += [] if found else [refusals.ESCORT_IS_FREE(skill=needed)]
    if reasons:
        return Refused(tuple(reasons))
    there_and_back = ReservedEscort(escort, back_at, party.id)
    return [*trip_called_off(situation, "planned again"), *_planned(command, situation, legs, there_and_back)]


class ReservedEscort(NamedTuple):
    """Who goes along, nobody where none is needed; until when they are away, and with whom."""

    escort: str
    back_at: datetime
    party: str


def _party(command: PlanTrip, situation: Situation) -> TravelParty:
    """Return whom the person travels with, as a member who travels then has begun it, or as it begins now."""
    if command.company == 1:
        return TravelParty()
    others = [other for other in situation.cases.values() if travel_of(other).destination]
    trips = (travel_of(other).trip for other in others if trip_is_ahead(other))
    times = command.departs_at, command.arrives_at
    begun = next((one.party for one in trips if one and one.party and (one.departs_at, one.arrives_at) == times), "")
    new = id_of("J", belonging_of(case_of(situation)).group_id, situation.now.isoformat())
    skills = {escort_needed(other, situation.today) for other in others} - {"none"}
    return TravelParty(begun or new, frozenset(skills))


def _is_with(party: TravelParty, command: PlanTrip, other: Case) -> bool:
    """Tell whether somebody travels with a party already, or alone by the same train."""
    trip = travel_of(other).trip if trip_is_ahead(other) else None
    return trip is not None and (trip.goes_with(party.id) or (command.departs_at, command.origin) == trip.leaves)


def _planned(
    command: PlanTrip, situation: Situation, legs: tuple[PlannedLeg, ...], along: ReservedEscort
) -> list[StreamFact]:
    case, programme = case_of(situation), situation.programme
    trip_id, host = id_from(command.command_id, "R"), host_for(programme, travel_of(case).destination)
    plan = said_by(
        command,
        TripPlanned,
        trip_id=trip_id,
        route=route_of(case, programme),
        legs=legs,
        transit=_transit(legs),
        escort=along.escort,
        escort_back_at=along.back_at if along.escort else None,
        host=host,
        party=along.party,
    )
    planned = [*situation.about_case(plan), *situation.escalated("no_host", when=not host)]
    if along.escort:
        reserved = EscortReserved(
            escort=along.escort, case_id=case.case_id, trip_id=trip_id, leaves_at=command.departs_at,
            back_at=along.back_at, party=along.party,
        )  # fmt: skip
        planned.append(StreamFact(programme.escorts_stream, reserved))
    return planned


def route_of(case: Case, programme: Programme) -> str:
    """Return whether the way stays inside the country: it does for nationals, unless they declared otherwise."""
    home = programme.home_country
    return "domestic" if travel_of(case).destination == home and case.is_national(home) else "international"


def _legs(command: PlanTrip, situation: Situation) -> tuple[PlannedLeg, ...]:
    """Return the legs with the countries filled in that go without saying: from here, to the declared destination."""
    home, destination = situation.programme.home_country, travel_of(case_of(situation)).destination
    last = len(command.legs) - 1
    return tuple(
        PlannedLeg(
            **leg.model_dump(exclude={"from_country", "to_country"}),
            from_country=leg.from_country or (home if number == 0 else ""),
            to_country=leg.to_country or (destination if number == last else ""),
        )
        for number, leg in enumerate(command.legs)
    )


def _transit(legs: tuple[PlannedLeg, ...]) -> tuple[str, ...]:
    """Return the countries in which the person changes, without those where the way begins and ends."""
    ends = {legs[0].from_country, legs[-1].to_country}
    return tuple(dict.fromkeys(leg.to_country for leg in legs[:-1] if leg.to_country not in ends))


def _against_route(legs: tuple[PlannedLeg, ...], case: Case) -> list[Reason]:
    """Return what is wrong with where the way leads: only to the country the person declared."""
    found = legs[-1].to_country
    home = travel_of(case).destination
    return [refusals.ROUTE_LEADS_HOME(found=found, home=home)] if home not in ("", found) else []


def declare_return(command: DeclareReturn, situation: Situation) -> Decision:
    """Return the declaration: inside the country for nationals, to a country of citizenship for others.

    Somebody with several citizenships chooses; whose citizenship is unknown may name any country. A journey
    planned to another country is called off.
    """
    reasons = [*_against_destination(command, situation), *_against_signature(command, situation)]
    reasons += _against_change(situation) if command.destination != travel_of(case_of(situation)).destination else []
    if reasons:
        return Refused(tuple(reasons))
    declared = ReturnDeclared(destination=command.destination, signed_on=command.signed_on, because=command.because)
    changed = travel_of(case_of(situation)).destination not in ("", command.destination)
    before = trip_called_off(situation, "another destination") if changed else []
    return [*before, *situation.about_case(declared)]


def _against_destination(command: DeclareReturn, situation: Situation) -> list[Reason]:
    case, home = case_of(situation), situation.programme.home_country
    if not case.citizenships or command.destination in case.citizenships:
        return []
    if case.is_national(home) and command.because:
        return []
    kind = refusals.NOT_THEIR_COUNTRY_UNLESS if case.is_national(home) else refusals.NOT_THEIR_COUNTRY
    return [kind(country=command.destination, own=case.citizenships)]


def _against_signature(command: DeclareReturn, situation: Situation) -> list[Reason]:
    since = situation.programme.runs.since
    if command.signed_on > situation.today:
        return [refusals.DECLARATION_IS_SIGNED()]
    if command.signed_on < since:
        return [PROGRAMME_HAS_BEGUN(since=since)]
    return []


def _against_change(situation: Situation) -> list[Reason]:
    """Return that nothing of a journey is changed while somebody makes it."""
    case = case_of(situation)
    return [] if case.stage != ON_THE_WAY or not trip_is_ahead(case) else [refusals.HAS_NOT_DEPARTED()]


def choose_stay(command: ChooseStay, situation: Situation) -> Decision:
    """Return the choice to stay; nobody is asked to justify it, only on which basis they may."""
    reasons = _against_change(situation)
    return unless(
        reasons,
        [*trip_called_off(situation, "the person stays"), *situation.about_case(StayChosen(basis=command.basis))],
    )


def cancel_trip(command: CancelTrip, situation: Situation) -> Decision:
    """Return that the journey is called off; once somebody has boarded, turn_back is the way."""
    case = case_of(situation)
    if travel_of(case).trip is None:
        return refused(refusals.NO_TRIP_TO_CANCEL())
    if not trip_is_ahead(case):
        return refused(refusals.TRIP_IS_AHEAD())
    reasons = _against_change(situation)
    return Refused(tuple(reasons)) if reasons else trip_called_off(situation, command.reason)


def trip_called_off(situation: Situation, why: str) -> list[StreamFact]:
    """Return that the trip is cancelled and its escort free, or nothing when there is no trip ahead."""
    case = case_of(situation)
    trip = travel_of(case).trip
    if trip is None or not trip_is_ahead(case):
        return []
    cancelled = TripCancelled(trip_id=trip.trip_id, reason=why)
    return [*situation.about_case(cancelled), *escort_freed(situation, why)]


def kept_from(suspect: Case, situation: Situation) -> list[StreamFact]:
    """Return that a child does not travel with somebody who is suspected: called off, or, on the way, a worry at once.

    Nothing where they do not travel together.
    """
    case = case_of(situation)
    mine, theirs = (travel_of(one).trip if trip_is_ahead(one) else None for one in (case, suspect))
    if mine is None or theirs is None or not (mine.goes_with(theirs.party) or mine.leaves == theirs.leaves):
        return []
    if case.stage == ON_THE_WAY:
        return situation.escalated(SUSPECT_IS_ALONG)
    return trip_called_off(situation, "who is suspected would go along")


def _pool(situation: Situation) -> EscortPool:
    """Return the escorts as they will be once the person's own earlier trip is called off."""
    case = case_of(situation)
    trip = travel_of(case).trip
    return escorts_of(situation).without(trip.trip_id) if trip and trip_is_ahead(case) else escorts_of(situation)


def _back_at(command: PlanTrip, situation: Situation) -> datetime:
    """Return when an escort is home again: as long back as there, after a rest."""
    rest = timedelta(hours=situation.programme.policies.escort_rest_hours)
    return command.arrives_at + rest + (command.arrives_at - command.departs_at)


def _escorts_and_group(programme: Programme, case: Case) -> tuple[str, ...]:
    return (*escorts_stream(programme, case), *own_group(programme, case))


# Whatever may call a journey off, or free an escort.
RULES: Final = (
    CommandRule(DeclareReturn, declare_return, needs=escorts_stream, cancels=True),
    CommandRule(ChooseStay, choose_stay, needs=escorts_stream, cancels=True),
    CommandRule(PlanTrip, plan_trip, needs=_escorts_and_group, reaches=others_in_group, cancels=True),
    CommandRule(CancelTrip, cancel_trip, needs=escorts_stream, cancels=True),
)


REASSESSMENT: Final = "reassessment"  # the stage in which everything about the way home is asked anew


_ON_ITS_WAY_HOURS: Final = 24  # before a train leaves somebody may be on the way to its station


def _concerns_the_way(name: str, stage: Stage) -> bool:
    return stage.ends or name in (REASSESSMENT, ON_THE_WAY)


def _off(situation: Situation, dest: str) -> list[StreamFact]:
    if dest == ON_THE_WAY:
        return []
    return trip_called_off(situation, dest if dest == REASSESSMENT else f"case {dest}")


def _too_early(asked: GuardContext, dest: str) -> list[Reason]:
    """Return that nobody has left for a journey that begins days later."""
    trip = travel_of(asked.case).trip
    if dest != ON_THE_WAY or trip is None:
        return []
    earliest = trip.departs_at - timedelta(hours=_ON_ITS_WAY_HOURS)
    return [refusals.DEPARTURE_HAS_COME(at=trip.departs_at)] if asked.now < earliest else []


ON_ENTERING: Final = StepHook(_concerns_the_way, _off, escorts_stream, _too_early)
