"""Guards about ending a stage or a case."""

from __future__ import annotations

from typing import Final

from workflow.guards.asked import Asked
from workflow.reasons import Reason, reason


def reason_is_listed(asked: Asked) -> Reason | None:
    """An end has a reason from the programme's list, so that statistics can be trusted."""
    if asked.reason in asked.programme.closure_reasons:
        return None
    advice = "give --reason with one of: " + ", ".join(asked.programme.closure_reasons)
    return reason("reason_is_listed", "the reason is missing or not on the list", advice, given=asked.reason or "none")


def reason_is_given(asked: Asked) -> Reason | None:
    """Somebody reading later must know why."""
    if asked.reason:
        return None
    return reason("reason_is_given", "no reason was given", "give --reason")


def second_person_agreed(asked: Asked) -> Reason | None:
    """Four eyes: whoever agrees is not whoever asks, administrators included."""
    if asked.second and asked.second != asked.actor:
        return None
    said = "no second person agreed" if not asked.second else "the second person is the one who asks"
    return reason("second_person_agreed", said, "give --second with somebody else's id", second=asked.second or "none")


def nothing_is_open(asked: Asked) -> Reason | None:
    """Nothing is left behind: no running task, no bed, no trip."""
    case = asked.case
    left = [task.kind for task in case.tasks.values()]
    left += ["bed"] if case.bed else []
    if not left:
        return None
    advice = "wait for the tasks, or cancel them; release the bed"
    return reason("nothing_is_open", f"still open: {', '.join(sorted(left))}", advice)


def nothing_is_running(asked: Asked) -> Reason | None:
    """Before a person is declared done with a stage, the stage's own tasks are over."""
    running = [dict(task.subject).get("service", task.kind) for task in asked.case.tasks.values()]
    if not running:
        return None
    return reason("nothing_is_running", f"still running: {', '.join(sorted(running))}", "wait for them, or cancel them")


def nothing_came_after(asked: Asked) -> Reason | None:
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
