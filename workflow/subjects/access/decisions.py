"""Whose case it is, and whether two cases are one person's."""

from typing import Final

from events.facts.access import CaseAssigned, DuplicateDecided, DuplicateSuspected
from workflow.reasons import refused
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, Situation, case_of
from workflow.subject import CommandRule
from workflow.subjects.access import refusals
from workflow.subjects.access.commands import AssignCase, DecideDuplicate, SuspectDuplicate
from workflow.subjects.access.state import access_of


def assign_case(command: AssignCase, situation: Situation) -> Decision:
    """Return whose the case is from now on; a machine looks after nobody."""
    access = access_of(case_of(situation))
    if is_machine(command.owner):
        return refused(refusals.OWNER_IS_A_PERSON())
    if (access.owner, access.team) == (command.owner, command.team):
        return refused(refusals.OWNER_IS_ANOTHER())
    return situation.about_case(CaseAssigned(owner=command.owner, team=command.team))


def suspect_duplicate(command: SuspectDuplicate, situation: Situation) -> Decision:
    """Return the suspicion, for the people of this case only."""
    if command.other in access_of(case_of(situation)).duplicates:
        return refused(refusals.DUPLICATE_IS_NEW())
    return situation.about_case(DuplicateSuspected(other=command.other))


def decide_duplicate(command: DecideDuplicate, situation: Situation) -> Decision:
    """Return what somebody found who compared the two."""
    if command.other not in access_of(case_of(situation)).duplicates:
        return refused(refusals.DUPLICATE_IS_SUSPECTED())
    return situation.about_case(DuplicateDecided(other=command.other, same=command.same))


RULES: Final = (
    CommandRule(AssignCase, assign_case, after_the_end=True),
    CommandRule(SuspectDuplicate, suspect_duplicate, after_the_end=True),
    CommandRule(DecideDuplicate, decide_duplicate, after_the_end=True),
)
