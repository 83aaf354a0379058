"""Decisions that two people make: the first proposes and nothing happens; a second confirms, and only then it does.

A proposal keeps what is asked for and a digest of what it rests on. Whoever confirms has it decided anew, under the
guards of that moment; is what comes out not what was proposed, it has to be proposed again. What is decided about, a
case or the house itself, and whose rights count, is told by a ``ProposalContext``.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from pydantic import ValidationError

from events.catalogue import CLOSED, Fact, sealed_fields
from events.facts.decisions import DecisionConfirmed, DecisionDeclined, DecisionProposed, ProposalWithdrawn
from workflow import refusals
from workflow.case.proposals import Proposal
from workflow.command import WHEN, Command, fields_of
from workflow.reasons import Reason, ReasonKind, Refused
from workflow.rights.acts import ACTS, OPERATOR, Acts
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, StreamFact, id_from
from workflow.subject import CommandRule, OfficeRule, TwoPeople

_SOMEBODY: Final = "second:person"  # as who agrees, while it is asked whether all else allows what is proposed
AnyRule = CommandRule | OfficeRule
AnySituation = Any  # the rule's own: of a case, or of the house


class ProposalReasons(NamedTuple):
    """What two people are told no with, of a case or of the house; each with the verbs that help there."""

    once: Callable[[str, str], Reason]  # the proposal and who proposed it
    pending: Callable[[str], Reason]
    yours: Callable[[str, str], Reason]
    confirms: Callable[[str], Reason]
    moved: ReasonKind


OF_A_CASE: Final = ProposalReasons(
    lambda key, proposer: refusals.PROPOSED_ALREADY(proposal_id=key, proposer=proposer),
    lambda key: refusals.PROPOSAL_IS_PENDING(proposal_id=key),
    lambda _key, proposer: refusals.PROPOSAL_IS_YOURS(proposer=proposer),
    lambda _key: refusals.PROPOSER_CONFIRMS(),
    refusals.NOTHING_MOVED,
)
OF_THE_HOUSE: Final = ProposalReasons(
    lambda key, proposer: refusals.HOUSE_PROPOSED_ALREADY(proposal_id=key, proposer=proposer),
    lambda key: refusals.HOUSE_PROPOSAL_IS_PENDING(proposal_id=key),
    lambda key, proposer: refusals.HOUSE_PROPOSAL_IS_YOURS(proposal_id=key, proposer=proposer),
    lambda key: refusals.HOUSE_PROPOSER_CONFIRMS(proposal_id=key),
    refusals.HOUSE_MOVED,
)


class ProposalContext(NamedTuple):
    """What two people decide about: what waits there, for how long, where it is told, and whose word counts."""

    pending: Mapping[str, Proposal]
    lasts: timedelta
    tell: Callable[[Fact], list[StreamFact]]
    rules: Mapping[type[Command], AnyRule]
    # Why an account does not count now, as one who may do one of these acts; the kind of reason when it may not.
    against: Callable[[str, Acts, ReasonKind], Iterable[Reason]]
    names: Mapping[str, Any] = {}  # what every command says of what is decided about, like the case's number
    person_id: str = ""  # whose key seals what is proposed
    says: ProposalReasons = OF_A_CASE


class Proposed(NamedTuple):
    """What a proposal asks for, as the command that would do it, and the rule that decides it."""

    command: Command
    rule: AnyRule


# -- proposing ------------------------------------------------------------------------------------------------------


def proposal_id_of(command_id: UUID) -> str:
    """Return the id of what this command proposes."""
    return id_from(command_id, "D")


def propose(command: Command, rule: AnyRule, context: ProposalContext, situation: AnySituation) -> Decision:
    """Return the proposal of what would be done, or every reason against doing and against proposing it."""
    needed = rule.two_people
    assert needed is not None, "only what needs two people is proposed"
    opened, sealed = _apart(command, needed)
    decided = rule.decide(opened, situation._replace(second=_SOMEBODY))
    reasons = [*_against_proposing(command, needed, context, situation.now)]
    if isinstance(decided, Refused) or reasons:
        return Refused((*(decided.reasons if isinstance(decided, Refused) else ()), *reasons))
    given = _given(opened, needed)
    proposed = DecisionProposed(
        proposal_id=proposal_id_of(command.command_id),
        command=type(command).__name__,
        given=given,
        confirmed_by=needed.confirmed_by,
        pins=pins_of(given, (told.fact for told in decided)),
        expires_at=situation.now + context.lasts,
        person_id=context.person_id,
        **sealed,
    )
    return context.tell(proposed) if decided else []


def _apart(command: Command, needed: TwoPeople) -> tuple[Command, Mapping[str, Any]]:
    """Return what is proposed in the open, and what is sealed of it by its field of the proposal."""
    if needed.apart is not None:
        apart: tuple[Command, Mapping[str, Any]] = needed.apart(command)
        return apart
    if not needed.sealed:
        return command, {}
    return command.model_copy(update={needed.sealed: None}), {"content": getattr(command, needed.sealed)}


def _against_proposing(
    command: Command, needed: TwoPeople, context: ProposalContext, now: datetime
) -> Iterator[Reason]:
    yield from _against_speaker(command)
    wanted = _thing(orjson.loads(_given(command, needed)), needed)
    for key, one in context.pending.items():
        same = one.command == type(command).__name__ and _thing(orjson.loads(one.given), needed) == wanted
        if same and one.expires_at > now:
            yield context.says.once(key, one.proposer)


def _thing(given: Mapping[str, Any], needed: TwoPeople) -> tuple[Any, ...]:
    return tuple(given.get(field) for field in needed.thing)


def _given(command: Command, needed: TwoPeople) -> str:
    """Return what is proposed as it is kept in the open; what identifies a person is sealed beside it."""
    names = {*fields_of(type(command)), WHEN} - {needed.sealed}
    return command.model_dump_json(include=names, exclude_none=True)


def pins_of(given: str, facts: Iterable[Fact]) -> str:
    """Return the digest of what is asked and of what two people would tell; nothing sealed is in it.

    What only follows from it, like the entries of a programme file, names no second person.
    """
    told = [f"{type(fact).__name__} {_open_body(fact)}" for fact in facts if getattr(fact, "second", "")]
    return hashlib.sha256("\n".join((given, *told)).encode()).hexdigest()


def _open_body(fact: Fact) -> str:
    left_out = {name for name, value in fact if value is None or value is CLOSED} | sealed_fields(type(fact))
    return fact.model_dump_json(exclude={"second", "proposal", *left_out})


# -- confirming -----------------------------------------------------------------------------------------------------


def confirm(command: Command, proposal_id: str, context: ProposalContext, situation: AnySituation) -> Decision:
    """Return what was proposed, decided anew and now by two, or every reason against it."""
    pending = context.pending.get(proposal_id)
    if pending is None:
        return _nothing_waits(command, proposal_id, context)
    found = proposed_by(pending, command, context.names, context.rules)
    reasons = [*_against_second(command, proposal_id, context)]
    if situation.now >= pending.expires_at:
        reasons.append(refusals.PROPOSAL_IS_IN_TIME(until=pending.expires_at))
    if found is None:
        return Refused((*reasons, context.says.moved()))
    reasons += context.against(pending.proposer, found.command.acts, refusals.PROPOSER_MAY)
    decided = found.rule.decide(found.command, situation._replace(second=pending.proposer, proposal=proposal_id))
    if isinstance(decided, Refused):
        return Refused((*reasons, *decided.reasons))
    if pins_of(pending.given, (told.fact for told in decided)) != pending.pins:
        reasons.append(context.says.moved())
    if reasons:
        return Refused(tuple(reasons))
    return [*context.tell(DecisionConfirmed(proposal_id=proposal_id, proposer=pending.proposer)), *decided]


def proposed_by(
    pending: Proposal, command: Command, names: Mapping[str, Any], rules: Mapping[type[Command], AnyRule]
) -> Proposed | None:
    """Return the command that was proposed, as given by who confirms it; None when it is none of this version's."""
    rule = next((rule for kind, rule in rules.items() if kind.__name__ == pending.command), None)
    if rule is None:
        return None
    who = {"command_id": command.command_id, "actor": command.actor, "mandate": command.mandate}
    try:
        made = rule.command.model_validate({**orjson.loads(pending.given), **who, **names})
    except ValidationError:
        return None
    return Proposed(made, rule)


# -- declining, taking back -----------------------------------------------------------------------------------------


def decline(command: Command, proposal_id: str, reason: str, context: ProposalContext) -> Decision:
    """Return that a second person said no, and why."""
    pending = context.pending.get(proposal_id)
    if pending is None:
        return _nothing_waits(command, proposal_id, context)
    reasons = tuple(_against_second(command, proposal_id, context))
    declined = DecisionDeclined(proposal_id=proposal_id, reason=reason)
    return Refused(reasons) if reasons else context.tell(declined)


def withdraw(command: Command, proposal_id: str, context: ProposalContext) -> Decision:
    """Return that whoever proposed it took it back."""
    pending = context.pending.get(proposal_id)
    reasons = [*_against_speaker(command)]
    if pending is None:
        reasons.append(context.says.pending(proposal_id))
    elif pending.proposer != command.actor:
        reasons.append(context.says.yours(proposal_id, pending.proposer))
    withdrawn = ProposalWithdrawn(proposal_id=proposal_id)
    return Refused(tuple(reasons)) if reasons else context.tell(withdrawn)


# -- who may --------------------------------------------------------------------------------------------------------


def _nothing_waits(command: Command, proposal_id: str, context: ProposalContext) -> Refused:
    return Refused((context.says.pending(proposal_id), *_against_speaker(command)))


def _against_speaker(command: Command) -> Iterator[Reason]:
    """Yield why whoever speaks is not one of two: nobody knows who typed it, or it is no person at all."""
    if command.mandate == OPERATOR:
        yield refusals.NOBODY_SIGNED_IN(actor=command.actor)
    if is_machine(command.actor):
        yield refusals.PEOPLE_DECIDE(actor=command.actor)


def _against_second(command: Command, proposal_id: str, context: ProposalContext) -> Iterator[Reason]:
    yield from _against_speaker(command)
    pending = context.pending[proposal_id]
    if command.actor == pending.proposer:
        yield context.says.confirms(proposal_id)
    acts = tuple(act for act in ACTS if act in pending.confirmed_by)
    yield from context.against(command.actor, acts, refusals.CONFIRMER_MAY)
