"""Every page of the console, once: who looks at it, and where it is. What looks at all of them reads this list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from console.settings import Settings
from console.simulation.year import Rehearsal, Year
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, bring, consents, ready_to_depart, referred
from tests.kit.story import story
from tests.kit.web.browser import LiveHouse
from workflow.subjects.access.commands import BreakGlass
from workflow.subjects.grants.commands import RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.safety.commands import AssessRisk


class Shown(NamedTuple):
    """One page: what its picture is called, who sees it, and its address with places to be filled in."""

    name: str
    who: str
    path: str


VERA, OLGA, DINA = "staff:vera", "newstart:olga", "staff:dina"
IGOR, ZOYA, ROOT = "staff:igor", "staff:zoya", "staff:root"
PAGES: Final = (
    Shown("sign-in", "", "/sign-in"),
    Shown("work", ANNA, "/work"),
    Shown("work-supervisor", BORIS, "/work"),
    Shown("work-partner", OLGA, "/work"),
    Shown("cases", ANNA, "/cases"),
    Shown("cases-list", ANNA, "/cases?view=list"),
    Shown("case", ANNA, "/cases/{case}"),
    Shown("case-medical", VERA, "/cases/{case}"),
    Shown("case-history", ANNA, "/cases/{case}/history"),
    Shown("case-record", ANNA, "/cases/{case}/do"),
    Shown("case-form", ANNA, "/cases/{case}/do/PlanTrip"),
    Shown("case-open", ANNA, "/cases/{case}/open"),
    Shown("case-break-glass", "staff:lev", "/cases/{case}/break-glass"),
    Shown("case-review", BORIS, "/cases/{glass}/review"),
    Shown("case-new", ANNA, "/cases/new"),
    Shown("hand-over", ANNA, "/hand-over"),
    Shown("caseloads", BORIS, "/team"),
    Shown("notices", ANNA, "/bell"),
    Shown("beds", ANNA, "/beds"),
    Shown("travel", ANNA, "/travel"),
    Shown("directory", ANNA, "/directory"),
    Shown("directory-entry", BORIS, "/directory/moscow/provider/new-start"),
    Shown("grants", BORIS, "/grants"),
    Shown("grant", BORIS, "/grants/{funded}/{grant}"),
    Shown("grant-approve", BORIS, "/grants/{funded}/{grant}/approve"),
    Shown("ledger", CLARA, "/ledger"),
    Shown("statement", CLARA, "/upload/statement"),
    Shown("referrals", ANNA, "/referrals"),
    Shown("referrals-partner", OLGA, "/referrals"),
    Shown("hotline", DINA, "/hotline"),
    Shown("statistics", BORIS, "/statistics"),
    Shown("statistics-donor", "donor:mara", "/statistics"),
    Shown("history", IGOR, "/history"),
    Shown("history-of", IGOR, "/history/of/{case}"),
    Shown("history-check", IGOR, "/history/check"),
    Shown("access", ZOYA, "/access"),
    Shown("operations", ROOT, "/operations"),
    Shown("settings", ROOT, "/settings"),
    Shown("settings-people", ROOT, "/settings/people"),
    Shown("settings-person", ROOT, "/settings/people/staff:vera"),
    Shown("settings-person-new", ROOT, "/settings/people/new"),
    Shown("settings-roles", ROOT, "/settings/roles"),
    Shown("settings-programmes", BORIS, "/settings/programmes"),
    Shown("settings-programme", BORIS, "/settings/programmes/moscow"),
    Shown("settings-programme-upload", BORIS, "/upload/programme"),
    Shown("me", ANNA, "/me"),
    Shown("me-password", ANNA, "/me/password"),
    Shown("step-up", BORIS, "/step-up"),
    Shown("not-there", ANNA, "/cases/00000-00000"),
)
# The pages people are told of; each is three presses from the first one, for whoever may see it.
MAIN: Final = (
    "work", "cases", "case", "case-form", "case-history", "case-open", "case-new", "beds", "travel", "grants",
    "ledger", "referrals", "referrals-partner", "directory", "hotline", "statistics", "statistics-donor", "history",
    "history-of", "access", "operations", "settings", "settings-people", "settings-roles", "settings-programmes",
    "settings-programme", "me",
)  # fmt: skip


def lived_in(live: LiveHouse, *waves: Year) -> Mapping[str, str]:
    """Let people come to a house in waves, and return what the pages' places stand for."""
    house = live.web.house
    house.container.settings = Settings(data=live.folder)
    for wave in waves:
        Rehearsal(house.container, live.office.clock, live.office.definition, wave).run(lambda _now, _come: None)
    cases = [live.office.case(row["case_id"]) for row in live.office.rows("case_board")]
    case = next(case for stage in ("documents", "care") for case in cases if case.stage == stage)
    _somebody_comes_and_somebody_leaves(live)
    asked, grant = _somebody_waits_for_others(live)
    _an_emergency(live, asked)
    return {"case": case.case_id, "funded": asked, "grant": grant, "glass": asked}


def _somebody_comes_and_somebody_leaves(live: LiveHouse) -> None:
    story(live.office)
    coming = consents(story(live.office), "assistance", "travel").does(AssessRisk, level="low", safe_to_return=True)
    at = live.now() + timedelta(hours=20)
    coming.does(PlanArrival, at=at, place="SVO", means="flight", number="SU 1491").goes("receive")
    ready_to_depart(bring(story(live.office), "documents"))


def _somebody_waits_for_others(live: LiveHouse) -> tuple[str, str]:
    """Have somebody referred and a grant asked for; return the case and the grant."""
    asked = bring(story(live.office), "reintegration")
    referred(asked)
    asked.does(RequestGrant, kind="reintegration", **MONEY)
    return asked.case_id, list(grants_of(asked.case).grants)[-1]


def _an_emergency(live: LiveHouse, case_id: str) -> None:
    why = {"reason": "danger_to_life", "why": "somebody rang at night", "mandate": "legal"}
    live.office.submit(BreakGlass, case_id=case_id, actor="staff:lev", **why)
