"""Meeting a person who arrives: planned, moved, called off, met. Nobody who meets people is in two places."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from events.facts import reception as facts
from events.facts.tasks import Escalated, ServiceProvided
from workflow.case.state import Case, Pairs
from workflow.case.tasks import About, Recipient
from workflow.command import occurred
from workflow.happened import EARLY, against_long_before
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import PROGRAMME_HAS_BEGUN
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, ends_in, id_from, id_of, said_by
from workflow.subject import CommandRule, StepHook, TimerKind, case_ends, given
from workflow.subjects.groups.company import against_company, against_suspects, others_in_group
from workflow.subjects.groups.state import belonging_of, own_group
from workflow.subjects.reception import refusals
from workflow.subjects.reception.commands import CancelArrival, DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.definition import Meeter
from workflow.subjects.reception.meeters import MeeterPool, Party, speaks
from workflow.subjects.reception.state import Arrival, reception_of

SERVICE: Final = "airport_reception"
_CHILD_SEAT_TO: Final = 11  # years: where cars have belts, those under 12 sit on a seat for children


def plan_arrival(command: PlanArrival, situation: Situation) -> Decision:
    """Return the plan with somebody free to meet the person; an earlier plan is called off first."""
    against = [*_against_when(command, situation), *against_company(command.company, situation)]
    if against:
        return Refused(tuple(against))
    case = case_of(situation)
    arrival_id, party = id_from(command.command_id, "A"), _party(command, situation)
    suspected = against_suspects(case, _with_party(party, situation))
    if suspected:
        return Refused(tuple(suspected))
    language = command.language or case.language
    earlier = arrival_called_off(situation, "planned again")
    meeter = None if command.late else _free(situation, language, command.at, party)
    plan = said_by(
        command,
        facts.ArrivalPlanned,
        arrival_id=arrival_id,
        language=language,
        # Says nothing about anybody, and is not typed, so that no name gets onto it; the same for who come together.
        sign=(party.id or arrival_id)[-4:],
        meeter=meeter.id if meeter else "",
        speaks=meeter is not None and speaks(meeter, language),
        party=party.id,
        child_seat=case.is_known_to_be_at_most(_CHILD_SEAT_TO, situation.today),
    )
    taken = [] if command.late else _taken(situation, plan, command.at)
    wish = [Escalated(kind="interpreter_wanted")] if meeter and not plan.speaks else []
    return [*earlier, *situation.about_case(plan, *wish), *taken]


def delay_arrival(command: DelayArrival, arrival: Arrival, situation: Situation) -> Decision:
    """Return the new time; who was to be there comes then, or somebody else who is free."""
    against = _against_when(command, situation)
    if against:
        return Refused(tuple(against))
    if command.at == arrival.at:
        return []
    party = Party(arrival.party, 1)
    meeter = None if command.late else _free(situation, arrival.language, command.at, party, arrival.meeter)
    delayed = facts.ArrivalDelayed(
        arrival_id=arrival.arrival_id, at=command.at, meeter=meeter.id if meeter else "", sequence=arrival.sequence + 1
    )
    taken = [] if command.late else _taken(situation, delayed, command.at, arrival.party)
    given_up = [] if delayed.meeter else _freed(situation, arrival, "moved")
    return [*situation.about_case(delayed), *given_up, *taken]


def cancel_arrival(command: CancelArrival, _arrival: Arrival, situation: Situation) -> Decision:
    """Return that nobody comes."""
    return arrival_called_off(situation, command.reason)


def meet_person(command: MeetPerson, arrival: Arrival, situation: Situation) -> Decision:
    """Return that the person was met, and that the service was given; nobody is met long before they come."""
    if occurred(command, situation.now) < arrival.at - EARLY:
        return refused(refusals.MET_AFTER_ARRIVAL(at=arrival.at))
    provided = ServiceProvided(task_id="", service=SERVICE, reference=arrival.arrival_id)
    here = situation.about_case(facts.PersonMet(arrival_id=arrival.arrival_id), provided)
    return [*here, *_freed(situation, arrival, "met")]


def arrival_called_off(situation: Situation, why: str) -> list[StreamFact]:
    """Return that nobody is to be met and that whoever was to meet them is free, or nothing if nobody is awaited."""
    arrival = reception_of(case_of(situation)).arrival
    if arrival is None or arrival.over:
        return []
    cancelled = facts.ArrivalCancelled(arrival_id=arrival.arrival_id, reason=why)
    return [*situation.about_case(cancelled), *_freed(situation, arrival, why)]


def _awaited(_command: DelayArrival | CancelArrival | MeetPerson, situation: Situation) -> Arrival | Refused:
    arrival = reception_of(case_of(situation)).arrival
    if arrival is None:
        return refused(refusals.ARRIVAL_IS_PLANNED())
    if arrival.over:
        return refused(refusals.ARRIVAL_IS_AHEAD())
    return arrival


def _against_when(command: PlanArrival | DelayArrival, situation: Situation) -> list[Reason]:
    """Return why nobody arrives then; who came a while ago may still be waiting, who came longer ago is past.

    What is past is only written down, and only where that is said: a driver would be sent for nobody.
    """
    at, still_waits = command.at, timedelta(hours=situation.programme.policies.pickup_hours)
    before = _before_the_programme(at, situation)
    if before is not None:
        return [before]
    if command.late:
        to_come = [refusals.ARRIVAL_HAS_COME(at=at)] if at > situation.now else []
        return to_come or against_long_before(at, case_of(situation))
    return [refusals.ARRIVAL_IS_LATE(at=at)] if at < situation.now - still_waits else []


def _before_the_programme(at: datetime, situation: Situation) -> Reason | None:
    since = situation.programme.runs.since
    return None if situation.programme.day(at) >= since else PROGRAMME_HAS_BEGUN(since=since)


def _errand(at: datetime, situation: Situation) -> tuple[datetime, datetime]:
    """Return from when to when somebody is taken for an arrival."""
    return at, at + timedelta(hours=situation.programme.policies.pickup_hours)


def _free(situation: Situation, language: str, at: datetime, party: Party, first: str = "") -> Meeter | None:
    """Return who can be there, first whoever was to come anyway."""
    pool, programme, errand = _pool(situation), situation.programme, _errand(at, situation)
    if party.id:
        return pool.find_seat(programme, language, *errand, party, first)
    return pool.find(programme, language, *errand, first=first)


def _with_party(party: Party, situation: Situation) -> Iterator[Case]:
    """Yield the members who come with a party already; who comes alone by the same flight has a car of their own."""
    for other in situation.cases.values():
        arrival = reception_of(other).arrival
        if arrival is not None and not arrival.over and arrival.comes_with(party.id):
            yield other


def met_apart(suspect: Case, command_id: UUID, situation: Situation) -> list[StreamFact]:
    """Return that a child has a driver of its own, where it would be met together with somebody who is suspected.

    The pick-up is not called off: the child would stand at an airport with nobody but them.
    """
    case = case_of(situation)
    mine, theirs = (reception_of(one).arrival for one in (case, suspect))
    if mine is None or theirs is None or mine.over or theirs.over or not mine.comes_with(theirs.party):
        return []
    pool, errand = _pool(situation), _errand(mine.at, situation)
    meeter = pool.find(situation.programme, mine.language, *errand)
    arrival_id = id_from(command_id, "A")
    plan = facts.ArrivalPlanned(
        arrival_id=arrival_id, at=mine.at, place=mine.place, means=mine.means, number=mine.number,
        language=mine.language, sign=arrival_id[-4:], meeter=meeter.id if meeter else "",
        speaks=meeter is not None and speaks(meeter, mine.language), child_seat=mine.child_seat,
    )  # fmt: skip
    before = arrival_called_off(situation, "who is suspected would come along")
    return [*before, *situation.about_case(plan), *_taken(situation, plan, mine.at)]


def _party(command: PlanArrival, situation: Situation) -> Party:
    """Return whom the person comes with: a member who comes at the same time has begun it, or it begins now."""
    if command.company == 1:
        return Party("", 1)
    arrivals = (reception_of(other).arrival for other in situation.cases.values())
    begun = (one.party for one in arrivals if one and not one.over and one.at == command.at and one.party)
    group_id = belonging_of(case_of(situation)).group_id
    return Party(next(begun, "") or id_of("V", group_id, situation.now.isoformat()), command.company)


def _pool(situation: Situation) -> MeeterPool:
    """Return those who meet people as they are without the person's own arrival."""
    pool: MeeterPool = situation.state_of(situation.programme.meeters_stream, MeeterPool)
    arrival = reception_of(case_of(situation)).arrival
    return pool.without(arrival.arrival_id) if arrival else pool


def _taken(
    situation: Situation, plan: facts.ArrivalPlanned | facts.ArrivalDelayed, at: datetime, party: str = ""
) -> list[StreamFact]:
    """Return who is taken; when nobody is free, that somebody has to look."""
    if not plan.meeter:
        return situation.escalated("nobody_to_meet", when=bool(situation.programme.meeters))
    leaves_at, back_at = _errand(at, situation)
    reserved = facts.MeeterReserved(
        meeter=plan.meeter,
        case_id=case_of(situation).case_id,
        arrival_id=plan.arrival_id,
        leaves_at=leaves_at,
        back_at=back_at,
        party=party or getattr(plan, "party", ""),
    )
    return [StreamFact(situation.programme.meeters_stream, reserved)]


def _freed(situation: Situation, arrival: Arrival, why: str) -> list[StreamFact]:
    if not arrival.meeter:
        return []
    freed = facts.MeeterFreed(
        meeter=arrival.meeter, case_id=case_of(situation).case_id, arrival_id=arrival.arrival_id, reason=why
    )
    return [StreamFact(situation.programme.meeters_stream, freed)]


def _nobody_was_met(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    return situation.escalated("no_show", when=reception_of(case_of(situation)).is_ahead)


class PickupLetter(About):
    """What somebody who meets a person is told; it can be written when the arrival is no longer in the case."""

    recipient = Recipient("meeter_of", "meeter")
    arrival_id: str
    meeter: str
    at: datetime
    place: str
    means: str
    number: str
    sign: str
    sequence: int
    party: str = ""


def _pickup_is_wanted(about: PickupLetter, situation: Situation) -> bool:
    """Tell whether the letter still says what is planned: the arrival, the meeter and the time."""
    arrival = reception_of(case_of(situation)).arrival
    if arrival is None or arrival.over:
        return False
    told = (about.arrival_id, about.meeter, about.sequence)
    return (arrival.arrival_id, arrival.meeter, arrival.sequence) == told


def _meeters(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.meeters_stream,)


def _meeters_and_group(programme: Programme, case: Case) -> tuple[str, ...]:
    return (*_meeters(programme, case), *own_group(programme, case))


def _assistance(*_: object) -> str:
    return "assistance"


TASKS: Final = (
    TaskKind("book_pickup", PickupLetter, ends_in(facts.PickupBooked), _pickup_is_wanted, consent=_assistance),
    TaskKind("move_pickup", PickupLetter, ends_in(facts.PickupMoved), _pickup_is_wanted, consent=_assistance),
    TaskKind("cancel_pickup", PickupLetter, ends_in(facts.PickupCancelled), gives_back=True),
)
RULES: Final = (
    CommandRule(PlanArrival, plan_arrival, needs=_meeters_and_group, reaches=others_in_group, cancels=True),
    CommandRule(DelayArrival, given(_awaited, delay_arrival), needs=_meeters, cancels=True),
    CommandRule(CancelArrival, given(_awaited, cancel_arrival), needs=_meeters, cancels=True),
    CommandRule(MeetPerson, given(_awaited, meet_person), needs=_meeters, cancels=True),
)
TIMERS: Final = (TimerKind("no_show", _nobody_was_met),)


def _awaited_meeters(programme: Programme, case: Case) -> tuple[str, ...]:
    return _meeters(programme, case) if reception_of(case).is_ahead else ()


ON_ENTERING: Final = StepHook(
    case_ends, lambda situation, dest: arrival_called_off(situation, f"case {dest}"), _awaited_meeters
)
