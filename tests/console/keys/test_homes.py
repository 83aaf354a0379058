"""Keys at the command line: looked at, locked, their key laid elsewhere, named by a backup; planted cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.container import Container
from console.settings import Settings
from events.errors import KeysLocked
from tests.kit.command_line import AS_ANNA, AS_BORIS, Wayhome
from tests.kit.key_verbs import NAME, can_read, file_of

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
