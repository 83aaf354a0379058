"""What providers do for a person."""

from __future__ import annotations

from typing import Literal

from workflow.programme.part import Label, Name, Part

FOLLOW_UP_VISIT = "follow_up_visit"  # the service a follow-up timer asks for


class Service(Part):
    """Something a provider does for a person."""

    id: Name
    label: Label
    consent: Name
    when: Literal["now", "arrival", "homecoming"] = "now"  # at once, at the planned arrival, when the trip ends
    for_trip: bool = False  # asked for when a trip is planned, given back when it is cancelled
