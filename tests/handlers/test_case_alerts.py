"""Who is in danger is a row beside the log: drawn with the case, from when it counts, and gone with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events.database import sqlite_url
from events.instants import instant_text
from handlers.checks.repair import differences_now
from handlers.projections.case_alerts import alerts_of
from handlers.projections.rebuild import rebuild, rebuild_if_new
from tests.kit.histories import Lives, Witnessed
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import (
    agree_plan,
    bring,
    comes,
    grant,
    paid,
    plan_trip,
    ready_to_be_received,
    ready_to_travel,
    release,
    shown,
    trip_of,
)
from tests.kit.story import Story, far
from tests.kit.world import moscow
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.reception.commands import CancelArrival, DelayArrival, MeetPerson
from workflow.subjects.reception.state import reception_of
from workflow.subjects.safety.commands import AgreeSafetyPlan, AssessRisk
from workflow.subjects.travel.commands import AnswerHost


def alerts(office: Office, case: Story, *, ahead: bool = False) -> set[str]:
    """Return the kinds that count now; with ``ahead`` those to come too."""
    rows = office.rows("case_alerts", case_id=case.case_id)
    return {row["kind"] for row in rows if ahead or row["since"] <= instant_text(office.now)}


# -- each danger comes and goes ---------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_who_was_not_met_in_time_is_in_danger_whether_or_not_a_timer_went_off(office: Office) -> None:
    case = ready_to_be_received(Story(office)).later(hours=1, minutes=59)
    assert "did_not_arrive" not in alerts(office, case)
    assert "did_not_arrive" in alerts(office, case.later(minutes=1))
    case.does(MeetPerson)
    assert "did_not_arrive" not in alerts(office, case, ahead=True)


def test_who_comes_later_is_in_danger_later(office: Office) -> None:
    case = ready_to_be_received(Story(office)).later(hours=3)
    case.does(DelayArrival, at=office.now + timedelta(days=2))
    assert "did_not_arrive" not in alerts(office, case)
    assert "did_not_arrive" in alerts(office, case.later(days=2, hours=2))


def test_nobody_meets_whom_no_driver_was_written_to_about(office: Office) -> None:
    case = ready_to_be_received(Story(office))
    assert "nobody_meets" in alerts(office, case)
    case.finish(case.task(kind="book_pickup")).accepted()
    assert "nobody_meets" not in alerts(office, case, ahead=True)


def test_nobody_meets_whom_no_driver_of_the_directory_alone_was_free_for(office: Office) -> None:
    case = ready_to_be_received(Story(office))
    arrival = reception_of(case.case).arrival
    assert arrival is not None
    nobody = reception_of.changed(case.case, arrival=arrival._replace(meeter=""))
    file = moscow().programme.model_copy(update={"meeters": ()})
    assert "nobody_meets" not in {one.kind for one in alerts_of(nobody, file)}, "an office that sends no drivers"
    looked_for = nobody._replace(escalations=frozenset({"nobody_to_meet"}))
    assert "nobody_meets" in {one.kind for one in alerts_of(looked_for, file)}


def test_whose_arrival_was_called_off_in_reception_is_met_by_nobody(office: Office) -> None:
    case = ready_to_be_received(Story(office)).goes("receive")
    case.finish(case.task(kind="book_pickup")).accepted()
    assert "nobody_meets" not in alerts(office, case)
    assert "nobody_meets" in alerts(office, case.does(CancelArrival, reason="the flight is gone"))


def test_high_risk_is_a_danger_at_once_and_without_a_plan_a_greater_one_after_a_day(office: Office) -> None:
    case = Story(office).does(AssessRisk, level="high", safe_to_return=False)
    assert alerts(office, case) == {"high_risk"}
    assert alerts(office, case.later(hours=24)) == {"high_risk", "no_safety_plan"}
    assert alerts(office, case.does(AgreeSafetyPlan, plan="call").confirmed(), ahead=True) == {"high_risk"}


def test_who_is_in_care_too_long_without_a_plan_is_in_danger(office: Office) -> None:
    case = bring(Story(office), "care")
    assert "no_care_plan" not in alerts(office, case)
    assert "no_care_plan" in alerts(office, case.later(days=14))


def test_nobody_receives_whom_no_host_has_said_yes_to_on_the_day_before(office: Office) -> None:
    case = plan_trip(ready_to_travel(bring(Story(office), "documents")))
    assert "nobody_receives" not in alerts(office, case)
    comes(case, trip_of(case).departs_at - timedelta(hours=24))
    assert "nobody_receives" in alerts(office, case)
    for task in case.tasks(kind="ask_host"):
        case.finish(task).accepted()
    assert "nobody_receives" not in alerts(office, case.does(AnswerHost, accepted=True), ahead=True)


def test_who_was_not_handed_over_a_day_after_coming_home_is_in_danger(office: Office) -> None:
    case = bring(Story(office), "returning")
    comes(case, trip_of(case).arrives_at + timedelta(hours=23))
    assert "not_handed_over" not in alerts(office, case)
    assert "not_handed_over" in alerts(office, case.later(hours=1))


@pytest.mark.parametrize("end", ["withdraw", "lose_contact"])
def test_a_case_that_has_ended_is_in_no_list_of_dangers(office: Office, end: str) -> None:
    case = ready_to_be_received(Story(office)).does(AssessRisk, level="high", safe_to_return=False).later(days=2)
    assert len(alerts(office, case)) == 4
    case.advance(end, reason="unknown").accepted()
    assert office.rows("case_alerts", case_id=case.case_id) == []


# -- what is asked of a role ------------------------------------------------------------------------------------------


def test_a_certificate_is_asked_for_once_a_journey_is_planned_until_one_covers_it(office: Office) -> None:
    case = bring(Story(office), "documents")
    assert "certificate_needed" not in alerts(office, case, ahead=True)
    plan_trip(ready_to_travel(case))
    assert "certificate_needed" not in alerts(office, case, ahead=True), "one covers it already"
    day = office.definition.programme.day(office.now)
    case.does(CertifyFitness, valid_until=day, escort="none", mandate="medical")
    assert "certificate_needed" in alerts(office, case)
    case.does(CertifyFitness, valid_until=far(office.now), escort="none", mandate="medical")
    assert "certificate_needed" not in alerts(office, case, ahead=True)


def test_a_receipt_is_asked_for_of_each_part_that_was_paid(office: Office) -> None:
    case = agree_plan(bring(Story(office), "reintegration"))
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    assert "receipt_missing" not in alerts(office, case), "nothing was paid yet"
    paid(case, grant_id, tranche_id)
    assert "receipt_missing" in alerts(office, case)
    shown(case, grant_id, tranche_id)
    assert "receipt_missing" not in alerts(office, case)


# -- they are what the log says ---------------------------------------------------------------------------------------


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Witnessed]:
    lived = Witnessed(sqlite_url(tmp_path / "wayhome.sqlite"))
    Lives(lived).lived()
    yield lived
    lived.close()


def rows(office: Witnessed, name: str = "case_alerts") -> list[dict[str, Any]]:
    return sorted(office.rows(name), key=lambda row: (row["case_id"], row.get("item", "")))


def test_they_are_drawn_again_as_they_were(lived: Witnessed) -> None:
    before = rows(lived)
    assert before
    rebuild(lived.log)
    assert rows(lived) == before


def test_a_row_that_a_thief_took_out_is_missed(lived: Witnessed) -> None:
    one = rows(lived)[0]
    with lived.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM case_alerts WHERE case_id = '" + one["case_id"] + "'")
    found = {(fault.table, fault.actual) for fault in differences_now(lived.log)}
    assert ("case_alerts", "(no row)") in found
    assert "I4" in lived.failing()


def test_data_of_an_older_wayhome_is_drawn_once_when_it_is_opened(lived: Witnessed) -> None:
    before = {name: sorted(lived.rows(name), key=str) for name in ("case_alerts", "case_handles", "notices")}
    with lived.database.writing() as connection:
        for name in before:
            connection.exec_driver_sql(f"DELETE FROM {name}")
        connection.exec_driver_sql("UPDATE case_board SET risk = ''")
    assert rebuild_if_new(lived.log)
    assert all(before.values())
    assert {name: sorted(lived.rows(name), key=str) for name in before} == before
    assert {row["risk"] for row in lived.rows("case_board")} <= {"low", "medium", "high", "unknown"}
    assert not rebuild_if_new(lived.log)
