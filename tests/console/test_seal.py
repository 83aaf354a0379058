"""`wayhome seal`, `wayhome witness` and what people see of it: an office and its witnesses as they are run."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from console.container import Container
from console.settings import Settings
from events.checkpoints import OUTSIDE, VERIFIER, verifier_of
from events.facts.office import SigningKeyReplaced
from events.heads_noting import note_heads
from events.log_identity import SIGNING_STREAM
from events.notes import LOG, SigningKey, parse_note
from events.sealer import TROUBLE, Sealer
from events.witness_policy import Policy, parse_policy
from handlers.queries.sealing import seal_state
from tests.kit.command_line import Wayhome
from tests.kit.offices import Office
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.served import PROGRAM, served
from tests.kit.witnesses import RED_CROSS, policy_of

KEY = SigningKey("way-home.example/log", LOG, b"\x07" * 32)


@contextmanager
def witnessing(folder: Path, log: str) -> Iterator[tuple[str, str]]:
    """A witness in a process of its own, as a partner runs it: its public key and its address."""
    key = folder / "witness.key"
    if not key.exists():
        Wayhome(folder).done("witness", "--key", str(key), "--new-key", "red-cross.example/witness")
    line = [
        *PROGRAM,
        "witness",
        "--key",
        str(key),
        "--state",
        str(folder / "seen"),
        "--log",
        log,
        "--listen",
        "127.0.0.1:0",
    ]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    assert process.stdout
    try:
        said = process.stdout.readline()
        found = re.fullmatch(r"witness (\S+) listens at (127\.0\.0\.1:\d+); stop with Ctrl-C\n", said)
        assert found, said
        yield found[1], f"http://{found[2]}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        process.stdout.close()


def log_key(wayhome: Wayhome) -> str:
    return str(wayhome.json("seal")["log"])


def test_an_office_is_sealed_and_holds_itself_to_what_was_kept(wayhome: Wayhome, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.txt"
    first = wayhome.json("seal", "--to", str(kept))
    assert first["reached"]
    assert first["log"].startswith("wayhome/")
    assert parse_note(kept.read_bytes()).text == parse_note(first["note"].encode()).text
    wayhome.done("programme", "publish", "moscow", "--as", "staff:operator")
    assert wayhome.json("seal")["size"] >= first["size"]
    report = wayhome.json("verify", "--checkpoint", str(kept))
    assert report["ok"]
    assert report["checkpoints"] >= 1
    assert "it continues the checkpoint of" in wayhome.done("verify", "--checkpoint", str(kept))
    assert (wayhome.data / "keys" / "log-signing.key").stat().st_mode & 0o777 == 0o600


def test_a_checkpoint_of_another_log_or_a_changed_one_is_not_held_against_this_one(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.txt"
    wayhome.done("seal", "--to", str(kept))
    whole = kept.read_text()
    kept.write_text(whole.replace("wayhome/", "wayhomf/", 1))
    assert "is not signed by this log" in wayhome.told_off("verify", "--checkpoint", str(kept), code=2)
    kept.write_text(whole[:20])
    assert "no signed note" in wayhome.told_off("verify", "--checkpoint", str(kept), code=2)


def test_a_log_of_which_less_is_left_than_somebody_kept_is_told(wayhome: Wayhome, tmp_path: Path) -> None:
    """Whoever restored the older log restored the older keys with it: only the checkpoint in a drawer tells."""
    older = wayhome.copied_to(tmp_path / "older")
    older.done("seal")
    newer = older.copied_to(tmp_path / "newer")
    container = Container(Settings(data=newer.data))
    assert note_heads(container.log)
    container.close()
    kept = tmp_path / "checkpoint.txt"
    newer.done("seal", "--to", str(kept))
    assert newer.json("verify", "--checkpoint", str(kept))["ok"]
    result = older.run("verify", "--checkpoint", str(kept))
    assert result.exit_code == 5
    assert "the log ends before that: it was cut off" in result.stdout


def test_a_name_is_given_once_before_the_first_signature(wayhome: Wayhome) -> None:
    assert wayhome.json("seal", "--name", "way-home.example/log")["log"].startswith("way-home.example/log+")
    assert wayhome.json("seal", "--name", "another.example/log")["log"].startswith("way-home.example/log+")


def test_a_lost_signing_key_is_said_and_none_is_made_anew(wayhome: Wayhome) -> None:
    wayhome.done("seal")
    (wayhome.data / "keys" / "log-signing.key").unlink()
    assert "restore it from its own backup" in wayhome.told_off("seal", code=4)
    assert not (wayhome.data / "keys" / "log-signing.key").exists()


def test_a_log_whose_key_is_lost_goes_on_under_a_new_name_and_that_is_recorded(wayhome: Wayhome) -> None:
    assert "has signed nothing yet" in wayhome.told_off("seal", "--begin-again", "new.example/log", code=4)
    before = wayhome.json("seal")
    file = wayhome.data / "keys" / "log-signing.key"
    file.unlink()
    old_name = before["log"].partition("+")[0]
    assert "one name has one history" in wayhome.told_off("seal", "--begin-again", old_name, code=4)
    new = wayhome.json("seal", "--begin-again", "new.example/log", "--as", "staff:operator")["log"]
    after = wayhome.json("seal")
    assert after["log"] == new != before["log"]
    assert after["size"] > before["size"]
    assert wayhome.json("verify")["ok"]
    container = Container(Settings(data=wayhome.data))
    (event,) = container.log.stream(SIGNING_STREAM)
    fact = container.log.fact(event)
    container.close()
    assert event.envelope.actor == "staff:operator"
    assert fact == SigningKeyReplaced(before=before["log"], log=new, size=before["size"])


def test_an_older_copy_somebody_decides_to_go_on_with_is_signed_under_a_new_name(
    wayhome: Wayhome, tmp_path: Path
) -> None:
    wayhome.done("seal")
    older = wayhome.copied_to(tmp_path / "older")
    container = Container(Settings(data=wayhome.data))
    assert note_heads(container.log)
    container.close()
    wayhome.done("seal")
    shutil.copyfile(wayhome.data / "keys" / "keys.sqlite", older.data / "keys" / "keys.sqlite")
    assert "an older copy" in older.told_off("seal", code=4)
    older.done("restore", "accept", "--as", "staff:operator")
    assert "an older copy was put in its place" in older.told_off("seal", code=4)
    assert older.run("verify").exit_code == 5
    older.done("seal", "--begin-again", "new.example/log", "--as", "staff:operator")
    assert older.json("seal")["log"].startswith("new.example/log+")
    assert older.json("verify")["ok"]


def test_a_partner_runs_a_witness_and_the_office_sees_who_signed(wayhome: Wayhome, tmp_path: Path) -> None:
    log = log_key(wayhome)
    with witnessing(tmp_path, log) as (vkey, url):
        policy = f"log {log}\nwitness red-cross {vkey} {url}\nquorum red-cross\n"
        (wayhome.data / "witnesses.policy").write_text(policy)
        done = wayhome.json("seal")
        assert done["witnesses"] == [{"name": "red-cross", "standing": "signed"}]
        assert parse_policy(policy).accepts(parse_note(done["note"].encode()))
        assert wayhome.json("seal", "--state")["missing"] == []
    more = Container(Settings(data=wayhome.data))
    assert note_heads(more.log)
    more.close()
    late = wayhome.run("seal", "--json")
    assert late.exit_code == 4
    assert json.loads(late.stdout)["witnesses"] == [{"name": "red-cross", "standing": "late"}]
    state = wayhome.json("seal", "--state")
    assert state["missing"] == ["red-cross"]
    assert state["sealed"] == state["events"] - 1
    with witnessing(tmp_path, log) as (again, url):
        assert again == vkey, "a witness keeps its key"
        (wayhome.data / "witnesses.policy").write_text(policy.replace(policy.split()[5], url))
        assert wayhome.json("seal")["reached"]


def test_a_policy_for_another_log_or_none_at_all_is_said(wayhome: Wayhome) -> None:
    file = wayhome.data / "witnesses.policy"
    file.write_text(f"log {KEY.verifier}\nquorum none\n")
    assert "the policy is of another log" in wayhome.told_off("seal", code=4)
    file.write_text("trust everybody\n")
    assert "line 1 of the policy" in wayhome.told_off("seal", code=4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--key", "missing.key", "--state", "s", "--log", str(KEY.verifier)], "make one with --new-key"),
        (["--key", "w.key"], "name the folder with --state"),
        (["--key", "w.key", "--state", "s", "--log", str(RED_CROSS.verifier)], "the key of a witness, not of a log"),
        (["--key", "w.key", "--state", "s", "--log", str(KEY.verifier), "--listen", "8422"], "127.0.0.1:8422"),
        (["--key", "w.key", "--new-key", "again.example/witness"], "a witness keeps its key"),
    ],
)
def test_a_witness_that_cannot_begin_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("w.key").write_text(RED_CROSS.text())
    result = Wayhome(tmp_path).run("witness", *words)
    assert result.exit_code in (2, 4)
    assert said in result.output
    assert "ERERERER" not in result.output, "the secret key"


def test_a_console_seals_by_itself_what_happens_in_it(wayhome: Wayhome) -> None:
    with served(wayhome.data) as (_, process):
        for _ in range(200):
            if json.loads(wayhome.run("seal", "--state", "--json").stdout)["sealed"]:
                break
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    state = wayhome.json("seal", "--state")
    assert state["log"]
    assert state["sealed"] == state["events"]
    assert wayhome.json("verify")["ok"]


# -- Operations -----------------------------------------------------------------------------------------------------


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def supervisor(house: WebHouse) -> Person:
    return house.sign_in("staff:sofia", ["supervisor"])


def policy_with_a_witness(house: WebHouse) -> Policy:
    policy = f"witness red-cross {RED_CROSS.verifier} http://127.0.0.1:9\nquorum red-cross\n"
    house.house.container.settings.policy_file.parent.mkdir(parents=True, exist_ok=True)
    house.house.container.settings.policy_file.write_text(policy)
    return policy_of(KEY.verifier, ("red-cross", RED_CROSS, "http://127.0.0.1:9"))


def sealed(house: WebHouse) -> None:
    container = house.house.container
    container.keys.note(VERIFIER, str(KEY.verifier).encode())
    assert Sealer(container.log, KEY).seal()


def test_operations_say_that_nobody_signed_yet_and_that_all_is_signed(house: WebHouse, supervisor: Person) -> None:
    assert "nobody has signed it yet" in supervisor.get("/operations").text
    sealed(house)
    page = supervisor.get("/operations").text
    assert "entries signed" in page
    assert "The history is not signed" not in page


def test_operations_alarm_when_a_witness_is_late_for_more_than_ten_minutes(house: WebHouse, supervisor: Person) -> None:
    policy_with_a_witness(house)
    sealed(house)
    assert "The history is not signed" not in supervisor.get("/operations").text
    house.office.clock.advance(timedelta(minutes=11))
    page = supervisor.get("/operations").text
    assert "The history is not signed" in page
    assert "red-cross" in page
    assert "something waits for" in page


def test_operations_say_why_nothing_is_signed(house: WebHouse, supervisor: Person) -> None:
    sealed(house)
    house.house.container.keys.note(TROUBLE, b"nothing was signed: an older copy was put in its place")
    assert "an older copy was put in its place" in supervisor.get("/operations").text


def test_the_state_counts_what_enough_have_signed(house: WebHouse) -> None:
    container, policy = house.house.container, policy_with_a_witness(house)
    sealed(house)
    with container.database.reading() as connection:
        alone = seal_state(connection, verifier_of(container.keys), Policy())
        with_them = seal_state(connection, verifier_of(container.keys), policy)
        never = seal_state(connection, None, Policy())
    assert (alone.sealed, alone.since, alone.missing) == (alone.events, "", ())
    assert (with_them.sealed, with_them.missing) == (0, ("red-cross",))
    assert (never.sealed, never.since != "") == (0, True)
    assert container.keys.noted(OUTSIDE)


def test_a_log_that_was_signed_and_whose_clock_was_accepted_passes_all(published: Wayhome, tmp_path: Path) -> None:
    wayhome = published.copied_to(tmp_path / "data")
    wayhome.done("seal")
    wayhome.done("clock", "accept", "--as", "staff:operator")
    wayhome.done("seal")
    assert "FAIL" not in wayhome.done("verify", "--rules")
    assert "says what the log says" in wayhome.done("fsck")
