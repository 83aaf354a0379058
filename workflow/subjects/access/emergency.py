"""Opening a case in an emergency: for a few hours, under one's own mandate, and reviewed by somebody else."""

from datetime import timedelta
from typing import Final

from events.facts.access import AccessReviewed, GlassBroken, GlassMended, GlassTold
from workflow.case.state import Pairs
from workflow.case.tasks import About
from workflow.reasons import reasons_if, refused
from workflow.situation import (
    Decision,
    Situation,
    StreamFact,
    TaskKind,
    case_of,
    ends_in,
    id_from,
    person_of,
    said_by,
    unless,
)
from workflow.subject import CommandRule, TimerKind
from workflow.subjects.access import refusals
from workflow.subjects.access.commands import BreakGlass, MendGlass, ReviewAccess
from workflow.subjects.access.state import access_of


def break_glass(command: BreakGlass, situation: Situation) -> Decision:
    """Return that somebody opens the case in an emergency; once at a time, and never one's own."""
    access, until = access_of(case_of(situation)), timedelta(hours=situation.programme.policies.glass_hours)
    reasons = reasons_if(
        (access.owner == command.actor, refusals.CASE_IS_ANOTHERS()),
        (access.is_broken_by(command.actor, situation.now), refusals.GLASS_IS_WHOLE()),
    )
    key = {"glass_id": id_from(command.command_id, "B", "glass"), "person_id": person_of(situation)}
    broken = said_by(command, GlassBroken, **key, account=command.actor, until=situation.now + until)
    return unless(reasons, situation.about_case(broken))


def mend_glass(command: MendGlass, situation: Situation) -> Decision:
    """Return the early end of whatever an account has broken."""
    account = command.account or command.actor
    broken = [key for key, one in access_of(case_of(situation)).glass.items() if one.account == account]
    if not broken:
        return refused(refusals.GLASS_IS_BROKEN(account=account))
    return situation.about_case(*[GlassMended(glass_id=key, account=account, early=True) for key in broken])


def review_access(command: ReviewAccess, situation: Situation) -> Decision:
    """Return what was thought of the oldest breaking by an account that nobody has looked at."""
    glass_id = access_of(case_of(situation)).to_review_of(command.account)
    reasons = reasons_if(
        (not glass_id, refusals.REVIEW_IS_DUE(account=command.account)),
        (command.actor == command.account, refusals.REVIEWER_IS_ANOTHER()),
    )
    reviewed = said_by(command, AccessReviewed, glass_id=glass_id, person_id=person_of(situation))
    return unless(reasons, situation.about_case(reviewed))


def _hours_over(situation: Situation, subject: Pairs) -> list[StreamFact]:
    key = dict(subject)["glass_id"]
    broken = access_of(case_of(situation)).glass.get(key)
    return situation.about_case(GlassMended(glass_id=key, account=broken.account)) if broken else []


def _not_reviewed(situation: Situation, subject: Pairs) -> list[StreamFact]:
    waits = dict(subject)["glass_id"] in access_of(case_of(situation)).unreviewed
    return situation.escalated("access_not_reviewed", when=waits)


class EmergencyLetter(About):
    """What the officer is told: the same whatever has become of the case when the letter leaves."""

    glass_id: str
    account: str
    mandate: str
    reason: str
    until: str  # an instant as it is stored; older ones: as it is read, in UTC


# An emergency may concern somebody whose case has ended, and what was opened is looked at in any case.
# That somebody looked is told whatever becomes of the case: like giving back, it is never called off.
TASKS: Final = (TaskKind("tell_of_glass", EmergencyLetter, ends_in(GlassTold), gives_back=True),)
RULES: Final = (
    CommandRule(BreakGlass, break_glass, after_the_end=True),
    CommandRule(MendGlass, mend_glass, after_the_end=True, after_erasure=True),
    CommandRule(ReviewAccess, review_access, after_the_end=True, in_person=True),
)
TIMERS: Final = (TimerKind("glass_over", _hours_over), TimerKind("access_review", _not_reviewed))
