"""My work begins with who is in danger, and every open case in danger is in the list of somebody."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.views.danger import danger_list
from console.views.reader import Reader
from events.instants import instant_text
from handlers.queries.case_alerts import dangers_for
from handlers.queries.work_choice import work_choice
from tests.kit.officers import ROOT
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import (
    bring,
    ready_to_be_received,
)
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.statements import reading
from tests.kit.web.today import owned, section
from workflow.rights.acts import Role
from workflow.rights.table import Account
from workflow.subjects.accounts.commands import CloseAccount
from workflow.subjects.safety.commands import AssessRisk


def in_danger(office: Office, **who: object) -> Story:
    return Story(office, **who).does(AssessRisk, level="high", safe_to_return=False)


# -- who is in danger ------------------------------------------------------------------------------------------------


def test_who_is_in_danger_comes_first_the_most_urgent_at_the_top(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    high = in_danger(office)
    away = ready_to_be_received(Story(office)).later(hours=3)
    text = section(anna, "danger")
    assert "Did not arrive" in text
    assert "High risk" in text
    assert text.index(away.case_id) < text.index(high.case_id)
    page = anna.get("/work").text
    assert page.index('id="danger"') < page.index('id="soon"')


def test_one_case_is_one_row_with_all_its_reasons_and_one_thing_to_do(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    case = ready_to_be_received(Story(office)).does(AssessRisk, level="high", safe_to_return=False).later(days=2)
    page = anna.get("/work").text
    row = re.search(rf'<li[^>]*data-row="danger {case.case_id}".*?</li>', page, re.DOTALL)
    assert row is not None
    for reason in ("Did not arrive", "High risk without a plan"):
        assert reason in row[0]
    assert "Nobody meets them" not in row[0], "who did not arrive is looked for, whoever was to be there"
    assert row[0].count("High risk") == 1
    assert re.findall(r'class="button[^"]*" href="([^"]+)"', row[0]) == [f"/cases/{case.case_id}/do/MeetPerson"]


def test_a_danger_is_not_told_twice(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    case = ready_to_be_received(Story(office)).later(hours=2)
    case.fires("no_show").accepted()
    assert "Did not arrive" in section(anna, "danger")
    assert "The person did not arrive" not in section(anna, "overdue")


def test_it_is_said_in_russian_too(house: WebHouse, office: Office) -> None:
    in_danger(office).later(days=1)
    text = section(house.sign_in(language="ru"), "danger")
    assert "В опасности" in text
    assert "Высокий риск без плана" in text
    assert not re.search(r"risk|danger|plan\b", text)


def test_a_case_that_was_withdrawn_is_nobodys_danger_any_more(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    case = in_danger(office)
    assert case.case_id in section(anna, "danger")
    case.goes("withdraw")
    assert section(anna, "danger") == ""


# -- whose it is -----------------------------------------------------------------------------------------------------


def test_others_people_in_danger_are_counted_and_one_click_away(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    house.sign_in("staff:gleb")
    theirs = owned(in_danger(office), "staff:gleb")
    assert theirs.case_id not in section(anna, "danger")
    assert "1 more person in danger is looked after by others" in section(anna, "danger")
    assert theirs.case_id in section(anna, "danger", "/work?whose=all")


def test_whoever_leads_sees_everybody_in_danger_at_once(house: WebHouse, office: Office) -> None:
    house.sign_in("staff:gleb")
    theirs = owned(in_danger(office), "staff:gleb", "north")
    assert theirs.case_id in section(house.sign_in(BORIS, ["supervisor"]), "danger")


def test_a_case_that_nobody_looks_after_is_in_the_list_of_everybody_who_may_see_it(
    house: WebHouse, office: Office
) -> None:
    nobodys = in_danger(office)
    assert owner_of(office, nobodys) in ("", ANNA)
    olga = house.sign_in("staff:olga")
    owned(nobodys, "staff:gone")
    house.sign_in("staff:gone")
    assert nobodys.case_id not in section(olga, "danger")
    close_account(office, "staff:gone")
    assert "cannot look after the case" in section(olga, "danger"), "whoever has left looks after nobody"


def owner_of(office: Office, case: Story) -> str:
    return str(office.rows("case_board", case_id=case.case_id)[0]["owner"])


def close_account(office: Office, name: str) -> None:
    office.accepted(office.command(CloseAccount, actor=ROOT, mandate="administrator", account=name, reason="left"))


def test_what_somebody_chose_to_see_is_kept(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    assert 'href="/work?whose=mine" aria-current="true"' in anna.get("/work").text, "mine comes first"
    anna.get("/work?whose=all")
    assert 'href="/work?whose=all" aria-current="true"' in house.sign_in().get("/work").text
    anna.get("/work?whose=everybodys")
    with office.database.reading() as connection:
        assert work_choice(connection, ANNA) == "all", "what is no choice changes nothing"


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.integers(0, 24 * 20), level=st.sampled_from(["low", "medium", "high"]),
    road=st.sampled_from(["none", "arrival", "care"]), owner=st.sampled_from(["", "staff:gleb"]),
    team=st.sampled_from(["", "north"]),
)  # fmt: skip
def test_every_open_case_in_danger_is_in_the_list_of_somebody(
    house: WebHouse, office: Office, hours: int, level: str, road: str, owner: str, team: str
) -> None:
    boris = _account(house, BORIS, "supervisor")
    olga = _account(house, "staff:olga", "case_manager")
    _account(house, "staff:gleb", "case_manager")
    _account(house, CLARA, "finance_approve")
    case = bring(Story(office), "care") if road == "care" else Story(office)
    if road == "arrival":
        ready_to_be_received(case)
    case.does(AssessRisk, level=level, safe_to_return=True)
    if owner:
        owned(case, owner, team)
    case.later(hours=hours)
    dangers = {row["kind"] for row in office.rows("case_alerts", case_id=case.case_id) if _counts(office, row)}
    assert ("high_risk" in dangers) == (level == "high")
    assert _kinds(house, office, boris, case) == dangers, "whoever leads has every case in danger in their list"
    if owner != "staff:gleb" and not team:
        olgas = Reader(house.house.container, olga, office.now)
        with office.database.reading() as connection:
            shown = danger_list(connection, olgas, "staff:olga").cases
        assert (case.case_id in {one.case_id for one in shown}) == bool(dangers), "nobody's case is everybody's"


def _account(house: WebHouse, name: str, role: Role) -> Account:
    if house.house.accounts.find(name) is None:
        house.open_account(name, (role,))
    found = house.house.accounts.find(name)
    assert found is not None
    return found


def _counts(office: Office, row: dict[str, Any]) -> bool:
    return bool(row["urgency"]) and row["since"] <= instant_text(office.now)


def _kinds(house: WebHouse, office: Office, account: Account, case: Story) -> set[str]:
    with office.database.reading() as connection:
        rows = dangers_for(connection, account, office.now)
    return {row["kind"] for row in rows if row["case_id"] == case.case_id}


# -- today and soon --------------------------------------------------------------------------------------------------


def test_the_page_asks_no_more_with_many_in_danger_than_with_few(house: WebHouse, office: Office) -> None:
    anna, counts = house.sign_in(), list[int]()
    for more in (1, 25):
        for _ in range(more):
            in_danger(office)
        anna.get("/work")
        with reading(office) as statements:
            assert anna.get("/work").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 16


def test_who_is_in_danger_is_found_without_reading_a_history(house: WebHouse, office: Office) -> None:
    for _ in range(3):
        in_danger(office)
    house.open_account(BORIS, ["supervisor"])
    boris = house.house.accounts.find(BORIS)
    assert boris is not None
    with reading(office) as statements, office.database.reading() as connection:
        found = danger_list(connection, Reader(house.house.container, boris, office.now))
    assert len(found.cases) == 3
    assert len(statements) == 1
    assert " events" not in statements[0]


# -- marked everywhere -----------------------------------------------------------------------------------------------


def test_high_risk_is_marked_wherever_the_case_is_shown(house: WebHouse, office: Office) -> None:
    case = ready_to_be_received(Story(office)).does(AssessRisk, level="high", safe_to_return=False)
    anna = house.sign_in()
    for path in ("/cases", "/cases?view=list", f"/cases/{case.case_id}", "/travel", "/work"):
        assert "High risk" in anna.get(path).text, path
    living = bring(Story(office), "accommodation").does(AssessRisk, level="high", safe_to_return=False)
    beds = anna.get("/beds").text
    assert living.case_id in beds
    assert "High risk" in beds
    assert office.rows("case_board", case_id=case.case_id)[0]["risk"] == "high"


def test_programs_are_told_the_same(house: WebHouse, office: Office) -> None:
    case, anna = in_danger(office), house.sign_in()
    told = anna.get("/api/v1/work", headers={"accept": "application/json"}).json()
    (one,) = told["danger"]["cases"]
    assert one["case_id"] == case.case_id
    assert [danger["kind"] for danger in one["dangers"]] == ["high_risk"]
