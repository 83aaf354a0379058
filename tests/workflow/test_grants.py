"""Money: asked for by one, approved by another, let go by a third, never more than cap and budget, never twice."""

from typing import Any

import pytest

from events.facts.grants import (
    BankContradicted,
    FundsCommitted,
    FundsDisbursed,
    FundsFreed,
    GrantApproved,
    GrantRequested,
    TrancheInstructed,
    TranchePaid,
    TrancheRejected,
)
from events.facts.tasks import Escalated, TaskCancelled, TaskFoundUndone, TaskUnknown, TaskUnwanted
from events.money import Money
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, agree_plan, bank_says, bring, grant, paid, release, shown
from tests.kit.story import Story, story
from tests.kit.world import World, moscow_with
from workflow.command import CancelTask
from workflow.subjects.grants.commands import ApproveGrant, DeclineGrant, ReleaseTranche, RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.reintegration.commands import RecordFollowUp

EUROPE, SWITZERLAND, STATES = "european-commission/grants", "switzerland/grants", "united-states/grants"
LINES = "{id: grants, title: Grants, amount: EUR 400000, for: [reinstallation, reintegration]}"


def at_home(world: World | None = None) -> Story:
    return agree_plan(bring(story(world or World()), "reintegration"))


def request(case: Story, kind: str = "reintegration", amount: str = "EUR 1800") -> Story:
    return case.when(RequestGrant, kind=kind, **MONEY | {"amount": amount})


def accounts(case: Story) -> dict[str, tuple[Any, ...]]:
    fund = case.place.states["fund:moscow"]  # type: ignore[attr-defined]
    return {name: tuple(account) for name, account in fund.accounts.items()}


@pytest.mark.parametrize(
    ("kind", "amount", "code"),
    [
        ("reinstallation", "EUR 200.01", "amount_is_within_cap"),
        ("reinstallation", "EUR 0", "amount_is_within_cap"),
        ("reinstallation", "USD 100", "currency_is_the_grants"),
        ("holiday", "EUR 100", "grant_kind_is_known"),
    ],
)
def test_a_grant_stays_within_what_the_programme_gives(kind: str, amount: str, code: str) -> None:
    request(at_home(), kind, amount).then_refused(code)


def test_a_grant_is_given_after_the_return_not_before() -> None:
    request(bring(story(), "care"), amount="USD 2000").then_refused("stage_allows_it", "currency_is_the_grants")


def test_a_second_reinstallation_grant_is_refused() -> None:
    case = request(at_home(), "reinstallation", "EUR 100")
    request(case, "reinstallation", "EUR 100").then_refused("grant_is_the_first")


def test_a_declined_request_may_be_made_again() -> None:
    case = request(at_home(), "reinstallation", "EUR 100")
    case.does(DeclineGrant, grant_id=next(iter(grants_of(case.case).grants)), reason="wrong account")
    request(case, "reinstallation", "EUR 200").then(GrantRequested)


def test_a_grant_broken_off_half_way_counts_against_the_next() -> None:
    case = at_home()
    first = grant(case)
    paid(case, first, release(case, first))
    case.does(DeclineGrant, grant_id=first, reason="shop closed")
    request(case, amount="EUR 900.01").then_refused("amount_is_within_cap")
    request(case, amount="EUR 900").accepted()


@pytest.mark.parametrize("mandate", ["case_manager", "administrator"])
def test_nobody_approves_or_releases_alone_administrators_included(mandate: str) -> None:
    case = request(at_home())
    grant_id = next(iter(grants_of(case.case).grants))
    case.when(ApproveGrant, grant_id=grant_id, actor=ANNA, mandate=mandate).then_refused("approver_is_another")
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA, mandate=mandate).then_refused("grant_is_approved")
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS, mandate=mandate)
    for actor in (ANNA, BORIS):
        case.when(ReleaseTranche, grant_id=grant_id, actor=actor, mandate=mandate).then_refused("releaser_is_a_third")
    case.does(ReleaseTranche, grant_id=grant_id, actor=CLARA, mandate=mandate)


def test_a_grant_is_decided_on_once() -> None:
    case = at_home()
    grant_id = grant(case)
    case.when(ApproveGrant, grant_id=grant_id, actor=CLARA).then_refused("grant_is_requested")


def test_nothing_is_paid_before_the_plan_is_agreed() -> None:
    case = bring(story(), "reintegration")
    grant_id = grant(case)
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("plan_is_agreed")


def test_shares_add_up_to_the_cent() -> None:
    case = at_home()
    request(case, amount="EUR 100.01").accepted()
    case.when(ApproveGrant, grant_id=next(iter(grants_of(case.case).grants)), actor=BORIS)
    case.then(GrantApproved, FundsCommitted)
    (committed,) = case.now_told(FundsCommitted)
    assert [str(part) for _, part in committed.shares] == ["60.01 EUR", "20.00 EUR", "20.00 EUR"]
    assert sum((part for _, part in committed.shares), Money.zero("EUR")) == Money.parse("EUR 100.01")


def test_a_funder_whose_budget_is_used_up_is_named_with_what_is_left() -> None:
    world = World(moscow_with((LINES, LINES.replace("400000", "400"))))
    grant(at_home(world))
    case = request(at_home(world), amount="EUR 300")
    case.when(ApproveGrant, grant_id=next(iter(grants_of(case.case).grants)), actor=BORIS).then_refused(
        "budget_carries_it"
    )
    (reason,) = case.last.reasons  # type: ignore[union-attr]
    assert dict(reason.looked_at) == {"account": SWITZERLAND, "left": "40.00"}


def test_outside_the_programmes_days_no_funder_pays() -> None:
    world = World(moscow_with(("runs: {since: 2006-12-01}", "runs: {since: 2006-12-01, until: 2007-03-31}")))
    case = request(at_home(world)).later(days=30)
    case.when(ApproveGrant, grant_id=next(iter(grants_of(case.case).grants)), actor=BORIS).then_refused(
        "programme_pays_today"
    )


def test_tranches_go_out_one_after_another_and_add_up() -> None:
    case = at_home()
    grant_id = grant(case)
    for number, amount in enumerate(["900.00", "540.00", "360.00"], start=1):
        tranche_id = release(case, grant_id)
        case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused(
            *(["bank_has_answered"] if number < 3 else ["bank_has_answered", "something_is_left"])
        )
        tranche = grants_of(case.case).grants[grant_id].tranches[tranche_id]
        assert (tranche.number, str(tranche.amount)) == (number, amount)
        shown(paid(case, grant_id, tranche_id), grant_id, tranche_id)
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("something_is_left")
    assert grants_of(case.case).grants[grant_id].settled
    assert accounts(case) == {EUROPE: (0, 1080), SWITZERLAND: (0, 360), STATES: (0, 360)}


def test_a_rejected_tranche_may_go_out_again_after_a_new_approval() -> None:
    case = at_home()
    grant_id = grant(case)
    paid(case, grant_id, release(case, grant_id), "rejected")
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    tranche_id = release(case, grant_id)
    assert grants_of(case.case).grants[grant_id].tranches[tranche_id].number == 1
    paid(case, grant_id, tranche_id)
    assert grants_of(case.case).grants[grant_id].paid == 900


def test_a_part_has_the_same_number_whatever_became_of_the_one_before_it() -> None:
    """An older log knows otherwise how often the first part was sent; the second is still the payment that went out."""
    plain, rejected = at_home(), at_home()
    grant_id = grant(plain)
    assert grant(rejected) == grant_id
    paid(rejected, grant_id, release(rejected, grant_id), "rejected")
    rejected.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    second = [_with_the_first_paid(case, grant_id) for case in (plain, rejected)]
    assert second[0] == second[1]


def _with_the_first_paid(case: Story, grant_id: str) -> str:
    first = release(case, grant_id)
    shown(paid(case, grant_id, first), grant_id, first)
    return release(case, grant_id)


def test_what_the_bank_says_twice_says_nothing_new() -> None:
    case = at_home()
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    paid(case, grant_id, tranche_id)
    bank_says(case, grant_id, tranche_id, "paid").then()


def test_paid_after_rejected_is_for_a_person_to_look_at() -> None:
    case = at_home()
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    paid(case, grant_id, tranche_id, "rejected")
    bank_says(case, grant_id, tranche_id, "rejected").then()
    bank_says(case, grant_id, tranche_id, "paid").then(BankContradicted, Escalated)


def test_a_bank_quicker_than_the_worker_who_wrote_to_it_is_believed() -> None:
    case = at_home()
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    task = case.task(tranche_id=tranche_id)
    case.claims(task)
    bank_says(case, grant_id, tranche_id, "paid").then(TranchePaid, TaskUnwanted, FundsDisbursed)
    case.finish(task).then(TrancheInstructed)  # and no worry about a silent bank
    assert grants_of(case.case).grants[grant_id].paid == 900
    bank_says(case, grant_id, tranche_id, "paid").then()
    release(shown(case, grant_id, tranche_id), grant_id)


def test_a_payment_nobody_has_sent_is_taken_back_with_its_task() -> None:
    case = at_home()
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    case.when(CancelTask, task_id=case.task(tranche_id=tranche_id), reason="wrong account")
    case.then(TaskCancelled, TrancheRejected)
    release(case, grant_id)


def test_a_payment_that_may_have_been_sent_is_not_simply_taken_back() -> None:
    case = at_home()
    grant_id = grant(case)
    task = case.task(tranche_id=release(case, grant_id))
    case.finish(task, "unknown").accepted()
    case.when(CancelTask, task_id=task, reason="wrong account").then_refused("task_is_not_begun")
    case.when(DeclineGrant, grant_id=grant_id, reason="wrong account").then_refused("bank_has_answered")
    case.finish(task, "undone").then(TaskFoundUndone)


@pytest.mark.parametrize("outcome", ["undone", "refused", "dead"])
def test_a_payment_under_way_when_the_case_ends_and_never_made_frees_its_money(outcome: str) -> None:
    case = at_home()
    grant_id = grant(case)
    task = case.task(tranche_id=release(case, grant_id))
    case.claims(task).goes("withdraw")
    if outcome != "undone":
        case.finish(task, outcome).then_among_others(TaskUnknown)
    assert accounts(case)[EUROPE] == (540, 0), "nobody has said yet that nothing lies at the bank"
    case.finish(task, "undone").then_among_others(TaskCancelled, TrancheRejected, FundsFreed)
    assert accounts(case)[EUROPE] == (0, 0)
    assert not case.case.tasks


@pytest.mark.parametrize(("outcome", "left"), [("paid", (0, 540)), ("rejected", (0, 0))])
def test_what_the_bank_says_after_the_end_settles_the_money(outcome: str, left: tuple[int, int]) -> None:
    case = at_home()
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    case.finish(case.task(tranche_id=tranche_id)).accepted().goes("withdraw")
    bank_says(case, grant_id, tranche_id, outcome).accepted()
    assert accounts(case)[EUROPE] == left
    assert not case.place.states["fund:moscow"].grants  # type: ignore[attr-defined]


def test_a_case_is_not_closed_while_money_is_on_its_way() -> None:
    case = bring(story(), "follow_up")
    release(case, grant(case))
    case.later(days=366).does(RecordFollowUp, month=12, outcome="well")
    case.advance("close", reason="goals_met").then_refused("grants_are_settled", "nothing_is_open")
