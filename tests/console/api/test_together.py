"""What is done for a family by the API: all of them or none, once, and only for those whose cases are theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.kit.families import FLIGHT, family
from tests.kit.offices import Office
from tests.kit.story import Story
from tests.kit.web.houses import WebHouse
from tests.kit.web.programs import Program, code_of
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.reception.state import reception_of


def arrival_in(office: Office) -> dict[str, Any]:
    return {"at": (office.now + timedelta(hours=20)).isoformat(), **FLIGHT}


def test_a_family_is_met_and_held_beds_by_one_request_each(house: WebHouse, office: Office) -> None:
    people, anna = family(office), Program(house)
    path = f"/cases/{people[1].case_id}/together"
    told = anna.post(f"{path}/PlanArrival", arrival_in(office))
    assert told.status_code == 201, told.text
    assert {one["case_id"] for one in told.json()["members"]} == {one.case_id for one in people}
    assert len({reception_of(one.case).arrival.meeter for one in people}) == 1  # type: ignore[union-attr]
    told = anna.post(f"{path}/HoldBed", {"family": True, "members": [people[0].case_id, people[2].case_id]})
    assert told.status_code == 201
    assert [accommodation_of(one.case).bed is not None for one in people] == [True, False, True]


def test_the_same_request_sent_again_is_carried_out_once(house: WebHouse, office: Office) -> None:
    people, anna, key = family(office), Program(house), str(office.uuid())
    path, said = f"/cases/{people[0].case_id}/together/PlanArrival", arrival_in(office)
    first = anna.post(path, said, idempotency_key=key)
    again = anna.post(path, said, idempotency_key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    before, after = first.json()["members"], again.json()["members"]
    assert [one | {"repeated": True} for one in before] == after
    other = anna.post(path, said | {"number": "SU1"}, idempotency_key=key)
    assert code_of(other) == "id_was_used"


def test_what_may_not_be_for_one_is_done_for_none_and_each_is_told_with_every_reason(
    house: WebHouse, office: Office
) -> None:
    people, anna = family(office), Program(house)
    path = f"/cases/{people[0].case_id}/together"
    said = arrival_in(office)
    assert anna.post(f"{path}/PlanArrival", said).status_code == 201
    told = anna.post(f"{path}/TakeBed")
    assert code_of(told) == "refused"
    refused = {one["case_id"]: [why["code"] for why in one["reasons"]] for one in told.json()["members"]}
    assert refused == {one.case_id: ["bed_is_held"] for one in people}
    assert all(why["help"] for one in told.json()["members"] for why in one["reasons"])
    held = anna.post(f"{path}/HoldBed", {"members": [people[0].case_id]})
    assert held.status_code == 201
    assert code_of(anna.post(f"{path}/TakeBed")) == "refused"
    assert not accommodation_of(people[0].case).moved_in


def test_nothing_is_done_for_anybody_whose_case_is_not_theirs_or_who_does_not_belong(
    house: WebHouse, office: Office
) -> None:
    people, stranger = family(office), Story(office)
    people[2].does(AssignCase, owner="staff:olga", team="south")
    north = Program(house, "staff:nina")
    house_of_north = f"/cases/{people[0].case_id}/together/PlanArrival"
    said = arrival_in(office)
    assert north.post(house_of_north, said | {"members": [stranger.case_id]}).status_code == 404
    assert north.post(house_of_north, said | {"members": ["00000-00000"]}).status_code == 404
    assert north.post(f"/cases/{stranger.case_id}/together/PlanArrival", said).status_code == 404
    assert north.post(f"/cases/{people[0].case_id}/together/AddNote", {"note": "x"}).status_code == 404
    assert north.post(house_of_north, said | {"company": 9}).status_code == 422
    assert all(reception_of(one.case).arrival is None for one in people)


def test_a_finance_account_gives_no_command_for_a_family(house: WebHouse, office: Office) -> None:
    people = family(office)
    money = Program(house, "staff:fin", ("finance_approve",))
    answer = money.post(f"/cases/{people[0].case_id}/together/PlanArrival", arrival_in(office))
    assert answer.status_code in (403, 404)
    assert reception_of(people[0].case).arrival is None
