"""Decisions that two people make: the first proposes and nothing happens; a second confirms, and only then it does.

A proposal keeps what is asked for and a digest of what it rests on. Whoever confirms has it decided anew, under the
guards of that moment; is what comes out not what was proposed, it has to be proposed again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from pydantic import ValidationError

from events.catalogue import CLOSED, Fact
from events.facts.decisions import (
    DecisionConfirmed,
    DecisionDeclined,
    DecisionProposed,
    ProposalLapsed,
    ProposalWithdrawn,
)
from events.ids import account_stream
from workflow import refusals
from workflow.case.proposals import Proposal, proposals_of
from workflow.case.state import Case, Pairs
from workflow.command import (
    CaseCommand,
    Command,
    ConfirmDecision,
    DeclineDecision,
    WithdrawProposal,
    fields_of,
    occurred,
)
from workflow.programme.programme import Programme
from workflow.reasons import Reason, ReasonKind, Refused
from workflow.rights.acts import ACTS, OPERATOR, Acts
from workflow.rights.table import Account, permit
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, person_of
from workflow.subject import CommandRule, TimerKind, TwoPeople

_SOMEBODY: Final = "second:person"  # as who agrees, while it is asked whether all else allows what is proposed
Rules = Mapping[type[Command], CommandRule]


class Proposed(NamedTuple):
    """What a proposal asks for, as the command that would do it, and the rule that decides it."""

    command: CaseCommand
    rule: CommandRule


# -- proposing ------------------------------------------------------------------------------------------------------


def proposal_id_of(command_id: UUID) -> str:
    """Return the id of what this command proposes."""
    return id_from(command_id, "D")


def propose(command: CaseCommand, rule: CommandRule, needed: TwoPeople, situation: Situation) -> Decision:
    """Return the proposal of what would be done, or every reason against doing and against proposing it."""
    opened = command.model_copy(update={needed.sealed: None}) if needed.sealed else command
    decided = rule.decide(opened, situation._replace(second=_SOMEBODY))
    reasons = [*_against_proposing(command, needed, situation)]
    if isinstance(decided, Refused) or reasons:
        return Refused((*(decided.reasons if isinstance(decided, Refused) else ()), *reasons))
    given = _given(command, needed)
    proposed = DecisionProposed(
        proposal_id=proposal_id_of(command.command_id),
        command=type(command).__name__,
        given=given,
        confirmed_by=needed.confirmed_by,
        pins=pins_of(given, (told.fact for told in decided)),
        expires_at=situation.now + timedelta(days=situation.programme.policies.proposal_days),
        person_id=person_of(situation),
        content=getattr(command, needed.sealed) if needed.sealed else None,
    )
    return situation.about_case(proposed)


def _against_proposing(command: CaseCommand, needed: TwoPeople, situation: Situation) -> Iterator[Reason]:
    yield from _against_speaker(command)
    wanted = _thing(orjson.loads(_given(command, needed)), needed)
    for key, one in proposals_of(case_of(situation)).pending.items():
        same = one.command == type(command).__name__ and _thing(orjson.loads(one.given), needed) == wanted
        if same and one.expires_at > situation.now:
            yield refusals.PROPOSED_ALREADY(proposal_id=key, proposer=one.proposer)


def _thing(given: Mapping[str, Any], needed: TwoPeople) -> tuple[Any, ...]:
    return tuple(given.get(field) for field in needed.thing)


def _given(command: CaseCommand, needed: TwoPeople) -> str:
    """Return what is proposed as it is kept in the open; what identifies a person is sealed beside it."""
    names = {*fields_of(type(command)), "occurred_at"} - {needed.sealed}
    return command.model_dump_json(include=names, exclude_none=True)


def pins_of(given: str, facts: Iterable[Fact]) -> str:
    """Return the digest of what is asked and of what two people would tell of the case; nothing sealed is in it."""
    told = [f"{type(fact).__name__} {_open_body(fact)}" for fact in facts if "proposal" in type(fact).model_fields]
    return hashlib.sha256("\n".join((given, *told)).encode()).hexdigest()


def _open_body(fact: Fact) -> str:
    left_out = {name for name, value in fact if value is None or value is CLOSED}
    return fact.model_dump_json(exclude={"second", "proposal", *left_out})


# -- confirming -----------------------------------------------------------------------------------------------------


def confirm(command: ConfirmDecision, situation: Situation, rules: Rules) -> Decision:
    """Return what was proposed, decided anew and now by two, or every reason against it."""
    case = case_of(situation)
    pending = proposals_of(case).pending.get(command.proposal_id)
    if pending is None:
        return Refused((refusals.PROPOSAL_IS_PENDING(proposal_id=command.proposal_id), *_against_speaker(command)))
    found = proposed_by(pending, command, case, rules)
    reasons = [*_against_confirmer(command, pending, situation)]
    if situation.now >= pending.expires_at:
        reasons.append(refusals.PROPOSAL_IS_IN_TIME(until=pending.expires_at))
    if found is None:
        return Refused((*reasons, refusals.NOTHING_MOVED()))
    reasons += _against_account(pending.proposer, found.command.acts, situation, refusals.PROPOSER_MAY)
    behind = situation._replace(second=pending.proposer, proposal=command.proposal_id)
    decided = found.rule.decide(found.command, behind)
    if isinstance(decided, Refused):
        return Refused((*reasons, *decided.reasons))
    if pins_of(pending.given, (told.fact for told in decided)) != pending.pins:
        reasons.append(refusals.NOTHING_MOVED())
    if reasons:
        return Refused(tuple(reasons))
    confirmed = DecisionConfirmed(proposal_id=command.proposal_id, proposer=pending.proposer)
    return [*situation.about_case(confirmed), *decided]


def proposed_by(pending: Proposal, command: ConfirmDecision, case: Case, rules: Rules) -> Proposed | None:
    """Return the command that was proposed, as given by who confirms it; None when it is none of this version's."""
    rule = next((rule for kind, rule in rules.items() if kind.__name__ == pending.command), None)
    if rule is None:
        return None
    who = {"command_id": command.command_id, "actor": command.actor, "mandate": command.mandate}
    try:
        made = rule.command.model_validate({**orjson.loads(pending.given), **who, "case_id": case.case_id})
    except ValidationError:
        return None
    assert isinstance(made, CaseCommand)
    return Proposed(made, rule)


def confirm_needs(
    command: ConfirmDecision, case: Case, rules: Rules, needs: Callable[[CaseCommand], tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the streams a confirmation looks at: both accounts, and whatever the decision itself does."""
    pending = proposals_of(case).pending.get(command.proposal_id)
    if pending is None:
        return ()
    found = proposed_by(pending, command, case, rules)
    own = needs(found.command) if found is not None else ()
    return tuple(dict.fromkeys((*_account_streams(command.actor, pending), *own)))


def decline_needs(command: DeclineDecision, case: Case, _programme: Programme) -> tuple[str, ...]:
    """Return the streams a refusal of what was proposed looks at: the account of who says no."""
    pending = proposals_of(case).pending.get(command.proposal_id)
    return () if pending is None else _account_streams(command.actor, pending)


def happened_at(command: Command, case: Case | None, now: datetime) -> datetime:
    """Return when it happened in the world: of what is confirmed, as its proposer said."""
    pending = (
        proposals_of(case).pending.get(command.proposal_id) if case and isinstance(command, ConfirmDecision) else None
    )
    said = orjson.loads(pending.given).get("occurred_at") if pending else None
    return datetime.fromisoformat(said) if said else occurred(command, now)


# -- declining, taking back, running out ----------------------------------------------------------------------------


def decline(command: DeclineDecision, situation: Situation) -> Decision:
    """Return that a second person said no, and why."""
    pending = proposals_of(case_of(situation)).pending.get(command.proposal_id)
    if pending is None:
        return Refused((refusals.PROPOSAL_IS_PENDING(proposal_id=command.proposal_id), *_against_speaker(command)))
    reasons = tuple(_against_confirmer(command, pending, situation))
    declined = DecisionDeclined(proposal_id=command.proposal_id, reason=command.reason)
    return Refused(reasons) if reasons else situation.about_case(declined)


def withdraw(command: WithdrawProposal, situation: Situation) -> Decision:
    """Return that whoever proposed it took it back."""
    pending = proposals_of(case_of(situation)).pending.get(command.proposal_id)
    reasons = [*_against_speaker(command)]
    if pending is None:
        reasons.append(refusals.PROPOSAL_IS_PENDING(proposal_id=command.proposal_id))
    elif pending.proposer != command.actor:
        reasons.append(refusals.PROPOSAL_IS_YOURS(proposer=pending.proposer))
    withdrawn = ProposalWithdrawn(proposal_id=command.proposal_id)
    return Refused(tuple(reasons)) if reasons else situation.about_case(withdrawn)


def lapsed_by_end(situation: Situation) -> list[StreamFact]:
    """Return that what else was proposed of a case that ends will not be decided any more."""
    left = [key for key in proposals_of(case_of(situation)).pending if key != situation.proposal]
    return situation.about_case(*(ProposalLapsed(proposal_id=key) for key in left))


def _lapses(situation: Situation, subject: Pairs) -> list[StreamFact]:
    key = dict(subject)["proposal_id"]
    pending = key in proposals_of(case_of(situation)).pending
    return situation.about_case(ProposalLapsed(proposal_id=key)) if pending else []


# -- who may --------------------------------------------------------------------------------------------------------


def _against_speaker(command: CaseCommand) -> Iterator[Reason]:
    """Yield why whoever speaks is not one of two: nobody knows who typed it, or it is no person at all."""
    if command.mandate == OPERATOR:
        yield refusals.NOBODY_SIGNED_IN(actor=command.actor)
    if is_machine(command.actor):
        yield refusals.PEOPLE_DECIDE(actor=command.actor)


def _against_confirmer(
    command: ConfirmDecision | DeclineDecision, pending: Proposal, situation: Situation
) -> Iterator[Reason]:
    yield from _against_speaker(command)
    if command.actor == pending.proposer:
        yield refusals.PROPOSER_CONFIRMS()
    acts = tuple(act for act in ACTS if act in pending.confirmed_by)
    yield from _against_account(command.actor, acts, situation, refusals.CONFIRMER_MAY)


def _against_account(name: str, acts: Acts, situation: Situation, may: ReasonKind) -> Iterator[Reason]:
    """Yield why an account does not count now: there is none, it is closed, or it has not the right."""
    standing: Any = situation.state_of(account_stream(name), lambda: None)
    account: Account | None = standing.account if standing is not None else None
    if account is None or account.closed:
        yield refusals.ACCOUNT_STANDS(account=name)
    elif not any(permit(account, act, situation.case, situation.programme, situation.now) for act in acts):
        yield may(account=name)


def _account_streams(actor: str, pending: Proposal) -> tuple[str, ...]:
    return tuple(dict.fromkeys(account_stream(name) for name in (actor, pending.proposer)))


LAPSES: Final = TimerKind("proposal", _lapses)
