"""An emergency and a table of several people are kept like every form: by their writer alone, and never sent."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from urllib.parse import quote

from tests.kit.story import Story
from tests.kit.web.drafts import JSON, rows
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import count_of, last_form, main_of

TABLE = "name\tgender\nElena Turcanu\tfemale\nIon Turcanu\tmale\n"
WHY = "She rang from the station and nobody of hers answers."
SEVERAL = "/cases/new/several"


def test_a_table_of_people_is_kept_offered_again_and_gone_once_they_are_opened(web: WebHouse) -> None:
    anna, boris = web.sign_in(), web.sign_in("staff:boris")
    form = last_form(anna.get(SEVERAL)) | {"table": TABLE}
    told = anna.post(SEVERAL, form | {"keep": "1"}, headers=JSON).json()
    assert told["draft"] == form["command_id"]
    assert count_of(web, "CaseOpened") == 0
    assert told["draft"] not in boris.get(SEVERAL).text
    offered = anna.get(SEVERAL)
    assert f"{SEVERAL}?draft={told['draft']}" in offered.text
    assert "Turcanu" not in offered.text
    again = anna.get(f"{SEVERAL}?draft={told['draft']}")
    assert "Ion Turcanu" in unescape(main_of(again))
    assert f'href="{SEVERAL}?draft={told["draft"]}"' in unescape(anna.get("/drafts").text)
    assert anna.post(SEVERAL, last_form(again) | {"table": TABLE}).status_code == 200
    assert count_of(web, "CaseOpened") == 2
    assert not rows(web)


def test_a_table_that_is_refused_is_kept(web: WebHouse) -> None:
    anna = web.sign_in()
    page = anna.post(SEVERAL, last_form(anna.get(SEVERAL)) | {"table": "name\tgender\nElena\tno gender\n"})
    assert page.status_code == 422
    assert len(rows(web)) == 1
    assert "Throw it away" in anna.get(SEVERAL).text
    (row,) = rows(web)
    dropped = anna.post(SEVERAL, last_form(anna.get(SEVERAL)) | {"drop": str(row["draft"])})
    assert dropped.status_code == 303
    assert not rows(web)


def test_why_a_case_is_opened_in_an_emergency_waits_for_the_second_factor(web: WebHouse) -> None:
    case = Story(web.office, team="north")
    lena, path = web.sign_in("staff:lena", ["medical"], team="south"), f"/cases/{case.case_id}/break-glass"
    form = last_form(lena.get(path)) | {"reason": "medical", "why": WHY}
    web.clock.advance(timedelta(minutes=11))
    asked = lena.post(path, form)
    there = f"{path}?draft={form['command_id']}"
    assert asked.headers["location"] == f"/step-up?back={quote(there)}"
    assert count_of(web, "GlassBroken") == 0
    fresh = web.sign_in("staff:lena")
    lena.client.cookies.set(web.house.site.cookie, fresh.client.cookies[web.house.site.cookie])
    page = lena.get(there)
    assert WHY in unescape(main_of(page))


def test_a_draft_of_an_emergency_tells_nobody_whether_there_is_such_a_case(web: WebHouse) -> None:
    case = Story(web.office, team="north")
    lena = web.sign_in("staff:lena", ["medical"], team="south")
    answers = []
    for number in (case.case_id, "ZZZZZ-ZZZZZ"):
        path = f"/cases/{number}/break-glass"
        form = {"command_id": str(web.office.uuid()), "reason": "medical", "why": WHY, "keep": "1"}
        answer = lena.post(path, form)
        answers.append((answer.status_code, "Kept as a draft" in answer.text))
    assert answers[0] == answers[1] or answers[1][0] == 404
    assert all(not row["case_id"] and not row["person"] for row in rows(web))
