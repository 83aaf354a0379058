"""Commands by the API: sent twice, overtaken, refused with every reason, and naming no case that is not theirs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel

from console.web.app import routes
from events.ids import CaseId, case_id_of
from tests.kit.erasures import ended, erased
from tests.kit.offices import Office
from tests.kit.roads import bring, close
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.programs import NAME, STORY, Program, code_of
from workflow.command import Command
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
