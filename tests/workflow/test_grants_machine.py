"""Whatever people, workers and banks do in whatever order, no cent is promised or paid twice."""

from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events.facts.grants import TranchePaid
from tests.kit.roads import MONEY, bring
from tests.kit.story import Story, story
from tests.kit.world import World, moscow_with
from workflow.case.proposals import proposals_of
from workflow.command import CancelTask, RetryTask
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    DeclineGrant,
    PutPayeeOnHold,
    RecordBankAnswer,
    RecordCost,
    RecordEvidence,
    RecordPayment,
    ReleasePayee,
    ReleaseTranche,
    RequestGrant,
    ReturnPayment,
    ReverseCost,
    SettleBankAnswer,
)
from workflow.subjects.grants.fund import Fund, budget_of, funder_and_line
from workflow.subjects.grants.ledger import (
    COMMITTED,
    DISBURSED,
    Balance,
    opening_postings,
    out_of_balance,
    postings,
    trial_balance,
)
from workflow.subjects.grants.state import grants_of

LINE = "{id: grants, title: Grants, amount: EUR %d, for: [reinstallation, reintegration]}"
# The first funder's line for grants, and then the second's.
SMALL = ((LINE % 1_200_000, LINE % 2_400), (LINE % 400_000, LINE % 700))
PEOPLE = st.sampled_from(["staff:anna", "staff:boris", "staff:clara", "admin:dora"])
WHICH = st.integers(0, 99)


class Money(RuleBasedStateMachine):
    @initialize()
    def three_people_are_home(self) -> None:
        self.world = World(moscow_with(*SMALL))
        self.cases = [bring(story(self.world), "follow_up") for _ in range(3)]

    def one(self, which: int) -> tuple[Story, str]:
        case = self.cases[which % 3]
        grants = list(grants_of(case.case).grants) or ["G-none"]
        return case, grants[which // 3 % len(grants)]

    @rule(
        which=WHICH,
        actor=PEOPLE,
        cents=st.integers(1, 180_000),
        kind=st.sampled_from(["reinstallation", "reintegration"]),
    )
    def ask_for_one(self, which: int, actor: str, cents: int, kind: str) -> None:
        amount = f"EUR {Decimal(cents) / 100:.2f}"
        self.one(which)[0].when(RequestGrant, kind=kind, actor=actor, **MONEY | {"amount": amount})

    @rule(which=WHICH, actor=PEOPLE)
    def approve(self, which: int, actor: str) -> None:
        case, grant_id = self.one(which)
        case.when(ApproveGrant, grant_id=grant_id, actor=actor)

    @rule(which=WHICH, actor=PEOPLE)
    def let_go(self, which: int, actor: str) -> None:
        case, grant_id = self.one(which)
        case.when(ReleaseTranche, grant_id=grant_id, actor=actor)

    @rule(which=WHICH)
    def decline(self, which: int) -> None:
        case, grant_id = self.one(which)
        case.when(DeclineGrant, grant_id=grant_id, reason="changed")

    @rule(
        which=WHICH, outcome=st.sampled_from(["paid", "paid", "rejected"]), actor=PEOPLE,
        source=st.sampled_from(["bank", "bank", "bank", "upload", "hand"]),
    )  # fmt: skip
    def bank(self, which: int, outcome: str, actor: str, source: str) -> None:
        case, grant_id = self.one(which)
        grant = grants_of(case.case).grants.get(grant_id)
        tranches = list(grant.tranches) if grant else []
        if tranches:
            chosen = tranches[which // 7 % len(tranches)]
            said = {"grant_id": grant_id, "tranche_id": chosen, "outcome": outcome, "reference": "bank"}
            if source == "hand":
                case.when(RecordPayment, actor=actor, **said)
            else:
                by = {"actor": "worker:bank", "mandate": "worker"} if source == "bank" else {"actor": actor}
                case.when(RecordBankAnswer, source=source, file_hash="0" * 64, **by, **said)

    @rule(which=WHICH, outcome=st.sampled_from(["paid", "rejected"]), actor=PEOPLE)
    def settle(self, which: int, outcome: str, actor: str) -> None:
        case, grant_id = self.one(which)
        grant = grants_of(case.case).grants.get(grant_id)
        for tranche_id in [key for key, one in grant.tranches.items() if one.disputed] if grant else ():
            said = {"outcome": outcome, "reason": "asked the bank"}
            case.when(SettleBankAnswer, grant_id=grant_id, tranche_id=tranche_id, actor=actor, **said)
            if proposals_of(case.case).pending:
                case.confirmed()

    @rule(which=WHICH)
    def show_what_it_was_used_for(self, which: int) -> None:
        case, grant_id = self.one(which)
        grant = grants_of(case.case).grants.get(grant_id)
        for tranche_id in grant.tranches if grant else ():
            case.when(RecordEvidence, grant_id=grant_id, tranche_id=tranche_id, kind="receipt", reference="7")

    @rule(which=WHICH, actor=PEOPLE)
    def change_payee(self, which: int, actor: str) -> None:
        case, grant_id = self.one(which)
        who = {"payee_name": "Ион Русу", "payee_account": "DE89370400440532013000"}
        case.when(ChangePayee, grant_id=grant_id, actor=actor, **who)

    @rule(which=WHICH, actor=PEOPLE, hold=st.booleans())
    def hold_payee(self, which: int, actor: str, *, hold: bool) -> None:
        case, grant_id = self.one(which)
        kind: Any = PutPayeeOnHold if hold else ReleasePayee
        case.when(kind, grant_id=grant_id, actor=actor, reason="looked at")

    @rule(which=WHICH)
    def money_comes_back(self, which: int) -> None:
        case, grant_id = self.one(which)
        grant = grants_of(case.case).grants.get(grant_id)
        for tranche_id in list(grant.tranches)[-1:] if grant else ():
            case.when(ReturnPayment, grant_id=grant_id, tranche_id=tranche_id, reference="AC04")

    @rule(which=WHICH, cents=st.integers(0, 90_000), kind=st.sampled_from(["travel", "medical", "other", "yacht"]))
    def buy(self, which: int, cents: int, kind: str) -> None:
        amount, day = f"EUR {Decimal(cents) / 100:.2f}", self.world.now.date()
        self.cases[which % 3].when(RecordCost, kind=kind, amount=amount, day=day, reference="bill")

    @rule(which=WHICH)
    def take_a_cost_back(self, which: int) -> None:
        case = self.cases[which % 3]
        for cost_id in list(grants_of(case.case).costs)[:1]:
            case.does(ReverseCost, cost_id=cost_id, reason="twice")

    @rule(which=WHICH, outcome=st.sampled_from(["done", "done", "refused", "dead", "unknown", "undone"]))
    def worker(self, which: int, outcome: str) -> None:
        case = self.cases[which % 3]
        waiting = [key for key, task in case.tasks(kind="disburse_grant").items() if task.status in ("open", "unknown")]
        if waiting:
            case.finish(waiting[which // 3 % len(waiting)], outcome)

    @rule(which=WHICH)
    def begin(self, which: int) -> None:
        case = self.cases[which % 3]
        for task in case.tasks(kind="disburse_grant"):
            case.claims(task)

    @rule(which=WHICH, retry=st.booleans())
    def operator(self, which: int, *, retry: bool) -> None:
        case = self.cases[which % 3]
        for task in list(case.tasks(kind="disburse_grant")):
            kind: Any = RetryTask if retry else CancelTask
            case.when(kind, task_id=task, **({} if retry else {"reason": "looked at"}))

    @rule(which=WHICH)
    def leave_or_come_back(self, which: int) -> None:
        case = self.cases[which % 3]
        if case.case.stage == "withdrawn":
            case.advance("reopen", reason="back").confirmed()
            case.advance("follow_up")
        elif which % 5 == 0:
            case.goes("withdraw")

    @invariant()
    def no_line_carries_more_than_it_holds(self) -> None:
        if not hasattr(self, "world"):
            return
        fund = self.world.states.get("fund:moscow")
        for name, held in budget_of(self.world.definition.programme).items():
            account = fund.account(name) if fund else None
            if account:
                assert min(account) >= 0
                assert account.committed + account.disbursed <= held.amount

    @invariant()
    def the_books_balance_and_say_what_the_fund_says(self) -> None:
        if not hasattr(self, "world"):
            return
        programme = self.world.definition.programme
        facts = self.world.facts(stream="fund:moscow")
        trial = trial_balance([*opening_postings(programme), *(one for fact in facts for one in postings(fact))])
        assert not out_of_balance(trial)
        fund = self.world.states.get("fund:moscow") or Fund()
        for name in budget_of(programme):
            sides = [
                trial.get(("EUR", *funder_and_line(name), side), Balance()).left for side in (COMMITTED, DISBURSED)
            ]
            assert tuple(sides) == tuple(fund.account(name))

    @invariant()
    def nothing_is_paid_that_was_not_approved(self) -> None:
        if not hasattr(self, "world"):
            return
        for case in self.cases:
            for grant in grants_of(case.case).grants.values():
                assert grant.paid <= grant.released <= grant.amount
                assert not grant.tranches or grant.approved_by not in ("", grant.requested_by)
                assert not grant.changed_by or not any(t.status == "released" for t in grant.tranches.values())
                assert all(
                    t.released_by not in (grant.approved_by, grant.requested_by) for t in grant.tranches.values()
                )

    @invariant()
    def the_fund_and_the_cases_say_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        fund = self.world.states.get("fund:moscow")
        if fund is None:
            return
        grants = {key: grant for case in self.cases for key, grant in grants_of(case.case).grants.items()}
        costs = sum(cost.amount for case in self.cases for cost in grants_of(case.case).costs.values())
        paid = sum(grant.paid for grant in grants.values())
        assert sum(account.disbursed for account in fund.accounts.values()) == paid + costs
        for key, grant in grants.items():
            flying = sum(t.amount for t in grant.tranches.values() if t.status in ("released", "instructed"))
            open_amount = grant.amount - grant.paid if grant.approved_by and not grant.declined else flying
            assert sum(fund.grants.get(key, {}).values()) == open_amount

    @invariant()
    def no_tranche_is_paid_twice(self) -> None:
        if hasattr(self, "world"):
            paid = [fact.tranche_id for fact in self.world.facts(TranchePaid)]
            assert len(paid) == len(set(paid))

    @invariant()
    def every_tranche_let_go_is_on_its_way_or_answered(self) -> None:
        if not hasattr(self, "world"):
            return
        for case in self.cases:
            carried = {dict(task.subject)["tranche_id"] for task in case.tasks(kind="disburse_grant").values()}
            for grant in grants_of(case.case).grants.values():
                assert all(key in carried for key, t in grant.tranches.items() if t.status == "released")


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=60, stateful_step_count=40)
