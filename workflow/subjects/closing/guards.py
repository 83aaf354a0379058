"""Guards about ending a stage or a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.referrals.state import AWAITED, referrals_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.travel.state import travel_of, trip_is_ahead


def reason_is_listed(asked: GuardContext) -> Reason | None:
    """An end has a reason from the programme's list, so that statistics can be trusted."""
    if asked.reason in asked.programme.closure_reasons:
        return None
    advice = "give --reason with one of: " + ", ".join(asked.programme.closure_reasons)
    return reason("reason_is_listed", "the reason is missing or not on the list", advice, given=asked.reason or "none")


def reason_is_given(asked: GuardContext) -> Reason | None:
    """Somebody reading later must know why."""
    if asked.reason:
        return None
    return reason("reason_is_given", "no reason was given", "give --reason")


def second_person_agreed(asked: GuardContext) -> Reason | None:
    """Four eyes: whoever agrees is not whoever asks, administrators included."""
    if asked.second and asked.second != asked.actor:
        return None
    said = "no second person agreed" if not asked.second else "the second person is the one who asks"
    return reason("second_person_agreed", said, "give --second with somebody else's id", second=asked.second or "none")


def nothing_is_open(asked: GuardContext) -> Reason | None:
    """Nothing is left behind: no task, bed, trip, grant, referral, seat in a course or document under way."""
    left = [*_left_of_stay_and_trip(asked), *_left_of_work(asked.case), *_left_with_others(asked.case)]
    if not left:
        return None
    said = ", ".join(what for what, _ in left)
    advice = "; ".join(dict.fromkeys(todo for _, todo in left))
    return reason("nothing_is_open", f"still open: {said}", advice)


Left = Iterator[tuple[str, str]]  # what is open, and what to do about it


def _left_of_stay_and_trip(asked: GuardContext) -> Left:
    case = asked.case
    bed = accommodation_of(case).bed
    if bed is not None:
        yield f"bed {bed[1]} of {bed[0]}", "record ReleaseBed"
    trip = travel_of(case).trip
    if trip is not None and trip_is_ahead(case):
        yield f"trip {trip.trip_id}", "record CancelTrip, or wait for the hand-over"


def _left_of_work(case: Case) -> Left:
    for key, task in case.tasks.items():
        yield f"task {task.kind} {key}", "wait for the tasks, or cancel them with: wayhome tasks cancel"
    for grant_id, grant in grants_of(case).grants.items():
        if not grant.settled:
            yield f"grant {grant.kind} {grant_id}", "pay what is left of the grant, or record DeclineGrant"


def _left_with_others(case: Case) -> Left:
    for key, referral in referrals_of(case).referrals.items():
        if referral.status in AWAITED:
            said = f"referral {key} to {referral.provider} ({referral.status})"
            yield said, "record what the provider says, or RevokeReferral"
    for course, place in reintegration_of(case).courses.items():
        yield f"course {course} ({place.status})", "record CompleteCourse or LeaveCourse"
    for key, paper in documents_of(case).papers.items():
        yield f"document {paper.kind} {key}", "record the document's next step, or WithdrawDocument"


def nothing_is_running(asked: GuardContext) -> Reason | None:
    """Before a person is declared done with a stage, the stage's own tasks are over."""
    running = [dict(task.subject).get("service", task.kind) for task in asked.case.tasks.values()]
    if not running:
        return None
    return reason("nothing_is_running", f"still running: {', '.join(sorted(running))}", "wait for them, or cancel them")


def nothing_came_after(asked: GuardContext) -> Reason | None:
    """A case that led to another is not taken up again: the person's journey goes on there."""
    following = asked.case.next_case
    if following is None:
        return None
    return reason("nothing_came_after", "the person already has a later case", "go on with that one", next=following)


GUARDS: Final = (
    reason_is_listed,
    reason_is_given,
    second_person_agreed,
    nothing_is_open,
    nothing_is_running,
    nothing_came_after,
)
