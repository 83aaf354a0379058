"""What cannot be true is stopped at the door, in words the person at the keyboard can act on."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.kit.people import ANNA
from tests.kit.story import story
from tests.kit.world import uuid
from workflow.command import CaseCommand, Command, FinishTask, FireTimer, PublishProgramme
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.grants.commands import ApproveGrant, RequestGrant
from workflow.subjects.intake.commands import AddNote, OpenCase
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.reintegration.commands import RecordFollowUp
from workflow.subjects.travel.commands import PlanTrip

CASE = "7K3P9-QXM2D"
GRANT = {"kind": "reinstallation", "payee_name": "Ana Rusu", "payee_account": "MD24AG000225100013104168"}


def said(kind: type[Command], /, **fields: Any) -> str:
    """Return what the person is told about the one thing that is wrong."""
    given = {"command_id": uuid(1), "actor": ANNA} | ({"case_id": CASE} if issubclass(kind, CaseCommand) else {})
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(given | fields)
    (error,) = caught.value.errors()
    return str(error["msg"])


def opening(**fields: Any) -> str:
    return said(OpenCase, programme="moscow", source="ngo", **fields)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "at least 1 character"),
        ("   ", "at least 1 character"),
        ("A" * 10_000_000, "at most 200 characters"),
        ("Ana\x00", "cannot be shown (U+0000)"),
        ("Ana\x1b[31m", "cannot be shown (U+001B)"),
        ("Ana\u202eusuR", "cannot be shown (U+202E)"),
        ("Ana\u2066", "cannot be shown (U+2066)"),
        ("A\u200bna", "cannot be shown (U+200B)"),
        ("\u200d\u200c", "nothing that can be read"),
        ("\ufeff", "nothing that can be read"),
        ("Ana\nRusu", "must be one line"),
        ("Ana\u2028Rusu", "cannot be shown (U+2028)"),
        ("Ana\ue000", "cannot be shown (U+E000)"),
        (7, "valid string"),
    ],
)
def test_a_name_is_something_a_person_can_read(name: Any, words: str) -> None:
    assert words in opening(name=name)


@pytest.mark.parametrize(
    "name", ["Иванова", "O’Brien", "José", "Nguyễn Thị", "محمد", "می‌خواهم", "李", "Ana-Maria", "X"]
)
def test_names_of_all_languages_are_taken_as_they_are(name: str) -> None:
    assert story(name=name).opening.name == name


def test_two_ways_of_typing_the_same_letter_become_one() -> None:
    assert story(name="Jose\u0301").opening.name == "José"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        ("1899-12-31", "is before 1900; check the year"),
        ("0001-01-01", "is before 1900"),
        ("30 May", "valid date"),
        ("2007-02-30", "day value"),
    ],
)
def test_a_birth_date_is_a_day_somebody_alive_was_born_on(born: str, words: str) -> None:
    assert words in opening(birth_date=born)


@pytest.mark.parametrize("born", [date(2007, 3, 6), date(9999, 12, 31)])
def test_nobody_was_born_tomorrow(born: date) -> None:
    story_of_tomorrow = OpenCase(command_id=uuid(99), actor=ANNA, programme="moscow", source="ngo", birth_date=born)
    story().when(story_of_tomorrow).then_refused("birth_date_is_past")


@pytest.mark.parametrize("code", ["XX", "ZZ", "EU", "md", "MDA", "", "Молдова", "R\u0000"])
def test_a_country_is_one_of_the_worlds(code: str) -> None:
    assert "is not a country; give its ISO 3166 code of two letters" in opening(citizenships=[code])


def test_namibia_is_a_country_like_any_other() -> None:
    assert story(citizenships=["NA"]).case.citizenships == ("NA",)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("story", "x" * 20_001, "at most 20000 characters"),
        ("exploitation", ["x" * 121], "is not a kind of exploitation"),
        ("exploitation", ["Other"] * 21, "at most 20 items"),
        ("citizenships", ["RU"] * 6, "at most 5 items"),
        ("phone", "8-800-333-00-16", "should match pattern"),
        ("language", "russian", "is not a language"),
        ("gender", "F!", "is not a word for gender"),
        ("age_band", "17", "should be '0-8'"),
        ("source", "friend", "should be 'government'"),
        ("programme", "../etc", "should match pattern"),
        ("registered_year", 1066, "greater than or equal to 1990"),
        ("previous_case", "12", "is not a case number; they look like 7K3P9-QXM2D"),
        ("eligible", True, "Extra inputs are not permitted"),
        ("occurred_at", datetime(2007, 3, 5, 9, 0), "should have timezone info"),  # noqa: DTZ001
        ("occurred_at", datetime(1, 1, 1, tzinfo=UTC), "not between the years 1900 and 2200"),
        ("actor", "Anna", "should match pattern"),
        ("actor", "", "should match pattern"),
        ("mandate", "Case Manager", "should match pattern"),
        ("command_id", "7", "valid UUID"),
    ],
)
def test_a_referral_with_something_impossible_in_it_is_not_taken(field: str, value: Any, words: str) -> None:
    assert words in said(OpenCase, **{"programme": "moscow", "source": "ngo", field: value})


@pytest.mark.parametrize("word", ["trafficking", "Shelter for Victims", "убежище для пострадавших", "ТОРГОВЛЯ ЛЮДЬМИ"])
def test_a_word_that_no_letter_may_hold_is_not_taken_for_a_place(word: str) -> None:
    times = {"departs_at": "2007-03-05T12:00Z", "arrives_at": "2007-03-05T14:00Z"}
    told = "tells what the journey is about, and goes into letters; write the place only"
    assert told in said(PlanArrival, at="2007-03-05T12:00Z", place=f"SVO, {word}", means="bus")
    for end, other in (("origin", "destination"), ("destination", "origin")):
        leg = {"mode": "bus", **times, end: word, other: "B"}
        with pytest.raises(ValidationError, match=told):
            PlanTrip.model_validate({"command_id": uuid(1), "actor": ANNA, "case_id": CASE, "legs": (leg,)})


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("EUR NaN", "plain decimal digits"),
        ("EUR Infinity", "plain decimal digits"),
        ("EUR 1e3", "plain decimal digits"),
        ("EUR 1,000", "plain decimal digits"),
        ("EUR 10.001", "EUR has 2 decimal places"),
        ("JPY 1.5", "JPY has 0 decimal places"),
        ("EUR -1", "never below zero"),
        ("XYZ 1", "not a three-letter ISO 4217 currency"),
        ("100", "write money as an amount and a currency"),
        ({"amount": 0.1, "currency": "EUR"}, "plain decimal digits"),
        ({"amount": "9" * 19, "currency": "EUR"}, "at most 18 digits"),
        (float("nan"), "valid dictionary"),
    ],
)
def test_an_amount_is_exact_money(amount: Any, words: str) -> None:
    assert words in said(RequestGrant, amount=amount, **GRANT)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (HoldBed, {"case_id": "not a case"}, "is not a case number"),
        (HoldBed, {"case_id": "7K3P9-QXM2D7"}, "is not a case number"),
        (HoldBed, {"case_id": 7}, "valid string"),
        (PlanArrival, {"at": datetime(2007, 3, 5), "place": "SVO", "means": "bus"}, "timezone"),  # noqa: DTZ001
        (PlanArrival, {"at": "9999-12-31T23:59:59Z", "place": "SVO", "means": "bus"}, "check the year"),
        (PlanTrip, {"departs_at": "2007-03-05T12:00Z", "arrives_at": "2007-03-05T12:00Z", "origin": "A",
                        "destination": "B"}, "arrives_at is not after departs_at; check the dates"),
        (RequestGrant, {"amount": "EUR 1", **GRANT, "payee_account": "4070-28"}, "should match pattern"),
        (RequestGrant, {"amount": "EUR 1", **GRANT, "payee_account": "1" * 35}, "at most 34 characters"),
        (ApproveGrant, {"grant_id": "G-1\x00"}, "should match pattern"),
        (FinishTask, {"task_id": "W-\x00", "epoch": 1, "outcome": "done"}, "should match pattern"),
        (FinishTask, {"task_id": "W-1", "epoch": 1, "outcome": "great"}, "should be 'done'"),
        (FireTimer, {"timer_id": "Z" * 41, "due_at": "2007-03-05T12:00Z"}, "should match pattern"),
        (PublishProgramme, {"programme": "mos\x00cow", "text": ""}, "should match pattern"),
        (AddNote, {"note": "hidden \u202e text"}, "cannot be shown"),
        (RecordFollowUp, {"month": 61, "outcome": "well"}, "less than or equal to 60"),
        (CertifyFitness, {"valid_until": "2007-02-29", "escort": "none"}, "day value is outside"),
    ],
)  # fmt: skip
def test_a_command_with_something_impossible_in_it_is_not_taken(
    kind: type[Command], fields: dict[str, Any], words: str
) -> None:
    assert words in said(kind, **fields)


def test_a_case_number_may_be_typed_as_people_type() -> None:
    typed = HoldBed.model_validate({"command_id": uuid(1), "actor": ANNA, "case_id": " 7k3p9 qxm2d"})
    assert typed.case_id == CASE


def test_a_note_may_have_several_lines() -> None:
    assert AddNote(command_id=uuid(1), actor=ANNA, case_id=CASE, note="one\n\ttwo").note == "one\n\ttwo"  # type: ignore[arg-type]


def test_what_another_system_said_is_kept_readable_whatever_it_holds() -> None:
    report = FinishTask.model_validate(
        {"command_id": uuid(1), "actor": ANNA, "case_id": CASE, "task_id": "W-1", "epoch": 1, "outcome": "dead",
         "reference": "550\x00 no\r\nsuch\u202e box"}
    )  # fmt: skip
    assert report.reference == "550  no  such  box"


def test_what_was_typed_is_not_repeated_in_the_errors_text() -> None:
    with pytest.raises(ValidationError) as caught:
        OpenCase(command_id=uuid(1), actor=ANNA, programme="moscow", source="ngo", name="Ana Rusu\u202e")
    assert "Rusu" not in str(caught.value)


def test_a_time_typed_in_any_zone_is_the_same_instant_in_utc() -> None:
    arrival = {"place": "SVO", "means": "bus", "case_id": CASE, "command_id": uuid(1), "actor": ANNA}
    planned = PlanArrival.model_validate({"at": "2030-05-21T18:40+03:00", **arrival})
    assert planned.at.isoformat() == "2030-05-21T15:40:00+00:00"
