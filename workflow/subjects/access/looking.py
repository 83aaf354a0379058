"""An account that opens too many cases is stopped at the door; here it is told, and looked into by somebody else.

How many are too many is for the door, which counts looks; what is decided here is that it happened and what came of it.
"""

from typing import Final

from events.facts.access import LookingStopped, StopReviewed, StopTold
from workflow.case.tasks import About
from workflow.reasons import reasons_if
from workflow.situation import Decision, Situation, TaskKind, case_of, ends_in, person_of, said_by, unless
from workflow.subject import CommandRule
from workflow.subjects.access import refusals
from workflow.subjects.access.commands import ReviewStop, StopLooking
from workflow.subjects.access.state import access_of


def stop_looking(command: StopLooking, situation: Situation) -> Decision:
    """Return that an account was stopped here; once, until somebody has looked into it."""
    if command.account in access_of(case_of(situation)).stops_to_review:
        return []
    return situation.about_case(said_by(command, LookingStopped))


def review_stop(command: ReviewStop, situation: Situation) -> Decision:
    """Return what somebody found; never the stopped person, nor a name that was only typed.

    What was not justified can be looked into again: the account stays stopped until then.
    """
    stop = access_of(case_of(situation)).stops.get(command.account)
    reasons = reasons_if(
        (stop is None or stop.outcome == "justified", refusals.STOP_IS_DUE(account=command.account)),
        (command.actor == command.account, refusals.STOP_REVIEWER_IS_ANOTHER()),
    )
    return unless(reasons, situation.about_case(said_by(command, StopReviewed, person_id=person_of(situation))))


class StopLetter(About):
    """What the officer is told: which account, how much, and when; nothing of any case."""

    account: str
    cases: str
    at: str  # an instant, told by the programme's clocks


# That somebody was stopped is told whatever becomes of the case: like giving back, it is never called off.
TASKS: Final = (TaskKind("tell_of_stop", StopLetter, ends_in(StopTold), gives_back=True),)
RULES: Final = (
    CommandRule(StopLooking, stop_looking, after_the_end=True, after_erasure=True),
    CommandRule(ReviewStop, review_stop, after_the_end=True, after_erasure=True, in_person=True),
)
