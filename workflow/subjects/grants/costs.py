"""Costs: what is bought for a person, borne by the funders' lines on the day it was bought."""

from __future__ import annotations

from typing import Final

from events.facts.grants import CostRecorded, CostReversed, FundsSpent, FundsUnspent
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, person_of
from workflow.subject import CommandRule
from workflow.subjects.grants.commands import RecordCost, ReverseCost
from workflow.subjects.grants.fund import against_paying, fund_of, shares_of


def record_cost(command: RecordCost, situation: Situation) -> Decision:
    """Return the cost, and that each line has paid its share of it."""
    reasons = _against_cost(command, situation)
    if reasons:
        return Refused(tuple(reasons))
    programme, case_id = situation.programme, case_of(situation).case_id
    cost_id = id_from(command.command_id, "C")
    shares = shares_of(programme, command.kind, command.amount, command.day)
    cost = CostRecorded(
        person_id=person_of(situation),
        cost_id=cost_id,
        kind=command.kind,
        amount=command.amount,
        day=command.day,
        shares=shares,
        service=command.service or "",
        reference=command.reference,
    )
    spent = FundsSpent(case_id=case_id, cost_id=cost_id, shares=shares)
    return [*situation.about_case(cost), StreamFact(programme.fund_stream, spent)]


def reverse_cost(command: ReverseCost, situation: Situation) -> Decision:
    """Return that a cost counts no more and its money is free again; what was recorded stays in the history."""
    case = case_of(situation)
    cost = case.costs.get(command.cost_id)
    if cost is None:
        return refused("cost_counts", f"the case has no cost {command.cost_id}", "check with: wayhome case show")
    reversed_ = CostReversed(cost_id=command.cost_id, reason=command.reason)
    unspent = FundsUnspent(case_id=case.case_id, cost_id=command.cost_id, shares=cost.shares)
    return [*situation.about_case(reversed_), StreamFact(situation.programme.fund_stream, unspent)]


def _against_cost(command: RecordCost, situation: Situation) -> list[Reason]:
    programme = situation.programme
    reasons = []
    if command.kind not in programme.costs:
        known = ", ".join(programme.costs)
        reasons.append(reason("cost_kind_is_known", f"there is no cost called {command.kind}", f"one of: {known}"))
    if command.service is not None and command.service not in programme.service_of:
        known = ", ".join(programme.service_of)
        reasons.append(reason("service_is_known", f"there is no service {command.service}", f"one of: {known}"))
    if not command.amount.amount:
        reasons.append(reason("amount_is_above_zero", "a cost of nothing is none", "record what was paid"))
    if command.day > situation.today:
        reasons.append(reason("day_has_come", f"{command.day} is yet to come", "record it when it was bought"))
    if command.kind in programme.costs:
        reasons += against_paying(programme, fund_of(situation), command.kind, command.amount, command.day)
    return reasons


def _fund(programme: Programme, _case: Case) -> tuple[str, ...]:
    return (programme.fund_stream,)


RULES: Final = (
    CommandRule(RecordCost, record_cost, needs=_fund, after_the_end=True),
    CommandRule(ReverseCost, reverse_cost, needs=_fund, after_the_end=True),
)
