"""What the bank says: paid, not paid, given back, or nothing at all. Hearing it twice changes nothing."""

from __future__ import annotations

from decimal import Decimal

from events.facts.grants import FundsDisbursed, FundsReturned, GrantDeclined, TranchePaid, TrancheReturned
from events.facts.tasks import Escalated
from events.money import Money
from workflow.case.state import Pairs
from workflow.reasons import Refused, refused
from workflow.situation import Decision, Situation, StreamFact, case_of
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RecordPayment, ReturnPayment
from workflow.subjects.grants.found import for_case_and_fund, grant_of, unknown_tranche
from workflow.subjects.grants.fund import fund_of
from workflow.subjects.grants.giving_back import funds_freed, tranche_rejected
from workflow.subjects.grants.state import Grant, Tranche, grants_of


def record_payment(command: RecordPayment, situation: Situation) -> Decision:
    """Return what the bank said; not paid after it was paid means that the money came back."""
    grant = grant_of(command.grant_id, situation)
    tranche = grant.tranches.get(command.tranche_id) if grant else None
    if grant is None or tranche is None:
        return unknown_tranche(command.tranche_id)
    match tranche.status, command.outcome:
        case ("paid", "paid") | ("rejected" | "returned", "rejected"):
            return []
        case "paid", "rejected":
            return _returned(situation, command.grant_id, command.tranche_id, command.reference)
        case (("rejected" | "returned"), _):
            return _contradicted(tranche, command.outcome)
        case _, "rejected":
            return tranche_rejected(situation, command.grant_id, command.tranche_id, command.reference)
        case _:
            return _paid(command, grant, tranche, situation)


def return_payment(command: ReturnPayment, situation: Situation) -> Decision:
    """Return that the bank gave back what it had paid: the money is set aside again and somebody has to look."""
    grant = grant_of(command.grant_id, situation)
    tranche = grant.tranches.get(command.tranche_id) if grant else None
    if tranche is None:
        return unknown_tranche(command.tranche_id)
    if tranche.status == "returned":
        return []
    if tranche.status != "paid":
        return refused(refusals.NOTHING_CAME_BACK(status=tranche.status))
    return _returned(situation, command.grant_id, command.tranche_id, command.reference)


def _paid(command: RecordPayment, grant: Grant, tranche: Tranche, situation: Situation) -> Decision:
    amount = Money(amount=tranche.amount, currency=grant.currency)
    aside = fund_of(situation).grants.get(command.grant_id, {})
    parts = amount.share([*aside.values()]) if any(aside.values()) else ()
    shares = tuple(zip(aside, parts, strict=False))
    key = {"grant_id": command.grant_id, "tranche_id": command.tranche_id}
    paid = TranchePaid(**key, reference=command.reference, shares=shares)
    disbursed = FundsDisbursed(case_id=case_of(situation).case_id, **key, shares=shares)
    return for_case_and_fund(situation, paid, disbursed)


def _returned(situation: Situation, grant_id: str, tranche_id: str, why: str) -> list[StreamFact]:
    case = case_of(situation)
    grant = grants_of(case).grants[grant_id]
    shares = grant.tranches[tranche_id].shares
    back = TrancheReturned(grant_id=grant_id, tranche_id=tranche_id, reason=why)
    funds = FundsReturned(case_id=case.case_id, grant_id=grant_id, tranche_id=tranche_id, shares=shares)
    looked_at = situation.about_case(Escalated(kind="payment_returned"))
    ends = situation.journey.stage(case.stage).ends
    given_up = [] if grant.declined or not ends else situation.about_case(_too_late(grant_id))
    found = [*for_case_and_fund(situation, back, funds), *given_up, *looked_at]
    return [*found, *_freed_at_once(situation, grant_id, tranche_id)] if grant.declined or ends else found


def _too_late(grant_id: str) -> GrantDeclined:
    """Return that nobody will send it again: the case has ended."""
    return GrantDeclined(grant_id=grant_id, reason="given back after the case had ended")


def _freed_at_once(situation: Situation, grant_id: str, tranche_id: str) -> list[StreamFact]:
    """Return that what came back is free for others: the grant it belongs to does not go on."""
    grant = grants_of(case_of(situation)).grants[grant_id]
    tranche = grant.tranches[tranche_id]
    aside = dict(fund_of(situation).grants.get(grant_id, {}))
    for account, part in tranche.shares:
        aside[account] = aside.get(account, Decimal(0)) + part.amount
    after = {**grant.tranches, tranche_id: tranche._replace(status="returned")}
    return funds_freed(situation, grant_id, aside, grant._replace(tranches=after))


def _contradicted(tranche: Tranche, outcome: str) -> Refused:
    return refused(refusals.BANK_IS_OF_ONE_MIND(before=tranche.status, now=outcome))


def bank_is_silent(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that somebody has to ask the bank, when it still has not answered."""
    about = dict(subject)
    tranche = grants_of(case_of(situation)).grants[about["grant_id"]].tranches[about["tranche_id"]]
    return situation.about_case(Escalated(kind="bank_silent")) if tranche.status == "instructed" else []
