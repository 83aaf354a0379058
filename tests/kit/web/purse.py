"""A case that has come home and gets money, and what a page of money says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from tests.kit.offices import Office
from tests.kit.roads import MONEY, agree_plan, bring, grant, paid, release, shown
from tests.kit.story import Story, story
from tests.kit.web.houses import Person
from workflow.subjects.grants.commands import RecordCost, RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote

Forms = Mapping[str, str]
STORY = "she was held in a flat near the ring road"


def home(office: Office) -> Story:
    case = story(office)
    case.does(AddNote, note=STORY)
    return agree_plan(bring(case, "reintegration"))


def asked(case: Story, amount: str = "EUR 1800") -> str:
    """Have a grant asked for by Anna; return its number."""
    case.does(RequestGrant, kind="reintegration", **MONEY | {"amount": amount})
    return list(grants_of(case.case).grants)[-1]


def spent(office: Office) -> Story:
    """Return a case with a part of a grant paid, one at the bank, and a cost."""
    case = home(office)
    grant_id = grant(case)
    tranche = release(case, grant_id)
    paid(case, grant_id, tranche)
    shown(case, grant_id, tranche)
    case.finish(case.task(kind="disburse_grant", tranche_id=release(case, grant_id))).accepted()
    return case.does(RecordCost, kind="travel", amount="EUR 100.01", day=office.now.date(), reference="ticket 12")


def page(person: Person, path: str, status: int = 200) -> str:
    answer = person.get(path)
    assert answer.status_code == status, answer.text
    return str(answer.text)


def form_in(text: str, path: str) -> Forms:
    """Return what the form that posts to a path carries."""
    form = text.partition(f'action="{path}"')[2].partition("</form>")[0]
    assert form, f"no form posts to {path}"
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def said(amount: Decimal, currency: str = "EUR") -> str:
    """Return a sum as English pages write it."""
    whole = amount == amount.to_integral_value()
    return f"{currency} {amount:,.0f}" if whole else f"{currency} {amount:,.2f}"
