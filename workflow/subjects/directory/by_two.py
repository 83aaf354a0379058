"""What a colleague says to what was proposed of an entry: yes, and it is decided anew, or no; or it is taken back."""

from typing import Any, Final

from events.ids import account_stream
from workflow import two_people
from workflow.programme.programme import Programme
from workflow.reasons import refused
from workflow.situation import Decision, Situation
from workflow.subject import CommandRule
from workflow.subjects.directory import commands, decisions, refusals
from workflow.subjects.directory.proposing import context_of
from workflow.subjects.directory.state import Directory, entry_of
from workflow.two_people import ProposalContext


def confirm_entry(command: commands.ConfirmEntry, situation: Situation) -> Decision:
    """Return what was proposed of an entry, decided anew and now by two."""
    if _is_of_another(command, situation):
        return refused(refusals.PROPOSAL_IS_OF_ENTRY(proposal_id=command.proposal_id))
    return two_people.confirm(command, command.proposal_id, _context(command, situation), situation)


def decline_entry(command: commands.DeclineEntry, situation: Situation) -> Decision:
    """Return that a colleague said no, and why."""
    return two_people.decline(command, command.proposal_id, command.reason, _context(command, situation))


def withdraw_entry(command: commands.WithdrawEntry, situation: Situation) -> Decision:
    """Return that whoever proposed it took it back."""
    return two_people.withdraw(command, command.proposal_id, _context(command, situation))


def _is_of_another(command: commands.ConfirmEntry, situation: Situation) -> bool:
    """Tell whether it is proposed by another, or of another entry, than is named: only that is held still."""
    pending = situation.state_of(command.stream, Directory).pending.get(command.proposal_id)
    named = ((command.kind, command.entry), command.proposer)
    return pending is not None and (entry_of(pending), pending.proposer) != named


def _context(command: Any, situation: Situation) -> ProposalContext:
    return context_of(command, situation, _RULES)


def _needs(programme: Programme, command: Any) -> tuple[str, ...]:
    names = dict.fromkeys((command.actor, getattr(command, "proposer", command.actor)))
    return (*decisions.needs(programme, command), *map(account_stream, names))


_RULES: Final = {rule.command: rule for rule in decisions.RULES if rule.two_people is not None}
RULES: Final = (
    *decisions.RULES,
    CommandRule(commands.ConfirmEntry, confirm_entry, office_needs=_needs, in_person=True),
    CommandRule(commands.DeclineEntry, decline_entry, office_needs=_needs, in_person=True),
    CommandRule(commands.WithdrawEntry, withdraw_entry, office_needs=_needs, in_person=True),
)
