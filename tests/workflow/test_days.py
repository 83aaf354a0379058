"""One notion of which day it is: the programme's, in rules, forms and reactions; a house's in what concerns a house."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.forms.context import FormContext
from console.words.translation import Words
from events.facts.tasks import TimerSet
from handlers.reactions.moment import ReactionContext
from tests.kit.people import ANNA
from tests.kit.story import present, story
from tests.kit.world import World
from workflow.guard_context import GuardContext
from workflow.programme.loading import Definition, load_definition, shipped_programme_text
from workflow.situation import Situation
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.commands import RecordCost
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.travel.commands import DeclareReturn, PlanTrip
from workflow.subjects.travel.definition import EscortAbsence
from workflow.values.days import at_clock, begin_of, by_clock, day_of, end_of

ZONES = (
    "Europe/Moscow", "Asia/Vladivostok", "America/New_York", "Asia/Kathmandu", "Europe/Chisinau", "Pacific/Kiritimati",
)  # fmt: skip
FIVE_TO_ONE = datetime(2007, 3, 7, 21, 55, tzinfo=UTC)  # 00:55 on the 8th in Moscow, the 7th in London


@cache
def programme_in(zone: str) -> Definition:
    return load_definition(shipped_programme_text("moscow").replace("Europe/Moscow", zone))


days = st.dates(date(2006, 12, 2), date(2035, 12, 30))
near_midnight = st.integers(-3 * 3600, 3 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@settings(max_examples=120)
@given(day=days, off=near_midnight, zone=st.sampled_from(ZONES))
def test_form_rule_guard_and_reaction_agree_on_the_day_around_any_midnight(
    day: date, off: timedelta, zone: str
) -> None:
    now, definition = begin_of(day, zone) + off, programme_in(zone)
    programme, case = definition.programme, story().case
    told = {
        FormContext(Words("en"), now, ANNA, programme).today,
        Situation(None, programme, definition.journey, now).today,
        GuardContext(case, programme, now).today,
        ReactionContext(None, case, definition, now, story().opening.command_id, 0, frozenset()).today,
        programme.day(now),
        programme.facilities[0].day(now),
    }
    assert len(told) == 1
    (today,) = told
    assert begin_of(today, zone) <= now < end_of(today, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_begins_when_the_one_before_ends_also_when_the_clocks_change(zone: str) -> None:
    for number in range(400):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert end_of(day, zone) == begin_of(day + timedelta(days=1), zone)
        assert day_of(begin_of(day, zone), zone) == day != day_of(begin_of(day, zone) - timedelta(seconds=1), zone)
        assert by_clock(at_clock(day, time(12), zone), zone).time() == time(12)


def in_the_night(**opening: Any) -> Any:
    return story(World(start=FIVE_TO_ONE), **opening)


def test_at_five_to_one_in_moscow_a_cost_of_today_is_taken_and_one_of_tomorrow_is_not() -> None:
    case = in_the_night().does(GiveConsent, purpose="assistance")
    cost = {"kind": "travel", "amount": "EUR 10", "reference": "tickets"}
    case.when(RecordCost, **cost, day=date(2007, 3, 9)).then_refused("day_has_come")
    case.does(RecordCost, **cost, day=date(2007, 3, 8))


def test_at_five_to_one_a_declaration_signed_today_is_taken() -> None:
    in_the_night().does(DeclareReturn, destination="MD", signed_on=date(2007, 3, 8))


@pytest.mark.parametrize(("until", "lasts"), [(date(2007, 3, 8), False), (date(2007, 3, 9), True)])
def test_a_passport_that_ends_on_the_8th_is_not_for_an_arrival_at_one_on_the_9th(until: date, *, lasts: bool) -> None:
    case = story(World(start=datetime(2007, 3, 6, 9, tzinfo=UTC)))
    case.does(GiveConsent, purpose="travel").does(RecordTravelDocument, kind="passport", valid_until=until)
    case.does(DeclareReturn, destination="MD", signed_on=date(2007, 3, 6))
    arrives = datetime(2007, 3, 8, 22, 0, tzinfo=UTC)  # 01:00 on the 9th in Moscow
    ends = {"origin": "DME", "destination": "KIV", "departs_at": arrives - timedelta(hours=2), "arrives_at": arrives}
    case.when(PlanTrip, **ends)
    if lasts:
        case.accepted()
    else:
        case.then_refused("travel_papers_are_in_order")


def test_a_consent_ends_with_the_programmes_day() -> None:
    case = in_the_night()
    case.when(GiveConsent, purpose="assistance", until=date(2007, 3, 7)).then_refused("consent_is_live")
    case.does(GiveConsent, purpose="assistance", until=date(2007, 3, 8))
    (due,) = [fact.due_at for fact in case.now_told(TimerSet) if fact.kind == "consent_expires"]
    assert due == datetime(2007, 3, 8, 21, 0, tzinfo=UTC), "at midnight in Moscow"


def test_a_passport_that_ran_out_at_midnight_gives_way_to_an_identity_card() -> None:
    case = story(World(start=FIVE_TO_ONE - timedelta(days=2)))
    case.does(RecordTravelDocument, kind="passport", valid_until=date(2007, 3, 7))
    case.later(days=2).does(RecordTravelDocument, kind="identity_card", valid_until=date(2010, 1, 1))
    assert present(documents_of(case.case).document).kind == "identity_card"


def test_an_escorts_leave_is_of_whole_days_where_the_programme_is() -> None:
    leave = EscortAbsence.model_validate({"from": "2007-03-08", "until": "2007-03-08"})
    late_on_the_8th = datetime(2007, 3, 8, 20, 30, tzinfo=UTC), datetime(2007, 3, 8, 20, 59, tzinfo=UTC)
    early_on_the_9th = datetime(2007, 3, 8, 21, 0, tzinfo=UTC), datetime(2007, 3, 8, 23, 0, tzinfo=UTC)
    assert leave.touches(*late_on_the_8th, "Europe/Moscow")
    assert not leave.touches(*early_on_the_9th, "Europe/Moscow")
