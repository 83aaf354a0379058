"""The way home."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from events.facts.travel import (
    EscortAnswered,
    EscortInvited,
    HostAnswered,
    HostAsked,
    HostChosen,
    TransitVisaRecorded,
    TripPlanned,
)
from workflow.case.retraction import Instead, Retractable, Told
from workflow.case.state import NOTHING, At, Case, Change, Part, without


class Trip(NamedTuple):
    """The way home as planned."""

    trip_id: str
    departs_at: datetime
    arrives_at: datetime
    origin: str
    destination: str
    escort: str = ""
    confirmed: bool = False
    route: str = "international"
    transit: tuple[str, ...] = ()  # countries between
    host: str = ""
    host_ready: bool = False
    hosts_declined: tuple[str, ...] = ()
    party: str = ""  # whom they travel with

    @property
    def leaves(self) -> tuple[datetime, str]:
        """Return when and from where: who leaves by the same is on the same train, whoever planned it."""
        return self.departs_at, self.origin

    def goes_with(self, party: str) -> bool:
        """Tell whether it is made with a party, where there is one."""
        return bool(party) and self.party == party


SUSPECT_IS_ALONG: Final = "suspect_is_along"
_SETTLED = frozenset({"missed_departure", "departure_not_ready", "no_host", "not_handed_over", SUSPECT_IS_ALONG})


class Travel(NamedTuple):
    """Where the person goes, or that they stay, and the journey there."""

    destination: str = ""
    stays: bool = False
    visas: Mapping[str, date] = NOTHING  # for countries on the way, until when
    trip: Trip | None = None
    booked: tuple[str, ...] = ()

    def is_on_trip(self, trip_id: str) -> bool:
        """Tell whether this is the trip now planned."""
        return self.trip is not None and self.trip.trip_id == trip_id


travel_of: Final = Part("travel", Travel())


def _trip(case: Case, fact: TripPlanned, _at: At) -> Case:
    trip = Trip(
        fact.trip_id, fact.departs_at, fact.arrives_at, fact.origin, fact.destination, fact.escort,
        route=fact.route, transit=fact.transit, host=fact.host, party=fact.party,
    )  # fmt: skip
    calm = case.calm(*_SETTLED)._replace(provided=case.provided - {"hand_over"})
    return travel_of.changed(calm, trip=trip, booked=())


def _invited(case: Case, fact: EscortInvited, _at: At) -> Case:
    trip = travel_of(case).trip
    still_asked = trip is not None and trip.escort == fact.escort
    return booked_for(case, fact.trip_id, "escort") if still_asked else case


def _answered(case: Case, fact: EscortAnswered, _at: At) -> Case:
    trip = travel_of(case).trip
    if trip is None or trip.trip_id != fact.trip_id:
        return case
    if fact.accepted:
        return travel_of.changed(case, trip=trip._replace(confirmed=True))
    return _not_booked(travel_of.changed(case, trip=trip._replace(escort="", confirmed=False)), "escort")


def _host_asked(case: Case, fact: HostAsked, _at: At) -> Case:
    trip = travel_of(case).trip
    still_asked = trip is not None and trip.host == fact.host
    return booked_for(case, fact.trip_id, "arrival_host") if still_asked else case


def _host_chosen(case: Case, fact: HostChosen, _at: At) -> Case:
    trip = travel_of(case).trip
    if trip is None:
        return case
    return _not_booked(
        travel_of.changed(case.calm("no_host"), trip=trip._replace(host=fact.host, host_ready=False)), "arrival_host"
    )


def _host_answered(case: Case, fact: HostAnswered, _at: At) -> Case:
    trip = travel_of(case).trip
    if trip is None:
        return case
    if fact.accepted:
        return travel_of.changed(case, trip=trip._replace(host_ready=True))
    declined = (*trip.hosts_declined, fact.host)
    other = trip._replace(host=fact.next_host, host_ready=False, hosts_declined=declined)
    return _not_booked(travel_of.changed(case, trip=other), "arrival_host")


def booked_for(case: Case, trip_id: str, what: str) -> Case:
    """Remember a booking for the trip it was made for; one for a trip called off is released by a reaction."""
    if not travel_of(case).is_on_trip(trip_id) or what in travel_of(case).booked:
        return case
    return travel_of.changed(case, booked=(*travel_of(case).booked, what))


def _not_booked(case: Case, what: str) -> Case:
    return travel_of.changed(case, booked=tuple(booking for booking in travel_of(case).booked if booking != what))


def _no_visa(case: Case, told: Told) -> Case:
    """Return the case with the visa for that country that was in hand before, if one was."""
    country, others = dict(told.about)["country"], travel_of(case).visas
    before = without(others, country) if told.before is None else {**others, country: told.before}
    return travel_of.changed(case, visas=before)


RETRACTABLE: Final = (
    Retractable(
        TransitVisaRecorded, "RecordTransitVisa", _no_visa,
        about=lambda f: (("country", f.country),), keeps=lambda c, f: travel_of(c).visas.get(f.country),
        guards=frozenset({"transit_visas_are_in_order"}),
    ),
)  # fmt: skip
INSTEAD: Final = {
    "ReturnDeclared": Instead(("DeclareReturn", "ChooseStay")),
    "StayChosen": Instead(("DeclareReturn",)),
    "TripPlanned": Instead(back="CancelTrip", anew="PlanTrip"),
    "TripCancelled": Instead(("PlanTrip",)),
    "EscortAnswered": Instead(("AnswerEscort",)),
    "HostChosen": Instead(("AskHost",)),
    "HostAnswered": Instead(("AskHost",)),
}
CHANGES: dict[str, Change] = {
    "ReturnDeclared": lambda c, f, _: travel_of.changed(c, destination=f.destination, stays=False),
    "StayChosen": lambda c, _f, _: travel_of.changed(c, stays=True, destination=""),
    "TransitVisaRecorded": lambda c, f, _: travel_of.changed(c, visas={**travel_of(c).visas, f.country: f.valid_until}),
    "TripPlanned": _trip,
    "TripCancelled": lambda c, _f, _: travel_of.changed(c.calm(*_SETTLED), trip=None, booked=()),
    "TicketIssued": lambda c, f, _: booked_for(c, f.trip_id, "ticket"),
    "EscortInvited": _invited,
    "EscortAnswered": _answered,
    "HostAsked": _host_asked,
    "HostChosen": _host_chosen,
    "HostAnswered": _host_answered,
    "PersonHandedOver": lambda c, _f, _: c.calm(*_SETTLED),
}


def trip_is_ahead(case: Case) -> bool:
    """Tell whether a journey is still to be made; after the hand-over nothing of it can be given back."""
    return travel_of(case).trip is not None and "hand_over" not in case.provided
