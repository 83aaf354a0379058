"""Guards about ending a stage or a case."""

from collections.abc import Iterator
from typing import Final

from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.closing import refusals
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.referrals.state import AWAITED, referrals_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.travel.state import travel_of, trip_is_ahead


def reason_is_listed(asked: GuardContext) -> Reason | None:
    """An end has a reason from the programme's list, so that statistics can be trusted."""
    if asked.reason in asked.programme.closure_reasons:
        return None
    return refusals.REASON_IS_LISTED(reasons=asked.programme.closure_reasons, given=asked.reason or "none")


def reason_is_given(asked: GuardContext) -> Reason | None:
    """Somebody reading later must know why."""
    return None if asked.reason else refusals.REASON_FOR_STEP()


def second_person_agreed(asked: GuardContext) -> Reason | None:
    """Four eyes: whoever agrees is not whoever asks, administrators included."""
    if asked.second and asked.second != asked.actor:
        return None
    kind = refusals.ASKER_AGREED if asked.second else refusals.NOBODY_AGREED
    return kind(second=asked.second or "none")


def nothing_is_open(asked: GuardContext) -> Reason | None:
    """Nothing is left behind: no task, bed, trip, grant, referral, seat in a course or document under way."""
    left = [*_left_of_stay_and_trip(asked), *_left_of_work(asked.case), *_left_with_others(asked.case)]
    return refusals.NOTHING_IS_OPEN(left=left) if left else None


def _left_of_stay_and_trip(asked: GuardContext) -> Iterator[Reason]:
    case = asked.case
    bed = accommodation_of(case).bed
    if bed is not None:
        yield refusals.BED_IS_LEFT(bed=bed[1], house=bed[0])
    trip = travel_of(case).trip
    if trip is not None and trip_is_ahead(case):
        yield refusals.TRIP_IS_LEFT(trip=trip.trip_id)


def _left_of_work(case: Case) -> Iterator[Reason]:
    for key, task in case.tasks.items():
        yield refusals.TASK_IS_LEFT(kind=task.kind, key=key)
    for grant_id, grant in grants_of(case).grants.items():
        if not grant.settled:
            yield refusals.GRANT_IS_LEFT(kind=grant.kind, key=grant_id)


def _left_with_others(case: Case) -> Iterator[Reason]:
    for key, referral in referrals_of(case).referrals.items():
        if referral.status in AWAITED:
            yield refusals.REFERRAL_IS_LEFT(key=key, provider=referral.provider, status=referral.status)
    for course, place in reintegration_of(case).courses.items():
        yield refusals.COURSE_IS_LEFT(course=course, status=place.status)
    for key, paper in documents_of(case).papers.items():
        yield refusals.DOCUMENT_IS_LEFT(kind=paper.kind, key=key)


def nothing_is_running(asked: GuardContext) -> Reason | None:
    """Before a person is declared done with a stage, the stage's own tasks are over."""
    running = [dict(task.subject).get("service", task.kind) for task in asked.case.tasks.values()]
    return refusals.NOTHING_IS_RUNNING(tasks=sorted(running)) if running else None


def nothing_came_after(asked: GuardContext) -> Reason | None:
    """A case that led to another is not taken up again: the person's journey goes on there."""
    following = asked.case.next_case
    return None if following is None else refusals.NOTHING_CAME_AFTER(next=following)


GUARDS: Final = (
    reason_is_listed,
    reason_is_given,
    second_person_agreed,
    nothing_is_open,
    nothing_is_running,
    nothing_came_after,
)
