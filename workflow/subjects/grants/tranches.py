"""Letting the parts of a grant go, one after another, each against what shows how the one before was used."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from events.catalogue import Fact
from events.facts.grants import EvidenceRecorded, TrancheInstructed, TrancheReleased
from events.money import minor_unit_digits
from workflow.case.tasks import Task
from workflow.command import FinishTask
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, person_of, reasons_against
from workflow.subjects.grants.commands import RecordEvidence, ReleaseTranche
from workflow.subjects.grants.definition import GrantKind
from workflow.subjects.grants.found import grant_of, money_of, no_tranche, on_hold, still_at_the_bank, unknown
from workflow.subjects.grants.fund import against_day, fund_of
from workflow.subjects.grants.giving_back import rejected
from workflow.subjects.grants.state import Grant
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.reintegration.guards import plan_is_agreed


def release_tranche(command: ReleaseTranche, situation: Situation) -> Decision:
    """Return the next part of the grant on its way to the bank."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown(command.grant_id)
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
        amount=money_of(grant).share(kind.tranches)[grant.next_number - 1],
        delivery=delivery,
    )
    return situation.about_case(released)


def record_evidence(command: RecordEvidence, situation: Situation) -> Decision:
    """Return that it was shown what a paid part was used for."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown(command.grant_id)
    tranche = grant.tranches.get(command.tranche_id)
    if tranche is None:
        return no_tranche(command.tranche_id)
    wanted = situation.programme.grant_kind[grant.kind].evidence
    if command.kind not in wanted:
        known = ", ".join(wanted) or "nothing is asked for"
        said = f"{command.kind} is not asked for with {grant.kind}"
        return refused("evidence_is_asked_for", said, f"one of: {known}")
    if tranche.status != "paid":
        return refused("tranche_is_paid", f"this part is {tranche.status}", "record it when the bank has paid")
    shown = EvidenceRecorded(
        person_id=person_of(situation),
        grant_id=command.grant_id,
        tranche_id=command.tranche_id,
        kind=command.kind,
        reference=command.reference,
    )
    return situation.about_case(shown)


def _against_release(command: ReleaseTranche, grant: Grant, kind: GrantKind, situation: Situation) -> list[Reason]:
    guards = (consent_to_assistance, *((plan_is_agreed,) if kind.needs_plan else ()))
    reasons = list(reasons_against(situation.asked(command), guards))
    if not grant.approved_by or grant.declined:
        reasons.append(reason("grant_is_approved", "the grant is not approved", "record ApproveGrant first"))
    elif grant.changed_by:
        advice = "have somebody who neither asked for it nor changed the payee record ApproveGrant"
        reasons.append(reason("grant_is_approved", "the payee was changed and not approved", advice))
    if command.actor in grant.hands:
        said = "whoever asked, approved or changed the payee may not release"
        reasons.append(reason("releaser_is_a_third", said, "ask a third person"))
    reasons += [*still_at_the_bank(grant), *on_hold(grant), *_after_a_return(grant), *_without_evidence(grant, kind)]
    if grant.released >= grant.amount:
        reasons.append(reason("something_is_left", "the whole grant was released", "nothing needs to be done"))
    return [*reasons, *against_day(situation.programme, fund_of(situation), grant.accounts, situation.today)]


def _after_a_return(grant: Grant) -> list[Reason]:
    if not grant.returned:
        return []
    advice = "ask for the right account, then record ChangePayee"
    return [reason("payee_was_changed", "the bank gave a payment to this payee back", advice)]


def _without_evidence(grant: Grant, kind: GrantKind) -> list[Reason]:
    """Return which papers are missing of the parts before the next one."""
    paid = [t for t in grant.tranches.values() if t.status == "paid" and t.number < grant.next_number]
    missing = {(t.number, paper) for t in paid for paper in kind.evidence if paper not in t.evidence}
    if not missing or grant.released >= grant.amount:
        return []
    said = "; ".join(f"no {paper} for part {number}" for number, paper in sorted(missing))
    return [reason("evidence_is_there", said, "ask for it, then record RecordEvidence")]


def _against_cash(grant: Grant, kind: GrantKind, delivery: str) -> list[Reason]:
    if delivery != "cash" or kind.cash_share == 100:
        return []
    # Rounded up: a part is divided to the cent and may be one cent more than its per cent.
    unit = Decimal(1).scaleb(-minor_unit_digits(grant.currency))
    most = (grant.amount * kind.cash_share / 100).quantize(unit, ROUND_CEILING)
    part = money_of(grant).share(kind.tranches)[grant.next_number - 1].amount
    if grant.in_cash + part <= most:
        return []
    said = f"at most {most} {grant.currency} of this grant may be cash"
    return [reason("cash_is_within_its_share", said, "give this part in kind", share=kind.cash_share)]


def grant_sent(command: FinishTask, task: Task) -> Fact:
    """Return that the bank was told to pay."""
    return TrancheInstructed(
        task_id=command.task_id,
        grant_id=task.about("grant_id"),
        tranche_id=task.about("tranche_id"),
        message_id=command.reference,
    )


def tranche_stopped(task: Task, situation: Situation) -> list[StreamFact]:
    """Return that a part whose task was taken back was not paid."""
    grant_id, tranche_id = task.about("grant_id"), task.about("tranche_id")
    if case_of(situation).grants[grant_id].tranches[tranche_id].status != "released":
        return []
    return rejected(situation, grant_id, tranche_id, "stopped before it was sent")


def payment_is_wanted(task: Task, situation: Situation) -> bool:
    """Tell whether a part is still to be sent: nobody has answered about it, and its payee is not on hold."""
    grant = case_of(situation).grants[task.about("grant_id")]
    return grant.tranches[task.about("tranche_id")].status == "released" and not grant.on_hold
