"""Grants: asked for by one person, approved by another, let go by a third; never more than budget and cap.

``disbursed ≤ approved ≤ budget`` holds at every instant because each step is decided together with the
fund's own stream, and stored with it or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from events.catalogue import Fact
from events.facts import shared, work
from events.money import Money
from workflow import commands as ask
from workflow.case.change import Pairs
from workflow.case.grants import Grant, Tranche
from workflow.case.state import Case
from workflow.case.work import Task
from workflow.deciding import (
    Decide,
    Decision,
    Needs,
    Situation,
    TaskKind,
    TimesUp,
    Told,
    case_of,
    id_from,
    reasons_against,
)
from workflow.fund import shares_of, short_of
from workflow.guards.consent import consent_to_assistance
from workflow.guards.reintegration import plan_is_agreed
from workflow.guards.safety import guardian_is_appointed
from workflow.programme import Programme
from workflow.programme.funding import GrantKind
from workflow.reasons import Reason, Refused, reason, refused

IN_FLIGHT = ("released", "instructed")


def request_grant(command: ask.RequestGrant, situation: Situation) -> Decision:
    """Return the request; who is to be paid is sealed."""
    case = situation.case
    assert case is not None
    kind = situation.programme.grant_kind.get(command.kind)
    if kind is None:
        known = ", ".join(situation.programme.grant_kind)
        return refused("grant_kind_is_known", f"there is no grant called {command.kind}", f"one of: {known}")
    reasons = list(reasons_against(situation.asked(command), (consent_to_assistance, guardian_is_appointed)))
    reasons += _against_request(command, case, kind)
    if reasons:
        return Refused(tuple(reasons))
    asked = shared.GrantRequested(
        person_id=case.person_id,
        grant_id=id_from(command.command_id, "G"),
        kind=command.kind,
        amount=command.amount,
        payee_name=command.payee_name,
        payee_account=command.payee_account,
    )
    return situation.about_case(asked)


def approve_grant(command: ask.ApproveGrant, situation: Situation) -> Decision:
    """Return the approval with each funder's share set aside."""
    grant = _grant(command.grant_id, situation)
    if grant is None:
        return _unknown(command.grant_id)
    amount = _money(grant)
    shares = shares_of(situation.programme, amount, situation.today)
    reasons = _against_approval(command, grant, situation, shares)
    if reasons:
        return Refused(tuple(reasons))
    return _both(
        situation,
        shared.GrantApproved(grant_id=command.grant_id, shares=shares),
        shared.FundsCommitted(case_id=_case(situation).case_id, grant_id=command.grant_id, shares=shares),
    )


def decline_grant(command: ask.DeclineGrant, situation: Situation) -> Decision:
    """Return that the grant, or what is left of it, will not be paid; what was set aside is free again."""
    grant = _grant(command.grant_id, situation)
    if grant is None:
        return _unknown(command.grant_id)
    if grant.settled or grant.declined:
        return refused("grant_is_open", "the grant is already settled", "nothing needs to be done")
    if any(tranche.status in IN_FLIGHT for tranche in grant.tranches.values()):
        return refused("bank_has_answered", "a part of the grant is at the bank", "wait for the bank's answer")
    return given_back(situation, command.grant_id, grant, command.reason)


def release_tranche(command: ask.ReleaseTranche, situation: Situation) -> Decision:
    """Return the next part of the grant on its way to the bank."""
    grant = _grant(command.grant_id, situation)
    if grant is None:
        return _unknown(command.grant_id)
    kind = situation.programme.grant_kind[grant.kind]
    reasons = _against_release(command, grant, kind, situation)
    if reasons:
        return Refused(tuple(reasons))
    number = sum(1 for tranche in grant.tranches.values() if tranche.status == "paid") + 1
    released = shared.TrancheReleased(
        grant_id=command.grant_id,
        tranche_id=id_from(command.command_id, "T"),
        number=number,
        amount=_money(grant).share(kind.tranches)[number - 1],
    )
    return situation.about_case(released)


def record_payment(command: ask.RecordPayment, situation: Situation) -> Decision:
    """Return what the bank said; hearing it twice changes nothing."""
    grant = _grant(command.grant_id, situation)
    tranche = grant.tranches.get(command.tranche_id) if grant else None
    if grant is None or tranche is None:
        return refused(
            "tranche_is_known", f"there is no tranche {command.tranche_id}", "check the bank's file against the case"
        )
    if tranche.status in ("paid", "rejected"):
        return [] if tranche.status == command.outcome else _contradicted(tranche, command.outcome)
    if command.outcome == "rejected":
        return rejected(situation, command.grant_id, command.tranche_id, command.reference)
    return _paid(command, grant, tranche, situation)


def given_back(situation: Situation, grant_id: str, grant: Grant, why: str) -> list[Told]:
    """Return that a grant will not go on, and that what no bank has is free for others."""
    told = situation.about_case(shared.GrantDeclined(grant_id=grant_id, reason=why))
    return [*told, *_freed(situation, grant_id, grant)]


def rejected(situation: Situation, grant_id: str, tranche_id: str, why: str) -> list[Told]:
    """Return that a tranche was not paid; of a grant already given up, its money is then free for others."""
    told = situation.about_case(shared.TrancheRejected(grant_id=grant_id, tranche_id=tranche_id, reason=why))
    grant = _case(situation).grants[grant_id]
    if not grant.declined:
        return told
    after = {**grant.tranches, tranche_id: grant.tranches[tranche_id]._replace(status="rejected")}
    return [*told, *_freed(situation, grant_id, grant._replace(tranches=after))]


def ended(situation: Situation, why: str) -> list[Told]:
    """Return what becomes of unsettled grants when a case ends: nothing new goes out, what is out is waited for."""
    told: list[Told] = []
    for grant_id, grant in _case(situation).grants.items():
        if grant.settled or grant.declined:
            continue
        stopped = _stopped(situation, grant_id, grant)
        told += stopped
        stopped_ids = {getattr(item.fact, "tranche_id", "") for item in stopped}
        tranches = {k: t._replace(status="rejected") if k in stopped_ids else t for k, t in grant.tranches.items()}
        told += given_back(situation, grant_id, grant._replace(tranches=tranches), why)
    return told


def _stopped(situation: Situation, grant_id: str, grant: Grant) -> list[Told]:
    """Return the tranches that were let go but that no worker has begun to send."""
    begun = {
        dict(task.subject).get("tranche_id") for key, task in _case(situation).tasks.items() if key in situation.claimed
    }
    unknown = {dict(t.subject).get("tranche_id") for t in _case(situation).tasks.values() if t.status == "unknown"}
    return [
        told
        for tranche_id, tranche in grant.tranches.items()
        if tranche.status == "released" and tranche_id not in begun | unknown
        for told in situation.about_case(
            shared.TrancheRejected(grant_id=grant_id, tranche_id=tranche_id, reason="stopped before it was sent")
        )
    ]


def _paid(command: ask.RecordPayment, grant: Grant, tranche: Tranche, situation: Situation) -> Decision:
    amount = Money(amount=tranche.amount, currency=grant.currency)
    aside = situation.fund.grants.get(command.grant_id, {})
    parts = amount.share([aside[funder] for funder in aside]) if any(aside.values()) else ()
    shares = tuple(zip(aside, parts, strict=False))
    paid = shared.TranchePaid(grant_id=command.grant_id, tranche_id=command.tranche_id, reference=command.reference)
    disbursed = shared.FundsDisbursed(
        case_id=_case(situation).case_id, grant_id=command.grant_id, tranche_id=command.tranche_id, shares=shares
    )
    return _both(situation, paid, disbursed)


def _freed(situation: Situation, grant_id: str, grant: Grant) -> list[Told]:
    free = _not_in_flight(situation, grant_id, grant)
    if not any(part.amount for _, part in free):
        return []
    freed = shared.FundsFreed(case_id=_case(situation).case_id, grant_id=grant_id, shares=free)
    return [Told(situation.programme.fund_stream, freed)]


def _not_in_flight(situation: Situation, grant_id: str, grant: Grant) -> shared.Shares:
    """Return each funder's part of what is set aside and is not on its way to a bank."""
    aside = situation.fund.grants.get(grant_id, {})
    total = sum(aside.values(), Decimal(0))
    flying = sum((t.amount for t in grant.tranches.values() if t.status in IN_FLIGHT), Decimal(0))
    if total <= flying:
        return ()
    kept = Money(amount=flying, currency=grant.currency).share([aside[funder] for funder in aside])
    return tuple(
        (funder, Money(amount=aside[funder] - part.amount, currency=grant.currency))
        for funder, part in zip(aside, kept, strict=True)
    )


def _against_request(command: ask.RequestGrant, case: Case, kind: GrantKind) -> list[Reason]:
    reasons = []
    if case.stage not in kind.during:
        stages = ", ".join(kind.during)
        reasons.append(
            reason("stage_allows_it", f"{kind.kind} is not given during {case.stage}", f"ask during: {stages}")
        )
    if any(grant.kind == kind.kind and not grant.declined for grant in case.grants.values()):
        reasons.append(reason("grant_is_the_first", f"the case already has a {kind.kind} grant", "use that one"))
    if command.amount.currency != kind.cap.currency:
        reasons.append(
            reason("currency_is_the_grants", f"{kind.kind} is paid in {kind.cap.currency}", "convert the amount")
        )
    else:
        left = max(kind.cap.amount - _received(case, kind), Decimal(0))
        if not 0 < command.amount.amount <= left:
            said = f"{command.amount} is not above zero and up to {left} {kind.cap.currency}"
            reasons.append(reason("amount_is_within_cap", said, "ask for less", cap=kind.cap, left=left))
    return reasons


def _received(case: Case, kind: GrantKind) -> Decimal:
    """Return what the person had, or may still get, of grants of this kind that were broken off."""
    return sum((grant.released for grant in case.grants.values() if grant.kind == kind.kind), Decimal(0))


def _against_approval(
    command: ask.ApproveGrant, grant: Grant, situation: Situation, shares: shared.Shares
) -> list[Reason]:
    reasons = []
    if grant.declined or grant.approved_by:
        reasons.append(reason("grant_is_requested", "the grant was already decided on", "look at the case's history"))
    if command.actor == grant.requested_by:
        reasons.append(reason("approver_is_another", "whoever asked for a grant may not approve it", "ask a colleague"))
    if not shares:
        reasons.append(reason("programme_pays_today", "no funder pays for this day", "check the programme's dates"))
    for funder, left in short_of(situation.programme, situation.fund, shares):
        said = f"{funder} has only {left} {grant.currency} left"
        reasons.append(
            reason("budget_carries_it", said, "ask for less, or find another funder", funder=funder, left=left)
        )
    return reasons


def _against_release(command: ask.ReleaseTranche, grant: Grant, kind: GrantKind, situation: Situation) -> list[Reason]:
    asked = situation.asked(command)
    guards = (consent_to_assistance, *((plan_is_agreed,) if kind.needs_plan else ()))
    reasons = list(reasons_against(asked, guards))
    if not grant.approved_by or grant.declined:
        reasons.append(reason("grant_is_approved", "the grant is not approved", "record ApproveGrant first"))
    if command.actor in (grant.requested_by, grant.approved_by):
        reasons.append(reason("releaser_is_a_third", "whoever asked or approved may not release", "ask a third person"))
    if any(tranche.status in IN_FLIGHT for tranche in grant.tranches.values()):
        reasons.append(
            reason("bank_has_answered", "the part before is still at the bank", "wait for the bank's answer")
        )
    if grant.released >= grant.amount:
        reasons.append(reason("something_is_left", "the whole grant was released", "nothing needs to be done"))
    return reasons


def _contradicted(tranche: Tranche, outcome: str) -> Refused:
    said = f"the tranche was {tranche.status} before and is now said to be {outcome}"
    return refused("bank_is_of_one_mind", said, "ask the bank; do not pay again before it answers")


def _grant(grant_id: str, situation: Situation) -> Grant | None:
    return _case(situation).grants.get(grant_id)


def _money(grant: Grant) -> Money:
    return Money(amount=grant.amount, currency=grant.currency)


def _case(situation: Situation) -> Case:
    assert situation.case is not None
    return situation.case


def _unknown(grant_id: str) -> Refused:
    return refused("grant_exists", f"the case has no grant {grant_id}", "check with: wayhome case show")


def _both(situation: Situation, mine: Fact, funds: Fact) -> list[Told]:
    return [*situation.about_case(mine), Told(situation.programme.fund_stream, funds)]


def _grant_sent(command: ask.FinishTask, task: Task) -> Fact:
    return shared.TrancheInstructed(
        task_id=command.task_id,
        grant_id=task.about("grant_id"),
        tranche_id=task.about("tranche_id"),
        message_id=command.reference,
    )


def _tranche_stopped(task: Task, situation: Situation) -> list[Told]:
    grant_id, tranche_id = task.about("grant_id"), task.about("tranche_id")
    if case_of(situation).grants[grant_id].tranches[tranche_id].status != "released":
        return []
    return rejected(situation, grant_id, tranche_id, "stopped before it was sent")


def _payment_is_wanted(task: Task, situation: Situation) -> bool:
    grant = case_of(situation).grants[task.about("grant_id")]
    return grant.tranches[task.about("tranche_id")].status == "released"


def _fund(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.fund_stream,)


def _bank_is_silent(situation: Situation, subject: Pairs) -> list[Told]:
    about = dict(subject)
    tranche = case_of(situation).grants[about["grant_id"]].tranches[about["tranche_id"]]
    return situation.about_case(work.Escalated(kind="bank_silent")) if tranche.status == "instructed" else []


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.RequestGrant: request_grant,
    ask.ApproveGrant: approve_grant,
    ask.DeclineGrant: decline_grant,
    ask.ReleaseTranche: release_tranche,
    ask.RecordPayment: record_payment,
}

NEEDS: Final[Mapping[type[ask.Command], Needs]] = {
    ask.ApproveGrant: _fund,
    ask.DeclineGrant: _fund,
    ask.RecordPayment: _fund,
}
AFTER_THE_END: Final = (ask.RecordPayment,)
CANCELLING: Final = (ask.RecordPayment,)
TIMES_UP: Final[Mapping[str, TimesUp]] = {"bank_answer": _bank_is_silent}
TASKS: Final = (
    TaskKind("disburse_grant", _grant_sent, _payment_is_wanted, taken_back=_tranche_stopped, unsent_needs=_fund),
)
