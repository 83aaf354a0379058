"""What every decision about a grant begins and ends with: finding it, and telling both sides."""

from __future__ import annotations

from events.catalogue import Fact
from events.money import Money
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Situation, StreamFact, case_of
from workflow.subjects.grants.state import Grant, grants_of


def grant_of(grant_id: str, situation: Situation) -> Grant | None:
    """Return the case's grant of that number, or None."""
    return grants_of(case_of(situation)).grants.get(grant_id)


def unknown(grant_id: str) -> Refused:
    """Return that the case has no such grant."""
    return refused("grant_exists", f"the case has no grant {grant_id}", "check with: wayhome case show")


def no_tranche(tranche_id: str) -> Refused:
    """Return that the grant has no such part."""
    return refused("tranche_is_known", f"there is no tranche {tranche_id}", "check the bank's file against the case")


def money_of(grant: Grant) -> Money:
    """Return a grant's whole amount."""
    return Money(amount=grant.amount, currency=grant.currency)


def both(situation: Situation, mine: Fact, funds: Fact) -> list[StreamFact]:
    """Return a fact for the case and one for the fund: stored together or not at all."""
    return [*situation.about_case(mine), StreamFact(situation.programme.fund_stream, funds)]


def is_over(grant: Grant) -> list[Reason]:
    """Return why a grant that is settled or declined is not changed any more."""
    if not (grant.settled or grant.declined):
        return []
    return [reason("grant_is_open", "the grant is already settled", "ask for a new one if more is needed")]


def on_hold(grant: Grant) -> list[Reason]:
    """Return why nothing goes to a payee on hold."""
    if not grant.on_hold:
        return []
    advice = "look into it; then record ReleasePayee, or ChangePayee"
    return [reason("payee_is_not_on_hold", "the payee is on hold", advice)]


def still_at_the_bank(grant: Grant) -> list[Reason]:
    """Return why one waits while a part is on its way."""
    if not grant.at_the_bank:
        return []
    return [reason("bank_has_answered", "a part of the grant is still at the bank", "wait for the bank's answer")]
