"""I6, for courses: never more people than seats, nobody served twice, and both sides say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handlers.checks.check_results import CheckRecorder, ObservedEvent, Observer, WalkEnd
from handlers.projections.replay import Replay
from workflow.subjects.reintegration.courses import CourseSeats
from workflow.subjects.reintegration.state import reintegration_of


class CoursesCheck:
    """Watches the seats of courses; what it finds goes into the tally it is given."""

    def __init__(self, tally: CheckRecorder) -> None:
        self._tally = tally

    def sees(self) -> Mapping[str, Observer]:
        """Ask for everything by which somebody gets a seat or a place in the line."""
        return {"SeatTaken": self._on_seat, "SeatOffered": self._on_seat, "SeatAwaited": self._on_waiting}

    def _on_seat(self, seen: ObservedEvent) -> None:
        before, after = seen.before or CourseSeats(), seen.after
        self._nobody_twice(seen)
        if _given(after) <= _given(before):
            return  # an offer was taken: the seat was counted when it was offered
        seats = self._seats(seen)
        self._tally.demand(_given(after) <= seats, f"{seen.at}: {_given(after)} people for {seats} seats")

    def _on_waiting(self, seen: ObservedEvent) -> None:
        self._nobody_twice(seen)

    def _nobody_twice(self, seen: ObservedEvent) -> None:
        after: CourseSeats = seen.after
        standing = [*after.taken, *after.offered, *after.waiting]
        self._tally.demand(len(standing) == len(set(standing)), f"{seen.at}: {seen.fact.case_id} is there twice")

    def _seats(self, seen: ObservedEvent) -> int:
        known = seen.definition.programme.courses if seen.definition else ()
        return next((course.seats for course in known if course.stream == seen.stream), 0)

    def end(self, end: WalkEnd) -> None:
        """Compare what courses say with what cases say."""
        for case_id, course, stands in set(_of_courses(end.replay)) ^ set(_of_cases(end.replay)):
            self._tally.fault(f"{case_id} is {stands} in course {course} by one side only")


def _given(seats: CourseSeats) -> int:
    return len(seats.taken) + len(seats.offered)


def _of_courses(replay: Replay) -> Iterator[tuple[str, str, str]]:
    for stream, kept in replay.states.items():
        kind, _, course = stream.partition(":")
        if kind == "course" and kept.state is not None:
            sides = {"enrolled": kept.state.taken, "offered": kept.state.offered, "waiting": kept.state.waiting}
            yield from ((case_id, course, stands) for stands, ids in sides.items() for case_id in ids)


def _of_cases(replay: Replay) -> Iterator[tuple[str, str, str]]:
    for case, _ in replay.cases():
        for course, place in reintegration_of(case).courses.items():
            yield case.case_id, course, place.status
