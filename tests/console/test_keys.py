"""What an operator does with the keys at the command line: looks, locks, lays the key elsewhere, moves them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.container import Container
from console.settings import Settings
from events import key_move
from events.errors import KeysLocked
from tests.kit.command_line import AS_ANNA, AS_BORIS, Wayhome
from tests.kit.key_stores import PowerGone, broken_at

NAME = "Nino Unmistakable"


@pytest.fixture
def case(wayhome: Wayhome) -> str:
    """A case with a name, in an office of its own."""
    opened = wayhome.json("case", "open", "age_band=27-29", f"name={NAME}", *AS_ANNA)
    return str(opened["case_id"])


def can_read(wayhome: Wayhome, case: str, **environment: str) -> bool:
    result = wayhome.run("case", "show", case, "--open", "identity", "--why", "to call her", *AS_ANNA, **environment)
    return NAME in result.output


def file_of(wayhome: Wayhome) -> Path:
    return wayhome.data / "keys" / "keys.sqlite"


# -- looking and locking -----------------------------------------------------------------------------------------


def test_the_operator_sees_where_keys_and_their_key_lie(wayhome: Wayhome) -> None:
    shown = wayhome.json("keys", "show")
    assert (shown["keys"], shown["kek"]) == (str(file_of(wayhome)), str(wayhome.data / "kek" / "kek.json"))
    assert (shown["kind"], shown["status"], shown["erasures"]) == ("file", "open", 0)
    assert [place["newest"] for place in shown["places"]] == [True]
    assert [entry["what"] for entry in shown["history"]] == ["made"]
    assert "whoever has this machine can read" in wayhome.done("keys", "show")


def test_locked_keys_open_nothing_for_anybody_until_they_are_unlocked(wayhome: Wayhome, case: str) -> None:
    assert can_read(wayhome, case)
    wayhome.done("keys", "lock", *AS_ANNA)
    assert "locked by staff:anna" in wayhome.told_off("case", "show", case, *AS_ANNA, code=4)
    assert wayhome.json("keys", "show")["status"] == "locked"
    wayhome.done("keys", "unlock", *AS_BORIS)
    assert can_read(wayhome, case)
    told = [(entry["what"], entry["who"]) for entry in wayhome.json("keys", "show")["history"]]
    assert told[1:] == [("locked", "staff:anna"), ("unlocked", "staff:boris")]


def test_an_office_that_runs_forgets_its_keys_within_a_second_although_nobody_asks(wayhome: Wayhome, case: str) -> None:
    container = Container(Settings(data=wayhome.data))
    try:
        assert container.keys._cache
        container.watch_keys()
        wayhome.done("keys", "lock", *AS_ANNA)
        assert container._watch is not None
        container._watch._over.wait(1.0)  # nothing sets it: a second passes
        assert (container.keys._cache, container.keys._wrapping) == ({}, None)
        with pytest.raises(KeysLocked):
            container.keys.secret("anything")
    finally:
        container.close()


def test_there_is_nothing_to_lock_where_there_are_no_keys(tmp_path: Path) -> None:
    assert "--data" in Wayhome(tmp_path / "nothing").told_off("keys", "lock", *AS_ANNA, code=4)
    assert not (tmp_path / "nothing").exists()


def test_a_copy_of_the_key_folder_alone_opens_nothing(wayhome: Wayhome, case: str, tmp_path: Path) -> None:
    stolen = wayhome.copied_to(tmp_path / "stolen")
    (stolen.data / "kek" / "kek.json").unlink()
    assert "no key-encryption key at" in stolen.told_off("case", "show", case, *AS_ANNA, code=4)


# -- where the key-encryption key lies ---------------------------------------------------------------------------


def test_a_passphrase_opens_and_a_wrong_one_says_so_and_changes_nothing(
    wayhome: Wayhome, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.key_homes.SCRYPT_COST", 2**10)
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    for file, text in ((right, "five little words of chance\n"), (wrong, "something quite else\n")):
        file.write_text(text)
        file.chmod(0o600)
    environment = {"WAYHOME_KEK_PASSPHRASE_FILE": str(right)}
    assert wayhome.run("keys", "home", "passphrase", *AS_ANNA, **environment).exit_code == 0
    assert can_read(wayhome, case, **environment)
    before = (wayhome.data / "kek" / "kek.json").read_bytes()
    for given, words in (
        ({}, "WAYHOME_KEK_PASSPHRASE_FILE"),
        ({"WAYHOME_KEK_PASSPHRASE_FILE": str(wrong)}, "this is not the passphrase"),
        ({"WAYHOME_KEK_PASSPHRASE_FILE": str(tmp_path / "none")}, "there is no"),
    ):
        result = wayhome.run("case", "show", case, *AS_ANNA, **given)
        assert (result.exit_code, words in result.stderr) == (4, True), result.output
    assert (wayhome.data / "kek" / "kek.json").read_bytes() == before
    assert "five little words" not in before.decode()


def test_any_two_of_three_officers_open_the_keys(wayhome: Wayhome, case: str, tmp_path: Path) -> None:
    places = [tmp_path / who / "share.json" for who in ("anna", "boris", "vera")]
    for place in places:
        place.parent.mkdir()
    wayhome.done("keys", "home", "shares", *map(str, places), *AS_ANNA)
    for gone in places:
        gone.rename(gone.with_suffix(".away"))
        assert can_read(wayhome, case)
        gone.with_suffix(".away").rename(gone)
    assert set(wayhome.json("keys", "show")["shares"].values()) == {"up to date"}
    places[0].unlink()
    places[1].unlink()
    assert "two are needed" in wayhome.told_off("case", "show", case, *AS_ANNA, code=4)


def test_what_a_home_is_not_is_refused(wayhome: Wayhome, tmp_path: Path) -> None:
    wayhome.told_off("keys", "home", "cloud", *AS_ANNA)
    wayhome.told_off("keys", "home", "shares", str(tmp_path / "one"), *AS_ANNA, code=4)
    wayhome.told_off("keys", "home", "file", str(tmp_path / "one"), *AS_ANNA)
    assert "typed" in wayhome.told_off("keys", "home", "passphrase", *AS_ANNA)


def test_a_new_key_is_taken_when_somebody_may_have_seen_the_old_one(
    wayhome: Wayhome, case: str, tmp_path: Path
) -> None:
    copy = wayhome.copied_to(tmp_path / "copy")
    wayhome.done("keys", "rotate", *AS_ANNA)
    assert can_read(wayhome, case)
    (copy.data / "kek" / "kek.json").write_bytes((wayhome.data / "kek" / "kek.json").read_bytes())
    assert "take the newest copy" in copy.told_off("case", "show", case, *AS_ANNA, code=4)
    assert "no such place" in wayhome.told_off("keys", "forget-place", "nowhere", *AS_ANNA)


def test_where_the_key_lies_is_shown_although_it_opens_nothing_from_here(
    wayhome: Wayhome, case: str, tmp_path: Path
) -> None:
    places = [tmp_path / who / "share.json" for who in ("anna", "boris", "vera")]
    for place in places:
        place.parent.mkdir()
    wayhome.done("keys", "home", "shares", *map(str, places), *AS_ANNA)
    places[0].unlink()
    places[1].unlink()
    shown = wayhome.json("keys", "show")
    assert list(shown["shares"].values()) == ["not here", "not here", "here"]
    assert "two are needed" in shown["trouble"]
    assert "have two officers put their newest shares" in wayhome.done("keys", "show")
    places[2].write_text("spoilt")
    places[2].chmod(0o600)
    assert wayhome.json("keys", "show")["shares"][str(places[2])].startswith("spoilt")
    (wayhome.data / "kek" / "kek.json").unlink()
    shown = wayhome.json("keys", "show")
    assert (shown["kind"], shown["status"], len(shown["places"])) == ("absent", "open", 1)
    assert "put its copy at" in wayhome.done("keys", "show")


def test_a_missing_passphrase_does_not_hide_where_the_keys_are(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.key_homes.SCRYPT_COST", 2**10)
    words = tmp_path / "words"
    words.write_text("five little words of chance\n")
    words.chmod(0o600)
    given = {"WAYHOME_KEK_PASSPHRASE_FILE": str(words)}
    assert wayhome.run("keys", "home", "passphrase", *AS_ANNA, **given).exit_code == 0
    shown = wayhome.json("keys", "show")
    assert (shown["kind"], bool(shown["trouble"])) == ("passphrase", True)
    assert "type the passphrase" in wayhome.done("keys", "show")


def test_each_change_of_the_key_says_that_older_copies_open_nothing_until_there_is_a_new_one(
    wayhome: Wayhome, case: str, tmp_path: Path, pg_url: str
) -> None:
    assert "nobody has copied the keys yet" in wayhome.done("keys", "show")
    for number, words in enumerate((["rotate"], ["home", "file"], ["move", "--to", pg_url])):
        copied(wayhome, tmp_path / str(number))
        shown = wayhome.json("keys", "show")
        assert (shown["backup_is_blind"], bool(shown["last_backup"])) == (False, True)
        assert "older copies of the keys, and of this key, open nothing" in wayhome.done("keys", *words, *AS_ANNA)
        there = {"WAYHOME_KEYS_URL": pg_url} if words[0] == "move" else {}
        assert "newer than the last backup" in wayhome.run("keys", "show", **there).output
    copied(wayhome, tmp_path / "there", WAYHOME_KEYS_URL=pg_url)
    assert "newer than" not in wayhome.run("keys", "show", WAYHOME_KEYS_URL=pg_url).output


def copied(wayhome: Wayhome, folder: Path, **environment: str) -> str:
    (folder / "log").mkdir(parents=True)
    names = ("--log", str(folder / "log" / "log.sqlite"), "--keys", str(folder / "keys.sqlite"))
    result = wayhome.run("backup", *names, **environment)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_backup_names_what_opens_it(wayhome: Wayhome, tmp_path: Path) -> None:
    assert f"the key-encryption key at {wayhome.data / 'kek' / 'kek.json'};" in copied(wayhome, tmp_path / "one")
    places = [str(tmp_path / f"{who}.json") for who in ("anna", "boris", "vera")]
    wayhome.done("keys", "home", "shares", *places, *AS_ANNA)
    said = copied(wayhome, tmp_path / "two")
    assert f"two of three officers' shares: {', '.join(places)}" in said
    for place in places[:2]:
        Path(place).unlink()
    assert "two of three officers' shares" in copied(wayhome, tmp_path / "three"), "a copy needs no opening"
    (wayhome.data / "kek" / "kek.json").unlink()
    assert "which is not there" in copied(wayhome, tmp_path / "four")


def test_locked_keys_are_not_laid_elsewhere_under_the_old_key(wayhome: Wayhome, tmp_path: Path) -> None:
    wayhome.done("keys", "lock", *AS_ANNA)
    places = [str(tmp_path / f"{who}.json") for who in ("anna", "boris", "vera")]
    assert "locked by" in wayhome.told_off("keys", "home", "shares", *places, *AS_ANNA, code=4)
    assert wayhome.json("keys", "show")["kind"] == "file"


# -- moving ------------------------------------------------------------------------------------------------------


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


def test_a_passphrase_that_systemd_hands_to_the_service_is_taken(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files have a group's bit, in a folder that nobody else enters; anywhere else that is refused."""
    handed = tmp_path / "credentials"
    handed.mkdir(mode=0o700)
    words = handed / "passphrase"
    words.write_text("four words for everybody\n")
    words.chmod(0o600)
    given = {"WAYHOME_KEK_PASSPHRASE_FILE": str(words)}
    assert wayhome.run("keys", "home", "passphrase", "--as", "staff:anna", **given).exit_code == 0
    words.chmod(0o440)
    assert "may be read by others" in wayhome.run("case", "list", **given).output
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    assert wayhome.run("case", "list", **given).exit_code == 0


# -- planted cases -----------------------------------------------------------------------------------------------


def test_a_case_is_planted_by_a_number_that_is_typed_and_stands_nowhere(wayhome: Wayhome, case: str) -> None:
    planted = wayhome.run_as_typed("keys", "plant", "--as", "staff:zoya", answers=[case])
    assert planted.exit_code == 0, planted.output
    assert case.encode() not in file_of(wayhome).read_bytes()
    (told,) = [one for one in wayhome.json("keys", "show")["history"] if "planted" in one["what"]]
    assert (told["what"], told["who"]) == ("case planted", "staff:zoya")
    assert case in wayhome.done("case", "list", *AS_BORIS), "on lists it is like any other"
    looked = wayhome.run("case", "show", case, *AS_BORIS)
    assert (looked.exit_code, NAME in looked.output) == (1, False), looked.output
    assert wayhome.run("case", "list", *AS_BORIS).exit_code == 1, "nothing is shown to whoever looked"
    wrong = wayhome.run_as_typed("keys", "plant", "--as", "staff:zoya", answers=["nobody's"])
    assert wrong.exit_code == 2
