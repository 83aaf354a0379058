"""Case numbers can be read over the telephone; instants sort as text; time and chance are passed in."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ids import case_id_of, case_of_stream, case_stream, parse_case_id, person_id_of
from events.instants import instant, instant_text
from events.world import ManualClock, SeededEntropy, SystemClock, SystemEntropy

MOMENTS = st.datetimes(
    datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(-timedelta(hours=9, minutes=30))]),
)


@pytest.mark.parametrize(
    "typed", ["7K3P9-QXM2D", "7k3p9qxm2d", " 7K3P9 QXM2D\n", "7-k-3-p-9-q-x-m-2-d", "7K3P9--QXM2D"]
)
def test_a_case_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert parse_case_id(typed) == "7K3P9-QXM2D"


def test_letters_that_look_alike_are_mended() -> None:
    assert parse_case_id("oOiIl-LuU7k") == "00111-1VV7K"


@pytest.mark.parametrize("typed", ["", "7K3P9", "7K3P9-QXM2", "7K3P9-QXM2DD", "7K3P9-QXM2!", "ЖК3P9-QXM2D", "case:1"])
def test_what_cannot_be_a_case_number_is_refused_in_plain_words(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a case number; they look like 7K3P9-QXM2D"):
        parse_case_id(typed)


@given(st.text())
def test_any_text_is_a_case_number_or_refused(typed: str) -> None:
    try:
        case = parse_case_id(typed)
    except ValueError:
        return
    assert parse_case_id(case) == case
    assert case_of_stream(case_stream(case)) == case


@given(st.uuids())
def test_one_command_opens_one_case_for_one_person(command: UUID) -> None:
    case, person = case_id_of(command), person_id_of(command)
    assert parse_case_id(case) == case == case_id_of(command)
    assert parse_case_id(case.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == case
    assert person.startswith("P-")
    assert case not in person


def test_a_shared_stream_is_no_case() -> None:
    assert case_of_stream("fund:eu") is None


@given(MOMENTS)
def test_an_instant_comes_back_from_its_text(moment: datetime) -> None:
    assert instant(instant_text(moment)) == moment
    assert len(instant_text(moment)) == 27


@given(MOMENTS, MOMENTS)
def test_instants_sort_as_text(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)


def test_an_instant_without_a_zone_is_a_programmers_mistake() -> None:
    with pytest.raises(AssertionError, match="time zone"):
        instant_text(datetime(2026, 3, 1))  # noqa: DTZ001 - the mistake itself


def test_a_set_clock_moves_only_forward() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    clock = ManualClock(start)
    assert clock.advance(timedelta(hours=1)) == clock.now() == start + timedelta(hours=1)
    with pytest.raises(AssertionError):
        clock.advance(-timedelta(seconds=1))


def test_the_same_seed_gives_the_same_chance() -> None:
    one, other = SeededEntropy(7), SeededEntropy(7)
    assert (one.uuid(), one.bytes(5), one.fraction()) == (other.uuid(), other.bytes(5), other.fraction())


def test_the_systems_clock_and_chance_are_what_they_say() -> None:
    chance = SystemEntropy()
    assert SystemClock().now().tzinfo is UTC
    assert chance.uuid().version == 4
    assert len(chance.bytes(32)) == 32
    assert 0 <= chance.fraction() < 1
