"""Where a change of the directory is proposed, how long it waits, and whose word counts."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from events.catalogue import Fact
from workflow.command import Command
from workflow.reasons import Reason, ReasonKind
from workflow.refusals import ACCOUNT_STANDS
from workflow.rights.acts import Acts
from workflow.rights.standing import account_of
from workflow.rights.table import permit
from workflow.situation import Situation, StreamFact
from workflow.subject import CommandRule
from workflow.subjects.directory import refusals
from workflow.subjects.directory.entries import person_of_entry
from workflow.subjects.directory.state import Directory
from workflow.two_people import ProposalContext, ProposalReasons

_SAYS: Final = ProposalReasons(
    lambda key, proposer: refusals.ENTRY_IS_PROPOSED_ONCE(proposal_id=key, proposer=proposer),
    lambda key: refusals.ENTRY_PROPOSAL_IS_PENDING(proposal_id=key),
    lambda key, proposer: refusals.ENTRY_PROPOSAL_IS_YOURS(proposal_id=key, proposer=proposer),
    lambda key: refusals.ENTRY_IS_CONFIRMED_BY_ANOTHER(proposal_id=key),
    refusals.ENTRY_MOVED,
)
_NO_RULES: Final[Mapping[type[Command], CommandRule]] = {}


def context_of(
    command: Any, situation: Situation, rules: Mapping[type[Command], CommandRule] = _NO_RULES
) -> ProposalContext:
    """Return what two people look at when they decide about an entry; it is told in its directory's own history."""

    def tell(fact: Fact) -> list[StreamFact]:
        return [StreamFact(command.stream, fact)]

    def against(name: str, acts: Acts, may: ReasonKind) -> Iterator[Reason]:
        return _against_account(name, acts, situation, may)

    return ProposalContext(
        pending=situation.state_of(command.stream, Directory).pending,
        lasts=timedelta(days=situation.programme.policies.proposal_days),
        tell=tell,
        rules=rules,
        against=against,
        names={"programme": command.programme},
        person_id=person_of_entry(command.programme, (command.kind, command.entry)),
        says=_SAYS,
    )


def _against_account(name: str, acts: Acts, situation: Situation, may: ReasonKind) -> Iterator[Reason]:
    """Yield why an account does not count now: there is none, it is closed, or has not the right in this programme."""
    account, programme = account_of(name, situation), situation.programme
    if account is None or account.closed:
        yield ACCOUNT_STANDS(account=name)
    elif programme.programme not in account.programmes or not any(
        permit(account, act, None, programme, situation.now) for act in acts
    ):
        yield may(account=name)
