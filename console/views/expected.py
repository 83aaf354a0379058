"""What a timer reminds of: an appointment is shown as what it is, at its own time, not as the worry that follows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from workflow.case.state import Case
from workflow.subjects.care.state import care_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.travel.state import travel_of

# Timers that ask whether somebody came: a while after the time at which they were expected.
ASK_AFTERWARDS: Final = ("appointment", "referral_meeting", "no_show", "hand_over_due")
# Timers that go off just when it takes place.
TAKES_PLACE: Final = frozenset({"departure", "follow_up"})


class Expected(NamedTuple):
    """When something takes place, and whether it is an appointment rather than a day by which to act."""

    at: datetime
    is_appointment: bool


def expected_at(timer: str, subject: Mapping[str, str], case: Case, due_at: datetime) -> Expected:
    """Return when what a timer reminds of takes place; what is no appointment takes place when the timer goes off."""
    found: datetime | None = None
    if timer == "appointment":
        one = care_of(case).appointments.get(subject["appointment"])
        found = one.at if one else None
    elif timer == "referral_meeting":
        referral = referrals_of(case).referrals.get(subject["referral_id"])
        found = referral.meets_at if referral else None
    elif timer == "no_show":
        arrival = reception_of(case).arrival
        found = arrival.at if arrival and arrival.arrival_id == subject["arrival_id"] else None
    elif timer == "hand_over_due":
        trip = travel_of(case).trip
        found = trip.arrives_at if trip else None
    elif timer in TAKES_PLACE:
        found = due_at
    return Expected(found or due_at, is_appointment=found is not None)
