"""An older copy is noticed however it got there; it is gone on with in quarantine, and copies prove themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from console.accounts.command_line import services_of
from console.container import Container
from console.settings import Settings
from events import sealed_file
from events.errors import LogBehind
from handlers.commanding.answers import Accepted
from tests.console.test_backup import CASE, backed_up, copies
from tests.console.test_erasure import DINA, ended, erase
from tests.kit.command_line import Wayhome
from tests.kit.officers import ROOT, ZOYA
from tests.kit.people import ANNA
from tests.kit.web.served import served
from workflow.subjects.intake.commands import OpenCase

LOG, KEYS = "log.sqlite", "keys/keys.sqlite"
ACCEPT = ("restore", "accept", "--as", "staff:operator")


@pytest.fixture
def wayhome(published: Wayhome, tmp_path: Path) -> Wayhome:
    return published.copied_to(tmp_path / "data")


def opened(wayhome: Wayhome, count: int = 1) -> list[str]:
    container = Container(Settings(data=wayhome.data))
    try:
        made = [OpenCase(command_id=container.chance.uuid(), name="Nino Test", **CASE) for _ in range(count)]
        answers = container.service.submit_many(made)
    finally:
        container.close()
    return [answer.case_id for answer in answers if isinstance(answer, Accepted)]


def with_kek(new: Path, kek: Path) -> Wayhome:
    """Return a new folder into which whoever keeps the key-encryption key has brought it."""
    shutil.copytree(kek, new / "kek")
    new.chmod(0o700)
    return Wayhome(new)


def put_in_place(new: Wayhome, log: Path, keys: Path, *more: str) -> Wayhome:
    new.done("restore", "files", "--log", str(log), "--keys", str(keys), *more)
    return new


def to(log: Path, keys: Path) -> tuple[str, ...]:
    return "--log", str(log), "--keys", str(keys)


def files(log: Path, keys: Path) -> tuple[str, ...]:
    return "restore", "files", *to(log, keys)


def kept(wayhome: Wayhome, *names: str) -> dict[str, bytes]:
    return {name: (wayhome.data / name).read_bytes() for name in names}


def put_back(wayhome: Wayhome, older: dict[str, bytes]) -> None:
    for name, data in older.items():
        (wayhome.data / name).write_bytes(data)


def test_a_backup_is_put_in_place_and_gone_on_with_in_quarantine_only(wayhome: Wayhome, tmp_path: Path) -> None:
    cases = opened(wayhome, 3)
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    assert "no key-encryption key" in Wayhome(tmp_path / "new").told_off(*files(log, keys), code=4)
    new = put_in_place(with_kek(tmp_path / "new", wayhome.data / "kek"), log, keys)
    assert "restored from copies" in new.told_off("case", "list", code=4)
    told = new.json(*ACCEPT)
    assert told == {"cause": "older_log", "listed": 0, "sessions": 0, "doubtful": 0}
    assert "nothing was changed" in new.done("verify")
    shown = new.json("case", "show", cases[0], "--open", "identity", "--why", "after the fire", "--as", ANNA)
    assert "Nino Test" in shown["opened"].values()
    assert new.json("restore", "orphans")["quarantine"]
    opened(new)  # people still arrive
    new.done("restore", "lift", "--reason", "nothing was lost", "--as", "staff:operator")
    assert not new.json("restore", "orphans")["quarantine"]
    assert "nothing to accept" in new.told_off(*ACCEPT)


def test_an_older_log_under_its_newest_keys_is_refused_by_every_verb(wayhome: Wayhome) -> None:
    older = kept(wayhome, LOG)
    opened(wayhome)
    put_back(wayhome, older)
    for words in (("case", "list"), ("verify",), ("next", "7K3P9-QXM2D"), ("settings",)):
        if words != ("settings",):
            assert "wayhome restore accept" in wayhome.told_off(*words, code=4)
    assert wayhome.json("settings"), "what is in force can still be looked up"
    told = wayhome.json(*ACCEPT)
    assert (told["cause"], told["listed"]) == ("older_log", 1), "the person whose case is lost"
    (orphan,) = wayhome.json("restore", "orphans")["orphans"]
    assert (orphan["kind"], orphan["reference"][:2]) == ("person", "P-")
    assert "is settled" in wayhome.run("restore", "lift", "--reason", "x", "--as", "staff:operator").stdout


def test_older_keys_under_a_newer_log_are_refused_and_said_to_be_the_older_ones(wayhome: Wayhome) -> None:
    older = kept(wayhome, KEYS)
    opened(wayhome)
    put_back(wayhome, older)
    assert "they are an older copy" in wayhome.told_off("case", "list", code=4)
    assert wayhome.json(*ACCEPT)["cause"] == "older_keys"
    assert wayhome.run("verify").exit_code == 5, "names without a key are told"


def test_log_and_keys_of_one_older_day_are_told_by_what_went_out_since(wayhome: Wayhome) -> None:
    older = kept(wayhome, LOG, KEYS)
    sent = wayhome.data / "bank" / "sent"
    sent.mkdir(parents=True)
    (sent / "W-7K3P9QXM2D7K3P9Q.xml").write_text("<torn")
    put_back(wayhome, older)
    container = Container(Settings(data=wayhome.data))
    with pytest.raises(LogBehind, match="1 payments, letters or orders went out"):
        container.pool()
    container.close()
    assert wayhome.json(*ACCEPT)["cause"] == "outside"
    container = Container(Settings(data=wayhome.data))
    container.pool()
    container.close()


def test_an_accepted_copy_keeps_every_rule_the_checks_know(wayhome: Wayhome) -> None:
    older = kept(wayhome, LOG)
    opened(wayhome, 2)
    put_back(wayhome, older)
    assert wayhome.json(*ACCEPT)["listed"] == 2
    assert "ok" in wayhome.done("fsck"), "the answer names the two persons who were found, beside the copy"
    sent = wayhome.data / "post"
    sent.mkdir(exist_ok=True)
    (sent / "W-7K3P9QXM2D7K3P9Q.eml").write_text("Subject: a bed")
    assert wayhome.json(*ACCEPT)["listed"] == 1, "what turned up since is put on the list alone"
    wayhome.by_two_officers(
        "restore", "settle", orphan_number(wayhome, "letter"), "not_ours", "--reason", "nobody had it"
    )
    wayhome.done("fsck")


def orphan_number(wayhome: Wayhome, kind: str) -> str:
    found = wayhome.json("restore", "orphans")["orphans"]
    return next(str(one["id"]) for one in found if one["kind"] == kind)


def test_two_officers_settle_what_was_found_and_lift_the_quarantine(wayhome: Wayhome) -> None:
    wayhome.open_account(ANNA, "case_manager")
    older = kept(wayhome, LOG)
    opened(wayhome)
    put_back(wayhome, older)
    wayhome.done(*ACCEPT)
    (orphan,) = wayhome.json("restore", "orphans")["orphans"]
    wayhome.by_two_officers("restore", "settle", orphan["id"], "lost", "--reason", "she was asked to come again")
    wayhome.by_two_officers("restore", "lift", "--reason", "everybody was asked")
    found = wayhome.json("restore", "orphans")
    assert (found["quarantine"], found["orphans"][0]["outcome"]) == (False, "lost")


def two_letters_lost(wayhome: Wayhome) -> tuple[str, str]:
    """Put an older copy in place after two letters went out; return the numbers under which they are listed."""
    older = kept(wayhome, LOG)
    opened(wayhome)
    (wayhome.data / "post").mkdir(exist_ok=True)
    for name in ("W-7K3P9QXM2D7K3P9Q", "W-8K3P9QXM2D7K3P9Q"):
        (wayhome.data / "post" / f"{name}.eml").write_text("Subject: a bed")
    put_back(wayhome, older)
    wayhome.done(*ACCEPT)
    first, second = (one["id"] for one in wayhome.json("restore", "orphans")["orphans"] if one["kind"] == "letter")
    return str(first), str(second)


def test_the_list_says_where_each_thing_lies_and_which_proposal_waits_for_it(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    proposal = wayhome.json("restore", "settle", first, "not_ours", "--reason", "the partner was asked")["proposal"]
    found = {one["id"]: one for one in wayhome.json("restore", "orphans")["orphans"]}
    assert (found[first]["place"], found[second]["place"]) == (
        f"post/{found[first]['reference']}.eml", f"post/{found[second]['reference']}.eml",
    )  # fmt: skip
    assert all((wayhome.data / found[key]["place"]).is_file() for key in (first, second))
    assert (found[first]["proposed"], found[first]["proposal"]) == ("not_ours", proposal)
    assert (found[second]["proposed"], found[second]["proposal"]) == ("", "")
    (person,) = (one for one in found.values() if one["kind"] == "person")
    assert person["place"] == ""
    told = wayhome.run("restore", "orphans", COLUMNS="300").stdout
    assert "beside the keys" in told
    assert f"proposed: not_ours ({proposal})" in told
    wayhome.done("officers", "withdraw", proposal)
    assert {one["proposal"] for one in wayhome.json("restore", "orphans")["orphans"]} == {""}


def test_several_are_settled_at_once_and_a_wrong_number_among_them_holds_up_no_other(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    several = ("restore", "settle", first, "O-NOBODYKNOWSIT", second, "lost", "--reason", "both came")
    answers = {one["orphan"]: one for one in wayhome.json(*several, code=1)}
    assert answers["O-NOBODYKNOWSIT"]["reasons"][0]["guard"] == "orphan_is_listed"
    proposals = [answers[key]["proposal"] for key in (first, second)]
    assert len(set(proposals)) == 2
    wayhome.signs_in(ZOYA)
    for proposal in proposals:
        wayhome.done("officers", "confirm", proposal)
    settled = {one["id"]: one["outcome"] for one in wayhome.json("restore", "orphans")["orphans"]}
    assert (settled[first], settled[second]) == ("lost", "lost")


def test_several_that_are_settled_again_by_the_same_id_are_settled_once(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    same = ("--command-id", "00000000-0000-4000-8000-000000000001")
    words = ("restore", "settle", first, second, "stopped", "--reason", "called back", *same)
    assert [one["proposal"] for one in wayhome.json(*words)] == [one["proposal"] for one in wayhome.json(*words)]
    assert "by itself" in wayhome.told_off("restore", "settle", first, second, "counted", "--grant", "G-1",
                                           "--reason", "x")  # fmt: skip


def test_officers_are_sent_to_their_own_verbs_and_not_to_a_case(wayhome: Wayhome) -> None:
    first, _ = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    settle = ("restore", "settle", first, "lost", "--reason", "it came")
    proposal = wayhome.json(*settle)["proposal"]
    again = wayhome.run(*settle)
    assert again.exit_code == 1
    assert f"wayhome officers confirm or decline {proposal}" in again.stdout
    own = wayhome.run("officers", "decline", proposal, "--reason", "a slip").stdout
    assert f"wayhome officers withdraw {proposal}" in own
    wayhome.signs_in(ZOYA)
    others = wayhome.run("officers", "withdraw", proposal).stdout
    assert f"wayhome officers decline {proposal}" in others
    nothing = wayhome.run("officers", "confirm", "D-7K3P9QXM2D7K3P9Q").stdout
    assert "wayhome officers list" in nothing
    assert "wayhome case" not in again.stdout + own + others + nothing


def test_the_list_of_officers_says_what_is_settled_and_what_comes_of_it(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    wayhome.done("restore", "settle", first, "lost", "--reason", "it came")
    (waits,) = wayhome.json("officers", "list")
    reference = next(one for one in wayhome.json("restore", "orphans")["orphans"] if one["id"] == first)["reference"]
    assert waits["about"].startswith(f"{first}: letter {reference} in post/{reference}.eml is lost. It holds outside")
    assert waits["about"].endswith("Why: it came")
    wayhome.done("officers", "withdraw", waits["proposal"])
    others = [one["id"] for one in wayhome.json("restore", "orphans")["orphans"] if one["id"] != second]
    wayhome.by_two_officers("restore", "settle", second, "not_ours", "--reason", "asked")
    for one in others:
        wayhome.by_two_officers("restore", "settle", one, "lost", "--reason", "asked")
    wayhome.signs_in(ROOT)
    wayhome.done("restore", "lift", "--reason", "everybody was asked")
    (waits,) = wayhome.json("officers", "list")
    assert waits["about"].startswith("what waits leaves the house; 0 open")
    assert "1 not_ours" in waits["about"]
    assert "2 lost" in waits["about"]


def test_whoever_was_signed_in_has_to_sign_in_again(wayhome: Wayhome) -> None:
    wayhome.signs_in(ROOT)
    assert "proposed" in wayhome.done("officers", "days", "8")
    older = kept(wayhome, LOG)
    opened(wayhome)
    put_back(wayhome, older)
    assert wayhome.json(*ACCEPT)["sessions"] == 1
    assert wayhome.run("officers", "days", "9").exit_code == 1, "nobody knows who types"


def test_an_account_closed_after_the_copy_was_made_is_not_open_again(wayhome: Wayhome) -> None:
    wayhome.signs_in(ANNA)
    older = kept(wayhome, LOG)
    wayhome.signs_in(ROOT)
    wayhome.done("account", "close", ANNA, "--reason", "misuse")
    container = Container(Settings(data=wayhome.data))
    container.pool().sweeper.sweep()  # within a second in life
    container.close()
    put_back(wayhome, older)
    wayhome.done(*ACCEPT)
    wayhome.signs_in(ANNA)
    assert wayhome.run("sign-out").exit_code == 0
    container = Container(Settings(data=wayhome.data))
    auth = services_of(container)
    row = auth.accounts.row(ANNA)
    assert row is not None
    assert not row.account.closed, "the older log knows nothing of it"
    assert auth.sessions.find(auth.sessions.start(ANNA, row.epoch)) is None
    assert auth.sessions.find(auth.sessions.start(ZOYA, auth.accounts.row(ZOYA).epoch)) is not None  # type: ignore[union-attr]
    container.close()


# -- copies that are not what they should be ------------------------------------------------------------------


def test_nothing_is_put_in_place_over_data(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    before = kept(wayhome, LOG, KEYS)
    told = wayhome.told_off("restore", "files", "--log", str(log), "--keys", str(keys))
    assert "nothing is written over" in told
    assert kept(wayhome, LOG, KEYS) == before


def test_nor_while_a_console_runs_on_them(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    with served(wayhome.data):
        backed_up(wayhome, log, keys)
        assert "nothing is written over" in wayhome.told_off("restore", "files", "--log", str(log), "--keys", str(keys))


def test_a_log_and_the_keys_of_another_office_are_not_put_together(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    other = Wayhome(tmp_path / "other")
    other.done("programme", "publish", "moscow", "--as", "staff:operator")
    (tmp_path / "clara").mkdir()
    (tmp_path / "dora").mkdir()
    backed_up(other, tmp_path / "clara" / "log.sqlite", tmp_path / "dora" / "keys.sqlite")
    new = with_kek(tmp_path / "new", other.data / "kek")
    assert "another log" in new.told_off(*files(log, tmp_path / "dora" / "keys.sqlite"), code=4)
    assert not (tmp_path / "new" / LOG).exists()


@pytest.mark.parametrize("which", ["log", "keys"])
def test_a_copy_that_is_half_there_is_refused_and_leaves_nothing(wayhome: Wayhome, tmp_path: Path, which: str) -> None:
    opened(wayhome, 2)
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    half = log if which == "log" else keys
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    new = with_kek(tmp_path / "new", wayhome.data / "kek")
    new.told_off(*files(log, keys), code=4)
    assert [file.name for file in new.data.rglob("*.sqlite")] == []


def test_copies_sealed_for_two_people_open_with_each_ones_own_passphrase(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_file, "_EXPONENT", 4)
    opened(wayhome, 2)
    log, keys = copies(tmp_path)
    hers, his = tmp_path / "hers", tmp_path / "his"
    hers.write_text("anna walks by the river\n")
    his.write_text("boris feeds nine pigeons\n")
    sealed = ("--log-passphrase", str(hers), "--keys-passphrase", str(his))
    told = wayhome.told_off("backup", *to(log, keys), *sealed, code=4)
    assert "may be read by others" in told
    for one in (hers, his):
        one.chmod(0o600)
    found = wayhome.json("backup", *to(log, keys), *sealed)
    assert (found["without_key"], found["keys"] > 0) == (0, True)
    assert not any(b"SQLite" in file.read_bytes() for file in (log, keys))
    assert list(wayhome.data.rglob("*to-be-sealed*")) == []
    new = with_kek(tmp_path / "new", wayhome.data / "kek")
    words = files(log, keys)
    swapped = ("--log-passphrase", str(his), "--keys-passphrase", str(hers))
    assert "the passphrase is wrong" in new.told_off(*words, *swapped, code=4)
    assert new.json(*words, *sealed)["events"] == found["events"]
    assert [file.name for file in new.data.rglob(".*")] == []


def test_one_passphrase_for_both_copies_is_refused(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    one = tmp_path / "one"
    one.write_text("one for both of them\n")
    one.chmod(0o600)
    words = (
        "backup",
        "--log",
        str(log),
        "--keys",
        str(keys),
        "--log-passphrase",
        str(one),
        "--keys-passphrase",
        str(one),
    )
    assert "let each person choose" in wayhome.told_off(*words)
    assert not log.exists()


def test_with_a_database_setting_the_files_are_not_put_beside_it(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    there = Wayhome(tmp_path / "new", {"WAYHOME_DATABASE_URL": "postgresql+psycopg://nobody@localhost/none"})
    assert "wayhome move" in there.told_off("restore", "files", "--log", str(log), "--keys", str(keys))


def test_a_folder_moved_away_under_nobody_s_feet_can_be_restored_beside(wayhome: Wayhome, tmp_path: Path) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    shutil.move(wayhome.data, tmp_path / "old")
    new = with_kek(wayhome.data, tmp_path / "old" / "kek")
    assert put_in_place(new, log, keys).json(*ACCEPT)["cause"] == "older_log"


def test_a_restore_that_is_refused_changes_no_key_encryption_key(wayhome: Wayhome, tmp_path: Path) -> None:
    """The keys are from before an erasure, with the key-encryption key of then; the log knows of the erasure."""
    wayhome.open_account(DINA, "data_protection", "moscow")
    case, (log, keys) = ended(wayhome), copies(tmp_path)
    backed_up(wayhome, tmp_path / "before.sqlite", keys)
    shutil.copytree(wayhome.data / "kek", tmp_path / "kek")
    erase(wayhome, case)
    (tmp_path / "apart").mkdir()
    backed_up(wayhome, log, tmp_path / "apart" / "newest.sqlite")
    new = with_kek(tmp_path / "new", tmp_path / "kek")
    kek = new.data / "kek" / "kek.json"
    before = kek.read_bytes()
    assert "kept.txt" in new.told_off(*files(log, keys), "--checkpoint", str(tmp_path / "kept.txt"), code=4)
    assert kek.read_bytes() == before
    new.done(*files(log, keys))
    assert kek.read_bytes() == before, "and one that is not changes none either, until it is accepted"
    new.done(*ACCEPT)
    assert kek.read_bytes() != before, "then the keys of whoever was erased are destroyed again"


def test_a_log_that_was_sealed_after_its_copy_was_taken_is_put_in_place_with_the_keys_that_came_after(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    """The sealer goes on between the two copies: what it noted beside the keys is of a longer log."""
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, tmp_path / "sooner.sqlite")
    opened(wayhome)
    wayhome.done("seal")
    backed_up(wayhome, tmp_path / "later.sqlite", keys)
    new = put_in_place(with_kek(tmp_path / "new", wayhome.data / "kek"), log, keys)
    assert new.json(*ACCEPT)["cause"] == "older_log"


def test_a_restored_office_does_not_share_the_key_encryption_key_of_the_one_that_runs(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    beside = Wayhome(tmp_path / "new", {"WAYHOME_KEK_FILE": str(wayhome.data / "kek" / "kek.json")})
    assert "one blinds the other" in beside.told_off(*files(log, keys))
    assert not (tmp_path / "new" / LOG).exists()


def test_a_copy_that_lost_what_was_signed_is_not_put_in_place_against_a_checkpoint_that_was_kept(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    log, keys = copies(tmp_path)
    backed_up(wayhome, log, keys)
    opened(wayhome)
    wayhome.done("seal", "--to", str(tmp_path / "checkpoint"))
    newest = tmp_path / "newest.sqlite"
    shutil.copyfile(wayhome.data / KEYS, newest)
    new = with_kek(tmp_path / "new", wayhome.data / "kek")
    told = new.told_off(*files(log, newest), "--checkpoint", str(tmp_path / "checkpoint"), code=4)
    assert "take another copy" in told
    assert not (new.data / LOG).exists()
