"""The API for programs: versions as ETags, commands sent twice, people who collide, and nothing sealed in any GET."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx2 import Response
from pydantic import BaseModel
from starlette.testclient import TestClient

from console.accounts.sessions import STRONG_FOR
from console.api.commands import body_of, snake
from console.api.reading import read_json
from console.api.shapes import KNOWN_AS
from console.subjects import CASE_FORMS, OFFICE_FORMS
from console.web.app import OPEN, acts_of, routes, routes_without_rule
from console.web.errors import NotReadable
from events.ids import CaseId, case_id_of
from tests.kit.erasures import ended, erased
from tests.kit.offices import Office
from tests.kit.roads import bring, close
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from workflow.command import Command, fields_of
from workflow.rights.acts import Role
from workflow.rights.case_references import case_fields
from workflow.rights.command_rights import ACTS_OF
from workflow.subjects.access.commands import SuspectDuplicate
from workflow.subjects.intake.commands import OpenCase

# What is new in each page: its nonce, and the number of the command to be.
_NEW = re.compile(r'nonce="[^"]*"|(command_id|kept)" value="[^"]*"')
# What is sent beside the case that is named; a new command of this kind says it here.
_USUAL: dict[str, dict[str, Any]] = {
    "OpenCase": {"programme": "moscow", "source": "self"}, "DecideDuplicate": {"same": True},
    "JoinCases": {}, "PartCases": {}, "AppointGuardian": {"kind": "parent"}, "JoinGroup": {"relation": "child"},
}  # fmt: skip
NAME, STORY = "Оксана Приходько", "what happened in the flat"


class Program:
    """A program that is signed in: it sends its token, and no cookie."""

    def __init__(
        self, house: WebHouse, account: str = "staff:anna", roles: tuple[Role, ...] = ("case_manager",)
    ) -> None:
        person = house.sign_in(account, roles)
        token = person.client.cookies[house.house.site.cookie]
        self.client = TestClient(house.app, base_url=house.house.site.origin)
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(f"/api/v1{path}", headers=self.headers | _named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self.client.post(f"/api/v1{path}", json=body or {}, headers=self.headers | _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def case(office: Office) -> Story:
    return Story(office, name=NAME, story=STORY)


def code_of(answer: Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    return str(told["type"].rpartition(":")[2])


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


# -- commands -----------------------------------------------------------------------------------------------------


def test_a_command_sent_twice_is_done_once(house: WebHouse, office: Office, case: Story) -> None:
    anna, key = Program(house), str(office.uuid())
    path, note = f"/cases/{case.case_id}/commands/AddNote", {"note": "called"}
    first = anna.post(path, note, idempotency_key=key)
    again = anna.post(path, note | {"command_id": key})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"repeated": True}
    assert len(office.service.log.of_command(key)) == 1
    assert code_of(anna.post(path, {"note": "another"}, idempotency_key=key)) == "id_was_used"
    assert code_of(anna.post(path, note | {"command_id": key}, idempotency_key=str(office.uuid()))) == "two_ids"


NAMING_CASES = tuple(kind for kind in ACTS_OF if case_fields(kind))


@pytest.mark.parametrize("kind", NAMING_CASES, ids=lambda kind: kind.__name__)
def test_a_case_that_is_not_theirs_to_see_is_not_there_in_a_body_either(
    house: WebHouse, office: Office, kind: type[Command]
) -> None:
    hidden = close(bring(Story(office, team="north"), "follow_up")).case_id
    theirs = Story(office, team="")
    origin = office.service.machine_ids.by_machine("system:comparing", "system", theirs.case_id, "alike")
    office.accepted(SuspectDuplicate(**origin, other=hidden))
    olga = Program(house, "staff:olga")
    path = "/cases" if kind is OpenCase else f"/cases/{theirs.case_id}/commands/{kind.__name__}"
    for name in case_fields(kind):
        asked = [_USUAL[kind.__name__] | {name: number} for number in (hidden, case_id_of(office.uuid()))]
        told = [olga.post(path, one | {"command_id": str(office.uuid())}) for one in asked]
        assert [one.status_code for one in told] == [422, 422]
        assert told[0].content == told[1].content


@pytest.mark.parametrize("kind", NAMING_CASES, ids=lambda kind: kind.__name__)
def test_nor_is_it_there_in_a_form(house: WebHouse, office: Office, kind: type[Command]) -> None:
    hidden, theirs = Story(office, team="north").case_id, Story(office, team="")
    olga = house.sign_in("staff:olga")
    path = "/cases/new/open" if kind is OpenCase else f"/cases/{theirs.case_id}/do/{kind.__name__}"
    for name in case_fields(kind):
        pages = []
        for number in (hidden, case_id_of(office.uuid())):
            sent = _USUAL[kind.__name__] | {name: number, "command_id": str(office.uuid()), "give": "1"}
            told = olga.post(path, sent)
            assert told.status_code == 422
            pages.append(_NEW.sub("", told.text.replace(number, "")))
        assert pages[0] == pages[1]


def test_no_other_body_or_query_names_a_case(house: WebHouse) -> None:
    naming, bodies = set(), 0
    for route in routes(house.app):
        dependant = getattr(route.original_route, "dependant", None)
        for param in dependant.body_params if dependant else ():
            kind = param.field_info.annotation
            bodies += 1
            if isinstance(kind, type) and issubclass(kind, BaseModel) and case_fields(kind):
                naming.add(kind.__name__)
        query = [param.field_info.annotation for param in (dependant.query_params if dependant else ())]
        assert CaseId not in query, f"{route.path} takes a case beside its address"
    assert bodies > 80
    assert naming == {kind.__name__ for kind in NAMING_CASES}, "only commands, which are asked about in one place"


def test_two_commands_name_cases_in_their_bodies() -> None:
    assert {kind.__name__ for kind in NAMING_CASES} >= {"OpenCase", "DecideDuplicate"}, "or the test above asks nothing"


def test_whoever_was_overtaken_is_told_by_what(house: WebHouse, case: Story) -> None:
    anna, boris = Program(house), Program(house, "staff:boris", ("supervisor",))
    seen = anna.get(f"/cases/{case.case_id}").headers["etag"]
    assert boris.post(f"/cases/{case.case_id}/commands/AddNote", {"note": "first"}, if_match=seen).status_code == 201
    late = anna.post(f"/cases/{case.case_id}/commands/AddNote", {"note": "second"}, if_match=seen)
    assert code_of(late) == "moved_on"
    assert (late.status_code, late.json()["version"]) == (409, late.json()["expected"] + 1)
    assert [(event["fact"], event["actor"]) for event in late.json()["since"]] == [("NoteAdded", "staff:boris")]
    assert code_of(anna.post(f"/cases/{case.case_id}/commands/AddNote", {"note": "x"}, if_match="soon")) == (
        "if_match_is_no_version"
    )


def test_a_refusal_lists_every_reason(house: WebHouse, case: Story) -> None:
    answer = Program(house).post(f"/cases/{case.case_id}/commands/TakeBed")
    assert (answer.status_code, code_of(answer)) == (422, "refused")
    (reason,) = answer.json()["reasons"]
    assert (reason["code"], reason["help"]) == ("bed_is_held", "Hold a bed first.")


def test_a_program_is_told_why_nothing_of_somebody_erased_is_opened_and_that_no_way_leads_on(office: Office) -> None:
    case = erased(ended(office, name=NAME))
    program = Program(WebHouse(office))
    answer = program.post(f"/cases/{case.case_id}/opened", {"compartments": ["identity"], "why": "to call her"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:wayhome:problem:refused")
    assert [one["code"] for one in answer.json()["reasons"]] == ["person_is_not_erased"]
    options = program.get(f"/cases/{case.case_id}/options").json()["options"]
    assert options
    assert {one["code"] for way in options for one in way["reasons"]} == {"person_is_not_erased"}
    assert not any(way["allowed"] for way in options)


def test_a_case_is_opened_and_found_at_its_address(house: WebHouse, office: Office) -> None:
    anna = Program(house)
    answer = anna.post("/cases", {"programme": "moscow", "source": "ngo", "name": NAME})
    assert answer.status_code == 201
    assert anna.client.get(answer.headers["location"], headers=anna.headers).json()["stage"] == "referral"
    assert code_of(anna.post("/cases", {"programme": "elsewhere", "source": "ngo"})) == "not_there"


def test_the_code_of_a_call_back_is_told_to_whoever_took_the_call(house: WebHouse) -> None:
    desk = Program(house, "staff:dina", ("hotline",))
    answer = desk.post("/office/moscow/commands/RecordMissedCall", {"wants_call_back": True})
    assert answer.status_code == 201
    assert answer.json()["codes"][0].startswith("C-")
    assert code_of(
        Program(house).post("/office/moscow/commands/TakeCall", {"language": "ru", "outcome": "advised"})
    ) == ("not_there")


def test_nobody_acts_in_anothers_name_or_by_another_right(house: WebHouse, case: Story) -> None:
    anna = Program(house)
    for field, value in (("actor", "staff:boris"), ("mandate", "supervisor"), ("case_id", "7K3P9-QXM2D"), ("x", 1)):
        answer = anna.post(f"/cases/{case.case_id}/commands/AddNote", {"note": "x", field: value})
        assert code_of(answer) == "not_readable", field
        assert answer.json()["faults"][0]["where"] == f"body.{field}"


def test_a_name_sent_as_a_field_is_not_repeated(house: WebHouse, case: Story) -> None:
    program = Program(house)
    for field, told in ((NAME, "?"), ("Oksana", "?"), ("colour", "colour")):
        answer = program.post(f"/cases/{case.case_id}/commands/AddNote", {"note": "x", field: STORY})
        assert (answer.status_code, NAME in answer.text, STORY in answer.text) == (422, False, False)
        assert told in [fault["where"].rpartition(".")[2] for fault in answer.json()["faults"]]


def test_what_is_sent_is_not_repeated_when_it_cannot_be_read(house: WebHouse, case: Story) -> None:
    answer = Program(house).post(f"/cases/{case.case_id}/commands/AddNote", {"note": {"name": NAME}})
    assert answer.status_code == 422
    assert NAME not in answer.text


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
