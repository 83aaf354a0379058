"""What the bank says: paid, not paid, given back, or nothing at all. Hearing it twice changes nothing."""

from decimal import Decimal
from typing import Final

from events.facts import grants as facts
from events.money import Money
from workflow.case.state import Pairs
from workflow.reasons import Refused, refused
from workflow.situation import Decision, Situation, StreamFact, case_of
from workflow.subject import CommandRule, TimerKind, given
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RecordPayment, ReturnPayment
from workflow.subjects.grants.fund import for_case_and_fund, fund_needed, fund_of
from workflow.subjects.grants.giving_back import funds_freed, tranche_rejected
from workflow.subjects.grants.state import Grant, Tranche, grants_of


def _known_tranche(command: RecordPayment | ReturnPayment, situation: Situation) -> tuple[Grant, Tranche] | Refused:
    grant = grants_of(case_of(situation)).grants.get(command.grant_id)
    tranche = grant.tranches.get(command.tranche_id) if grant else None
    if grant is None or tranche is None:
        return refused(refusals.TRANCHE_IS_KNOWN(tranche=command.tranche_id))
    return grant, tranche


def record_payment(command: RecordPayment, found: tuple[Grant, Tranche], situation: Situation) -> Decision:
    """Return what the bank said; not paid after it was paid means that the money came back."""
    grant, tranche = found
    match tranche.status, command.outcome:
        case ("paid", "paid") | ("rejected" | "returned", "rejected"):
            return []
        case "paid", "rejected":
            return _returned(command, grant, tranche, situation)
        case (("rejected" | "returned"), _):
            return refused(refusals.BANK_IS_OF_ONE_MIND(before=tranche.status, now=command.outcome))
        case _, "rejected":
            return tranche_rejected(situation, command.grant_id, command.tranche_id, command.reference)
        case _:
            return _paid(command, grant, tranche, situation)


def return_payment(command: ReturnPayment, found: tuple[Grant, Tranche], situation: Situation) -> Decision:
    """Return that the bank gave back what it had paid: the money is set aside again and somebody has to look."""
    grant, tranche = found
    if tranche.status == "returned":
        return []
    if tranche.status != "paid":
        return refused(refusals.NOTHING_CAME_BACK(status=tranche.status))
    return _returned(command, grant, tranche, situation)


def _paid(command: RecordPayment, grant: Grant, tranche: Tranche, situation: Situation) -> Decision:
    amount = Money(amount=tranche.amount, currency=grant.currency)
    aside = fund_of(situation).grants.get(command.grant_id, {})
    parts = amount.share([*aside.values()]) if any(aside.values()) else ()
    shares = tuple(zip(aside, parts, strict=False))
    key = {"grant_id": command.grant_id, "tranche_id": command.tranche_id}
    paid = facts.TranchePaid(**key, reference=command.reference, shares=shares)
    disbursed = facts.FundsDisbursed(case_id=case_of(situation).case_id, **key, shares=shares)
    return for_case_and_fund(situation, paid, disbursed)


def _returned(
    command: RecordPayment | ReturnPayment, grant: Grant, tranche: Tranche, situation: Situation
) -> list[StreamFact]:
    case, key = case_of(situation), {"grant_id": command.grant_id, "tranche_id": command.tranche_id}
    back = facts.TrancheReturned(**key, reason=command.reference)
    funds = facts.FundsReturned(case_id=case.case_id, **key, shares=tranche.shares)
    found, ends = for_case_and_fund(situation, back, funds), situation.journey.stage(case.stage).ends
    if ends and not grant.declined:  # nobody will send it again
        too_late = facts.GrantDeclined(grant_id=command.grant_id, reason="given back after the case had ended")
        found += situation.about_case(too_late)
    found += situation.escalated("payment_returned")
    if not grant.declined and not ends:
        return found
    returned = {**grant.tranches, command.tranche_id: tranche._replace(status="returned")}
    aside = dict(fund_of(situation).grants.get(command.grant_id, {}))
    for account, part in tranche.shares:
        aside[account] = aside.get(account, Decimal(0)) + part.amount
    return [*found, *funds_freed(situation, command.grant_id, aside, grant._replace(tranches=returned))]


def _bank_is_silent(situation: Situation, subject: Pairs) -> list[StreamFact]:
    """Return that somebody has to ask the bank, when it still has not answered."""
    about = dict(subject)
    tranche = grants_of(case_of(situation)).grants[about["grant_id"]].tranches[about["tranche_id"]]
    return situation.escalated("bank_silent", when=tranche.status == "instructed")


RULES: Final = (
    CommandRule(
        RecordPayment, given(_known_tranche, record_payment), needs=fund_needed, after_the_end=True, cancels=True
    ),
    CommandRule(ReturnPayment, given(_known_tranche, return_payment), needs=fund_needed, after_the_end=True),
)
TIMERS: Final = (TimerKind("bank_answer", _bank_is_silent),)
