"""I5: money given, let go or paid by the wrong hand, twice, or beyond what there is."""

from __future__ import annotations

import pytest

from events.catalogue import Fact
from events.facts.grants import (
    BankContradicted,
    FundsCommitted,
    FundsSpent,
    GrantApproved,
    GrantRequested,
    PayeeApproved,
    PayeeChanged,
    PayeePutOnHold,
    Shares,
    TrancheInstructed,
    TranchePaid,
    TrancheRejected,
    TrancheReleased,
)
from handlers.checks.check_results import OutsideRecords
from tests.kit.histories import Lives, Witnessed
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.spoilt import Spoilt, asks, money
from workflow.subjects.grants.state import grants_of

FUND = "fund:moscow"


def shares(text: str) -> Shares:
    parts = money(text).share([60, 20, 20])
    funders = ("european-commission", "switzerland", "united-states")
    return tuple((f"{funder}/grants", part) for funder, part in zip(funders, parts, strict=True))


def test_i5_a_grant_approved_by_whoever_asked_for_it_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=ANNA)
    assert office.failing() == {"I5"}


def test_i5_a_forged_grant_within_the_rules_is_no_fault(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    assert office.failing() == set()


def test_i5_a_grant_above_its_cap_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 1800.01")
    assert office.failing() == {"I5"}


def test_i5_more_than_a_funder_gave_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    for number in range(3):
        _request(office, lives, f"G-{number}", "EUR 750000")
    assert _titles(office, "I5") == 3  # the caps
    for number in range(3):
        _approve(office, lives, f"G-{number}", "EUR 750000", actor=BORIS)
    assert _titles(office, "I5") == 6  # and the third takes each of the three funders' lines over what it holds
    assert office.failing() == {"I5"}


def test_i5_a_changed_payee_approved_by_whoever_changed_it_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    changed = PayeeChanged(person_id=office.case(lives.home).person_id, grant_id="G-1")
    office.forge((f"case:{lives.home}", changed), actor=CLARA)
    assert office.failing() == set()
    office.forge((f"case:{lives.home}", PayeeApproved(grant_id="G-1")), actor=CLARA)
    assert office.failing() == {"I5"}


@pytest.mark.parametrize("change", ["unapproved payee", "payee on hold"])
def test_i5_money_let_go_to_a_payee_nobody_has_looked_at_is_found(spoilt: Spoilt, change: str) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    facts = {
        "unapproved payee": PayeeChanged(person_id=office.case(lives.home).person_id, grant_id="G-1"),
        "payee on hold": PayeePutOnHold(grant_id="G-1", reason="strange"),
    }
    released = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 50"))
    office.forge((f"case:{lives.home}", facts[change]), actor=BORIS)
    office.forge((f"case:{lives.home}", released), actor=CLARA)
    assert office.failing() == {"I5"}


@pytest.mark.parametrize(
    "before",
    [
        TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="AC04", approve_anew=True),
        TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="her word", source="hand"),
        TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="AC04", source="upload"),
        BankContradicted(
            grant_id="G-1", tranche_id="T-1", before="rejected", now="paid", reference="ACSC", source="bank"
        ),
    ],
    ids=["not approved anew", "one person's word", "one person's file", "contradicted"],
)
def test_i5_a_part_let_go_again_before_the_bank_and_an_approver_said_so_is_found(spoilt: Spoilt, before: Fact) -> None:
    office, lives = spoilt
    case = f"case:{lives.home}"
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    first = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 50"))
    office.forge((case, first), actor=CLARA)
    office.forge((case, TrancheRejected(grant_id="G-1", tranche_id="T-1", reason="AC04")))
    office.forge((case, before))
    assert office.failing() == set()
    office.forge((case, first.model_copy(update={"tranche_id": "T-2"})), actor=CLARA)
    assert office.failing() == {"I5"}


def test_i5_a_bank_told_twice_of_one_payment_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    case = f"case:{lives.home}"
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    released = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 50"))
    office.forge((case, released), actor=CLARA)
    found = []
    for task_id in ("W-1", "W-2"):
        about = (("grant_id", "G-1"), ("tranche_id", "T-1"))
        asks(office, case, task_id, "disburse_grant", about)
        told = TrancheInstructed(grant_id="G-1", tranche_id="T-1", message_id=task_id, task_id=task_id)
        office.forge((case, told))
        found.append(_titles(office, "I5"))
    assert found == [0, 1]


def test_i5_a_cost_whose_money_came_from_nowhere_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    office.forge((FUND, FundsSpent(case_id=lives.home, cost_id="C-1", shares=shares("EUR 10"))))
    assert office.failing() == {"I5"}


def test_i5_money_set_aside_that_no_case_was_granted_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    committed = FundsCommitted(case_id=lives.home, grant_id="G-1", shares=shares("EUR 10"))
    office.forge((FUND, committed))
    assert office.failing() == {"I5"}


def test_i5_an_approval_for_which_nothing_was_set_aside_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    approved = GrantApproved(grant_id="G-1", shares=shares("EUR 100"))
    office.forge((f"case:{lives.home}", approved), actor=BORIS)
    assert office.failing() == {"I5"}


@pytest.mark.parametrize(("actor", "amounts"), [(CLARA, ["EUR 60", "EUR 60"]), (BORIS, ["EUR 50"]), (ANNA, ["EUR 50"])])
def test_i5_tranches_above_the_grant_or_let_go_by_the_wrong_person_are_found(
    spoilt: Spoilt, actor: str, amounts: list[str]
) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    for number, amount in enumerate(amounts):
        released = TrancheReleased(grant_id="G-1", tranche_id=f"T-{number}", number=number + 1, amount=money(amount))
        office.forge((f"case:{lives.home}", released), actor=actor)
    assert office.failing() == {"I5"}


def test_i5_a_tranche_paid_twice_is_found(spoilt: Spoilt) -> None:
    office, lives = spoilt
    ((grant_id, grant),) = grants_of(office.case(lives.home)).grants.items()
    (tranche_id,) = grant.tranches
    paid = TranchePaid(grant_id=grant_id, tranche_id=tranche_id, reference="B-2")
    office.forge((f"case:{lives.home}", paid))
    assert office.failing() == {"I5"}


@pytest.mark.parametrize("change", ["missing", "other amount", "unknown payment"])
def test_i5_a_bank_that_says_something_else_is_found(spoilt: Spoilt, change: str) -> None:
    office, _ = spoilt
    (tranche_id,) = office.statement
    statements = {
        "missing": {},
        "other amount": {tranche_id: money("EUR 150.01")},
        "unknown payment": office.statement | {"T-X": money("EUR 1")},
    }
    assert office.failing(effects=OutsideRecords(statements[change])) == {"I5"}


def test_i5_a_payment_the_bank_made_and_has_not_told_us_of_is_no_fault_until_all_is_quiet(spoilt: Spoilt) -> None:
    office, lives = spoilt
    _request(office, lives, "G-1", "EUR 100")
    _approve(office, lives, "G-1", "EUR 100", actor=BORIS)
    released = TrancheReleased(grant_id="G-1", tranche_id="T-1", number=1, amount=money("EUR 100"))
    office.forge((f"case:{lives.home}", released), actor=CLARA)
    ahead = OutsideRecords(office.statement | {"T-1": money("EUR 100")})
    assert office.failing(effects=ahead) == set()
    assert "I5" in office.failing(effects=ahead, settled=True)


def _request(office: Witnessed, lives: Lives, grant_id: str, amount: str) -> None:
    case = office.case(lives.home)
    asked = GrantRequested(person_id=case.person_id, grant_id=grant_id, kind="reintegration", amount=money(amount))
    office.forge((f"case:{lives.home}", asked), actor=ANNA)


def _approve(office: Witnessed, lives: Lives, grant_id: str, amount: str, actor: str) -> None:
    approved = GrantApproved(grant_id=grant_id, shares=shares(amount))
    committed = FundsCommitted(case_id=lives.home, grant_id=grant_id, shares=shares(amount))
    office.forge((f"case:{lives.home}", approved), (FUND, committed), actor=actor)


def _titles(office: Witnessed, name: str) -> int:
    return next(len(one.faults) for one in office.checked() if one.name == name)
