"""Whose case it is, and whether two cases are one person's."""

from collections.abc import Iterator
from typing import Final

from events.facts.access import CaseAssigned, DuplicateDecided, DuplicateSuspected
from events.ids import account_stream
from workflow.programme.programme import Programme
from workflow.reasons import Reason, refused
from workflow.rights.acts import OPERATOR
from workflow.rights.standing import account_of
from workflow.rights.table import Account, permit
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, Situation, case_of, person_of, unless
from workflow.subject import CommandRule
from workflow.subjects.access import refusals
from workflow.subjects.access.commands import AssignCase, DecideDuplicate, SuspectDuplicate
from workflow.subjects.access.state import access_of
from workflow.subjects.team.teams import against_team


def assign_case(command: AssignCase, situation: Situation) -> Decision:
    """Return whose the case is from now on; a machine looks after nobody, nor does who could not see it then."""
    access = access_of(case_of(situation))
    if is_machine(command.owner):
        return refused(refusals.OWNER_IS_A_PERSON())
    if (access.owner, access.team) == (command.owner, command.team):
        return refused(refusals.OWNER_IS_ANOTHER())
    reasons = [*_against_owner(command, situation), *against_team(command.team, situation.programme, access.team)]
    sealed = {"person_id": person_of(situation), "note": command.note} if command.note else {}
    return unless(reasons, situation.about_case(CaseAssigned(owner=command.owner, team=command.team, **sealed)))


def _against_owner(command: AssignCase, situation: Situation) -> Iterator[Reason]:
    """Yield why nobody of this name can be given the case: there is no such account, or the case would stay hidden."""
    account = account_of(command.owner, situation)
    if account is None:
        # Where nobody signs in, and everything is typed, there are no accounts to ask.
        if command.mandate != OPERATOR:
            yield refusals.OWNER_HAS_ACCOUNT(account=command.owner)
    elif account.closed:
        yield refusals.OWNER_IS_HERE(account=command.owner)
    elif not would_see(account, command, situation):
        yield refusals.OWNER_WOULD_SEE(account=command.owner, programme=situation.programme.programme)


def would_see(account: Account, command: AssignCase, situation: Situation) -> bool:
    """Tell whether somebody would see the case once it is theirs."""
    theirs = access_of.changed(case_of(situation), owner=command.owner, team=command.team)
    return permit(account, "case.see", theirs, situation.programme, situation.now) is not None


def _new_owner(_programme: Programme, command: AssignCase) -> tuple[str, ...]:
    return (account_stream(command.owner),)


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
    CommandRule(AssignCase, assign_case, office_needs=_new_owner, after_the_end=True),
    CommandRule(SuspectDuplicate, suspect_duplicate, after_the_end=True),
    CommandRule(DecideDuplicate, decide_duplicate, after_the_end=True),
)
