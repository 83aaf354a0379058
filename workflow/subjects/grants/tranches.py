"""Letting the parts of a grant go, one after another, each against what shows how the one before was used."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from events.facts.grants import EvidenceRecorded, TrancheReleased
from events.money import Money, minor_unit_digits
from workflow.case.tasks import About
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, person_of, reasons_against, said_by
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RecordEvidence, ReleaseTranche
from workflow.subjects.grants.definition import GrantKind
from workflow.subjects.grants.found import (
    grant_amount,
    grant_of,
    payee_on_hold,
    payment_at_bank,
    unknown_grant,
    unknown_tranche,
)
from workflow.subjects.grants.fund import against_day, fund_of
from workflow.subjects.grants.giving_back import tranche_rejected
from workflow.subjects.grants.state import Grant, grants_of
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.reintegration.guards import plan_is_agreed


def release_tranche(command: ReleaseTranche, situation: Situation) -> Decision:
    """Return the next part of the grant on its way to the bank."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown_grant(command.grant_id)
    kind = situation.programme.grant_kind[grant.kind]
    delivery = command.delivery or kind.delivery
    reasons = _against_release(command, grant, kind, situation)
    if not reasons:
        reasons = _against_cash(grant, kind, delivery)
    if reasons:
        return Refused(tuple(reasons))
    released = TrancheReleased(
        grant_id=command.grant_id,
        tranche_id=id_from(command.command_id, "T"),
        number=grant.next_number,
        amount=grant_amount(grant).share(kind.tranches)[grant.next_number - 1],
        delivery=delivery,
    )
    return situation.about_case(released)


def record_evidence(command: RecordEvidence, situation: Situation) -> Decision:
    """Return that it was shown what a paid part was used for."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown_grant(command.grant_id)
    tranche = grant.tranches.get(command.tranche_id)
    if tranche is None:
        return unknown_tranche(command.tranche_id)
    wanted = situation.programme.grant_kind[grant.kind].evidence
    if command.kind not in wanted:
        return refused(refusals.EVIDENCE_IS_ASKED_FOR(kind=command.kind, grant=grant.kind, known=wanted))
    if tranche.status != "paid":
        return refused(refusals.PART_IS_NOT_PAID(status=tranche.status))
    shown = said_by(command, EvidenceRecorded, person_id=person_of(situation))
    return situation.about_case(shown)


def _against_release(command: ReleaseTranche, grant: Grant, kind: GrantKind, situation: Situation) -> list[Reason]:
    guards = (consent_to_assistance, *((plan_is_agreed,) if kind.needs_plan else ()))
    reasons = list(reasons_against(situation.asked(command), guards))
    if not grant.approved_by or grant.declined:
        reasons.append(refusals.GRANT_IS_NOT_APPROVED())
    elif grant.changed_by:
        reasons.append(refusals.NEW_PAYEE_IS_NOT_APPROVED())
    if command.actor in grant.hands:
        reasons.append(refusals.RELEASER_IS_A_THIRD())
    reasons += [
        *payment_at_bank(grant),
        *payee_on_hold(grant),
        *_after_a_return(grant),
        *_without_evidence(grant, kind),
    ]
    if grant.released >= grant.amount:
        reasons.append(refusals.SOMETHING_IS_LEFT())
    return [*reasons, *against_day(situation.programme, fund_of(situation), grant.accounts, situation.today)]


def _after_a_return(grant: Grant) -> list[Reason]:
    return [refusals.PAYEE_WAS_CHANGED()] if grant.returned else []


def _without_evidence(grant: Grant, kind: GrantKind) -> list[Reason]:
    """Return which papers are missing of the parts before the next one."""
    paid = [t for t in grant.tranches.values() if t.status == "paid" and t.number < grant.next_number]
    missing = {(t.number, paper) for t in paid for paper in kind.evidence if paper not in t.evidence}
    if not missing or grant.released >= grant.amount:
        return []
    papers = (refusals.PAPER_IS_MISSING(paper=paper, number=number) for number, paper in sorted(missing))
    return [refusals.EVIDENCE_IS_THERE(missing=papers)]


def _against_cash(grant: Grant, kind: GrantKind, delivery: str) -> list[Reason]:
    if delivery != "cash" or kind.cash_share == 100:
        return []
    # Rounded up: a part is divided to the cent and may be one cent more than its per cent.
    unit = Decimal(1).scaleb(-minor_unit_digits(grant.currency))
    most = (grant.amount * kind.cash_share / 100).quantize(unit, ROUND_CEILING)
    part = grant_amount(grant).share(kind.tranches)[grant.next_number - 1].amount
    if grant.in_cash + part <= most:
        return []
    allowed = Money(amount=most, currency=grant.currency)
    return [refusals.CASH_IS_WITHIN_ITS_SHARE(most=allowed, share=kind.cash_share)]


class TranchePayment(About):
    """The part of a grant the bank is told to pay."""

    grant_id: str
    tranche_id: str


def tranche_stopped(about: TranchePayment, situation: Situation) -> list[StreamFact]:
    """Return that a part whose task was taken back was not paid."""
    grant_id, tranche_id = about.grant_id, about.tranche_id
    if grants_of(case_of(situation)).grants[grant_id].tranches[tranche_id].status != "released":
        return []
    return tranche_rejected(situation, grant_id, tranche_id, "stopped before it was sent")


def payment_is_wanted(about: TranchePayment, situation: Situation) -> bool:
    """Tell whether a part is still to be sent: nobody has answered about it, and its payee is not on hold."""
    grant = grants_of(case_of(situation)).grants[about.grant_id]
    return grant.tranches[about.tranche_id].status == "released" and not grant.on_hold
