"""One file of settings for every process, the environment above it; and no second log by a forgotten one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from console.container import Container
from console.errors import BadInput
from console.settings import overridden, settings
from console.verbs.settings import masked
from events.clock_check import accept_clock
from events.ids import CaseId
from events.world import ManualClock, SeededEntropy
from tests.kit.command_line import Wayhome
from workers.effects.registry import EFFECTS
from workers.mail.post import FolderPost, SmtpPost
from workers.running.jobs import NOT_DONE_REFERENCE, Job

MAIL = "smtp://office:secret@mail.example.org:587?starttls=1"


def written(data: Path, text: str) -> Path:
    data.mkdir(exist_ok=True)
    (data / "settings.toml").write_text(text, encoding="utf-8")
    return data


def test_every_process_of_an_office_has_the_settings_of_its_data_folder(tmp_path: Path) -> None:
    data = written(tmp_path / "data", f'smtp_url = "{MAIL}"\nredis_url = ""\n')
    found = settings(data, {})
    assert (found.smtp_url, found.redis_url, found.said_by["smtp_url"]) == (MAIL, None, "settings.toml")
    assert overridden(found) == []


def test_the_environment_is_above_the_file_and_that_is_said(tmp_path: Path) -> None:
    data = written(tmp_path / "data", f'smtp_url = "{MAIL}"\n')
    found = settings(data, {"WAYHOME_SMTP_URL": "smtp://localhost"})
    assert (found.smtp_url, found.said_by["smtp_url"]) == ("smtp://localhost", "the environment")
    assert overridden(found) == ["WAYHOME_SMTP_URL of the environment is in force instead of smtp_url in settings.toml"]
    assert settings(data, {"WAYHOME_SMTP_URL": ""}).smtp_url == MAIL  # set to nothing is not set


@pytest.mark.parametrize("text", ['smtp_ulr = "x"', "smtp_url = 1", "smtp_url = secret", "\xff"])
def test_a_file_that_cannot_be_used_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"settings\.toml") as refused:
        settings(written(tmp_path / "data", text), {})
    assert "secret" not in str(refused.value)


def test_the_settings_in_force_are_shown_with_where_they_come_from_and_without_secrets(tmp_path: Path) -> None:
    wayhome = Wayhome(written(tmp_path / "data", f'smtp_url = "{MAIL}"\n'), {"WAYHOME_REDIS_URL": "redis://:key@q/0"})
    rows = {row["name"]: row for row in wayhome.json("settings")}
    assert rows["smtp_url"]["value"] == "smtp://office:***@mail.example.org:587?starttls=1"
    assert [rows[name]["from"] for name in ("data", "database_url", "redis_url", "smtp_url")] == [
        "the environment", "", "the environment", "settings.toml",
    ]  # fmt: skip
    told = wayhome.done("settings")
    assert "secret" not in told
    assert "SQLite in the data folder" in told
    assert not (wayhome.data / "log.sqlite").exists()  # to look makes nothing
    assert masked("redis://:key@q/0") == "redis://:***@q/0"


def test_a_forgotten_database_setting_begins_no_second_log(tmp_path: Path) -> None:
    elsewhere = {"WAYHOME_DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"}
    Wayhome(tmp_path / "data", elsewhere).done("programme", "publish", "moscow", "--as", "staff:operator")
    forgetful = Wayhome(tmp_path / "data")
    for words in (("case", "list"), ("case", "open"), ("programme", "publish", "moscow")):
        told = forgetful.told_off(*words, code=4)
        assert "there is no log here" in told
        assert "wayhome settings" in told
    assert not (tmp_path / "data" / "log.sqlite").exists()
    Wayhome(tmp_path / "data", elsewhere).done("case", "list")


def test_a_worker_without_the_mail_server_does_not_send_anothers_unknown_letter_as_a_file(tmp_path: Path) -> None:
    ask, at = EFFECTS["send_referral"].ask, datetime(2026, 1, 1, tzinfo=UTC)
    outside = cast("Any", SimpleNamespace(post=FolderPost(tmp_path)))
    letter = Job[Any]("task-1.0", CaseId("C"), "send_referral", {}, 1, 1, at, SmtpPost.way)
    assert ask(letter, outside) is None  # only the recipient can tell: a person decides
    assert ask(letter._replace(way=FolderPost.way), outside) == NOT_DONE_REFERENCE


def test_a_clock_that_leapt_or_was_set_back_is_told_and_accepted_by_somebody(tmp_path: Path) -> None:
    wayhome = Wayhome(tmp_path / "data")
    log = Container(
        settings(wayhome.data, {}), create=True, clock=ManualClock(datetime.now(UTC) + timedelta(days=3650))
    ).log
    accept_clock(log, "staff:somebody", SeededEntropy(1).uuid())  # an event of the future
    assert "behind" in wayhome.json("clock", "show")["state"]
    told = wayhome.told_off("programme", "publish", "moscow", code=4)
    assert "wayhome clock accept" in told
    wayhome.done("clock", "accept", "--as", "staff:operator")
    assert wayhome.json("clock", "show")["state"] == "in order"
    wayhome.done("programme", "publish", "moscow")
