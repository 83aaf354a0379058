"""Letting the parts of a grant go, one after another, each against what shows how the one before was used."""

from decimal import ROUND_CEILING, Decimal
from itertools import chain, count
from typing import Final

from events.facts.grants import EvidenceRecorded, TrancheInstructed, TrancheReleased
from events.ids import RESTORE
from events.money import Money, minor_unit_digits
from workflow.case.state import Case
from workflow.case.tasks import About
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.situation import (
    Decision,
    Situation,
    StreamFact,
    TaskKind,
    case_of,
    ends_in,
    id_of,
    person_of,
    reasons_against,
    said_by,
)
from workflow.subject import CommandRule, given
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RecordEvidence, ReleaseTranche
from workflow.subjects.grants.decisions import known_grant
from workflow.subjects.grants.definition import GrantKind
from workflow.subjects.grants.fund import against_day, fund_needed, fund_of
from workflow.subjects.grants.giving_back import tranche_rejected
from workflow.subjects.grants.state import Grant, grants_of
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.reintegration.guards import plan_is_agreed
from workflow.subjects.restore.state import Quarantine


def release_tranche(command: ReleaseTranche, grant: Grant, situation: Situation) -> Decision:
    """Return the next part of the grant on its way to the bank."""
    kind = situation.programme.grant_kind[grant.kind]
    delivery = command.delivery or kind.delivery
    reasons = _against_release(command, grant, kind, situation) or _against_cash(grant, kind, delivery)
    if reasons:
        return Refused(tuple(reasons))
    released = TrancheReleased(
        grant_id=command.grant_id,
        tranche_id=_tranche_id(command.grant_id, grant, situation),
        number=grant.next_number,
        amount=grant.money.share(kind.tranches)[grant.next_number - 1],
        delivery=delivery,
    )
    return situation.about_case(released)


def _tranche_id(grant_id: str, grant: Grant, situation: Situation) -> str:
    """Return under which id the bank knows the payment: the same one for the same attempt at the same part of a grant.

    A release that an older log lost and that is recorded anew is then the payment that went out, not a second one,
    whatever became of the other parts meanwhile. One that two people counted for this grant after a restore is taken
    first.
    """
    quarantine: Quarantine = situation.state_of(RESTORE, Quarantine)
    part = Money(amount=_next_part(grant, situation), currency=grant.currency)
    lost = (one.about for one in quarantine.counted_for(grant_id) if one.amount == part)
    first = id_of("T", "tranche", grant_id, grant.next_number - 1)
    again = (id_of("T", "tranche", grant_id, grant.next_number, times) for times in count(1))
    return next(one for one in chain(lost, (first,), again) if one not in grant.tranches)


def _next_part(grant: Grant, situation: Situation) -> Decimal:
    return grant.money.share(situation.programme.grant_kind[grant.kind].tranches)[grant.next_number - 1].amount


def _release_needs(programme: Programme, case: Case) -> tuple[str, ...]:
    return (*fund_needed(programme, case), RESTORE)


def record_evidence(command: RecordEvidence, grant: Grant, situation: Situation) -> Decision:
    """Return that it was shown what a paid part was used for."""
    tranche = grant.tranches.get(command.tranche_id)
    if tranche is None:
        return refused(refusals.TRANCHE_IS_KNOWN(tranche=command.tranche_id))
    wanted = situation.programme.grant_kind[grant.kind].evidence
    if command.kind not in wanted:
        return refused(refusals.EVIDENCE_IS_ASKED_FOR(kind=command.kind, grant=grant.kind, known=wanted))
    if tranche.status != "paid":
        return refused(refusals.PART_IS_NOT_PAID(status=tranche.status))
    return situation.about_case(said_by(command, EvidenceRecorded, person_id=person_of(situation)))


def _against_release(command: ReleaseTranche, grant: Grant, kind: GrantKind, situation: Situation) -> list[Reason]:
    guards = (consent_to_assistance, *((plan_is_agreed,) if kind.needs_plan else ()))
    is_approved = bool(grant.approved_by) and not grant.declined
    reasons = reasons_if(
        (not is_approved, refusals.GRANT_IS_NOT_APPROVED()),
        (is_approved and grant.changed_by, refusals.NEW_PAYEE_IS_NOT_APPROVED()),
        (command.actor in grant.hands, refusals.RELEASER_IS_A_THIRD()),
        (is_approved and grant.refused, refusals.REFUSED_PART_IS_NOT_APPROVED()),
        (grant.at_the_bank and not grant.disputed, refusals.GRANT_IS_STILL_AT_THE_BANK()),
        (grant.disputed, refusals.BANK_ANSWER_IS_SETTLED()),
        (grant.unconfirmed, refusals.BANK_CONFIRMS_IT()),
        (grant.on_hold, refusals.PAYEE_WAITS()),
        (grant.returned, refusals.PAYEE_WAS_CHANGED()),
    )
    reasons += _without_evidence(grant, kind)
    if grant.released >= grant.amount:
        reasons.append(refusals.SOMETHING_IS_LEFT())
    guarded = reasons_against(situation.asked(command), guards)
    return [*guarded, *reasons, *against_day(situation.programme, fund_of(situation), grant.accounts, situation.today)]


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
    part = grant.money.share(kind.tranches)[grant.next_number - 1].amount
    if grant.in_cash + part <= most:
        return []
    allowed = Money(amount=most, currency=grant.currency)
    return [refusals.CASH_IS_WITHIN_ITS_SHARE(most=allowed, share=kind.cash_share)]


class TranchePayment(About):
    """The part of a grant the bank is told to pay."""

    grant_id: str
    tranche_id: str


def _tranche_stopped(about: TranchePayment, situation: Situation) -> list[StreamFact]:
    """Return that a part whose task was taken back was not paid."""
    grant_id, tranche_id = about.grant_id, about.tranche_id
    if grants_of(case_of(situation)).grants[grant_id].tranches[tranche_id].status != "released":
        return []
    return tranche_rejected(situation, grant_id, tranche_id, "stopped before it was sent")


def _payment_is_wanted(about: TranchePayment, situation: Situation) -> bool:
    """Tell whether a part is still to be sent: nobody has answered about it, and its payee is not on hold."""
    grant = grants_of(case_of(situation)).grants[about.grant_id]
    return grant.tranches[about.tranche_id].status == "released" and not grant.on_hold


TASKS: Final = (
    TaskKind(
        "disburse_grant",
        TranchePayment,
        ends_in(TrancheInstructed, "message_id"),
        _payment_is_wanted,
        is_letter=False,
        taken_back=_tranche_stopped,
        unsent_needs=fund_needed,
    ),
)
RULES: Final = (
    CommandRule(ReleaseTranche, given(known_grant, release_tranche), needs=_release_needs, in_person=True),
    CommandRule(RecordEvidence, given(known_grant, record_evidence), after_the_end=True),
)
