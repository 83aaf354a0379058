"""The board of the next days: who arrives, who leaves, who goes along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.errors import BadInput
from console.fields import legs
from handlers.queries.arrivals_departures import Departing, cases_with_timer, current_escort_schedules, departures
from handlers.states.case_reader import CaseReader
from tests.kit.command_line import Wayhome
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import bring, plan_trip, ready_to_travel
from tests.kit.story import present, story
from tests.kit.world import moscow
from workflow.subjects.travel.state import travel_of


def test_a_leg_is_typed_in_eight_parts() -> None:
    way = legs("train|061Ч|Нижний Новгород|RU|2030-06-01T09:00+03:00|Samara|RU|2030-06-01T23:00+04:00")
    assert [leg["origin"] for leg in way] == ["Нижний Новгород"]
    with pytest.raises(BadInput, match="leg 2 has 2 parts"):
        legs("train|1|a|RU|2030-06-01T09:00+03:00|b|RU|2030-06-01T23:00+04:00; train|2")


@ON_BOTH_DATABASES
def test_who_leaves_is_shown_with_what_is_missing(office: Office) -> None:
    case = plan_trip(ready_to_travel(bring(story(office), "documents"), "medical"))
    (one,) = board(office, office.now + timedelta(days=4))
    assert (one.case_id, one.missing) == (case.case_id, ("ticket", "host", "escort"))
    assert not board(office, office.now + timedelta(days=2))
    case.later(days=3).fires("departure")
    assert [one.case_id for one in board(office, office.now)] == [case.case_id]  # who missed it stays in sight
    case.goes("withdraw")
    assert not board(office, office.now)


def board(office: Office, until: datetime) -> list[Departing]:
    with office.database.reading() as connection:
        case_ids = cases_with_timer(connection, "departure", office.now, until)
    look = CaseReader(office.service.log, office.service.definitions)
    return departures(look.at_many(case_ids), until)


@ON_BOTH_DATABASES
def test_an_escort_is_shown_with_the_way_back(office: Office) -> None:
    case = plan_trip(ready_to_travel(bring(story(office), "documents"), "medical"))
    going = [one for one in current_escort_schedules(office.service.log, moscow().programme, office.now) if one.trips]
    (one,) = going
    assert travel_of(case.case).trip is not None
    assert one.escort.id == present(travel_of(case.case).trip).escort
    assert one.trips[0].back_at - one.trips[0].leaves_at == timedelta(hours=24)
    assert not [
        one
        for one in current_escort_schedules(office.service.log, moscow().programme, office.now + timedelta(days=9))
        if one.trips
    ]


def test_the_board_is_read_on_the_command_line(wayhome: Wayhome) -> None:
    anna = ("--as", "staff:anna")
    opening = ("birth_date=1990-05-01", "citizenships=RU", "language=uk")
    case = wayhome.json("case", "open", *opening, *anna)["case_id"]

    def record(name: str, *words: str) -> None:
        wayhome.done("case", "record", case, name, *words, *anna)

    today = datetime.now(UTC).date()
    soon = datetime.now(UTC) + timedelta(days=2)
    first, change, last = (f"{soon + timedelta(hours=hours):%Y-%m-%dT%H:%MZ}" for hours in (0, 5, 6))
    record("GiveConsent", "purpose=assistance")
    record("GiveConsent", "purpose=travel")
    record("PlanArrival", f"at={first}", "place=Казанский вокзал", "means=train", "number=061ч")
    record("DeclareReturn", "destination=RU", f"signed_on={today}")
    wayhome.done("case", "record", case, "CertifyFitness", f"valid_until={today + timedelta(days=20)}",
                 "escort=operational", "--mandate", "medical", *anna)  # fmt: skip
    leg = f"train|061Ч|Москва|RU|{first}|Самара|RU|{change}; bus||Самара|RU|{change}|Оренбург|RU|{last}"
    record("PlanTrip", f"legs={leg}")
    (arrival,) = wayhome.json("arrivals")
    assert (arrival["by"], arrival["meeter"], arrival["state"]) == ("train 061Ч", "meeter-03", "not told yet")
    (departure,) = wayhome.json("departures")
    assert (departure["destination"], departure["escort"]) == ("Оренбург", "escort-06")
    assert "Казанский вокзал" in wayhome.done("arrivals")
    assert "Оренбург" in wayhome.done("departures", "--days", "5")
    assert wayhome.json("departures", "--days", "1") == []
    away = {one["id"]: len(one["trips"]) for one in wayhome.json("escorts")}
    assert (away["escort-06"], sum(away.values())) == (1, 1)
    assert "escort-06" in wayhome.done("escorts")
    assert "no such programme" in wayhome.told_off("escorts", "--programme", "nowhere")
    assert "parts" in wayhome.told_off("case", "record", case, "PlanTrip", "legs=train|x", *anna)
