"""Who confirms what another proposed: an account that is open, leads cases, and is not the proposer's."""

from typing import Any, Final

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from events.facts.decisions import (
    DecisionConfirmed,
    DecisionDeclined,
)
from events.facts.tasks import TimerCancelled
from events.ids import account_stream
from events.instants import instant_text
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.proposals import confirms, in_care, proposal, transfer
from workflow.case.proposals import proposals_of
from workflow.command import CaseCommand, ConfirmDecision, DeclineDecision, WithdrawProposal
from workflow.reasons import Refused
from workflow.rights.acts import OPERATOR
from workflow.rights.table import Account
from workflow.subjects.accounts.state import AccountState
from workflow.subjects.care.commands import AgreeCarePlan


def stands(place: Any, name: str, *roles: str, programme: str = "moscow", closed: bool = False) -> None:
    """Let an account be as it says from now on."""
    account = Account(name, frozenset(roles), frozenset({programme}), closed=closed)  # type: ignore[arg-type]
    place.states[account_stream(name)] = AccountState(account, instant_text(place.now))


# -- who confirms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["staff:nobody", "donor:mara"])
def test_a_name_without_an_account_confirms_nothing(name: str) -> None:
    confirms(transfer(in_care()), name).then_refused("account_is_open")


def test_a_closed_account_confirms_nothing() -> None:
    case = transfer(in_care())
    stands(case.place, BORIS, "supervisor", closed=True)
    confirms(case).then_refused("account_is_open")


@pytest.mark.parametrize("role", ["donor", "auditor", "finance_approve", "administrator", "medical", "hotline"])
def test_a_role_that_does_not_lead_cases_confirms_nothing(role: str) -> None:
    case = transfer(in_care())
    stands(case.place, CLARA, role)
    confirms(case, CLARA).then_refused("second_person_may")
    case.when(DeclineDecision, actor=CLARA, proposal_id=proposal(case), reason="no").then_refused("second_person_may")


def test_an_account_of_another_programme_confirms_nothing() -> None:
    case = transfer(in_care())
    stands(case.place, CLARA, "supervisor", programme="st-petersburg")
    confirms(case, CLARA).then_refused("second_person_may")


def test_what_somebody_proposed_whose_account_is_closed_since_is_confirmed_by_nobody() -> None:
    case = transfer(in_care())
    stands(case.place, ANNA, "case_manager", closed=True)
    confirms(case).then_refused("account_is_open")
    case.when(DeclineDecision, actor=BORIS, proposal_id=proposal(case), reason="she left").then(
        DecisionDeclined, TimerCancelled
    )


def test_what_somebody_proposed_who_has_lost_the_right_since_is_confirmed_by_nobody() -> None:
    case = transfer(in_care())
    stands(case.place, ANNA, "medical")
    confirms(case).then_refused("first_person_may")


def test_a_doctor_may_propose_the_care_plan_and_a_case_manager_confirms_it() -> None:
    case = in_care()
    stands(case.place, CLARA, "medical")
    case.does(AgreeCarePlan, actor=CLARA, mandate="medical", plan="rest")
    confirms(case, ANNA).then_among_others(DecisionConfirmed)


def test_all_that_is_in_the_way_is_said_at_once() -> None:
    case = transfer(in_care()).later(days=8)
    stands(case.place, ANNA, "case_manager", closed=True)
    confirms(case, ANNA, mandate=OPERATOR)
    case.then_refused("somebody_signed_in", "second_person_agreed", "account_is_open", "proposal_is_in_time")


# -- one account ----------------------------------------------------------------------------------------------------


_STEPS: Final = st.sampled_from(["transfer", "death", "care plan", "confirm", "decline", "take back", "a week"])


@settings(max_examples=60)
@for_any(st.lists(_STEPS, max_size=12))
def test_no_sequence_of_commands_by_one_account_leads_to_anything_that_needs_two(steps: list[str]) -> None:
    case = in_care()
    for step in steps:
        keys = [*proposals_of(case.case).pending] or ["D-0000000000000000"]
        if step == "transfer":
            case.advance("transfer", reason="moved")
        elif step == "death":
            case.advance("record_death", reason="illness")
        elif step == "care plan":
            case.when(AgreeCarePlan, plan="rest")
        elif step == "a week":
            case.later(days=7)
        else:
            kinds: dict[str, type[CaseCommand]]
            kinds = {"confirm": ConfirmDecision, "decline": DeclineDecision, "take back": WithdrawProposal}
            kind = kinds[step]
            case.when(kind, proposal_id=keys[0], **({"reason": "no"} if step == "decline" else {}))
            assert step == "take back" or isinstance(case.last, Refused)
    assert case.case.stage == "care"
    assert not case.place.facts(DecisionConfirmed)  # type: ignore[attr-defined]
