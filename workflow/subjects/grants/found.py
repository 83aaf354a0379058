"""What every decision about a grant begins and ends with: finding it, and telling both sides."""

from __future__ import annotations

from events.catalogue import Fact
from events.money import Money
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Situation, StreamFact, case_of
from workflow.subjects.grants import refusals
from workflow.subjects.grants.state import Grant, grants_of


def grant_of(grant_id: str, situation: Situation) -> Grant | None:
    """Return the case's grant of that number, or None."""
    return grants_of(case_of(situation)).grants.get(grant_id)


def unknown_grant(grant_id: str) -> Refused:
    """Return that the case has no such grant."""
    return refused(refusals.GRANT_EXISTS(grant=grant_id))


def unknown_tranche(tranche_id: str) -> Refused:
    """Return that the grant has no such part."""
    return refused(refusals.TRANCHE_IS_KNOWN(tranche=tranche_id))


def grant_amount(grant: Grant) -> Money:
    """Return a grant's whole amount."""
    return Money(amount=grant.amount, currency=grant.currency)


def for_case_and_fund(situation: Situation, mine: Fact, funds: Fact) -> list[StreamFact]:
    """Return a fact for the case and one for the fund: stored together or not at all."""
    return [*situation.about_case(mine), StreamFact(situation.programme.fund_stream, funds)]


def grant_is_over(grant: Grant) -> list[Reason]:
    """Return why a grant that is settled or declined is not changed any more."""
    return [refusals.GRANT_TAKES_NO_CHANGE()] if grant.settled or grant.declined else []


def payee_on_hold(grant: Grant) -> list[Reason]:
    """Return why nothing goes to a payee on hold."""
    return [refusals.PAYEE_WAITS()] if grant.on_hold else []


def payment_at_bank(grant: Grant) -> list[Reason]:
    """Return why one waits while a part is on its way."""
    return [refusals.GRANT_IS_STILL_AT_THE_BANK()] if grant.at_the_bank else []
