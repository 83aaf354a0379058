"""The hotline and the office's own commands at the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.kit.command_line import AS_ANNA, Wayhome
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.registry import OFFICE

GROUPS = [group.id for group in load_definition(shipped_programme_text("moscow")).programme.at_risk_groups]
OPEN = ("--at", "2026-03-06T12:00+03:00")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [("2026-03-06T18:29:59+03:00", True), ("2026-03-06T18:30:00+03:00", False), ("2026-03-07T12:00+03:00", False)],
)
def test_status_tells_whether_the_hotline_is_open(wayhome: Wayhome, at: str, *, is_open: bool) -> None:
    found = wayhome.json("hotline", "status", "--at", at)
    assert (found["number"], found["open"]) == ("+78003330016", is_open)
    assert found["schedule"] == {
        "freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "08:30", "closes_at": "18:30",
        "timezone": "Europe/Moscow",
    }  # fmt: skip


def test_status_tells_the_hours_by_the_caller_s_clock(wayhome: Wayhome) -> None:
    found = wayhome.json("hotline", "status", "--at", "2026-03-14T12:00+03:00", "--zone", "Asia/Vladivostok")
    (there,) = found["zones"]
    assert (there["hours"], there["ends_next_day"]) == ("15:30–01:30", True)
    assert there["next_opening"] == "Mon 2026-03-16 15:30"
    assert found["next_opening"] == "2026-03-16T05:30:00+00:00"
    assert "15:30–01:30" in wayhome.done("hotline", "status", "--zone", "Asia/Vladivostok")


def test_status_lists_all_eleven_zones(wayhome: Wayhome) -> None:
    zones = wayhome.json("hotline", "status", "--zones", *OPEN)["zones"]
    hours = {one["zone"].partition("/")[2]: one["hours"] for one in zones}
    assert hours == {
        "Kaliningrad": "07:30–17:30", "Moscow": "08:30–18:30", "Samara": "09:30–19:30",
        "Yekaterinburg": "10:30–20:30", "Omsk": "11:30–21:30", "Krasnoyarsk": "12:30–22:30",
        "Irkutsk": "13:30–23:30", "Yakutsk": "14:30–00:30", "Vladivostok": "15:30–01:30",
        "Magadan": "16:30–02:30", "Kamchatka": "17:30–03:30",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("group", GROUPS)
def test_the_prompt_appears_for_each_group_in_both_languages(wayhome: Wayhome, group: str, language: str) -> None:
    (found,) = wayhome.json("hotline", "prompt", "--group", group, "--lang", language)
    assert found["group"] == group
    is_russian = any("а" <= letter <= "я" for letter in found["label"].lower())
    assert is_russian == (language == "ru")
    shown = wayhome.done("hotline", "prompt", "--group", group, "--lang", language)
    assert all(question in shown for question in found["questions"])


def test_the_prompt_without_a_group_shows_all_seven(wayhome: Wayhome) -> None:
    assert [one["group"] for one in wayhome.json("hotline", "prompt")] == GROUPS
    assert "women_migrants" in wayhome.told_off("hotline", "prompt", "--group", "sailors")
    wayhome.told_off("hotline", "prompt", "--lang", "fr")


def test_a_call_is_counted_and_a_bad_one_told_off(wayhome: Wayhome) -> None:
    call = ("hotline", "call", "--outcome", "advised")
    wayhome.done(*call, "--topic", "legal", "--topic", "wages", "--group", "orphans", "--minutes", "12", *OPEN)
    assert wayhome.run(*call, "--topic", "weather", *OPEN).exit_code == 1
    assert wayhome.run(*call, "--topic", "legal", "--at", "2026-03-07T12:00+03:00").exit_code == 1
    assert "916" not in wayhome.told_off(*call, "--topic", "legal", "--region", "+79161234567", *OPEN)
    assert "916" not in wayhome.told_off(*call, "--topic", "a79161234567", *OPEN)


def test_who_missed_the_hours_is_given_a_code_and_a_time(wayhome: Wayhome) -> None:
    saturday = ("--at", "2026-03-14T12:00+03:00")
    promise = wayhome.json("hotline", "missed", "--call-back", *saturday)["call_back"]
    assert promise["due_at"] == "2026-03-16T05:30:00+00:00"
    said = wayhome.done("hotline", "missed", "--call-back", "--language", "uz", *saturday)
    assert "call again from Mon 2026-03-16 08:30 Europe/Moscow" in said
    there = wayhome.json("hotline", "missed", "--call-back", "--zone", "Asia/Vladivostok", *saturday)["call_back"]
    assert there["due_local"] == "Mon 2026-03-16 15:30 Asia/Vladivostok"
    wayhome.told_off("hotline", "missed", "--call-back", "--zone", "Asia/Nowhere", *saturday)
    wayhome.done("hotline", "missed", *saturday)
    listed = wayhome.json("hotline", "list")
    assert [one["state"] for one in listed] == ["overdue", "overdue", "overdue"]
    assert promise["code"] in wayhome.done("hotline", "list")
    monday = ("--at", "2026-03-16T09:00+03:00")
    wayhome.done("hotline", "callback", promise["code"], "--outcome", "referred", "--topic", "shelter", *monday)
    assert len(wayhome.json("hotline", "list")) == 2
    wayhome.done("hotline", "strike")
    assert wayhome.json("hotline", "list") == []
    assert wayhome.run("hotline", "strike").exit_code == 1


def test_a_consultation_becomes_a_case_by_consent(wayhome: Wayhome) -> None:
    wayhome.done("hotline", "consultation", "icc-moscow", "--topic", "wages", "--group", "labour_migrants", *OPEN)
    codes = wayhome.json("hotline", "codes", "--print", "10", *AS_ANNA)
    assert len(codes) == 10
    convert = ("hotline", "convert", codes[0], "age_band=27-29", "citizenships=UZ", *AS_ANNA)
    assert wayhome.run(*convert).exit_code == 1
    case = wayhome.json(*convert, "--consent")["case_id"]
    opened = wayhome.json("case", "history", case, *AS_ANNA)[0]["body"]
    assert (opened["source"], opened["consultation"]) == ("hotline", codes[0])
    assert wayhome.json("hotline", "codes") == codes[1:]
    assert wayhome.run(*convert, "--consent").exit_code == 1
    wayhome.told_off("hotline", "codes", "--print", "3")
    wayhome.told_off("hotline", "convert", "89161234567", "--consent")


def test_the_report_hides_small_counts(wayhome: Wayhome) -> None:
    for number in range(14):
        group = "orphans" if number < 2 else "labour_migrants"
        wayhome.done("hotline", "consultation", "icc-moscow", "--topic", "wages", "--group", group, *OPEN)
    found = wayhome.json("report", "consultations", "--year", "2026")
    assert (found["total"], found["topics"]["wages"], found["groups"]["labour_migrants"]) == (14, 14, None)
    assert wayhome.json("report", "consultations", "--year", "2025")["total"] is None
    assert wayhome.json("report", "consultations")["year"] == datetime.now(UTC).year
    said = wayhome.done("report", "consultations", "--year", "2026")
    assert "total: 14" in said
    assert "hidden" in said
    wayhome.done("verify")
    wayhome.done("replay")
    assert "there is no such programme" in wayhome.told_off("report", "consultations", "--programme", "nowhere")


def test_an_office_command_is_recorded_like_a_case_s(wayhome: Wayhome) -> None:
    listed = wayhome.json("office", "commands")
    assert [one["name"] for one in listed] == [kind.__name__ for kind in OFFICE]
    assert all("programme" not in one["fields"] for one in listed)
    assert "TakeCall" in wayhome.done("office", "commands")
    assert "minutes" in wayhome.done("office", "record", "moscow", "TakeCall", "help")
    recorded = wayhome.json("office", "record", "moscow", "record-missed-call", "wants_call_back=true", *AS_ANNA)
    assert recorded["facts"] == ["CallMissed", "CallBackPromised"]
    again = ("office", "record", "moscow", "PrintCaseCodes", "count=10", "--command-id",
             "6f9619ff-8b86-4d01-b42d-00c04fc964ff")  # fmt: skip
    assert not wayhome.json(*again, *AS_ANNA)["repeated"]
    assert wayhome.json(*again, *AS_ANNA)["repeated"]
    assert "there is: " in wayhome.told_off("office", "record", "moscow", "TakeTea")
    wayhome.told_off("office", "record", "moscow", "TakeCall", "number=+79161234567")
    wayhome.told_off("office", "record", "nowhere", "RecordMissedCall", code=4)


def test_hours_are_told_at_this_moment_too(wayhome: Wayhome) -> None:
    found = wayhome.json("hotline", "status")
    assert abs(datetime.fromisoformat(found["at"]) - datetime.now(UTC)) < timedelta(minutes=5)
    assert "there is no such programme" in wayhome.told_off("hotline", "status", "--programme", "nowhere")
    wayhome.told_off("hotline", "status", "--zone", "Asia/Vladivostock")
