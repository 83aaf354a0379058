"""Rows 2, 15, 16 and 30: who pays, what a grant is, four eyes, and money that is never there twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from events.facts.grants import (
    BankAnswerConfirmed,
    BankContradicted,
    CostRecorded,
    CostReversed,
    EvidenceRecorded,
    FundsCommitted,
    FundsFreed,
    FundsReturned,
    FundsSpent,
    FundsUnspent,
    GrantApproved,
    GrantDeclined,
    PayeeApproved,
    PayeeChanged,
    PayeePutOnHold,
    PayeeReleased,
    TrancheRejected,
    TrancheReturned,
)
from events.facts.tasks import Escalated, TaskCancelled
from events.tables import metadata
from handlers.checks.walk import check_lines, check_log
from handlers.commanding.answers import Accepted, Answer
from handlers.projections import tables as view_tables
from handlers.queries.books import funder_totals, journal, line_balances, total_balance
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, agree_plan, bank_says, bring, grant, paid, release, shown
from tests.kit.story import Story
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.reasons import Refused
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    DeclineGrant,
    PutPayeeOnHold,
    RecordCost,
    RecordEvidence,
    ReleasePayee,
    ReleaseTranche,
    RequestGrant,
    ReturnPayment,
    ReverseCost,
)
from workflow.subjects.grants.fund import budget_of
from workflow.subjects.grants.ledger import trial_balance
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import GiveConsent

DORA = "admin:dora"
OTHER = {"payee_name": "ნინო ბერიძე", "payee_account": "DE89370400440532013000"}
GRANTS = "{id: grants, title: Grants, amount: EUR 1200000, for: [reinstallation, reintegration]}"
TRAVEL = "{id: travel, title: Travel and escorts, amount: EUR 360000, for: [travel]}"
B_PROJECT = """funders:
  - id: sida
    name: "Swedish International Development Cooperation Agency"
    budget: EUR 90000
    since: 2007-09-09
    until: 2010-12-31
    lines:
      - {id: grants, title: Grants, amount: EUR 60000, for: [reinstallation, reintegration]}
      - {id: travel, title: Travel, amount: EUR 20000, for: [travel]}
"""


def sida(text: str) -> str:
    """Return the programme file with the one funder of the second document instead of the first one's three."""
    return text[: text.index("funders:")] + B_PROJECT + text[text.index("# Rooms and bed counts") :]


def home(office: Office, **opening: Any) -> Story:
    return bring(Story(office, **opening), "reintegration")


def ready(office: Office) -> Story:
    return agree_plan(home(office))


def requested(case: Story, kind: str = "reintegration", amount: str = "EUR 1800", **fields: Any) -> str:
    case.does(RequestGrant, kind=kind, **MONEY | {"amount": amount} | fields)
    return list(grants_of(case.case).grants)[-1]


def cost(case: Story, amount: str = "EUR 100.01", kind: str = "travel", **fields: Any) -> Story:
    given = {"day": case.place.now.date(), "reference": "ticket 12, A. Rusu"} | fields
    return case.when(RecordCost, kind=kind, amount=amount, **given)


def definition(office: Office) -> Any:
    found = office.service.definitions.current("moscow")
    assert found is not None
    return found


def stored(office: Office) -> str:
    """Return everything in the database that anybody may read."""
    tables = [*metadata.sorted_tables, *view_tables.metadata.sorted_tables]
    with office.database.reading() as connection:
        return repr([tuple(row) for table in tables for row in connection.execute(select(table))])


def adds_up(office: Office) -> None:
    """The report adds up to the budgets and the ledger balances, to the cent; and an auditor's checks agree."""
    rows = line_balances(office.service.log, definition(office))
    total = total_balance(rows)
    funders = definition(office).programme.funders
    assert total.planned == sum(funder.budget.amount for funder in funders)
    assert total.planned == total.committed + total.disbursed + total.left
    assert total[3:] == total_balance(funder_totals(rows))[3:]
    trial = trial_balance(entry.posting for entry in journal(office.service.log, definition(office)))
    assert sum(one.debit for one in trial.values()) == sum(one.credit for one in trial.values())
    checks = check_log(office.service.log, now=office.now)
    (money,) = [one for one in checks if one.name == "I5"]
    assert money.ok, check_lines(checks)


# -- row 2: three funders, lines, shares ------------------------------------------------------------------------


def test_the_report_per_funder_sums_to_the_total(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case, amount="EUR 1799.99")
    shown(paid(case, grant_id, first := release(case, grant_id)), grant_id, first)
    cost(case).accepted()
    cost(case, "EUR 33.34", "medical", service="medical_exam").accepted()
    requested(home(office), "reinstallation", "EUR 0.01")
    rows = line_balances(office.service.log, definition(office))
    assert {row.funder for row in rows} == {"european-commission", "switzerland", "united-states"}
    total = total_balance(rows)
    assert (total.planned, total.disbursed) == (Decimal("4000000.00"), Decimal("899.99") + Decimal("133.35"))
    assert total.committed == Decimal("900.00")
    adds_up(office)


def test_a_tranche_over_the_line_is_refused(office: Office) -> None:
    office.publish(office.text.replace(GRANTS, GRANTS.replace("1200000", "1500")))
    grant(ready(office))
    case = ready(office)
    second = requested(case)
    case.when(ApproveGrant, grant_id=second, actor=BORIS).then_refused("budget_carries_it")
    (reason,) = case.last.reasons  # type: ignore[union-attr]
    assert dict(reason.looked_at) == {"account": "european-commission/grants", "left": "420.00"}
    assert not grants_of(case.case).grants[second].approved_by
    grant(ready(office), amount="EUR 700")  # exactly what is left, of 60 %
    adds_up(office)


def test_a_cost_over_its_line_is_refused_though_the_funder_has_money_left(office: Office) -> None:
    office.publish(office.text.replace(TRAVEL, TRAVEL.replace("360000", "100")))
    case = Story(office)
    cost(case, "EUR 166.66").accepted()
    cost(case, "EUR 0.02").then_refused("budget_carries_it")
    cost(case, "EUR 166.66", "medical").accepted()
    adds_up(office)


@ON_BOTH_DATABASES
def test_every_cost_is_tagged_with_the_lines_that_bear_it(office: Office) -> None:
    case = cost(Story(office), "EUR 10.01", service="legal_advice").accepted()
    case.then(CostRecorded, FundsSpent)
    (recorded,) = case.now_told(CostRecorded)
    assert recorded.service == "legal_advice"
    assert [(account, str(part)) for account, part in recorded.shares] == [
        ("european-commission/travel", "6.01 EUR"),
        ("switzerland/travel", "2.00 EUR"),
        ("united-states/travel", "2.00 EUR"),
    ]
    assert "Rusu" not in stored(office)


def test_a_cost_recorded_by_mistake_is_taken_back_and_both_stay_in_the_history(office: Office) -> None:
    case = cost(Story(office)).accepted()
    (cost_id,) = grants_of(case.case).costs
    case.does(ReverseCost, cost_id=cost_id, reason="recorded twice").then(CostReversed, FundsUnspent)
    case.when(ReverseCost, cost_id=cost_id, reason="again").then_refused("cost_counts")
    assert total_balance(line_balances(office.service.log, definition(office))).disbursed == 0
    assert [e.fact for e in journal(office.service.log, definition(office)) if e.version >= 0] == [
        *["FundsSpent"] * 3, *["FundsUnspent"] * 3
    ]  # fmt: skip
    adds_up(office)


def test_costs_that_cannot_be_are_refused_with_every_reason(office: Office) -> None:
    case = Story(office)
    tomorrow = office.now.date() + timedelta(days=1)
    cost(case, "EUR 0", "yacht", service="sailing").then_refused(
        "cost_kind_is_known", "service_is_known", "amount_is_above_zero"
    )
    cost(case, day=tomorrow).then_refused("day_has_come")
    cost(case, day=date(2006, 11, 30)).then_refused("programme_pays_today")
    cost(case, "RUB 100").then_refused("currency_is_the_funds")
    assert not grants_of(case.case).costs


def test_a_cost_that_comes_after_the_end_is_still_recorded(office: Office) -> None:
    case = Story(office)
    case.goes("withdraw")
    cost(case).accepted()
    adds_up(office)


# -- row 15: the reinstallation grant ---------------------------------------------------------------------------


def test_a_second_reinstallation_grant_for_the_same_return_is_refused(office: Office) -> None:
    case = home(office)
    first = grant(case, "reinstallation", "EUR 150")
    paid(case, first, tranche_id := release(case, first))
    assert grants_of(case.case).grants[first].tranches[tranche_id].delivery == "cash"
    assert grants_of(case.case).grants[first].settled  # one part, and that was all of it
    case.when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 50"})
    case.then_refused("grant_is_the_first")
    adds_up(office)


def test_a_reinstallation_grant_is_given_on_arrival_and_is_small(office: Office) -> None:
    early = bring(Story(office), "care")
    early.when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 100"})
    early.then_refused("stage_allows_it")
    home(office).when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 200.01"}).then_refused(
        "amount_is_within_cap"
    )


# -- row 16: the reintegration grant ----------------------------------------------------------------------------


def test_tranche_two_without_receipts_of_tranche_one_is_refused(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    first = release(case, grant_id)
    evidence = {"grant_id": grant_id, "tranche_id": first, "kind": "receipt", "reference": "счёт № 7, Садриддин"}
    case.when(RecordEvidence, **evidence).then_refused("tranche_is_paid")
    paid(case, grant_id, first)
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("evidence_is_there")
    case.when(RecordEvidence, **evidence | {"kind": "photo"}).then_refused("evidence_is_asked_for")
    case.when(RecordEvidence, **evidence | {"tranche_id": "T-1"}).then_refused("tranche_is_known")
    case.does(RecordEvidence, **evidence).then(EvidenceRecorded)
    second = release(case, grant_id)
    assert grants_of(case.case).grants[grant_id].tranches[second].number == 2
    assert grants_of(case.case).grants[grant_id].tranches[second].delivery == "in_kind"


def test_the_one_who_asks_approves_and_releases_are_three_people(office: Office) -> None:
    case = ready(office)
    for mandate, who in (("case_manager", ANNA), ("administrator", DORA)):
        grant_id = requested(case, actor=who, mandate=mandate)
        approve, let_go = {"grant_id": grant_id, "mandate": mandate}, {"grant_id": grant_id, "mandate": mandate}
        case.when(ApproveGrant, actor=who, **approve).then_refused("approver_is_another")
        case.does(ApproveGrant, actor=BORIS, **approve)
        for actor in (who, BORIS):
            case.when(ReleaseTranche, actor=actor, **let_go).then_refused("releaser_is_a_third")
        case.does(ReleaseTranche, actor=CLARA, **let_go)
        paid(case, grant_id, list(grants_of(case.case).grants[grant_id].tranches)[-1], "rejected")
        case.does(DeclineGrant, grant_id=grant_id, reason="asked for again")


def test_a_grant_is_approved_only_by_a_right_the_programme_names(office: Office) -> None:
    case = ready(office)
    grant_id = requested(case)
    approve = {"grant_id": grant_id, "actor": BORIS}
    case.when(ApproveGrant, **approve, mandate="volunteer").then_refused("approver_has_the_right")
    case.does(ApproveGrant, **approve, mandate="supervisor")


def test_nothing_is_paid_before_the_plan_is_agreed(office: Office) -> None:
    case = home(office)
    case.when(ReleaseTranche, grant_id=grant(case), actor=CLARA).then_refused("plan_is_agreed")


def test_only_the_share_the_programme_allows_is_given_in_cash(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    in_cash = {"grant_id": grant_id, "actor": CLARA, "delivery": "cash"}
    for _ in ("the first half", "the next three tenths"):
        case.when(ReleaseTranche, **in_cash).then_refused("cash_is_within_its_share")
        shown(paid(case, grant_id, tranche_id := release(case, grant_id)), grant_id, tranche_id)
    case.does(ReleaseTranche, **in_cash)  # the last fifth


@pytest.mark.parametrize("amount", ["EUR 100.001", "EUR -1", "EUR 1e2", "XXY 100", "100", "EUR NaN"])
def test_amounts_that_are_none_are_refused_before_anything_is_decided(office: Office, amount: str) -> None:
    case = Story(office)
    with pytest.raises(ValidationError):
        case.command(RequestGrant, kind="reinstallation", **MONEY | {"amount": amount})
    with pytest.raises(ValidationError):
        case.command(RecordCost, kind="travel", amount=amount, day=date(2007, 3, 1), reference="1")


def test_a_grant_in_another_currency_than_the_funds_is_refused(office: Office) -> None:
    home(office).when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "SEK 100"}).then_refused(
        "currency_is_the_grants"
    )


def test_a_grant_of_one_cent_never_makes_a_part_of_nothing(office: Office) -> None:
    case = ready(office)
    for amount in ("EUR 0.01", "EUR 0.02"):
        case.when(RequestGrant, kind="reintegration", **MONEY | {"amount": amount})
        case.then_refused("every_tranche_is_above_zero")
    grant_id = grant(case, amount="EUR 0.03")
    for number in (1, 2, 3):
        tranche_id = release(case, grant_id)
        assert grants_of(case.case).grants[grant_id].tranches[tranche_id].number == number
        assert grants_of(case.case).grants[grant_id].tranches[tranche_id].amount > 0
        shown(paid(case, grant_id, tranche_id), grant_id, tranche_id)
    assert grants_of(case.case).grants[grant_id].settled
    adds_up(office)


# -- who is paid ------------------------------------------------------------------------------------------------


def test_a_changed_payee_reopens_the_approval(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    case.does(ChangePayee, grant_id=grant_id, actor=BORIS, **OTHER).then(PayeeChanged)
    assert "approve_grant" in {row["kind"] for row in office.rows("work_items", case_id=case.case_id)}
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("grant_is_approved")
    for actor in (ANNA, BORIS):  # who asked for it, and who changed the payee
        case.when(ApproveGrant, grant_id=grant_id, actor=actor).then_refused("approver_is_another")
    case.does(ApproveGrant, grant_id=grant_id, actor=CLARA).then(PayeeApproved)
    for actor in (ANNA, BORIS, CLARA):
        case.when(ReleaseTranche, grant_id=grant_id, actor=actor).then_refused("releaser_is_a_third")
    case.does(ReleaseTranche, grant_id=grant_id, actor=DORA)
    assert sum(office.state("fund:moscow").grants[grant_id].values()) == 1800  # set aside once
    case.when(ChangePayee, grant_id=grant_id, **OTHER).then_refused("bank_has_answered")
    adds_up(office)


def test_a_payee_changed_before_the_approval_is_not_approved_by_who_changed_it(office: Office) -> None:
    case = ready(office)
    grant_id = requested(case)
    case.does(ChangePayee, grant_id=grant_id, actor=BORIS, **OTHER)
    case.when(ApproveGrant, grant_id=grant_id, actor=BORIS).then_refused("approver_is_another")
    case.does(ApproveGrant, grant_id=grant_id, actor=CLARA).then(GrantApproved, FundsCommitted)


def test_a_grant_to_a_payee_on_hold_is_refused(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    release(case, grant_id)
    case.does(PutPayeeOnHold, grant_id=grant_id, reason="name does not match", actor=CLARA)
    case.then_among_others(PayeePutOnHold, TrancheRejected, TaskCancelled)  # not sent yet: stopped
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("payee_is_not_on_hold")
    case.when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 100"}).then_refused("payee_is_not_on_hold")
    case.when(ReleasePayee, grant_id=grant_id, reason="fine").then_refused("approver_is_another")
    case.does(ReleasePayee, grant_id=grant_id, reason="passport seen", actor=BORIS)
    case.when(ReleasePayee, grant_id=grant_id, reason="again", actor=BORIS).then_refused("payee_is_on_hold")
    release(case, grant_id)
    adds_up(office)


def test_a_request_whose_payee_is_on_hold_is_not_approved(office: Office) -> None:
    case = ready(office)
    grant_id = requested(case)
    case.does(PutPayeeOnHold, grant_id=grant_id, reason="looks strange", actor=CLARA)
    case.when(ApproveGrant, grant_id=grant_id, actor=BORIS).then_refused("payee_is_not_on_hold")
    case.does(ChangePayee, grant_id=grant_id, **OTHER).then(PayeeChanged, PayeeReleased)
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)


def test_whoever_is_paid_is_sealed(office: Office) -> None:
    case = ready(office)
    names = ["Ольга Иванова", "Гүлнора Қодирова", "ნინო ბერიძე", "Gulnora Qodirova O‘zbek"]
    grant_id = requested(case, payee_name="Ana Rusu", payee_account="12345678901234")
    for name in names:
        case.does(ChangePayee, grant_id=grant_id, payee_name=name, payee_account="12345678901234")
    found = stored(office)
    assert not [name for name in ["Rusu", "12345678901234", *names] if name in found]


# -- recovery ---------------------------------------------------------------------------------------------------


def returned(case: Story, grant_id: str) -> str:
    tranche_id = release(case, grant_id)
    paid(case, grant_id, tranche_id)
    case.does(ReturnPayment, grant_id=grant_id, tranche_id=tranche_id, reference="AC04", actor=CLARA)
    case.then(TrancheReturned, FundsReturned, Escalated)
    return tranche_id


def test_a_payment_the_bank_gave_back_is_set_aside_again_and_sent_to_another_account(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    first = returned(case, grant_id)
    assert grants_of(case.case).grants[grant_id].paid == 0
    assert "payment_returned" in case.case.escalations
    assert total_balance(line_balances(office.service.log, definition(office))).committed == 1800
    case.when(ReturnPayment, grant_id=grant_id, tranche_id=first, reference="AC04").then()
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("payee_was_changed", "bank_has_answered")
    bank_says(case, grant_id, first, "rejected").then(BankAnswerConfirmed)
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("payee_was_changed")
    case.does(ChangePayee, grant_id=grant_id, **OTHER)
    assert "payment_returned" not in case.case.escalations
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    again = release(case, grant_id)
    assert str(grants_of(case.case).grants[grant_id].tranches[again].amount) == "900.00"
    paid(case, grant_id, again)
    assert grants_of(case.case).grants[grant_id].paid == 900
    adds_up(office)


def test_the_bank_says_rejected_after_it_had_said_paid(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    paid(case, grant_id, tranche_id)
    bank_says(case, grant_id, tranche_id, "rejected").then(TrancheReturned, FundsReturned, Escalated)
    bank_says(case, grant_id, tranche_id, "rejected").then()
    bank_says(case, grant_id, tranche_id, "paid").then(BankContradicted, Escalated)
    adds_up(office)


def test_a_payment_that_comes_back_after_the_end_is_free_for_others(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    case.finish(case.task(kind="disburse_grant")).accepted().goes("withdraw")
    bank_says(case, grant_id, tranche_id, "paid").accepted()
    bank_says(case, grant_id, tranche_id, "rejected").accepted()
    assert "payment_returned" in case.case.escalations
    total = total_balance(line_balances(office.service.log, definition(office)))
    assert (total.committed, total.disbursed) == (Decimal(0), Decimal(0))
    adds_up(office)


def test_the_last_payment_of_a_closed_case_that_comes_back_is_free_for_others(office: Office) -> None:
    case = home(office)
    grant_id = grant(case, "reinstallation", "EUR 200")
    paid(case, grant_id, tranche_id := release(case, grant_id)).goes("withdraw")
    case.does(ReturnPayment, grant_id=grant_id, tranche_id=tranche_id, reference="AC04")
    case.then_among_others(TrancheReturned, FundsReturned, GrantDeclined, FundsFreed)
    assert grants_of(case.case).grants[grant_id].settled
    adds_up(office)


def test_what_was_never_paid_cannot_come_back(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    back = {"grant_id": grant_id, "reference": "AC04"}
    case.when(ReturnPayment, **back, tranche_id=tranche_id).then_refused("tranche_is_paid")
    case.when(ReturnPayment, **back, tranche_id="T-none").then_refused("tranche_is_known")
    case.when(ReturnPayment, **back | {"grant_id": "G-none"}, tranche_id="T-none").then_refused("tranche_is_known")


# -- row 30: a programme with dates and one funder --------------------------------------------------------------


def test_a_tranche_dated_1_january_2011_is_refused(office: Office) -> None:
    office.publish(sida(office.text))
    office.clock.advance(datetime(2010, 11, 1, 9, tzinfo=UTC) - office.now)
    case = ready(office)
    grant_id = grant(case, amount="EUR 1000")
    shown(paid(case, grant_id, first := release(case, grant_id)), grant_id, first)
    office.clock.advance(datetime(2010, 12, 31, 20, tzinfo=UTC) - office.now)
    second = release(case.does(GiveConsent, purpose="assistance"), grant_id)
    shown(paid(case, grant_id, second), grant_id, second)
    office.clock.advance(timedelta(hours=5))
    assert office.now.date() == date(2011, 1, 1)
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("funder_pays_today")
    other = requested(case, "reinstallation", "EUR 100")
    case.when(ApproveGrant, grant_id=other, actor=BORIS).then_refused("funder_pays_today")
    case.does(DeclineGrant, grant_id=grant_id, reason="the project is over").accepted()
    adds_up(office)


@pytest.mark.parametrize(("day", "code"), [
    (date(2007, 9, 8), "funder_pays_today"),
    (date(2007, 9, 9), None),
    (date(2010, 12, 31), None),
    (date(2011, 1, 1), "funder_pays_today"),
])  # fmt: skip
def test_costs_outside_the_projects_dates_are_refused(office: Office, day: date, code: str | None) -> None:
    office.publish(sida(office.text))
    office.clock.advance(datetime(2011, 2, 1, 9, tzinfo=UTC) - office.now)
    case = cost(Story(office), "EUR 50", day=day)
    if code is None:
        case.accepted()
    else:
        case.then_refused(code)
    cost(case, "EUR 50", "medical", day=date(2008, 1, 1)).then_refused("line_pays_for_it")


def test_sida_is_the_only_account_of_its_project() -> None:
    assert {
        name: str(money)
        for name, money in budget_of(load_definition(sida(shipped_programme_text("moscow"))).programme).items()
    } == {
        "sida/grants": "60000.00 EUR",
        "sida/travel": "20000.00 EUR",
    }


# -- many at once -----------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_of_many_approvals_at_once_never_one_too_many_is_given(office: Office) -> None:
    several = office.text.replace("once_per_return: true", "once_per_return: false", 1)
    office.publish(several.replace(GRANTS, GRANTS.replace("1200000", "150")))  # carries 25 of EUR 10, at 60 %
    cases = [home(office) for _ in range(3)]
    wanted = [(case, requested(case, "reinstallation", "EUR 10")) for case in cases for _ in range(20)]
    services = [office.service, office.another_service()]

    def approve(number: int) -> list[Answer]:
        return [
            services[number % 2].submit(case.command(ApproveGrant, grant_id=grant_id, actor=BORIS))
            for case, grant_id in wanted[number::4]
        ]

    with ThreadPoolExecutor(4) as pool:
        answers = [answer for found in pool.map(approve, range(4)) for answer in found]
    assert Counter(type(answer) for answer in answers) == {Accepted: 25, Refused: 35}
    assert office.state("fund:moscow").account("european-commission/grants").committed == 150
    adds_up(office)
