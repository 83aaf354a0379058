"""The log goes from SQLite to PostgreSQL and back by one command each; what is left behind opens no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kit.command_line import Wayhome
from tests.kit.older_copies import ACCEPT, opened, with_kek
from tests.kit.people import ANNA
from tests.kit.web.served import served


def proof(wayhome: Wayhome) -> tuple[Any, ...]:
    found = wayhome.json("verify")
    return found["ok"], found["events"], found["head"]


def test_a_log_moved_to_postgresql_and_back_proves_itself_all_the_way(wayhome: Wayhome, pg_url: str) -> None:
    cases = opened(wayhome, 3)
    before = proof(wayhome)
    settled = {"WAYHOME_DATABASE_URL": pg_url, "WAYHOME_ALLOW_OWNER": "yes"}
    there = Wayhome(wayhome.data, settled)
    found = Wayhome(wayhome.data, {"WAYHOME_ALLOW_OWNER": "yes"}).json("move", "--to", pg_url)
    assert found["events"] == before[1]
    assert proof(there) == before
    shown = there.json("case", "show", cases[0], "--open", "identity", "--why", "after the move", "--as", ANNA)
    assert "Nino Test" in shown["opened"].values()
    assert "was moved to" in wayhome.told_off("case", "list", code=4), "the setting was forgotten"
    assert there.run("verify", "--rules").exit_code == 0
    assert "away, for example" in there.told_off("move", "--to-file")
    (wayhome.data / "log.sqlite").rename(wayhome.data / "log-before.sqlite")
    went_on = proof(there)
    there.done("move", "--to-file")
    assert proof(wayhome) == went_on
    assert "was moved to" in there.told_off("case", "list", code=4)


def test_a_log_somebody_works_on_is_not_moved(wayhome: Wayhome, pg_url: str) -> None:
    with served(wayhome.data):
        told = Wayhome(wayhome.data, {"WAYHOME_ALLOW_OWNER": "yes"}).told_off("move", "--to", pg_url, code=4)
    assert "stop the console" in told
    wayhome.done("case", "list")


def test_nothing_is_moved_over_another_log(wayhome: Wayhome, pg_url: str, tmp_path: Path) -> None:
    yes = {"WAYHOME_ALLOW_OWNER": "yes"}
    Wayhome(tmp_path / "other", yes | {"WAYHOME_DATABASE_URL": pg_url}).done(
        "programme", "publish", "moscow", "--as", "staff:operator"
    )
    assert "name an empty database" in Wayhome(wayhome.data, yes).told_off("move", "--to", pg_url, code=4)
    wayhome.done("case", "list")


@pytest.mark.parametrize("words", [(), ("--to", "mysql://x"), ("--to", "nonsense"), ("--to", "x", "--to-file")])
def test_where_to_is_named_plainly(wayhome: Wayhome, words: tuple[str, ...]) -> None:
    wayhome.told_off("move", *words)
    wayhome.done("case", "list")


def test_a_backup_of_postgresql_is_a_file_that_can_be_put_in_place_anywhere(
    wayhome: Wayhome, pg_url: str, tmp_path: Path
) -> None:
    opened(wayhome, 2)
    Wayhome(wayhome.data, {"WAYHOME_ALLOW_OWNER": "yes"}).done("move", "--to", pg_url)
    there = Wayhome(wayhome.data, {"WAYHOME_DATABASE_URL": pg_url, "WAYHOME_ALLOW_OWNER": "yes"})
    for name in ("anna", "boris"):
        (tmp_path / name).mkdir()
    log, keys = tmp_path / "anna" / "log.sqlite", tmp_path / "boris" / "keys.sqlite"
    found = there.json("backup", "--log", str(log), "--keys", str(keys))
    assert (found["without_key"], found["events"]) == (0, proof(there)[1])
    assert [file.name for file in log.parent.iterdir()] == ["log.sqlite"]
    new = with_kek(tmp_path / "new", wayhome.data / "kek")
    new.done("restore", "files", "--log", str(log), "--keys", str(keys))
    new.done(*ACCEPT)
    assert new.json("verify")["ok"]
