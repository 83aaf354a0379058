"""Forms filled in as a person would: the first choice, a likely word, today."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from console.forms.context import FormContext
from console.forms.form import Field, Form
from console.words.language import Language
from console.words.translation import Words
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, bring, grant, paid, referred, release
from tests.kit.story import Story, story
from tests.kit.world import World, moscow
from workflow.subjects.documents.commands import StartDocument
from workflow.subjects.grants.commands import RecordCost, RequestGrant
from workflow.subjects.reintegration.commands import AgreePlan, DraftPlan, EnrolInCourse

Pairs = list[tuple[str, str]]
# What fits a field nobody offers choices for.
_TYPED = {
    "account": "staff:nina",
    "answer_id": "B-7K3P9QXM2D7K3P9Q",
    "orphan_id": "O-7K3P9QXM2D7K3P9Q",
    "proposal_id": "P-7K3P9QXM2D7K3P9Q",
    "paper": "118/2026",
    "payee_account": "MD24 ag00 0225 1000 1310 4168",
    "code": "C-7K3P9Q",
    "consultation": "K-7K3P9Q",
    "region": "RU-PRI",
    "area": "RU-MOW",
    "reference": "12-3",
    "phone": "+7 495 797-87-22",
    "previous_case": "7K3P9-QXM2D",
    "team": "north",
    "successor": "st-petersburg",
    "programme": "moscow",
    "second": BORIS,
    "owner": BORIS,
    "year": "2005",
    "month": "6",
    "registered_year": "2006",
    "count": "20",
    "days": "7",
    "hours": "12",
    "minutes": "10",
    "number": "061Ч",
    "entry": "lighthouse",
    "email": "desk@lighthouse.example.org",
    "places": "12",
    "more": "languages: [ru]",
    "proposer": BORIS,
    "handle": "Grey Willow",
    **dict.fromkeys(("member", "with_case", "other"), "7K3P9-QXM2D"),
}
_BY_KIND = {"day": "2007-09-01", "money": "1 800,50"}
# What somebody would send who forged a choice that is not offered.
FORGED = {
    "tranche_id": "G-7K3P9QXM2D7K3P9Q/T-7K3P9QXM2D7K3P9Q",
    "referral_id": "R-7K3P9QXM2D7K3P9Q",
    "facility": "shelter-north",
    "course": "sewing",
    "account": BORIS,
    **dict.fromkeys(("member", "with_case", "other"), "7K3P9-QXM2D"),
    "file_id": "F-7K3P9QXM2D7K3P9Q",
    "entry": "new-start",
}


def context(case: Story, language: Language = "en", account: str = ANNA) -> FormContext:
    """Return what a form about a case is made in front of."""
    place, staff = case.place, (ANNA, BORIS, CLARA)
    return FormContext(Words(language), place.now, account, moscow().programme, case.case, staff, ("moscow",))


@cache
def rich() -> Story:
    """Return a case in which almost everything has happened that a form could be about."""
    case = bring(story(World()), "documents")
    case.does(StartDocument, path="return-certificate", country="MD")
    case = bring(story(case.place), "reintegration")
    case.does(StartDocument, path="return-certificate", country="MD")
    case.does(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 200"})
    case.does(DraftPlan, goals=("work",)).does(AgreePlan).confirmed()
    paid(case, (grant_id := grant(case)), release(case, grant_id))
    case.does(EnrolInCourse, course="sewing")
    case.does(RecordCost, kind="other", amount="EUR 12", day=case.place.now.date(), reference="чек 12")
    referred(case)
    return case


def filled(form: Form) -> Pairs:
    """Return what a browser would send of a form filled in whole."""
    return [pair for field in form.every() for pair in _filled(field)]


def _filled(field: Field) -> Iterator[tuple[str, str]]:
    if field.rows:
        return
    name = field.name.rpartition("-")[2]
    if field.kind in ("choice", "choices", "countries", "yes_no"):
        chosen = field.value or next((choice.value for choice in field.choices), FORGED.get(name, "X-1"))
        yield field.name, chosen
    elif field.kind == "moment":
        yield field.name, field.value or ("2007-06-01T18:00" if name == "arrives_at" else "2007-06-01T09:00")
    elif field.kind == "tick":
        yield field.name, "true"
    else:
        yield field.name, field.value or _BY_KIND.get(field.kind) or _TYPED.get(name) or "Ана Русу из Кишинёва"
    if field.kind == "money" and field.unit:
        yield field.unit.name, field.unit.value
