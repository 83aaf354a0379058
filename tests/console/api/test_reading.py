"""The API for programs: versions as ETags, pages that go on, doors, JSON, and nothing sealed in any GET."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from console.accounts.sessions import STRONG_FOR
from console.api.commands import body_of, snake
from console.api.reading import read_json
from console.api.shapes import KNOWN_AS
from console.subjects import CASE_FORMS, OFFICE_FORMS
from console.web.app import OPEN, acts_of, routes, routes_without_rule
from console.web.errors import NotReadable
from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.programs import NAME, STORY, Program, code_of
from workflow.command import Command, fields_of
from workflow.rights.command_rights import ACTS_OF
from workflow.subjects.intake.commands import OpenCase

# -- reading ------------------------------------------------------------------------------------------------------


def test_a_case_is_fetched_again_only_when_it_has_changed(house: WebHouse, case: Story) -> None:
    anna = Program(house)
    first = anna.get(f"/cases/{case.case_id}")
    assert first.status_code == 200
    assert first.headers["etag"] == f'"{first.json()["version"]}"'
    same = anna.get(f"/cases/{case.case_id}", if_none_match=first.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    assert anna.post(f"/cases/{case.case_id}/commands/AddNote", {"note": "called"}).status_code == 201
    assert anna.get(f"/cases/{case.case_id}", if_none_match=first.headers["etag"]).status_code == 200


def test_the_list_goes_on_where_the_page_before_it_ended(house: WebHouse, office: Office) -> None:
    opened = {Story(office).case_id for _ in range(55)}
    anna, seen, path = Program(house), [], "/cases?stage=referral"
    while path:
        page = anna.get(path).json()
        seen += [one["case_id"] for one in page["cases"]]
        path = (page["next"] or "").removeprefix("/api/v1")
    assert len(seen) == len(set(seen)) == len(opened)
    assert set(seen) == opened


def test_nothing_sealed_is_in_any_get(house: WebHouse, case: Story) -> None:
    bring(case, "care")
    anna = Program(house)
    anna.post(f"/cases/{case.case_id}/commands/AddNote", {"note": STORY})
    paths = (f"/cases/{case.case_id}", f"/cases/{case.case_id}/timeline", f"/cases/{case.case_id}/options")
    for path in (*paths, "/cases", "/work", "/beds", "/travel", "/programmes"):
        answer = anna.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert NAME not in answer.text
        assert STORY not in answer.text


def test_what_is_sealed_is_told_once_the_opening_is_recorded(house: WebHouse, office: Office, case: Story) -> None:
    body = {"compartments": ["identity"], "why": "to meet the person"}
    answer = Program(house).post(f"/cases/{case.case_id}/opened", body)
    assert answer.status_code == 200
    assert [field["value"] for field in answer.json()["fields"] if field["name"] == "name"] == [NAME]
    log = office.service.log
    assert [event.envelope.type for event in log.of_command(answer.json()["command_id"])] == ["SealedOpened"]


def test_options_say_why_not_in_the_accounts_language(house: WebHouse, case: Story) -> None:
    house.open_account("staff:irina", ("case_manager",), language="ru")
    ways = Program(house, "staff:irina").get(f"/cases/{case.case_id}/options").json()["options"]
    blocked = [way for way in ways if not way["allowed"]]
    assert blocked
    assert any(letter in "абвгде" for way in blocked for letter in way["reasons"][0]["text"])


def test_the_timeline_goes_on_after_a_version(house: WebHouse, case: Story) -> None:
    anna = Program(house)
    first = anna.get(f"/cases/{case.case_id}/timeline").json()
    assert first["events"][0]["fact"] == "CaseOpened"
    anna.post(f"/cases/{case.case_id}/commands/AddNote", {"note": "called"})
    later = anna.get(f"/cases/{case.case_id}/timeline?after={first['after']}").json()
    assert [event["fact"] for event in later["events"]] == ["NoteAdded"]


def test_an_auditor_reads_the_whole_log_in_its_order_and_no_case(house: WebHouse, case: Story) -> None:
    auditor = Program(house, "staff:otto", ("auditor",))
    after, positions = -1, []
    while True:
        page = auditor.get(f"/history?after={after}&limit=3").json()
        if not page["events"]:
            break
        positions += [event["position"] for event in page["events"]]
        after = page["after"]
    assert positions == list(range(page["size"]))
    assert code_of(auditor.get(f"/cases/{case.case_id}")) == "not_there"
    assert code_of(auditor.get("/cases")) == "not_there"


# -- doors --------------------------------------------------------------------------------------------------------


def test_a_case_of_somebody_else_looks_like_none(house: WebHouse, office: Office) -> None:
    case = Story(office, team="north")
    other = Program(house, "staff:pavel")
    there, not_there = (other.get(f"/cases/{number}") for number in (case.case_id, "7K3P9-QXM2D"))
    assert (there.status_code, there.content) == (not_there.status_code, not_there.content)
    sent = [other.post(f"/cases/{number}/commands/AddNote", {"note": "x"}) for number in (case.case_id, "7K3P9-QXM2D")]
    assert sent[0].content == sent[1].content
    assert code_of(sent[0]) == "not_there"


def test_without_a_token_there_is_nothing(house: WebHouse, case: Story) -> None:
    client = TestClient(house.app, base_url=house.house.site.origin)
    for path in (f"/cases/{case.case_id}", "/cases", "/work", "/history"):
        for headers in ({}, {"authorization": "Bearer x"}):
            assert code_of(client.get(f"/api/v1{path}", headers=headers)) == "sign_in_first"


def test_deeds_of_weight_ask_for_a_fresh_second_factor(house: WebHouse, case: Story) -> None:
    boris = Program(house, "staff:boris", ("supervisor",))
    house.clock.advance(STRONG_FOR)
    answer = boris.post(f"/cases/{case.case_id}/commands/ApproveGrant", {"grant_id": "G-1"})
    assert (answer.status_code, code_of(answer)) == (403, "step_up_first")


def test_every_route_names_its_act(house: WebHouse) -> None:
    assert routes_without_rule(house.app) == []
    assert len(routes(house.app)) > 100
    assert all(acts_of(route) or route.path in OPEN for route in routes(house.app))


def test_every_command_has_its_own_route_act_and_description(house: WebHouse) -> None:
    told = house.client().get("/api/openapi.json").json()
    found = {one["post"]["operationId"]: path for path, one in told["paths"].items() if "post" in one}
    kinds: list[type[Command]] = [OpenCase, *CASE_FORMS.values(), *OFFICE_FORMS.values()]
    for kind in kinds:
        path = found[f"record_{snake(kind.__name__)}"]
        (route,) = [one for one in routes(house.app) if one.path == path and "POST" in (one.methods or ())]
        assert acts_of(route) == ACTS_OF[kind]
        assert told["components"]["schemas"][kind.__name__]["additionalProperties"] is False
        assert set(body_of(kind).model_fields) == {*fields_of(kind), "command_id", "occurred_at"}


# -- JSON ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"note": "a", "note": "b"}', "said_twice"),
        (b"[" * 13 + b"]" * 13, "too_deep"),
        (b"[" * 90_000, "too_deep"),
        (b'{"a": NaN}', "no_number"),
        (b'{"a": -Infinity}', "no_number"),
        (b'{"a": 1e999}', "number_too_long"),
        (b'{"a": ' + b"9" * 5000 + b"}", "number_too_long"),
        (rb'{"a": "\ud800"}', "not_json"),
        (b'{"a": "\xff"}', "not_json"),
        (b'{"a": 1', "not_json"),
        (b'\xef\xbb\xbf{"a": 1}', "not_json"),
        (b" " * 100_001, "too_large"),
    ],
)
def test_json_that_two_programs_could_read_differently_is_not_read(text: bytes, code: str) -> None:
    with pytest.raises(NotReadable) as problem:
        read_json(text)
    assert problem.value.code == code


def test_brackets_in_a_text_are_no_depth() -> None:
    assert read_json(b'{"a": "[[[[[[[[[[[[[[[[[\\"[[["}')


def test_the_shapes_of_the_api_keep_the_names_programs_were_made_by(house: WebHouse) -> None:
    named = house.client().get("/api/openapi.json").json()["components"]["schemas"]
    assert set(KNOWN_AS.values()) <= named.keys()
    assert not named.keys() & KNOWN_AS.keys()
