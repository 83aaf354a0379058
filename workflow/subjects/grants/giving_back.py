"""Grants that do not go on: what no bank has is free for others, what is at the bank is waited for."""

from decimal import Decimal
from typing import Any

from events.facts.grants import FundsFreed, GrantDeclined, Shares, TrancheRejected
from events.money import Money
from workflow.case.tasks import was_begun
from workflow.situation import Situation, StreamFact, case_of
from workflow.subjects.grants.fund import fund_of
from workflow.subjects.grants.state import Grant, grants_of


def grant_given_back(situation: Situation, grant_id: str, grant: Grant, why: str) -> list[StreamFact]:
    """Return that a grant will not go on, and that what no bank has is free for others."""
    told = situation.about_case(GrantDeclined(grant_id=grant_id, reason=why))
    return [*told, *funds_freed(situation, grant_id, _aside(situation, grant_id), grant)]


def tranche_rejected(situation: Situation, grant_id: str, tranche_id: str, why: str, **said: Any) -> list[StreamFact]:
    """Return that a tranche was not paid; of a grant already given up, its money is then free for others.

    ``said`` is who says so, when it is not the office that stopped it.
    """
    told = situation.about_case(TrancheRejected(grant_id=grant_id, tranche_id=tranche_id, reason=why, **said))
    grant = grants_of(case_of(situation)).grants[grant_id]
    if not grant.declined:
        return told
    after = {**grant.tranches, tranche_id: grant.tranches[tranche_id]._replace(status="rejected")}
    return [*told, *funds_freed(situation, grant_id, _aside(situation, grant_id), grant._replace(tranches=after))]


def grants_ended(situation: Situation, why: str) -> list[StreamFact]:
    """Return what becomes of unsettled grants when a case ends: nothing new goes out, what is out is waited for."""
    told: list[StreamFact] = []
    for grant_id, grant in grants_of(case_of(situation)).grants.items():
        if grant.settled or grant.declined or grant.disputed:
            continue  # what the bank contradicts itself about is given back once that is settled
        halted = tranches_stopped(situation, grant_id, grant)
        told += halted
        ids = {getattr(item.fact, "tranche_id", "") for item in halted}
        tranches = {k: t._replace(status="rejected") if k in ids else t for k, t in grant.tranches.items()}
        told += grant_given_back(situation, grant_id, grant._replace(tranches=tranches), why)
    return told


def tranches_stopped(situation: Situation, grant_id: str, grant: Grant) -> list[StreamFact]:
    """Return the tranches that were let go but that no worker has begun to send; what failed may lie at the bank."""
    tasks = case_of(situation).tasks.items()
    begun = {dict(one.subject).get("tranche_id") for key, one in tasks if was_begun(key, one, situation.begun)}
    return [
        told
        for tranche_id, tranche in grant.tranches.items()
        if tranche.status == "released" and tranche_id not in begun
        for told in situation.about_case(
            TrancheRejected(grant_id=grant_id, tranche_id=tranche_id, reason="stopped before it was sent")
        )
    ]


def funds_freed(situation: Situation, grant_id: str, aside: dict[str, Decimal], grant: Grant) -> list[StreamFact]:
    """Return that what is set aside and not on its way to a bank is free, or nothing when there is none."""
    free = _not_in_flight(aside, grant)
    if not any(part.amount for _, part in free):
        return []
    fact = FundsFreed(case_id=case_of(situation).case_id, grant_id=grant_id, shares=free)
    return [StreamFact(situation.programme.fund_stream, fact)]


def _aside(situation: Situation, grant_id: str) -> dict[str, Decimal]:
    return dict(fund_of(situation).grants.get(grant_id, {}))


def _not_in_flight(aside: dict[str, Decimal], grant: Grant) -> Shares:
    """Return each line's part of what is set aside and is not on its way to a bank."""
    if sum(aside.values(), Decimal(0)) <= grant.flying:
        return ()
    kept = Money(amount=grant.flying, currency=grant.currency).share([*aside.values()])
    return tuple(
        (account, Money(amount=aside[account] - part.amount, currency=grant.currency))
        for account, part in zip(aside, kept, strict=True)
    )
