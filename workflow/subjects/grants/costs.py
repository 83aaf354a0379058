"""Costs: what is bought for a person, borne by the funders' lines on the day it was bought."""

from typing import Final

from events.facts.grants import CostRecorded, CostReversed, FundsSpent, FundsUnspent
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, case_of, id_from, person_of, said_by
from workflow.subject import CommandRule
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RecordCost, ReverseCost
from workflow.subjects.grants.fund import against_paying, for_case_and_fund, fund_needed, fund_of, shares_of
from workflow.subjects.grants.state import grants_of


def record_cost(command: RecordCost, situation: Situation) -> Decision:
    """Return the cost, and that each line has paid its share of it."""
    reasons = _against_cost(command, situation)
    if reasons:
        return Refused(tuple(reasons))
    programme, case_id = situation.programme, case_of(situation).case_id
    cost_id = id_from(command.command_id, "C")
    shares = shares_of(programme, command.kind, command.amount, command.day)
    cost = said_by(
        command,
        CostRecorded,
        person_id=person_of(situation),
        cost_id=cost_id,
        shares=shares,
        service=command.service or "",
    )
    spent = FundsSpent(case_id=case_id, cost_id=cost_id, shares=shares)
    return for_case_and_fund(situation, cost, spent)


def reverse_cost(command: ReverseCost, situation: Situation) -> Decision:
    """Return that a cost counts no more and its money is free again; what was recorded stays in the history."""
    case = case_of(situation)
    cost = grants_of(case).costs.get(command.cost_id)
    if cost is None:
        return refused(refusals.COST_COUNTS(cost=command.cost_id))
    reversed_ = CostReversed(cost_id=command.cost_id, reason=command.reason)
    unspent = FundsUnspent(case_id=case.case_id, cost_id=command.cost_id, shares=cost.shares)
    return for_case_and_fund(situation, reversed_, unspent)


def _against_cost(command: RecordCost, situation: Situation) -> list[Reason]:
    programme = situation.programme
    reasons = []
    if command.kind not in programme.costs:
        reasons.append(refusals.COST_KIND_IS_KNOWN(kind=command.kind, known=programme.costs))
    if command.service is not None and command.service not in programme.service_of:
        reasons.append(refusals.SERVICE_IS_KNOWN(service=command.service, known=programme.service_of))
    if not command.amount.amount:
        reasons.append(refusals.AMOUNT_IS_ABOVE_ZERO())
    if command.day > situation.today:
        reasons.append(refusals.DAY_HAS_COME(day=command.day))
    if command.kind in programme.costs:
        reasons += against_paying(programme, fund_of(situation), command.kind, command.amount, command.day)
    return reasons


RULES: Final = (
    CommandRule(RecordCost, record_cost, needs=fund_needed, after_the_end=True),
    CommandRule(ReverseCost, reverse_cost, needs=fund_needed, after_the_end=True),
)
