"""Decisions of two people about a case: where they are kept, whose rights count, and what else they look at."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import orjson

from events.catalogue import Fact
from events.facts.decisions import ProposalLapsed
from events.ids import account_stream
from workflow import refusals
from workflow.case.proposals import Proposal, proposals_of
from workflow.case.state import Case, Pairs
from workflow.command import WHEN, CaseCommand, Command, ConfirmDecision, DeclineDecision, occurred
from workflow.programme.programme import Programme
from workflow.reasons import Reason, ReasonKind
from workflow.rights.acts import Acts
from workflow.rights.standing import account_of
from workflow.rights.table import permit
from workflow.situation import Situation, StreamFact, case_of, person_of
from workflow.subject import CommandRule, TimerKind
from workflow.two_people import ProposalContext, proposed_by

Rules = Mapping[type[Command], CommandRule]


def context_of(situation: Situation, rules: Rules, proposal_id: str = "") -> ProposalContext:
    """Return what two people look at when they decide about a case; proposals are told in its own history.

    Whoever only stands in for the proposer is not the second of two.
    """

    def tell(fact: Fact) -> list[StreamFact]:
        return situation.about_case(fact)

    def against(name: str, acts: Acts, may: ReasonKind) -> Iterator[Reason]:
        own = name if may is not refusals.CONFIRMER_MAY or waiting is None else waiting.proposer
        return _against_account(name, acts, situation, may, not_for=own)

    case = case_of(situation)
    pending = proposals_of(case).pending
    waiting = pending.get(proposal_id)
    return ProposalContext(
        pending=pending,
        lasts=timedelta(days=situation.programme.policies.proposal_days),
        tell=tell,
        rules=rules,
        against=against,
        names={"case_id": case.case_id},
        person_id=person_of(situation),
    )


def _against_account(name: str, acts: Acts, situation: Situation, may: ReasonKind, *, not_for: str) -> Iterator[Reason]:
    """Yield why an account does not count now: there is none, it is closed, or it has not the right by itself."""
    account = account_of(name, situation)
    if account is None or account.closed:
        yield refusals.ACCOUNT_STANDS(account=name)
    elif not any(
        permit(account.not_standing_in_for(not_for), act, situation.case, situation.programme, situation.now)
        for act in acts
    ):
        yield may(account=name)


# -- what is looked at ----------------------------------------------------------------------------------------------


def confirm_needs(
    command: ConfirmDecision, case: Case, rules: Rules, needs: Callable[[CaseCommand], tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the streams a confirmation looks at: both accounts, and whatever the decision itself does."""
    pending = proposals_of(case).pending.get(command.proposal_id)
    if pending is None:
        return ()
    inner = confirmed_by(command, case, rules)
    own = needs(inner) if isinstance(inner, CaseCommand) else ()
    return tuple(dict.fromkeys((*_account_streams(command.actor, pending), *own)))


def confirmed_by(command: ConfirmDecision, case: Case, rules: Rules) -> Command | None:
    """Return the command that a confirmation carries out; None when nothing of this version waits under its number."""
    pending = proposals_of(case).pending.get(command.proposal_id)
    found = proposed_by(pending, command, {"case_id": case.case_id}, rules) if pending is not None else None
    return found.command if found is not None else None


def decline_needs(command: DeclineDecision, case: Case, _programme: Programme) -> tuple[str, ...]:
    """Return the streams a refusal of what was proposed looks at: the account of who says no."""
    pending = proposals_of(case).pending.get(command.proposal_id)
    return () if pending is None else _account_streams(command.actor, pending)


def _account_streams(actor: str, pending: Proposal) -> tuple[str, ...]:
    return tuple(dict.fromkeys(account_stream(name) for name in (actor, pending.proposer)))


def happened_at(command: Command, case: Case | None, now: datetime) -> datetime:
    """Return when it happened in the world: of what is confirmed, as its proposer said."""
    pending = (
        proposals_of(case).pending.get(command.proposal_id) if case and isinstance(command, ConfirmDecision) else None
    )
    said = orjson.loads(pending.given).get(WHEN) if pending else None
    return datetime.fromisoformat(said) if said else occurred(command, now)


# -- running out ----------------------------------------------------------------------------------------------------


def lapsed_by_end(situation: Situation) -> list[StreamFact]:
    """Return that what else was proposed of a case that ends will not be decided any more."""
    left = [key for key in proposals_of(case_of(situation)).pending if key != situation.proposal]
    return situation.about_case(*(ProposalLapsed(proposal_id=key) for key in left))


def _lapses(situation: Situation, subject: Pairs) -> list[StreamFact]:
    key = dict(subject)["proposal_id"]
    pending = key in proposals_of(case_of(situation)).pending
    return situation.about_case(ProposalLapsed(proposal_id=key)) if pending else []


LAPSES: Final = TimerKind("proposal", _lapses)
