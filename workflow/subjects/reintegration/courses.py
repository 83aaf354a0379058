"""Training courses: seats, and a line in which whoever came first is served first. Never more people than seats."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from events.catalogue import Fact
from events.facts.reintegration import SeatAwaited, SeatFreed, SeatOffered, SeatTaken
from workflow.subjects.reintegration.definition import Course


class CourseSeats(NamedTuple):
    """Who sits in a course, for whom a seat is kept until when, and who waits, in the order of coming."""

    taken: tuple[str, ...] = ()
    offered: Mapping[str, datetime] = {}
    waiting: tuple[str, ...] = ()

    def free(self, seats: int) -> int:
        """Return how many seats nobody has; none is left when a changed programme file took some away."""
        return max(seats - len(self.taken) - len(self.offered), 0)

    def holds(self, case_id: str) -> bool:
        """Tell whether a case has a seat, an offer or a place in the line."""
        return case_id in self.taken or case_id in self.offered or case_id in self.waiting

    def has_room(self, seats: int) -> bool:
        """Tell whether somebody who comes now may sit down: everybody in the line is served before them."""
        return self.free(seats) > len(self.waiting)


def has_ended(course: Course, day: date) -> bool:
    """Tell whether a course is over on a day; a rolling one never is."""
    return course.ends is not None and day > course.ends


def evolve(seats: CourseSeats, fact: Fact) -> CourseSeats:
    """Return the course after a fact."""
    match fact:
        case SeatTaken():
            left = _without(seats, fact.case_id)
            return left._replace(taken=(*left.taken, fact.case_id))
        case SeatAwaited():
            return seats._replace(waiting=(*seats.waiting, fact.case_id))
        case SeatOffered():
            left = _without(seats, fact.case_id)
            return left._replace(offered={**left.offered, fact.case_id: fact.until})
        case SeatFreed():
            return _without(seats, fact.case_id)
        case _:
            return seats


def _without(seats: CourseSeats, case_id: str) -> CourseSeats:
    return CourseSeats(
        tuple(one for one in seats.taken if one != case_id),
        {one: until for one, until in seats.offered.items() if one != case_id},
        tuple(one for one in seats.waiting if one != case_id),
    )
