"""What belongs to a journey besides its plan: escort and host who answer, ticket, visas, and the hand-over."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from events.facts import travel as facts
from events.facts.tasks import BookingReleased, ServiceProvided
from events.instants import instant
from workflow.case.state import Pairs
from workflow.case.tasks import About, Recipient
from workflow.command import occurred
from workflow.guard_context import GuardContext
from workflow.happened import EARLY
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, ends_in, person_of, said_by, unless
from workflow.subject import CommandRule, TimerKind, given
from workflow.subjects.travel import refusals
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, AskHost, HandOver, RecordTransitVisa
from workflow.subjects.travel.escorts import escorts_stream
from workflow.subjects.travel.guards import ON_THE_WAY, escort_is_confirmed, host_is_ready, ticket_is_issued
from workflow.subjects.travel.state import Trip, travel_of, trip_is_ahead


def answer_escort(command: AnswerEscort, situation: Situation) -> Decision:
    """Return the answer; an escort who declines is free again at once."""
    trip = travel_of(case_of(situation)).trip
    if trip is None or not trip.escort or not trip_is_ahead(case_of(situation)):
        return refused(refusals.ESCORT_IS_ASKED())
    if trip.confirmed and command.accepted:
        return []
    answer = facts.EscortAnswered(
        trip_id=trip.trip_id, escort=trip.escort, accepted=command.accepted, reason=command.reason
    )
    decided = situation.about_case(answer)
    return decided if command.accepted else [*decided, *escort_freed(situation, "declined")]


def escort_freed(situation: Situation, why: str) -> list[StreamFact]:
    """Return that the escort of the trip is free, or nothing when there is none."""
    case = case_of(situation)
    trip = travel_of(case).trip
    if trip is None or not trip.escort:
        return []
    free = facts.EscortFreed(escort=trip.escort, case_id=case.case_id, trip_id=trip.trip_id, reason=why)
    return [StreamFact(situation.programme.escorts_stream, free)]


def host_for(programme: Programme, country: str, without: Collection[str] = ()) -> str:
    """Return who receives people in a country: one who names it first, then one who is everywhere, else nobody."""
    offered = [host for host in programme.hosts if host.is_offered and host.id not in without]
    able = [host for host in offered if not host.countries or country in host.countries]
    able.sort(key=lambda host: not host.countries)
    return able[0].id if able else ""


def ask_host(command: AskHost, trip: Trip, situation: Situation) -> Decision:
    """Return who is asked now."""
    hosts = [host.id for host in situation.programme.hosts if host.is_offered]
    if command.host not in hosts:
        return refused(refusals.HOST_IS_KNOWN(known=hosts))
    if command.host == trip.host:
        return refused(refusals.HOST_IS_ANOTHER())
    return situation.about_case(facts.HostChosen(trip_id=trip.trip_id, host=command.host))


def answer_host(command: AnswerHost, trip: Trip, situation: Situation) -> Decision:
    """Return the answer; when the host cannot, the next one is asked, and if there is none somebody has to look."""
    if not trip.host:
        return refused(refusals.HOST_IS_ASKED())
    if command.accepted:
        if trip.host_ready:
            return []
        return situation.about_case(facts.HostAnswered(trip_id=trip.trip_id, host=trip.host, accepted=True))
    declined = (*trip.hosts_declined, trip.host)
    following = host_for(situation.programme, travel_of(case_of(situation)).destination, declined)
    answer = facts.HostAnswered(trip_id=trip.trip_id, host=trip.host, accepted=False, next_host=following)
    return [*situation.about_case(answer), *situation.escalated("no_host", when=not following)]


def record_transit_visa(command: RecordTransitVisa, situation: Situation) -> Decision:
    """Return that a visa is in hand."""
    if command.valid_until < situation.today:
        return refused(refusals.VISA_IS_VALID())
    return situation.about_case(said_by(command, facts.TransitVisaRecorded, person_id=person_of(situation)))


def hand_over(command: HandOver, trip: Trip, situation: Situation) -> Decision:
    """Return that the person arrived and who received them, and that the service was given."""
    received = said_by(command, facts.PersonHandedOver, person_id=person_of(situation), trip_id=trip.trip_id)
    provided = ServiceProvided(task_id="", service="hand_over", reference=trip.trip_id)
    against = [*_against_hand_over(command, situation), *_against_moment(command, trip, situation)]
    return unless(against, situation.about_case(received, provided))


def _against_hand_over(command: HandOver, situation: Situation) -> list[Reason]:
    case, is_child = case_of(situation), case_of(situation).is_child(situation.today)
    by_guardian = command.received_by in ("guardian", "authority")
    return reasons_if(
        (case.stage != ON_THE_WAY, refusals.HAS_DEPARTED()),
        (is_child and not by_guardian, refusals.RECEIVING_GUARDIAN_IS_THERE()),
        (is_child and not command.receiver, refusals.RECEIVER_IS_NAMED()),
    )


def _against_moment(command: HandOver, trip: Trip, situation: Situation) -> list[Reason]:
    """Return why nobody is received then: the journey has not begun, or has not come so far."""
    if case_of(situation).stage != ON_THE_WAY:
        return []  # that they have not left is told anyway
    at, length = occurred(command, situation.now), trip.arrives_at - trip.departs_at
    left_at = min(trip.departs_at, instant(case_of(situation).since))  # by an earlier train, or written down late
    if at < left_at:
        return [refusals.HANDED_OVER_AFTER_DEPARTURE(at=left_at)]
    earliest = trip.arrives_at - min(EARLY, length / 4)
    return [] if at >= earliest or command.came_early else [refusals.HANDED_OVER_AFTER_ARRIVAL(at=trip.arrives_at)]


def _trip_ahead(_command: AskHost | AnswerHost | HandOver, situation: Situation) -> Trip | Refused:
    case = case_of(situation)
    trip = travel_of(case).trip
    if trip is None:
        return refused(refusals.NO_TRIP_TO_CHANGE())
    if not trip_is_ahead(case):
        return refused(refusals.TRIP_IS_AHEAD())
    return trip


def _departure_is_near(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Escalate when ticket, host or escort are not certain though the departure is near."""
    asked = GuardContext(case_of(situation), situation.programme, situation.now)
    lacks = (guard(asked) for guard in (ticket_is_issued, host_is_ready, escort_is_confirmed))
    return situation.escalated("departure_not_ready", when=_still_waits(situation, subject) and any(lacks))


def _departure_has_come(situation: Situation, subject: Pairs) -> list[StreamFact]:
    return situation.escalated("missed_departure", when=_still_waits(situation, subject))


def _still_waits(situation: Situation, subject: Pairs) -> bool:
    case = case_of(situation)
    return travel_of(case).is_on_trip(dict(subject)["trip_id"]) and trip_is_ahead(case) and case.stage != ON_THE_WAY


def _hand_over_is_due(situation: Situation, subject: Pairs) -> list[StreamFact]:
    case = case_of(situation)
    missing = travel_of(case).is_on_trip(dict(subject)["trip_id"]) and trip_is_ahead(case) and case.stage == ON_THE_WAY
    return situation.escalated("not_handed_over", when=missing)


class Booking(About):
    """The trip something is booked for; what is given back says which booking it is."""

    trip_id: str
    booking: str = ""
    party: str = ""  # whom they travel with; one letter is written for all of them

    def is_for(self, trip: Trip) -> bool:
        """Tell whether this is still wanted for the trip as it is planned."""
        return trip.trip_id == self.trip_id


class EscortBooking(Booking):
    """The escort who is written to."""

    recipient = Recipient("escort_of", "escort")
    escort: str

    def is_for(self, trip: Trip) -> bool:
        """Tell whether this is the trip, and the escort now chosen for it."""
        return super().is_for(trip) and trip.escort == self.escort


class HostBooking(Booking):
    """The host who is written to; a letter can be written when the trip is no longer in the case."""

    recipient = Recipient("host_of", "host")
    host: str
    at: datetime
    place: str

    def is_for(self, trip: Trip) -> bool:
        """Tell whether this is the trip, and the host now chosen for it."""
        return super().is_for(trip) and trip.host == self.host


def _trip_is_wanted(about: Booking, situation: Situation) -> bool:
    trip = travel_of(case_of(situation)).trip
    return trip is not None and about.is_for(trip)


_GIVEN_BACK: Final = ends_in(BookingReleased, "reference")
TASKS: Final = (
    TaskKind(
        "book_ticket",
        Booking,
        ends_in(facts.TicketIssued, "reference"),
        _trip_is_wanted,
        is_letter=False,
        consent=lambda *_: "travel",
    ),
    TaskKind("cancel_ticket", Booking, _GIVEN_BACK, gives_back=True, is_letter=False),
    TaskKind("book_escort", EscortBooking, ends_in(facts.EscortInvited), _trip_is_wanted, consent=lambda *_: "travel"),
    TaskKind("release_escort", EscortBooking, _GIVEN_BACK, gives_back=True),
    TaskKind("ask_host", HostBooking, ends_in(facts.HostAsked), _trip_is_wanted, consent=lambda *_: "travel"),
    TaskKind("cancel_host", HostBooking, _GIVEN_BACK, gives_back=True),
)
RULES: Final = (
    CommandRule(AnswerEscort, answer_escort, needs=escorts_stream, cancels=True),
    CommandRule(AskHost, given(_trip_ahead, ask_host), cancels=True),
    CommandRule(AnswerHost, given(_trip_ahead, answer_host), cancels=True),
    CommandRule(RecordTransitVisa, record_transit_visa),
    CommandRule(HandOver, given(_trip_ahead, hand_over)),
)
TIMERS: Final = (
    TimerKind("departure_check", _departure_is_near),
    TimerKind("departure", _departure_has_come),
    TimerKind("hand_over_due", _hand_over_is_due),
)
