"""Keys moved to a database and back: all in one place whatever stopped half way, and never over others."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from events import key_move
from tests.kit.command_line import AS_ANNA, AS_BORIS, Wayhome
from tests.kit.key_stores import PowerGone, broken_at
from tests.kit.key_verbs import can_read, file_of


def test_keys_move_to_a_database_and_back_by_one_command_each(wayhome: Wayhome, case: str, pg_url: str) -> None:
    before = file_of(wayhome).read_bytes()
    there = {"WAYHOME_KEYS_URL": pg_url}
    assert wayhome.json("keys", "move", "--to", pg_url, *AS_ANNA)["keys"] > 0
    assert "these keys were moved to postgresql" in wayhome.told_off("case", "show", case, *AS_ANNA, code=4)
    assert can_read(wayhome, case, **there)
    assert wayhome.run("verify", **there).exit_code == 0
    assert not _wrapped_in(before) & _wrapped_in(file_of(wayhome).read_bytes()), "nothing is left of the old ones"
    assert wayhome.run("keys", "move", "--to", "file", *AS_BORIS, **there).exit_code == 0
    assert can_read(wayhome, case)
    result = wayhome.run("case", "show", case, *AS_ANNA, **there)
    assert "these keys were moved to the file" in result.stderr
    told = [entry["what"] for entry in wayhome.json("keys", "show")["history"]]
    assert told.count("moved here") == 2


def _wrapped_in(content: bytes) -> set[bytes]:
    """What lies behind the names of compartments in a file's pages: 16 bytes of each wrapped key."""
    return {content[at + 8 : at + 24] for at in range(len(content)) if content[at : at + 8] == b"identity"}


STEPS = ["_fill", "_compare", "_empty", "_finished"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True])
def test_a_move_that_stopped_half_way_opens_nothing_twice_and_goes_on_when_it_is_said_again(
    wayhome: Wayhome, case: str, pg_url: str, step: str, *, after: bool
) -> None:
    with pytest.raises(PowerGone), broken_at(key_move, step, after=after):
        wayhome.run("keys", "move", "--to", pg_url, *AS_ANNA)
    there = {"WAYHOME_KEYS_URL": pg_url}
    done = step == "_finished" and after
    assert (can_read(wayhome, case), can_read(wayhome, case, **there)) == (False, done)
    if not done:
        wayhome.done("keys", "move", "--to", pg_url, *AS_ANNA)
    assert (can_read(wayhome, case), can_read(wayhome, case, **there)) == (False, True)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("way", ["there", "back"])
@pytest.mark.parametrize("then", ["the same", "the opposite"])
def test_whatever_is_said_after_a_move_that_stopped_the_keys_are_all_in_one_place(
    wayhome: Wayhome, case: str, pg_url: str, step: str, way: str, then: str, *, after: bool
) -> None:
    keys = len(wrapped(wayhome))
    if way == "back":
        wayhome.done("keys", "move", "--to", pg_url, *AS_ANNA)
    say_in_settings(wayhome, pg_url)  # before they are there, and still after they are back
    ways = {"there": pg_url, "back": "file"}
    with pytest.raises(PowerGone), broken_at(key_move, step, after=after):
        wayhome.run("keys", "move", "--to", ways.pop(way), *AS_ANNA)
    to = ways.popitem()[1] if then == "the opposite" else pg_url if way == "there" else "file"
    is_done = (step, after, then) == ("_finished", True, "the same")
    said = wayhome.run("keys", "move", "--to", to, *AS_BORIS)
    assert said.exit_code == (4 if is_done else 0), said.output
    assert is_done or f"{keys} keys" in said.stdout
    assert places_that_open(wayhome, case) == ["file" if to == "file" else "database"]
    wayhome.told_off("keys", "move", "--to", to, *AS_BORIS, code=2 if to == "file" else 4)


def wrapped(wayhome: Wayhome) -> list[object]:
    with closing(sqlite3.connect(file_of(wayhome))) as file:
        return file.execute("SELECT person, compartment FROM keys").fetchall()


def say_in_settings(wayhome: Wayhome, url: str) -> None:
    (wayhome.data / "settings.toml").write_text(f"keys_url = '{url}'\n")


def places_that_open(wayhome: Wayhome, case: str) -> list[str]:
    """Where the keys of a case are handed out; settings.toml names the file afterwards if they are there."""
    named = wayhome.data / "settings.toml"
    found = ["database"] if can_read(wayhome, case) and wayhome.run("verify").exit_code == 0 else []
    aside = named.rename(named.with_suffix(".aside"))
    if can_read(wayhome, case) and wayhome.run("verify").exit_code == 0:
        return [*found, "file"]
    aside.rename(named)
    return found


def test_keys_come_back_to_the_file_while_settings_still_name_the_database(
    wayhome: Wayhome, case: str, pg_url: str
) -> None:
    say_in_settings(wayhome, pg_url)
    assert "keys moved" in wayhome.done("keys", "move", "--to", pg_url, *AS_ANNA), "said before they were there"
    assert can_read(wayhome, case)
    assert "were moved to postgresql" in wayhome.told_off("keys", "move", "--to", pg_url, *AS_ANNA, code=4)
    assert can_read(wayhome, case), "and nothing was changed"
    assert "leave keys_url out" in wayhome.done("keys", "move", "--to", "file", *AS_ANNA)
    assert "were moved to the file" in wayhome.told_off("case", "show", case, *AS_ANNA, code=4)
    (wayhome.data / "settings.toml").unlink()
    assert can_read(wayhome, case)
    assert "the keys are in the file already" in wayhome.told_off("keys", "move", "--to", "file", *AS_ANNA)


def test_keys_on_their_way_are_named_with_their_direction_and_neither_locked_nor_unlocked_where_they_are_not(
    wayhome: Wayhome, case: str, pg_url: str
) -> None:
    there = {"WAYHOME_KEYS_URL": pg_url}
    with pytest.raises(PowerGone), broken_at(key_move, "_finished"):
        wayhome.run("keys", "move", "--to", pg_url, *AS_ANNA)
    assert "moved here, from the file" in wayhome.run("case", "show", case, *AS_ANNA, **there).stderr
    for verb in ("lock", "unlock", "rotate"):
        wayhome.told_off("keys", verb, *AS_ANNA, code=4)
        assert wayhome.run("keys", verb, *AS_ANNA, **there).exit_code == 4
    wayhome.done("keys", "move", "--to", pg_url, *AS_ANNA)
    assert can_read(wayhome, case, **there)


def test_keys_that_had_not_left_may_stay_and_what_had_arrived_elsewhere_goes_blind(
    wayhome: Wayhome, case: str, pg_url: str
) -> None:
    there = {"WAYHOME_KEYS_URL": pg_url}
    with pytest.raises(PowerGone), broken_at(key_move, "_empty"):
        wayhome.run("keys", "move", "--to", pg_url, *AS_ANNA)
    assert "being moved to postgresql" in wayhome.told_off("case", "show", case, *AS_ANNA, code=4)
    wayhome.done("keys", "unlock", *AS_ANNA)
    assert (can_read(wayhome, case), can_read(wayhome, case, **there)) == (True, False)
    assert wayhome.run("keys", "unlock", *AS_ANNA, **there).exit_code == 4
    older = wayhome.run("keys", "move", "--to", "file", *AS_ANNA, **there)
    assert (older.exit_code, can_read(wayhome, case)) == (4, True), older.output
    wayhome.done("keys", "move", "--to", pg_url, *AS_ANNA)
    assert can_read(wayhome, case, **there)


def test_a_move_that_was_not_begun_leaves_the_keys_where_they_were(wayhome: Wayhome, case: str, pg_url: str) -> None:
    nowhere = pg_url.split("?", 1)[0].rsplit("/", 1)[0] + "/not_there"
    wayhome.told_off("keys", "move", "--to", nowhere, *AS_ANNA, code=4)
    wayhome.told_off("keys", "move", "--to", "file", *AS_ANNA)
    wayhome.told_off("keys", "move", "--to", "mysql://x/y", *AS_ANNA)
    assert can_read(wayhome, case)


def test_keys_are_not_moved_over_other_keys(wayhome: Wayhome, case: str, pg_url: str, tmp_path: Path) -> None:
    other = Wayhome(tmp_path / "other", {"WAYHOME_KEYS_URL": pg_url})
    other.done("programme", "publish", "moscow", "--as", "staff:operator")
    assert "another log's keys" in wayhome.told_off("keys", "move", "--to", pg_url, *AS_ANNA, code=4)
    assert can_read(wayhome, case)
    assert other.run("verify").exit_code == 0


def test_a_key_database_of_another_log_is_refused(wayhome: Wayhome, case: str, pg_url: str, tmp_path: Path) -> None:
    other = Wayhome(tmp_path / "other", {"WAYHOME_KEYS_URL": pg_url})
    other.done("programme", "publish", "moscow", "--as", "staff:operator")
    kek = tmp_path / "other" / "kek" / "kek.json"
    given = {"WAYHOME_KEYS_URL": pg_url, "WAYHOME_KEK_FILE": str(kek)}
    result = wayhome.run("case", "show", case, *AS_ANNA, **given)
    assert (result.exit_code, "another log" in result.stderr) == (4, True), result.output


def test_an_empty_key_database_is_no_place_for_a_log_that_has_its_keys_elsewhere(
    wayhome: Wayhome, case: str, pg_url: str
) -> None:
    given = {"WAYHOME_KEYS_URL": pg_url, "WAYHOME_KEK_FILE": str(wayhome.data / "fresh" / "kek.json")}
    result = wayhome.run("case", "show", case, *AS_ANNA, **given)
    assert (result.exit_code, "wayhome keys move" in result.stderr) == (4, True), result.output
    assert can_read(wayhome, case)


def test_keys_in_the_database_of_the_log_are_refused_before_anything_is_opened(wayhome: Wayhome, pg_url: str) -> None:
    given = {"WAYHOME_KEYS_URL": pg_url, "WAYHOME_DATABASE_URL": pg_url}
    result = wayhome.run("settings", **given)
    assert (result.exit_code, "one of their own" in result.stderr) == (2, True), result.output


def test_a_key_database_is_copied_into_a_file_that_opens_under_the_same_key(
    wayhome: Wayhome, case: str, pg_url: str, tmp_path: Path
) -> None:
    wayhome.done("keys", "move", "--to", pg_url, *AS_ANNA)
    for who in ("anna", "boris"):
        (tmp_path / who).mkdir()
    log, keys = tmp_path / "anna" / "log.sqlite", tmp_path / "boris" / "keys.sqlite"
    there = {"WAYHOME_KEYS_URL": pg_url}
    result = wayhome.run("backup", "--log", str(log), "--keys", str(keys), "--json", **there)
    assert (result.exit_code, json.loads(result.stdout)["without_key"]) == (0, 0), result.output
    file_of(wayhome).write_bytes(keys.read_bytes())
    assert can_read(wayhome, case)


def test_a_key_database_that_is_down_stops_reading_and_says_so(wayhome: Wayhome, case: str) -> None:
    given = {"WAYHOME_KEYS_URL": "postgresql+psycopg://nobody@127.0.0.1:1/keys"}
    result = wayhome.run("case", "show", case, *AS_ANNA, **given)
    assert (result.exit_code, "key database cannot be reached" in result.stderr) == (4, True), result.output
