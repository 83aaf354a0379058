"""`wayhome directory` and `wayhome referral`: who helps, and what a provider may be shown, at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.kit.command_line import AS_ANNA, Wayhome
from workflow.programme.loading import shipped_programme_text

NAME = "Мария Примерова"


def referred(wayhome: Wayhome) -> tuple[str, str]:
    """Return a case and its referral to Harbour, whose letter is out."""
    fields = (f"name={NAME}", "birth_date=1990-05-01", "citizenships=RU", "language=ru", "story=a cellar")
    case = wayhome.json("case", "open", *fields, *AS_ANNA)["case_id"]
    for words in (("GiveConsent", "purpose=assistance"), ("GiveConsent", "purpose=referral", "recipient=harbour"),
                  ("SendReferral", "service=local_referral")):  # fmt: skip
        wayhome.done("case", "record", case, *words, *AS_ANNA)
    wayhome.done("work", "--until-idle")
    (one,) = wayhome.json("referral", "list", case)
    assert (one["provider"], one["status"]) == ("harbour", "sent")
    return case, one["referral"]


def test_the_directory_is_searched_by_service_language_and_area(wayhome: Wayhome) -> None:
    found = wayhome.json("directory", "list", "--service", "counselling", "--language", "tg", "--area", "RU-MOW")
    assert [one["id"] for one in found] == ["harbour"]
    assert found[0]["org_type"] == ["NGO"]
    assert wayhome.json("directory", "list", "--service", "ballooning") == []
    everybody = {one["id"] for one in wayhome.json("directory", "list")}
    assert {"harbour", "clinic-north", "legal-aid"} <= everybody
    open_ones = {one["id"] for one in wayhome.json("directory", "list", "--open-now")}
    assert open_ones <= {"harbour"} | everybody
    assert "clinic-north" not in open_ones, "nobody knows its hours"
    assert "Harbour counselling" in wayhome.done("directory", "list", "--language", "tg")


def test_a_provider_is_shown_with_what_it_may_see(wayhome: Wayhome) -> None:
    shown = wayhome.json("directory", "show", "clinic-north")
    assert "medical" in shown["may_see"]
    assert shown["phone"] == "+74950000001"
    assert "medical" not in wayhome.json("directory", "show", "harbour")["may_see"]
    assert "may_see: language" in wayhome.done("directory", "show", "harbour")
    assert "no provider is called" in wayhome.told_off("directory", "show", "nobody")


def test_a_provider_sees_its_parts_until_consent_is_taken_back(wayhome: Wayhome) -> None:
    case, number = referred(wayhome)
    shown = wayhome.json("referral", "disclose", case, number, "--why", "first meeting", *AS_ANNA)["disclosed"]
    assert (shown["name"], shown["language"]) == (NAME, "ru")
    assert "a cellar" not in str(shown)
    assert f"name: {NAME}" in wayhome.done("referral", "disclose", case, number, *AS_ANNA)
    events = [event["type"] for event in wayhome.json("case", "history", case)]
    assert events.count("DisclosureMade") == 2
    wayhome.done("case", "record", case, "WithdrawConsent", "purpose=referral", *AS_ANNA)
    result = wayhome.run("referral", "disclose", case, number, *AS_ANNA)
    assert (result.exit_code, NAME in result.output) == (1, False)
    assert "harbour" in wayhome.done("referral", "list", case)


def test_a_number_that_cannot_be_a_referrals_is_bad_input(wayhome: Wayhome) -> None:
    case, _ = referred(wayhome)
    assert wayhome.told_off("referral", "disclose", case, "harbour", *AS_ANNA)


def test_a_stop_is_given_and_told_on_the_command_line(wayhome: Wayhome) -> None:
    given = ("kind=provider", "entry=new-start", "reason=a letter went astray")
    wayhome.done("office", "record", "moscow", "StopEntry", *given, "--as", "staff:anna")
    listed = wayhome.json("directory", "entries", "provider")
    assert {"kind": "provider", "entry": "new-start", "status": "stopped", "reason": "a letter went astray"} in listed
    (told,) = wayhome.json("directory", "history", "provider", "new-start")
    assert (told["fact"], told["actor"], told["reason"]) == ("EntryStopped", "staff:anna", "a letter went astray")
    assert "new-start" not in {one["id"] for one in wayhome.json("directory", "list")}
    assert "no such entry" in wayhome.told_off("directory", "history", "provider", "nobody")


def test_a_file_published_over_the_console_s_record_says_what_it_left_alone(wayhome: Wayhome, tmp_path: Path) -> None:
    given = ("kind=provider", "entry=harbour", "more=languages: [ru]")  # fewer languages take one person
    wayhome.done("office", "record", "moscow", "ChangeEntry", *given, *AS_ANNA)
    file = tmp_path / "moscow.yaml"
    file.write_text(shipped_programme_text("moscow").replace("desk@harbour", "stale@harbour", 1), encoding="utf-8")
    assert wayhome.json("programme", "publish", str(file))["left_alone"] == ["provider:harbour"]
    assert wayhome.json("directory", "show", "harbour")["languages"] == ["ru"]
