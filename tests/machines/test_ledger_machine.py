"""Two people, three staff, three funders and a bank: promised, let go, paid, refused, given back, in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.kit.erasures import erased, with_officers
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, bring
from tests.kit.story import Story
from tests.machines.finding import steps_to
from tests.machines.grounds import Databases, Ground, InMemory, InOffices
from tests.machines.machine import TIMES, WHO, Machine, runs
from tests.machines.models.ledger import SHARES, Books, Promise
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.grants import decisions, payments
from workflow.subjects.grants.commands import (
    ApproveGrant,
    DeclineGrant,
    RecordBankAnswer,
    RecordCost,
    RecordEvidence,
    ReleaseTranche,
    RequestGrant,
    ReturnPayment,
    ReverseCost,
)
from workflow.subjects.grants.fund import Fund
from workflow.subjects.grants.state import grants_of

pytestmark = pytest.mark.timeout(600 * TIMES)  # a busy machine takes its time
HELD: Final = {"grants": (1200, 400, 300), "travel": (60, 20, 20)}  # by funder: the third has less than its share
LINES: Final = {
    "EUR 1200000, for: [reinstallation": "EUR 1200, for: [reinstallation",
    "EUR 400000, for: [reinstallation": ("EUR 400, for: [reinstallation", "EUR 300, for: [reinstallation"),
    "EUR 360000, for: [travel]": "EUR 60, for: [travel]",
    "EUR 120000, for: [travel]": ("EUR 20, for: [travel]", "EUR 20, for: [travel]"),
}
STAFF: Final = st.sampled_from([ANNA, BORIS, CLARA])
WHICH: Final = st.integers(0, 20)


def with_little_money() -> str:
    """Return the Moscow programme with so little money that two people want the same."""
    text = shipped_programme_text("moscow")
    for old, new in LINES.items():
        for one in [new] if isinstance(new, str) else new:
            assert old in text, old
            text = text.replace(old, one, 1)
    return text


def two_at_home(place: Any) -> list[Story]:
    if isinstance(place, Office):
        with_officers(place)
    return [bring(Story(place), "follow_up") for _ in range(2)]


class Ledger(Machine):
    """What the office and the bank do with the money of two people."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        held = {line: dict(zip(SHARES, map(Decimal, sums), strict=True)) for line, sums in HELD.items()}
        self.books = Books(held)
        self.erased: set[str] = set()

    def a_grant(self, which: int) -> tuple[Story, str, Promise]:
        """Return a grant, one that is not settled more often than one that is."""
        live = [key for key, one in self.books.promises.items() if not one.settled]
        keys = live if live and which % 4 else list(self.books.promises)
        key = keys[which % len(keys)]
        one = self.books.promises[key]
        return next(case for case in self.people if case.case_id == one.who), key, one

    @rule(who=WHO, by=STAFF, fifties=st.integers(1, 38), kind=st.sampled_from(["reinstallation", "reintegration"]),
          currency=st.sampled_from(["EUR", "EUR", "EUR", "USD"]), second=STAFF)  # fmt: skip
    def ask_for_money(self, who: int, by: str, fifties: int, kind: str, currency: str, second: str) -> None:
        """Somebody asks for a grant, and somebody, who may be the same, approves it at once."""
        case, amount = self.person(who), Decimal(fifties * 50 if kind == "reintegration" else fifties % 5 * 50)
        asked = MONEY | {"kind": kind, "amount": f"{currency} {amount}"}
        may = currency == "EUR" and self.books.may_be_asked(case.case_id, kind, amount)
        if amount:
            assert (not self.asks(case, RequestGrant, actor=by, **asked)) == may
            if may:
                key = list(grants_of(case.case).grants)[-1]
                self.books.promises[key] = Promise(case.case_id, kind, amount, by, {by})
                self._approves(case, key, second)

    @precondition(lambda self: self.books.promises)
    @rule(which=WHICH, by=STAFF)
    def approve(self, which: int, by: str) -> None:
        case, key, _ = self.a_grant(which)
        self._approves(case, key, by)

    def _approves(self, case: Story, key: str, by: str) -> None:
        may = self.books.may_be_approved(key, by)
        assert (not self.asks(case, ApproveGrant, grant_id=key, actor=by)) == may
        if may:
            self.books.is_approved(key, by)

    @precondition(lambda self: self.books.promises)
    @rule(which=WHICH, by=STAFF, sends=st.booleans())
    def let_a_part_go(self, which: int, by: str, *, sends: bool) -> None:
        case, key, one = self.a_grant(which)
        if which % 2:  # whoever had no hand in it, if there is anybody
            by = next((name for name in (ANNA, BORIS, CLARA) if name not in one.hands), by)
        may = self.books.may_be_let_go(key, by)
        assert (not self.asks(case, ReleaseTranche, grant_id=key, actor=by)) == may
        if may:
            self.books.is_let_go(key, list(grants_of(case.case).grants[key].tranches)[-1])
        for task_id in case.tasks(kind="disburse_grant", grant_id=key) if sends else ():
            part = one.parts[dict(case.case.tasks[task_id].subject)["tranche_id"]]
            case.finish(task_id).accepted()
            part.status = "instructed" if part.status == "released" else part.status

    @precondition(lambda self: any(one.parts for one in self.books.promises.values()))
    @rule(which=WHICH, outcome=st.sampled_from(["paid", "paid", "paid", "rejected", "comes back"]))
    def the_bank_answers(self, which: int, outcome: str) -> None:
        case, key, one = self.a_grant(which)
        for part in list(one.parts)[-1 - which % 2 :][:1]:
            about = {"grant_id": key, "tranche_id": part}
            if outcome == "comes back":
                may = one.parts[part].status in ("paid", "returned")
                assert (not self.asks(case, ReturnPayment, reference="AC04", **about)) == may
                self.books.comes_back(key, part)
            elif (one.parts[part].status, outcome) not in (("rejected", "paid"), ("returned", "paid")):
                said = about | {"outcome": outcome, "reference": "AC04", "source": "bank", "file_hash": "0" * 64}
                assert not self.asks(case, RecordBankAnswer, actor="worker:bank", mandate="worker", **said)
                self.books.is_answered(key, part, outcome)

    @precondition(lambda self: any(one.parts for one in self.books.promises.values()))
    @rule(which=WHICH)
    def show_what_it_was_used_for(self, which: int) -> None:
        case, key, one = self.a_grant(which)
        for part, found in one.parts.items():
            said = {"grant_id": key, "tranche_id": part, "kind": "receipt", "reference": "7"}
            may = one.kind == "reintegration" and found.status == "paid" and one.who not in self.books.gone
            assert (not self.asks(case, RecordEvidence, **said)) == may
            found.shown |= may

    @precondition(lambda self: self.books.promises)
    @rule(which=WHICH, sure=st.integers(0, 9))
    def decline(self, which: int, sure: int) -> None:
        case, key, _ = self.a_grant(which)
        if sure == 0:
            may = self.books.may_be_declined(key)
            assert (not self.asks(case, DeclineGrant, grant_id=key, reason="changed")) == may
            if may:
                self.books.is_declined(key)

    @rule(who=WHO, tens=st.integers(1, 11), reverses=st.booleans())
    def buy_a_ticket(self, who: int, tens: int, *, reverses: bool) -> None:
        case, amount = self.person(who), Decimal(tens * 10)
        for cost in list(grants_of(case.case).costs)[:1] if reverses else ():
            may = case.case_id not in self.erased
            assert (not self.asks(case, ReverseCost, cost_id=cost, reason="twice")) == may
            if may:
                del self.books.costs[cost]
        today: date = self.place.definition.programme.day(self.place.now)
        said = {"kind": "travel", "amount": f"EUR {amount}", "day": today, "reference": "bill"}
        may = case.case_id not in self.books.gone and self.books.bears("travel", amount)
        if case.case_id not in self.books.gone:
            assert (not self.asks(case, RecordCost, **said)) == may
            if may:
                self.books.costs[list(grants_of(case.case).costs)[-1]] = amount

    @rule(who=WHO, sure=st.integers(0, 19))
    def withdraw(self, who: int, sure: int) -> None:
        """Somebody withdraws, and one of two is erased when their money is settled."""
        case = self.person(who)
        if sure < 2 and case.case_id not in self.books.gone:
            case.ends("withdraw", reason="declined")
            self.books.case_ends(case.case_id)
            settled = all(one.settled for one in self.books.promises.values() if one.who == case.case_id)
            if sure == 1 and settled and isinstance(self.place, Office):
                erased(case)
                self.erased.add(case.case_id)
                self.shop.worker().performer.perform(list(case.tasks(kind="shred_person")))

    # -- what must hold --------------------------------------------------------------------------------------

    @invariant()
    def the_fund_says_what_the_model_says(self) -> None:
        fund = self.shared("fund:moscow", Fund())
        spent = sum(self.books.costs.values(), Decimal(0))
        for funder, share in SHARES.items():
            grants, travel = fund.account(f"{funder}/grants"), fund.account(f"{funder}/travel")
            assert tuple(grants) == tuple(
                sum_ * share / 100 for sum_ in (self.books.committed(), self.books.disbursed())
            )
            assert tuple(travel) == (Decimal(0), spent * share / 100)
            assert sum(grants) <= self.books.budget["grants"][funder]
            assert sum(travel) <= self.books.budget["travel"][funder]

    @invariant()
    def every_grant_says_what_the_model_says(self) -> None:
        for case in self.people:
            for key, grant in grants_of(case.case).grants.items():
                one = self.books.promises[key]
                assert {part: t.status for part, t in grant.tranches.items()} == {
                    p: t.status for p, t in one.parts.items()
                }
                assert (grant.paid, grant.declined) == (one.paid, one.declined)
                assert one.paid <= one.out <= one.amount


def the_asker_may_approve(patch: pytest.MonkeyPatch) -> None:
    """One person is enough to promise money."""
    patch.setattr(decisions, "_against_approval", lambda *_: [])


def the_budget_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """A grant is promised whatever is left."""
    patch.setattr(decisions, "against_paying", lambda *_: [])


def what_is_given_back_stays_spent(patch: pytest.MonkeyPatch) -> None:
    """Money that comes back from the bank is not the office's again."""
    returned = payments._returned
    patch.setattr(payments, "_returned", lambda *about: returned(*about)[:1])


PLANTED: Final = (the_asker_may_approve, the_budget_is_not_looked_at, what_is_given_back_stays_spent)
LITTLE: Final = with_little_money()


def test_no_cent_is_promised_or_paid_twice_by_the_rules_alone() -> None:
    runs(Ledger, InMemory(LITTLE, two_at_home), times=120, steps=40)


def test_no_cent_is_promised_or_paid_twice_in_an_office(databases: Databases, tmp_path: Path) -> None:
    runs(Ledger, InOffices(databases, tmp_path, LITTLE, two_at_home), times=8, steps=30)


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.__name__)
def test_the_machine_finds(bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    ground = InMemory(LITTLE, two_at_home)
    bug(monkeypatch)
    assert 0 < len(steps_to(Ledger, ground, monkeypatch, times=500, steps=50)) < 50
