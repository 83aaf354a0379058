"""An older copy is noticed however it got there, and is gone on with in quarantine."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.accounts.command_line import services_of
from console.container import Container
from console.settings import Settings
from events.errors import LogBehind
from tests.kit.command_line import Wayhome
from tests.kit.officers import ROOT, ZOYA
from tests.kit.older_copies import (
    ACCEPT,
    KEYS,
    LOG,
    backed_up,
    copies,
    files,
    kept,
    opened,
    put_back,
    put_in_place,
    with_kek,
)
from tests.kit.people import ANNA


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
