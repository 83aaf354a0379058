"""The entrance to the rules about the house itself: accounts and programme files, beside every case and programme.

``decide_office`` is pure, as ``workflow.decide`` is: the same command and situation give the same facts.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.ids import OFFICE_DECISIONS, account_stream
from workflow import two_people
from workflow.case.proposals import Proposal, Proposals
from workflow.command import (
    Command,
    ConfirmOfficeDecision,
    DeclineOfficeDecision,
    OfficeProposalCommand,
    WithdrawOfficeProposal,
)
from workflow.publication import PUBLISHING
from workflow.reasons import Reason, ReasonKind
from workflow.registry import SUBJECTS
from workflow.rights.acts import Acts
from workflow.situation import Decision, OfficeSituation, StreamFact
from workflow.subject import OfficeRule


def _confirmed(command: ConfirmOfficeDecision, situation: OfficeSituation) -> Decision:
    return two_people.confirm(command, command.proposal_id, _context(command, situation), situation)


def _declined(command: DeclineOfficeDecision, situation: OfficeSituation) -> Decision:
    return two_people.decline(command, command.proposal_id, command.reason, _context(command, situation))


def _withdrawn(command: WithdrawOfficeProposal, situation: OfficeSituation) -> Decision:
    return two_people.withdraw(command, command.proposal_id, _context(command, situation))


PROPOSAL_LASTS: Final = timedelta(days=7)


def _nothing(_command: OfficeProposalCommand) -> tuple[str, ...]:
    return ()


_BY_TWO: Final = (
    OfficeRule(ConfirmOfficeDecision, _confirmed, _nothing),
    OfficeRule(DeclineOfficeDecision, _declined, _nothing),
    OfficeRule(WithdrawOfficeProposal, _withdrawn, _nothing),
)
OFFICE_RULES: Final[Mapping[type[Command], OfficeRule]] = {
    rule.command: rule
    for rule in (*_BY_TWO, PUBLISHING, *(rule for subject in SUBJECTS for rule in subject.office_rules))
}


def needs_officers(kind: type[Command]) -> bool:
    """Tell whether a kind of command is one of the two acts of people that decide about the house."""
    rule = OFFICE_RULES.get(kind)
    return rule is not None and (rule.two_people is not None or rule in _BY_TWO)


def office_streams(command: Command, proposals: Proposals) -> tuple[str, ...]:
    """Return the streams a decision looks at, beside the officers' accounts; ``proposals`` are those that wait."""
    own = (OFFICE_DECISIONS, account_stream(command.actor))
    about = _decided_on(command, proposals)
    if about is None:
        return own
    streams = OFFICE_RULES[type(about)].streams(about)
    if not isinstance(command, OfficeProposalCommand):
        return (*own, *streams)
    return (*own, account_stream(proposals.pending[command.proposal_id].proposer), *streams)


def looks_at_everybody(command: Command, proposals: Proposals) -> bool:
    """Tell whether a decision, or the one that it confirms, looks at every account there is."""
    about = _decided_on(command, proposals)
    return about is not None and OFFICE_RULES[type(about)].everybody


def _decided_on(command: Command, proposals: Proposals) -> Command | None:
    """Return a command itself, or the one that waits and that it is about; None when none waits any more."""
    if not isinstance(command, OfficeProposalCommand):
        return command
    pending = proposals.pending.get(command.proposal_id)
    found = two_people.proposed_by(pending, command, {}, OFFICE_RULES) if pending else None
    return found.command if found else None


def decide_office(command: Command, situation: OfficeSituation) -> Decision:
    """Return the facts of a command about the house, or a refusal that lists every reason.

    Raises ProgrammeFaulty for a programme file that is none.
    """
    rule = OFFICE_RULES[type(command)]
    if rule.two_people is not None and rule.two_people.when(command, situation):
        return two_people.propose(command, rule, _context(command, situation), situation)
    return rule.decide(command, situation)


def _context(command: Command, situation: OfficeSituation) -> two_people.ProposalContext:
    """Return what two officers look at."""

    def tell(fact: Fact) -> list[StreamFact]:
        return [StreamFact(OFFICE_DECISIONS, fact)]

    pending = (situation.states.get(OFFICE_DECISIONS) or Proposals()).pending

    def against(name: str, acts: Acts, may: ReasonKind) -> Iterator[Reason]:
        about = _about(command, pending)
        rule = OFFICE_RULES[type(about)]
        yield from rule.against(about, situation, name, acts, may)

    says = two_people.OF_THE_HOUSE
    return two_people.ProposalContext(pending, PROPOSAL_LASTS, tell, OFFICE_RULES, against, says=says)


def _about(command: Command, pending: Mapping[str, Proposal]) -> Command:
    """Return what is decided: a command itself, or the one that it confirms, declines or takes back."""
    if not isinstance(command, OfficeProposalCommand):
        return command
    found = two_people.proposed_by(pending[command.proposal_id], command, {}, OFFICE_RULES)
    return found.command if found is not None else command
