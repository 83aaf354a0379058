"""What the bank says: paid, not paid, given back, or nothing at all. Hearing it twice changes nothing."""

from decimal import Decimal
from typing import Final

from events.facts import grants as facts
from events.money import Money
from workflow.case.state import Pairs
from workflow.reasons import Refused, reasons_if, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, person_of, said_by
from workflow.subject import CommandRule, TimerKind, TwoPeople, given
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RecordBankAnswer, RecordPayment, ReturnPayment, SettleBankAnswer
from workflow.subjects.grants.fund import for_case_and_fund, fund_needed, fund_of
from workflow.subjects.grants.giving_back import funds_freed, grant_given_back, tranche_rejected
from workflow.subjects.grants.state import Grant, Tranche, grants_of

AnyAnswer = RecordPayment | RecordBankAnswer | ReturnPayment
Found = tuple[Grant, Tranche]


def _known_tranche(command: AnyAnswer | SettleBankAnswer, situation: Situation) -> Found | Refused:
    grant = grants_of(case_of(situation)).grants.get(command.grant_id)
    tranche = grant.tranches.get(command.tranche_id) if grant else None
    if grant is None or tranche is None:
        return refused(refusals.TRANCHE_IS_KNOWN(tranche=command.tranche_id))
    return grant, tranche


def record_payment(command: RecordPayment | RecordBankAnswer, found: Found, situation: Situation) -> Decision:
    """Return what the bank said; not paid after it was paid means that the money came back.

    Whose word it is stays with it: nothing more goes out before the bank's own file says the same.
    """
    grant, tranche = found
    ours = Money(amount=tranche.amount, currency=grant.currency)
    if isinstance(command, RecordBankAnswer) and command.amount not in (None, ours):
        return refused(refusals.AMOUNT_IS_THE_PARTS(ours=ours, banks=command.amount))
    match tranche.status, command.outcome:
        case ("paid", "paid") | ("rejected" | "returned", "rejected"):
            return _heard_again(command, tranche, situation)
        case "paid", "rejected":
            told = _returned(command, grant, tranche, situation)
        case (("rejected" | "returned"), _):
            return _contradicted(command, tranche, situation)
        case _, "rejected":
            said = {**_said(command), "approve_anew": True}
            told = tranche_rejected(situation, command.grant_id, command.tranche_id, command.reference, **said)
        case _:
            told = _paid(command, grant, tranche, situation)
    return [*told, *_upload(command, situation)]


def return_payment(command: ReturnPayment, found: Found, situation: Situation) -> Decision:
    """Return that the bank gave back what it had paid: the money is set aside again and somebody has to look."""
    grant, tranche = found
    if tranche.status == "returned":
        return []
    if tranche.status != "paid":
        return refused(refusals.NOTHING_CAME_BACK(status=tranche.status))
    return _returned(command, grant, tranche, situation)


def settle_bank_answer(command: SettleBankAnswer, found: Found, situation: Situation) -> Decision:
    """Return which of the bank's answers holds, and what follows for the money.

    Two people settle it, neither of whom released the payment or brought one of the files.
    """
    grant, tranche = found
    was_paid, paid_now = tranche.status == "paid", command.outcome == "paid"
    nothing_aside = paid_now and not was_paid and not fund_of(situation).grants.get(command.grant_id)
    had_a_hand = tranche.said_by | {tranche.released_by}
    reasons = reasons_if(
        (not tranche.disputed, refusals.NOTHING_IS_DISPUTED()),
        (not had_a_hand.isdisjoint({command.actor, situation.second}), refusals.SETTLER_IS_ANOTHER()),
        (nothing_aside, refusals.MONEY_IS_SET_ASIDE()),
    )
    if reasons:
        return Refused(tuple(reasons))
    moved = _paid(command, grant, tranche, situation) if paid_now and not was_paid else []
    told = [*moved, *situation.about_case(said_by(command, facts.BankAnswerSettled, **situation.two))]
    if situation.journey.stage(case_of(situation).stage).ends and not grant.declined and not paid_now:
        why = "settled after the case had ended"
        settled = {**grant.tranches, command.tranche_id: tranche._replace(disputed=False)}
        told += grant_given_back(situation, command.grant_id, grant._replace(tranches=settled), why)
    return told


def _said(command: AnyAnswer | SettleBankAnswer) -> dict[str, str]:
    """Return whose word an answer is: the bank's own file's, that of a file somebody brought, or somebody's."""
    if isinstance(command, RecordBankAnswer):
        return {"source": command.source, "file_hash": command.file_hash}
    return {"source": "settled" if isinstance(command, SettleBankAnswer) else "hand"}


def _upload(command: RecordPayment | RecordBankAnswer, situation: Situation) -> list[StreamFact]:
    if not isinstance(command, RecordBankAnswer) or command.source != "upload":
        return []
    return situation.about_case(said_by(command, facts.BankFileUploaded, person_id=person_of(situation)))


def _heard_again(command: RecordPayment | RecordBankAnswer, tranche: Tranche, situation: Situation) -> list[StreamFact]:
    """Return that a second source says the same, when it is the bank's own file or a second person's."""
    if not tranche.unconfirmed or not isinstance(command, RecordBankAnswer):
        return []
    others = tranche.said_by - {command.actor, tranche.released_by}
    by_two = bool(others) and command.actor != tranche.released_by
    told = _upload(command, situation) if command.actor not in tranche.said_by else []
    if command.source == "bank" or by_two:
        key = {"grant_id": command.grant_id, "tranche_id": command.tranche_id}
        told += situation.about_case(facts.BankAnswerConfirmed(**key, **_said(command)))
    return told


def _contradicted(command: RecordPayment | RecordBankAnswer, tranche: Tranche, situation: Situation) -> Decision:
    """Return that a file says paid of what was refused: both stand, and nothing goes out until it is settled."""
    if not isinstance(command, RecordBankAnswer):
        return refused(refusals.BANK_IS_OF_ONE_MIND(before=tranche.status, now=command.outcome))
    if tranche.disputed:
        return []
    key = {"grant_id": command.grant_id, "tranche_id": command.tranche_id}
    words = {"before": tranche.status, "now": command.outcome, "reference": command.reference}
    told = situation.about_case(facts.BankContradicted(**key, **words, **_said(command)))
    return [*told, *_upload(command, situation), *situation.escalated("bank_contradicts")]


def _paid(
    command: RecordPayment | RecordBankAnswer | SettleBankAnswer, grant: Grant, tranche: Tranche, situation: Situation
) -> list[StreamFact]:
    amount = Money(amount=tranche.amount, currency=grant.currency)
    aside = fund_of(situation).grants.get(command.grant_id, {})
    parts = amount.share([*aside.values()]) if any(aside.values()) else ()
    shares = tuple(zip(aside, parts, strict=False))
    key = {"grant_id": command.grant_id, "tranche_id": command.tranche_id}
    reference = command.reason if isinstance(command, SettleBankAnswer) else command.reference
    paid = facts.TranchePaid(**key, reference=reference, shares=shares, **_said(command))
    disbursed = facts.FundsDisbursed(case_id=case_of(situation).case_id, **key, shares=shares)
    return for_case_and_fund(situation, paid, disbursed)


def _returned(command: AnyAnswer, grant: Grant, tranche: Tranche, situation: Situation) -> list[StreamFact]:
    case, key = case_of(situation), {"grant_id": command.grant_id, "tranche_id": command.tranche_id}
    back = facts.TrancheReturned(**key, reason=command.reference, **_said(command))
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
        RecordPayment,
        given(_known_tranche, record_payment),
        needs=fund_needed,
        after_the_end=True,
        after_erasure=True,
        cancels=True,
        in_person=True,
    ),
    CommandRule(
        RecordBankAnswer,
        given(_known_tranche, record_payment),
        needs=fund_needed,
        after_the_end=True,
        after_erasure=True,
        cancels=True,
        in_person=True,
    ),
    CommandRule(
        SettleBankAnswer,
        given(_known_tranche, settle_bank_answer),
        needs=fund_needed,
        after_the_end=True,
        after_erasure=True,
        two_people=TwoPeople(thing=("tranche_id",)),
    ),
    CommandRule(
        ReturnPayment,
        given(_known_tranche, return_payment),
        needs=fund_needed,
        after_the_end=True,
        after_erasure=True,
        in_person=True,
    ),
)
TIMERS: Final = (TimerKind("bank_answer", _bank_is_silent),)
