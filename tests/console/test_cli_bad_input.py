"""What was typed or lies there and cannot be used is told in one clear line, and never repeated."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.kit.command_line import Wayhome
from tests.kit.command_line_cases import NAME, NOBODY, received

# -- one clear line on bad input ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["case", "show", NOBODY], "there is no case"),
        (["case", "show", "Мария"], "is not a case number"),
        (["case", "record", NOBODY, "FlyAway"], "nothing is called"),
        (["case", "record", NOBODY, "GiveConsent", "colour=red"], "has no field colour"),
        (["case", "record", NOBODY, "GiveConsent", "purpose"], "write fields as name=value"),
        (["case", "record", NOBODY, "GiveConsent"], "purpose: is needed"),
        (["case", "record", NOBODY, "AssessRisk", "level=low", "safe_to_return=perhaps"], "true or false"),
        (["case", "open", "colour=red"], "has no field colour"),
        (["case", "open", "birth_date=1850-01-01"], "before 1900"),
        (["case", "open", "birth_date=2.4.1998"], "write it like"),
        (["case", "open", "birth_date=1998-02-30"], "birth_date"),
        (["case", "open", "name=a\x1b[31mb"], "U+001B"),
        (["case", "open", "name=a\u202eb"], "U+202E"),
        (["case", "open", "name="], "name"),
        (["case", "open", "phone=89161234567"], "write it like +74957978722"),
        (["case", "open", "citizenships=ZZ"], "is not a country"),
        (["case", "open", "source=banana"], "source"),
        (["case", "open", "--as", "Anna"], "write it like staff:anna"),
        (["case", "record", NOBODY, "PlanArrival", "at=tomorrow", "place=x", "means=y"], "is not a time"),
        (["case", "record", NOBODY, "PlanArrival", "at=2026-03-01T10:00", "place=x", "means=y"], "needs its zone"),
        (["case", "record", NOBODY, "PlanArrival", "at=20260-03-01T10:00Z", "place=x", "means=y"], "at:"),
        (["replay", "--at", "yesterday"], "is not a time"),
        (["replay", NOBODY], "there is no case AAAAA-AAAAA"),
        (["tasks", "list", "--status", "busy"], "a task is waiting, claimed"),
        (["tasks", "retry", "W-0"], "there is no task"),
        (["tasks", "cancel", "W-0", "--reason", "x"], "there is no task"),
        (["timers", "list", "--status", "busy"], "a timer is set, fired"),
        (["payments", "read", "/no/such/file.xml"], "there is no file"),
        (["import", "ctdc", "/no/such/file.csv"], "there is no file"),
        (["programme", "check", "/no/such/file.yaml"], "there is no file"),
        (["programme", "diagram", "--language", "fr"], "en or ru"),
    ],
)
def test_bad_input_is_told_in_one_line(wayhome: Wayhome, words: list[str], said: str) -> None:
    assert said in wayhome.told_off(*words, code=2)


def test_a_name_of_ten_megabytes_is_refused_and_not_repeated(wayhome: Wayhome) -> None:
    line = wayhome.told_off("case", "open", "name=" + "x" * 10_000_000)
    assert len(line) < 200


def test_a_name_that_was_typed_wrongly_is_not_repeated(wayhome: Wayhome) -> None:
    assert "Примерова" not in wayhome.told_off("case", "open", f"name={NAME}\u202e")


def test_a_birth_date_in_the_future_is_refused(wayhome: Wayhome) -> None:
    assert wayhome.json("case", "open", "birth_date=2999-01-01", code=1)["reasons"][0]["guard"] == "birth_date_is_past"


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/name", "://"])
def test_an_address_of_no_known_database_is_told(tmp_path: Path, address: str) -> None:
    result = Wayhome(tmp_path).run("case", "list", WAYHOME_DATABASE_URL=address)
    assert result.exit_code == 2
    assert "WAYHOME_DATABASE_URL" in result.stderr


def test_a_queue_that_is_down_stops_nobody(wayhome: Wayhome) -> None:
    office = Wayhome(wayhome.data, {"WAYHOME_REDIS_URL": "redis://127.0.0.1:1/0"})
    assert received(office)


def test_a_programme_nobody_published_is_told(wayhome: Wayhome) -> None:
    assert "publish it first" in wayhome.told_off("case", "open", "programme=paris", code=4)


# -- data that cannot be used ------------------------------------------------------------------------------


def test_data_of_a_newer_wayhome_is_left_alone(wayhome: Wayhome) -> None:
    with sqlite3.connect(wayhome.data / "log.sqlite") as file:
        file.execute("UPDATE alembic_version SET version_num = 'ffff'")
    file.close()
    assert "install that version" in wayhome.told_off("case", "list", code=4)


@pytest.mark.parametrize("words", [("case", "list"), ("programme", "publish", "moscow")])
def test_lost_keys_are_told_and_never_replaced(wayhome: Wayhome, words: tuple[str, ...]) -> None:
    keys = wayhome.data / "keys" / "keys.sqlite"
    keys.unlink()
    assert "restore it from its own backup" in wayhome.told_off(*words, code=4)
    assert not keys.exists()


def test_a_data_folder_that_others_may_read_is_closed(wayhome: Wayhome) -> None:
    wayhome.data.chmod(0o755)
    wayhome.run("case", "list")
    assert stat.S_IMODE(wayhome.data.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(wayhome: Wayhome) -> None:
    for path in (wayhome.data, *wayhome.data.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        wayhome.told_off("case", "list", code=4)
    finally:
        for path in (wayhome.data, *wayhome.data.rglob("*")):
            path.chmod(0o700)


def test_a_file_that_is_no_database_is_told(wayhome: Wayhome) -> None:
    for path in wayhome.data.glob("log.sqlite*"):
        path.unlink()
    (wayhome.data / "log.sqlite").write_bytes(b"not a database, but long enough to look like a file" * 100)
    wayhome.told_off("case", "list", code=4)
