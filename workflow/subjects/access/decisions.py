"""Whose case it is, and whether two cases are one person's."""

from __future__ import annotations

from typing import Final

from events.facts.access import CaseAssigned, DuplicateDecided, DuplicateSuspected
from workflow.reasons import refused
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, Situation, case_of
from workflow.subject import CommandRule
from workflow.subjects.access.commands import AssignCase, DecideDuplicate, SuspectDuplicate


def assign_case(command: AssignCase, situation: Situation) -> Decision:
    """Return whose the case is from now on; a machine looks after nobody."""
    access = case_of(situation).access
    if is_machine(command.owner):
        return refused("owner_is_a_person", "a machine looks after nobody", "name a person, like staff:anna")
    if (access.owner, access.team) == (command.owner, command.team):
        return refused("owner_is_another", "the case is already theirs", "nothing needs to be done")
    return situation.about_case(CaseAssigned(owner=command.owner, team=command.team))


def suspect_duplicate(command: SuspectDuplicate, situation: Situation) -> Decision:
    """Return the suspicion, for the people of this case only."""
    if command.other in case_of(situation).access.duplicates:
        return refused("duplicate_is_new", "it is suspected already", "nothing needs to be done")
    return situation.about_case(DuplicateSuspected(other=command.other))


def decide_duplicate(command: DecideDuplicate, situation: Situation) -> Decision:
    """Return what somebody found who compared the two."""
    if command.other not in case_of(situation).access.duplicates:
        return refused("duplicate_is_suspected", "nobody suspected that of this case", "check the case number")
    return situation.about_case(DuplicateDecided(other=command.other, same=command.same))


RULES: Final = (
    CommandRule(AssignCase, assign_case, after_the_end=True),
    CommandRule(SuspectDuplicate, suspect_duplicate, after_the_end=True),
    CommandRule(DecideDuplicate, decide_duplicate, after_the_end=True),
)
