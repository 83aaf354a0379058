"""The hotline and the consultation centres: open by Moscow's clock, anonymous, and counted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from events.catalogue import Fact
from events.facts import hotline as told
from events.facts.hotline import (
    CallBackExpired,
    CallBackMade,
    CallBackPromised,
    CallMissed,
    CallTaken,
    CaseCodesPrinted,
    ConsultationConverted,
    ConsultationHeld,
)
from events.facts.intake import CaseOpened, ConsentGiven
from tests.kit.people import ANNA, START
from tests.kit.readable import is_readable
from tests.kit.world import World, moscow, moscow_with
from workflow.command import Command
from workflow.programme.errors import ProgrammeFaulty
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.reasons import Refused
from workflow.registry import OFFICE
from workflow.situation import Decision
from workflow.subjects.hotline.commands import (
    DeskCommand,
    MakeCallBack,
    PrintCaseCodes,
    RecordConsultation,
    RecordMissedCall,
    StrikeCallBacks,
    TakeCall,
)
from workflow.subjects.hotline.definition import Hotline
from workflow.subjects.hotline.state import HotlineState
from workflow.subjects.intake.commands import OpenCase

MOSCOW = ZoneInfo("Europe/Moscow")
FRIDAY = datetime(2026, 3, 6, 12, 0, tzinfo=MOSCOW)
SATURDAY = datetime(2026, 3, 14, 11, 0, tzinfo=MOSCOW)
NUMBERS = ("+78003330016", "8-800-333-00-16", "89161234567", "+7 916 123-45-67", "9161234567", "a89161234567")
TEXTS = ("language", "outcome", "topics", "at_risk_groups", "region", "code", "centre", "how", "programme", "actor",
         "mandate")  # fmt: skip


def moscow_time(*when: int) -> datetime:
    return datetime(*when, tzinfo=MOSCOW)  # type: ignore[arg-type, misc]


class Desktop:
    """The hotline's desk in a world where it is Friday noon in Moscow."""

    def __init__(self, at: datetime = FRIDAY) -> None:
        self.world = World(start=at.astimezone(UTC))
        self.last: Decision = []

    def when(self, kind: type[Command], **fields: Any) -> Desktop:
        made = {"command_id": self.world.uuid(), "actor": ANNA, "programme": "moscow"} | fields
        self.last = self.world.carry_out(kind.model_validate(made))
        return self

    def taken(self, **fields: Any) -> Desktop:
        return self.when(TakeCall, **{"language": "ru", "outcome": "advised", "topics": ("legal",)} | fields)

    def then(self, *kinds: type[Fact]) -> list[Any]:
        assert not isinstance(self.last, Refused), self.last
        facts: list[Any] = [one.fact for one in self.last]
        assert [type(fact) for fact in facts] == list(kinds)
        return facts

    def then_refused(self, *codes: str) -> None:
        assert isinstance(self.last, Refused), self.last
        assert set(self.last.codes) == set(codes)
        assert all(is_readable(reason) for reason in self.last.reasons)

    @property
    def desk(self) -> HotlineState:
        found = self.world.states.get("hotline:moscow") or HotlineState()
        assert isinstance(found, HotlineState)
        return found


def hotline() -> Hotline:
    found = moscow().programme.hotline
    assert found is not None
    return found


# -- hours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (moscow_time(2026, 3, 6, 8, 29, 59), False),
        (moscow_time(2026, 3, 6, 8, 30), True),
        (moscow_time(2026, 3, 6, 18, 29, 59), True),  # Friday
        (moscow_time(2026, 3, 6, 18, 30), False),
        (moscow_time(2026, 3, 7, 12, 0), False),  # Saturday
        (moscow_time(2026, 3, 9, 12, 0), False),  # a Monday off, because 8 March is a Sunday
        (moscow_time(2025, 12, 31, 12, 0), False),  # moved to New Year's Eve
        (moscow_time(2025, 12, 30, 12, 0), True),
        (moscow_time(2026, 1, 9, 12, 0), False),  # moved to after the holidays
        (moscow_time(2026, 1, 12, 8, 30), True),
        (moscow_time(2007, 3, 23, 8, 30), True),  # the Friday before Moscow's clocks went forward
        (moscow_time(2007, 3, 26, 8, 30), True),  # and the Monday after
    ],
)
def test_the_hotline_is_open_on_working_days_by_moscow_s_clock(at: datetime, *, is_open: bool) -> None:
    assert hotline().hours.is_open(at) == is_open


def test_half_past_eight_stays_half_past_eight_when_clocks_change() -> None:
    hours = hotline().hours
    assert hours.next_opening(moscow_time(2007, 3, 24, 12, 0)) == datetime(2007, 3, 26, 4, 30, tzinfo=UTC)
    assert hours.next_opening(moscow_time(2007, 3, 22, 20, 0)) == datetime(2007, 3, 23, 5, 30, tzinfo=UTC)


def test_a_call_after_new_year_s_eve_is_due_after_the_moved_days_off() -> None:
    assert hotline().hours.next_opening(moscow_time(2025, 12, 30, 18, 30)) == moscow_time(2026, 1, 12, 8, 30)


# -- calls ---------------------------------------------------------------------------------------------------


def test_a_call_is_counted_without_who_called() -> None:
    (fact,) = Desktop().taken(at_risk_groups=("orphans",), region="RU-PRI", minutes=13).then(CallTaken)
    assert fact.minutes == 15
    assert fact.month == "2026-03"
    assert set(CallTaken.model_fields) == {
        "language", "outcome", "topics", "at_risk_groups", "region", "minutes", "month",
    }  # fmt: skip


def test_no_call_is_taken_at_half_past_six() -> None:
    Desktop(moscow_time(2026, 3, 6, 18, 29, 59)).taken().then(CallTaken)
    Desktop(moscow_time(2026, 3, 6, 18, 30)).taken().then_refused("hotline_is_open")


def test_a_call_may_be_noted_after_closing_with_the_time_it_was_taken() -> None:
    late = Desktop(moscow_time(2026, 3, 6, 19, 0))
    late.taken(occurred_at=moscow_time(2026, 3, 6, 18, 20)).then(CallTaken)
    late.taken(occurred_at=moscow_time(2026, 3, 10, 10, 0)).then_refused("it_has_happened")


def test_every_reason_against_a_call_is_given_at_once() -> None:
    Desktop(SATURDAY).taken(topics=("weather",), at_risk_groups=("sailors",)).then_refused(
        "hotline_is_open", "topic_is_known", "group_is_known"
    )
    Desktop().taken(topics=()).then_refused("topic_is_named")


def test_a_silent_call_is_counted_and_needs_no_topic() -> None:
    Desktop().taken(outcome="silent", topics=()).then(CallTaken)


def test_a_call_missed_on_saturday_is_due_on_monday_morning() -> None:
    missed, promised = Desktop(SATURDAY).when(RecordMissedCall, wants_call_back=True).then(CallMissed, CallBackPromised)
    assert missed.month == "2026-03"
    assert promised.due_at == moscow_time(2026, 3, 16, 8, 30)
    assert promised.code.startswith("C-")


def test_a_missed_call_without_a_wish_is_only_counted() -> None:
    Desktop(SATURDAY).when(RecordMissedCall).then(CallMissed)


def test_who_calls_again_names_the_code_and_is_struck_off() -> None:
    desk = Desktop(SATURDAY)
    code = desk.when(RecordMissedCall, wants_call_back=True).then(CallMissed, CallBackPromised)[1].code
    call = {"language": "ru", "outcome": "advised", "topics": ("legal",), "code": code}
    desk.when(MakeCallBack, **call).then_refused("hotline_is_open")
    desk.world.pass_time(moscow_time(2026, 3, 16, 8, 30) - SATURDAY)
    desk.when(MakeCallBack, **call).then(CallTaken, CallBackMade)
    desk.when(MakeCallBack, **call).then_refused("call_back_is_promised")


def test_a_caller_asked_to_call_again_is_expected_the_next_working_day() -> None:
    promised = Desktop().taken(outcome="call_back", topics=()).then(CallTaken, CallBackPromised)[1]
    assert promised.due_at == moscow_time(2026, 3, 10, 8, 30)  # Monday 9 March is a day off


def test_a_call_back_is_overdue_when_its_day_is_over_and_struck_off_after_five_working_days() -> None:
    desk = Desktop(SATURDAY)
    code = desk.when(RecordMissedCall, wants_call_back=True).then(CallMissed, CallBackPromised)[1].code
    hours = hotline().hours
    assert desk.desk.overdue(moscow_time(2026, 3, 16, 18, 29), hours) == ()
    assert desk.desk.overdue(moscow_time(2026, 3, 16, 18, 30), hours) == (code,)
    desk.world.pass_time(moscow_time(2026, 3, 23, 18, 29) - SATURDAY)
    desk.when(StrikeCallBacks).then_refused("call_back_is_long_due")
    desk.world.pass_time(moscow_time(2026, 3, 23, 18, 30) - moscow_time(2026, 3, 23, 18, 29))
    assert desk.when(StrikeCallBacks).then(CallBackExpired) == [CallBackExpired(code=code)]
    assert desk.desk.call_backs == {}


# -- consultations and cases ---------------------------------------------------------------------------------


def consultation(**fields: Any) -> dict[str, Any]:
    return {"centre": "icc-moscow", "how": "visit", "language": "uz", "topics": ("wages",)} | fields


def test_a_consultation_is_counted_and_is_no_case() -> None:
    desk = Desktop().when(RecordConsultation, **consultation())
    desk.then(ConsultationHeld)
    assert [stream for stream in desk.world.states if stream.startswith("case:")] == []


def test_a_consultation_is_held_by_a_centre_of_the_programme_on_a_topic_of_its_list() -> None:
    bad = consultation(centre="moscow-centre", topics=("weather",), at_risk_groups=("sailors",))
    Desktop().when(RecordConsultation, **bad).then_refused("centre_is_known", "topic_is_known", "group_is_known")


def test_a_centre_that_was_not_open_on_the_day_held_no_consultation() -> None:
    desk = Desktop().when(RecordConsultation, **consultation(centre="vladivostok-centre"))
    desk.then_refused("facility_is_open")
    then = consultation(centre="vladivostok-centre", occurred_at=moscow_time(2010, 12, 30, 12))
    desk.when(RecordConsultation, **then).then(ConsultationHeld)


def test_nothing_is_counted_before_the_programme_began() -> None:
    before = {"occurred_at": moscow_time(2006, 11, 30, 12)}
    Desktop().taken(**before).then_refused("programme_is_running")
    Desktop().when(RecordMissedCall, **before).then_refused("programme_is_running")
    desk = Desktop().when(RecordConsultation, **consultation(**before))
    desk.then_refused("programme_is_running", "facility_is_open")


def test_a_case_is_opened_by_consent_with_a_code_that_leads_to_no_call() -> None:
    desk = Desktop().taken(region="RU-PRI")
    (printed,) = desk.when(PrintCaseCodes, count=10).then(CaseCodesPrinted)
    opening = {"source": "hotline", "age_band": "27-29", "consultation": printed.codes[3]}
    desk.when(OpenCase, **opening).then_refused("consent_is_given")
    desk.when(OpenCase, **opening, consent=True)
    assert not isinstance(desk.last, Refused)
    opened = next(one.fact for one in desk.last if isinstance(one.fact, CaseOpened))
    assert (opened.source, opened.consultation) == ("hotline", printed.codes[3])
    assert any(isinstance(one.fact, ConsentGiven) and one.fact.purpose == "assistance" for one in desk.last)
    (ours,) = [one.fact for one in desk.last if one.stream == "hotline:moscow"]
    assert ours == ConsultationConverted(code=printed.codes[3], month="2026-03")
    desk.when(OpenCase, **opening, consent=True).then_refused("case_code_is_unused")


def test_a_case_with_an_unknown_code_and_no_consent_is_refused_for_both() -> None:
    Desktop().when(OpenCase, source="hotline", consultation="K-AAAAAA").then_refused(
        "case_code_is_unused", "consent_is_given"
    )


def test_a_pad_never_repeats_a_code() -> None:
    desk = Desktop()
    for _ in range(5):
        desk.when(PrintCaseCodes, count=100).then(CaseCodesPrinted)
    assert len(desk.desk.case_codes) == 500


# -- nothing of a caller is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [k for k in OFFICE if issubclass(k, DeskCommand)])
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("field", TEXTS)
def test_no_field_takes_a_telephone_number(kind: type[Command], number: str, field: str) -> None:
    good = {"command_id": World().uuid(), "actor": ANNA, "programme": "moscow", "language": "ru", "outcome": "silent",
            "code": "C-7K3P9Q", **consultation()}  # fmt: skip
    known = {name: value for name, value in good.items() if name in kind.model_fields}
    kind.model_validate(known)
    if field in kind.model_fields:
        spoilt = {**known, field: (number,) if field in ("topics", "at_risk_groups") else number}
        with pytest.raises(ValidationError) as found:
            kind.model_validate(spoilt)
        assert number not in str(found.value)


@pytest.mark.parametrize("actor", ["staff:89161234567", "staff:8-916-123-45-67", "staff:8.916.1234567"])
def test_not_even_an_actor_s_name_may_be_a_telephone_number(actor: str) -> None:
    with pytest.raises(ValidationError, match="telephone number"):
        Desktop().taken(actor=actor)


def test_no_fact_of_the_desk_has_a_field_for_a_number_a_name_or_a_note() -> None:
    fields = {name for fact in vars(told).values() if _is_fact(fact) for name in fact.model_fields}
    assert fields == {"language", "outcome", "topics", "at_risk_groups", "region", "minutes", "month", "code", "codes",
                      "due_at", "centre", "how"}  # fmt: skip


def _is_fact(member: object) -> bool:
    return isinstance(member, type) and issubclass(member, Fact) and member.__module__ == told.__name__


# -- counts --------------------------------------------------------------------------------------------------

TOPICS = st.lists(st.sampled_from(["legal", "wages", "shelter"]), min_size=1, max_size=3, unique=True).map(tuple)
GROUPS = st.lists(st.sampled_from([g.id for g in moscow().programme.at_risk_groups]), max_size=3, unique=True).map(
    tuple
)
OUTCOMES = st.sampled_from(["advised", "referred", "silent", "call_back", "wrong_number", "emergency"])
CALLS = st.fixed_dictionaries({"topics": TOPICS, "at_risk_groups": GROUPS, "outcome": OUTCOMES})
VISITS = st.fixed_dictionaries({"topics": TOPICS, "at_risk_groups": GROUPS, "how": st.sampled_from(["visit", "phone"])})


@settings(max_examples=40)
@over(st.lists(st.one_of(CALLS, VISITS, st.just({"missed": True})), max_size=25))
def test_counts_equal_the_number_of_facts(happenings: list[dict[str, Any]]) -> None:
    desk = Desktop()
    for one in happenings:
        if "missed" in one:
            desk.when(RecordMissedCall)
        elif "how" in one:
            desk.when(RecordConsultation, **consultation(**one))
        else:
            desk.taken(**one)
        assert not isinstance(desk.last, Refused), desk.last
    heard = [*desk.world.facts(CallTaken), *desk.world.facts(ConsultationHeld)]
    assert sum(desk.desk.counted("how").values()) == len(heard)
    assert desk.desk.counted("topic") == Counter(topic for fact in heard for topic in fact.topics)
    assert desk.desk.counted("group") == Counter(g for fact in heard for g in fact.at_risk_groups or ("none",))
    assert desk.desk.counted("missed").get("call", 0) == len(desk.world.facts(CallMissed))
    assert desk.desk.counted("how", 2026) == desk.desk.counted("how")
    assert desk.desk.counted("how", 2025) == {}


# -- the programme file --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number: 8-800-333-00-16", "number: +7.495.797.8722", "toll-free"),
        ("number: 8-800-333-00-16", "number: 8-800", "not a telephone number"),
        ("Asia/Magadan,", "Asia/Magadon,", "unknown time zone Asia/Magadon"),
        ("call_back_days: 5 ", "call_back_days: 0 ", "hotline.call_back_days"),
        ("  consent: assistance\n\n# What people ask", "  consent: helping\n\n# What people ask", "purpose helping"),
        ("- {id: wages,", "- {id: legal,", "legal is listed twice"),
        ("- id: orphans", "- id: labour_migrants", "labour_migrants is listed twice"),
        ("phones: [+7.495.797.8722]", "phones: [hello]", "not a telephone number"),
    ],
)
def test_a_fault_in_the_hotline_s_part_of_the_file_is_found(old: str, new: str, said: str) -> None:
    text = shipped_programme_text("moscow")
    assert old in text
    with pytest.raises(ProgrammeFaulty) as faulty:
        load_definition(text.replace(old, new, 1))
    assert any(said in fault.text for fault in faulty.value.faults), faulty.value.faults


def test_a_programme_without_a_hotline_says_so() -> None:
    text = shipped_programme_text("moscow")
    start, end = text.index("\nhotline:\n"), text.index("\n# What people ask about")
    world = World(definition=load_definition(text[:start] + text[end:]), start=START)
    commands: dict[type[Command], dict[str, Any]] = {
        RecordMissedCall: {}, StrikeCallBacks: {}, PrintCaseCodes: {},
        RecordConsultation: consultation(), TakeCall: {"language": "ru", "outcome": "silent"},
    }  # fmt: skip
    for kind, fields in commands.items():
        made = {"command_id": world.uuid(), "actor": ANNA, "programme": "moscow"} | fields
        decision = world.carry_out(kind.model_validate(made))
        assert isinstance(decision, Refused)
        assert decision.codes == ("hotline_exists",)


def test_a_programme_may_list_other_hours() -> None:
    longer = moscow_with(('closes: "18:30"', 'closes: "20:00"')).programme.hotline
    assert longer is not None
    assert longer.hours.is_open(moscow_time(2026, 3, 6, 19, 0))
