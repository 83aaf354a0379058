"""When a person is expected where, at appointments, first meetings or on a journey: never at two places at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from workflow.case.state import Case
from workflow.reasons import Reason
from workflow.refusals import TIME_IS_FREE, TIME_IS_NOT_TRAVELLED
from workflow.subjects.care.state import care_of
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.travel.state import travel_of, trip_is_ahead

APPOINTMENT_LENGTH: Final = timedelta(hours=1)  # what a calendar shows; nobody knows how long a talk will take


def against_other_time(at: datetime, case: Case, own: str = "") -> list[Reason]:
    """Return why a person cannot be somewhere at a time; ``own`` is the appointment or referral that is being set."""
    taken = [(service, since) for key, service, since in _meetings(case) if key != own]
    reasons = [
        TIME_IS_FREE(service=service, taken=since) for service, since in taken if abs(since - at) < APPOINTMENT_LENGTH
    ]
    trip = travel_of(case).trip
    if trip is not None and trip_is_ahead(case) and trip.departs_at < at + APPOINTMENT_LENGTH and at < trip.arrives_at:
        reasons.append(TIME_IS_NOT_TRAVELLED(departs=trip.departs_at, arrives=trip.arrives_at))
    return reasons


def _meetings(case: Case) -> Iterator[tuple[str, str, datetime]]:
    """Yield what a person is expected at: its id, which service it is, and when."""
    for key, one in care_of(case).appointments.items():
        if one.at is not None:
            yield key, one.service, one.at
    for key, referral in referrals_of(case).referrals.items():
        if referral.meets_at is not None:
            yield key, referral.service, referral.meets_at
