"""What a task is about has types of its own, and is kept as the same text as ever."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from workflow.case.tasks import About
from workflow.subjects.care.appointments import AppointmentLetter
from workflow.subjects.reception.decisions import PickupLetter
from workflow.subjects.travel.bookings import HostBooking
from workflow.tasks import KIND_OF

AT = datetime(2007, 3, 5, 12, tzinfo=UTC)
KEPT = {
    AppointmentLetter(appointment="A-1", service="medical_exam", provider="clinic", sequence=0): (
        ("appointment", "A-1"), ("provider", "clinic"), ("sequence", "0"), ("service", "medical_exam"),
    ),
    AppointmentLetter(appointment="A-1", service="medical_exam", provider="clinic", sequence=2, language="uz", at=AT): (
        ("appointment", "A-1"), ("at", "2007-03-05T12:00:00.000000Z"), ("language", "uz"), ("provider", "clinic"),
        ("sequence", "2"), ("service", "medical_exam"),
    ),
    HostBooking(trip_id="R-1", host="tashkent", at=AT, place="TAS", booking="arrival_host"): (
        ("at", "2007-03-05T12:00:00.000000Z"), ("booking", "arrival_host"), ("host", "tashkent"), ("place", "TAS"),
        ("trip_id", "R-1"),
    ),
    PickupLetter(
        arrival_id="A-2", meeter="olga", at=AT, place="SVO", means="car", number="", sign="BIRCH", sequence=1
    ): (
        ("arrival_id", "A-2"), ("at", "2007-03-05T12:00:00.000000Z"), ("means", "car"), ("meeter", "olga"),
        ("number", ""), ("place", "SVO"), ("sequence", "1"), ("sign", "BIRCH"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("about", KEPT, ids=repr)
def test_what_a_task_is_about_is_kept_as_sorted_text_and_read_back(about: About) -> None:
    assert about.pairs() == KEPT[about]
    assert type(about).of(about.pairs()) == about


@pytest.mark.parametrize("kind", KIND_OF.values(), ids=lambda kind: kind.kind)
def test_a_task_is_not_read_as_being_about_nothing(kind: object) -> None:
    with pytest.raises(ValidationError):
        kind.about.of(())  # type: ignore[attr-defined]
