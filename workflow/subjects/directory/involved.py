"""Who of the directory a case has to do with at this moment: what somebody looks at when one of them is stopped."""

from collections.abc import Iterator

from workflow.case.state import Case
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.state import care_of
from workflow.subjects.directory.state import EntryKey
from workflow.subjects.reception.state import reception_of
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.travel.state import travel_of, trip_is_ahead


def involved(case: Case) -> frozenset[EntryKey]:
    """Return whom a case is referred or has an appointment with, who meets or goes along, and where the person is."""
    return frozenset(key for key in _involved(case) if key[1])


def _involved(case: Case) -> Iterator[EntryKey]:
    for referral in referrals_of(case).referrals.values():
        if referral.is_open:
            yield "provider", referral.provider
    for appointment in care_of(case).appointments.values():
        yield "provider", appointment.provider
        yield "provider", appointment.interpreter
    arrival, trip = reception_of(case).arrival, travel_of(case).trip
    if arrival is not None and not arrival.over:
        yield "meeter", arrival.meeter
    if trip is not None and trip_is_ahead(case):
        yield "escort", trip.escort
        yield "host", trip.host
    place = accommodation_of(case)
    yield from (("facility", name) for name in (*((place.bed[0],) if place.bed else ()), *place.waiting))
    yield from (("course", name) for name in reintegration_of(case).courses)
