"""What had happened is not what was known: a fact written down late stands in the one past and not in the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from events.ids import CaseId
from handlers.commanding.answers import Accepted
from handlers.projections.as_of import AsOf, case_as_of, case_changes, row_changes, world_as_of
from handlers.projections.replay import replay_log
from handlers.states.definitions import Definitions
from tests.kit.histories import Lives, Witnessed
from tests.kit.offices import ON_BOTH_DATABASES, Office
from workflow.command import Command
from workflow.subjects.intake.commands import GiveConsent

HOUR = timedelta(hours=1)


def opened(office: Office) -> CaseId:
    answer = office.service.submit(office.opening())
    assert isinstance(answer, Accepted)
    return CaseId(answer.case_id)


def does(office: Office, kind: type[Command], case_id: CaseId, **fields: Any) -> None:
    answer = office.submit(kind, case_id=case_id, **fields)
    assert isinstance(answer, Accepted), answer


def consents(office: Office, case_id: CaseId, moment: AsOf) -> set[str]:
    found = case_as_of(office.service.log, Definitions(office.service.log), case_id, moment)
    return {purpose for purpose, _ in found.case.consents} if found.case else set()


@pytest.fixture
def told_late(office: Office) -> tuple[CaseId, datetime]:
    """Consent to travel was given an hour after the case began, and is written down a day later; care in between."""
    case_id, began = opened(office), office.now
    office.pass_time(5 * HOUR)
    does(office, GiveConsent, case_id, purpose="medical_care", by="person")
    office.pass_time(24 * HOUR)
    does(office, GiveConsent, case_id, purpose="travel", by="person", occurred_at=began + HOUR)
    return case_id, began


@ON_BOTH_DATABASES
def test_what_was_written_down_late_had_happened_and_was_not_known(
    office: Office, told_late: tuple[CaseId, datetime]
) -> None:
    case_id, began = told_late
    noon = began + 2 * HOUR
    assert consents(office, case_id, AsOf(happened=noon)) == {"travel"}, "it had happened"
    assert consents(office, case_id, AsOf(known=noon)) == set(), "and nobody had written it down"
    assert consents(office, case_id, AsOf(happened=noon, known=noon)) == set()
    assert consents(office, case_id, AsOf(happened=noon, known=office.now)) == {"travel"}
    evening = began + 6 * HOUR
    assert consents(office, case_id, AsOf(happened=evening, known=evening)) == {"medical_care"}
    assert consents(office, case_id, AsOf()) == {"medical_care", "travel"}


def test_facts_count_in_the_order_in_which_they_happened(office: Office, told_late: tuple[CaseId, datetime]) -> None:
    case_id, began = told_late
    log = office.service.log
    found = case_as_of(log, Definitions(log), case_id, AsOf(happened=began + 10 * HOUR))
    given = [log.fact(event) for event in found.events if event.envelope.type == "ConsentGiven"]
    assert [fact.purpose for fact in given] == ["travel", "medical_care"]  # type: ignore[attr-defined]


def test_the_same_instant_known_then_and_known_now_differs_by_what_was_late(
    office: Office, told_late: tuple[CaseId, datetime]
) -> None:
    case_id, began = told_late
    log, noon = office.service.log, began + 2 * HOUR
    was, now = (
        case_as_of(log, Definitions(log), case_id, moment)
        for moment in (AsOf(happened=noon, known=noon), AsOf(happened=noon))
    )
    assert [field for field, _, _ in case_changes(was, now)] == ["consents.travel"]


def test_before_it_began_a_case_is_not_there_though_something_of_it_had_happened(office: Office) -> None:
    """Somebody agrees at the airport on Friday, and the case is opened on Monday: there is no case on Saturday."""
    began = office.now
    office.pass_time(48 * HOUR)
    case_id = opened(office)
    does(office, GiveConsent, case_id, purpose="travel", by="person", occurred_at=began)
    log = office.service.log
    found = case_as_of(log, Definitions(log), case_id, AsOf(happened=began + HOUR))
    assert (found.case, [event.envelope.type for event in found.set_aside]) == (None, ["ConsentGiven"])


@ON_BOTH_DATABASES
def test_the_whole_programme_shows_the_difference_too(office: Office, told_late: tuple[CaseId, datetime]) -> None:
    case_id, began = told_late
    log = office.service.log
    noon = began + 2 * HOUR
    happened, known = world_as_of(log, AsOf(happened=noon)), world_as_of(log, AsOf(known=noon))
    for world, given in ((happened, {("travel", "")}), (known, set())):
        case = world.replay.case(case_id)
        assert case is not None
        assert set(case.consents) == given
    assert world_as_of(log, AsOf(happened=began - HOUR)).replay.board() == {}


def test_everything_that_is_known_is_what_a_replay_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    from events.database import sqlite_url

    office = Witnessed(sqlite_url(tmp_path_factory.mktemp("lived") / "wayhome.sqlite"))
    Lives(office).lived()
    whole, world = replay_log(office.log), world_as_of(office.log, AsOf())
    assert world.set_aside == 0
    assert (world.replay.board(), world.replay.tasks, world.replay.timers) == (whole.board(), whole.tasks, whole.timers)
    by_happening = world_as_of(office.log, AsOf(happened=office.now))
    assert by_happening.set_aside == 0
    stages = {key: row["stage"] for key, row in by_happening.replay.board().items()}
    assert stages == {key: row["stage"] for key, row in whole.board().items()}
    assert by_happening.replay.items().keys() == whole.items().keys()
    office.close()


def test_two_boards_are_compared_row_by_row() -> None:
    before = {"A": {"stage": "care", "owner": "anna"}, "B": {"stage": "care", "owner": "anna"}}
    after = {"A": {"stage": "documents", "owner": "anna"}, "C": {"stage": "referral", "owner": ""}}
    assert row_changes(before, after) == [
        ("A", "stage", "care", "documents"), ("B", "", "there", "(gone)"), ("C", "", "(not there)", "there"),
    ]  # fmt: skip
