"""Grants and costs as stories ask for them, and the books that have to add up afterwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from events.tables import metadata
from handlers.checks.walk import check_lines, check_log
from handlers.projections import tables as view_tables
from handlers.queries.books import funder_totals, journal, line_balances, total_balance
from tests.kit.offices import Office
from tests.kit.roads import MONEY, agree_plan, bring
from tests.kit.story import Story
from workflow.subjects.grants.commands import (
    RequestGrant,
)
from workflow.subjects.grants.ledger import trial_balance
from workflow.subjects.grants.state import grants_of

DORA = "admin:dora"
GRANTS = "{id: grants, title: Grants, amount: EUR 1200000, for: [reinstallation, reintegration]}"


def home(office: Office, **opening: Any) -> Story:
    return bring(Story(office, **opening), "reintegration")


def ready(office: Office) -> Story:
    return agree_plan(home(office))


def requested(case: Story, kind: str = "reintegration", amount: str = "EUR 1800", **fields: Any) -> str:
    case.does(RequestGrant, kind=kind, **MONEY | {"amount": amount} | fields)
    return list(grants_of(case.case).grants)[-1]


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
