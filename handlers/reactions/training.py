"""What follows for training: an offer runs out by itself, and a freed seat is passed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from events.catalogue import Fact
from events.facts.reintegration import CourseCompleted, CourseEnrolled, CourseLeft, CourseOffered
from handlers.reactions.moment import Moment, Reaction, task, timer, timers_over
from workflow.subjects.reintegration.training import FreeSeat


def _offered(fact: CourseOffered, moment: Moment) -> Iterator[Fact]:
    yield timer(moment, "seat_offer", fact.until, (("course", fact.course),))


def _enrolled(fact: CourseEnrolled, moment: Moment) -> Iterator[Fact]:
    yield from timers_over(moment, "seat_offer", course=fact.course)


def _freed(fact: CourseLeft | CourseCompleted, moment: Moment) -> Iterator[Fact]:
    """Have the seat offered to the next in the line; a place in the line given up frees no seat."""
    assert moment.before is not None
    yield from timers_over(moment, "seat_offer", course=fact.course)
    had = moment.before.reintegration.courses[fact.course].status
    if had != "waiting" and fact.waiting:
        yield task(moment, "offer_seat", FreeSeat(course=fact.course))


REACTIONS: Final[Mapping[str, Reaction]] = {
    "CourseOffered": _offered,
    "CourseEnrolled": _enrolled,
    "CourseLeft": _freed,
    "CourseCompleted": _freed,
}
