"""Rows 2 and 30: who pays, from which line, on which days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.facts.grants import (
    CostRecorded,
    CostReversed,
    FundsSpent,
    FundsUnspent,
)
from handlers.queries.books import journal, line_balances, total_balance
from tests.kit.grants import GRANTS, adds_up, definition, home, ready, requested, stored
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import BORIS, CLARA
from tests.kit.roads import grant, paid, release, shown
from tests.kit.story import Story
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.subjects.grants.commands import (
    ApproveGrant,
    DeclineGrant,
    RecordCost,
    ReleaseTranche,
    ReverseCost,
)
from workflow.subjects.grants.fund import budget_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import GiveConsent

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


def cost(case: Story, amount: str = "EUR 100.01", kind: str = "travel", **fields: Any) -> Story:
    given = {"day": case.place.now.date(), "reference": "ticket 12, A. Rusu"} | fields
    return case.when(RecordCost, kind=kind, amount=amount, **given)


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
