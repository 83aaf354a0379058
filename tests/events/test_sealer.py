"""The log is sealed: what was signed is held to, whatever is done to the database, the process or the clock."""

import multiprocessing
import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import text

from events.checkpoints import StoredCheckpoint, noted_outside
from events.database import Database, owner_engine, sqlite_url
from events.errors import KeysMissing, SealRefused, StoreFull, TreeAltered, TreeBehind
from events.facts import catalogue
from events.facts.office import HeadsNoted
from events.heads_map import HeadsMap, proves_absence, proves_head
from events.heads_noting import HEADS_STREAM, heads_at, note_heads, note_heads_if_due
from events.key_check import bind_keys_to_log
from events.key_stores import FileKeys
from events.keys import MemoryKeys
from events.log import Log
from events.log_identity import begin_signing_again, default_name, make_signing_key, signing_key
from events.merkle import node_of, proves_consistency, proves_inclusion, root_of
from events.notes import LOG, Checkpoint, SigningKey, is_signed
from events.sealer import Sealer
from events.tree import consistency_between, inclusion_at, root_at
from events.world import SystemEntropy
from events.writing import DecidedBy
from tests.kit.logs import CASE, LINKED, OTHER, lower_the_fences, refusal, small_history, tell

KEY = SigningKey("way-home.example/log", LOG, b"\x07" * 32)


@pytest.fixture
def sealer(log: Log) -> Sealer:
    return Sealer(log, KEY)


def sealed(sealer: Sealer) -> StoredCheckpoint:
    found = sealer.seal()
    assert found is not None
    return found


def killed(*_: object) -> None:
    raise SystemExit


def leaves(log: Log) -> list[bytes]:
    return [event.leaf for page in log.pages() for event in page]


def as_owner(database: Database, *statements: str) -> None:
    """What somebody who owns the tables does with the fences down."""
    engine = owner_engine(database.url)
    with engine.begin() as connection:
        lower_the_fences(connection, ("events", "tree", "checkpoints", "streams", "log_head", "commands"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_an_empty_log_is_not_signed(sealer: Sealer) -> None:
    assert sealer.seal() is None


def test_the_log_is_signed_as_it_stands(log: Log, sealer: Sealer) -> None:
    small_history(log)
    found = sealed(sealer)
    assert found.checkpoint == (KEY.name, log.size(), root_of(leaves(log)))
    assert is_signed(found.note, KEY.verifier)
    assert noted_outside(log.keys) == found.checkpoint
    assert sealer.newest() == found


def test_nothing_is_signed_twice_while_nothing_happens(log: Log, sealer: Sealer) -> None:
    small_history(log)
    assert sealed(sealer) == sealed(sealer)
    with log.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM checkpoints")).scalar_one() == 1


def test_every_event_is_proved_and_every_later_checkpoint_continues_every_earlier_one(log: Log, sealer: Sealer) -> None:
    checkpoints = list[Checkpoint]()
    for _ in range(9):
        tell(log, (CASE, LINKED), (OTHER, LINKED)) if len(checkpoints) % 2 else tell(log, (CASE, LINKED))
        checkpoints.append(sealed(sealer).checkpoint)
    stored = leaves(log)
    with log.database.reading() as connection:
        for index, leaf in enumerate(stored):
            for one in (one for one in checkpoints if one.size > index):
                assert proves_inclusion(leaf, index, one.size, inclusion_at(connection, index, one.size), one.root)
        for number, earlier in enumerate(checkpoints):
            for later in checkpoints[number:]:
                proof = consistency_between(connection, earlier.size, later.size)
                assert proves_consistency(earlier.size, later.size, earlier.root, later.root, proof)


def test_a_long_log_is_sealed_in_steps(log: Log, sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.tree.GROWN_AT_ONCE", 3)
    for _ in range(3):
        small_history_again(log)
    assert sealed(sealer).checkpoint.root == root_of(leaves(log))


def small_history_again(log: Log) -> None:
    for _ in range(5):
        tell(log, (CASE, LINKED), (OTHER, LINKED))


def test_whoever_asks_for_a_proof_nobody_sealed_is_told_to_seal(log: Log) -> None:
    small_history(log)
    with log.database.reading() as connection, pytest.raises(TreeBehind, match="wayhome seal"):
        root_at(connection, 8)


@pytest.mark.parametrize("table", ["tree", "checkpoints", "checkpoint_signatures"])
def test_what_was_sealed_is_neither_changed_nor_removed(log: Log, sealer: Sealer, table: str) -> None:
    small_history(log)
    sealed(sealer)
    column = {"tree": "hash"}.get(table, "at")
    assert "happened; it cannot be changed" in refusal(log.database, f"UPDATE {table} SET {column} = 'x'")
    assert "happened; it cannot be changed" in refusal(log.database, f"DELETE FROM {table}")


def test_a_log_killed_between_storing_and_signing_is_signed_for_the_same_head(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_history(log)
    dying = Sealer(log, KEY)
    monkeypatch.setattr(dying, "_signed", killed)
    with pytest.raises(SystemExit):
        dying.seal()
    stored = Sealer(log, KEY).newest()
    assert stored is not None
    assert stored.signatures == ()
    assert sealed(Sealer(log, KEY)).checkpoint == stored.checkpoint
    assert is_signed(sealed(Sealer(log, KEY)).note, KEY.verifier)


def test_a_log_killed_between_noting_outside_and_storing_goes_on(
    log: Log, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_history(log)
    with monkeypatch.context() as dying:
        dying.setattr("events.sealer.store_head", killed)
        with pytest.raises(SystemExit):
            sealer.seal()
    assert sealer.newest() is None
    noted = noted_outside(log.keys)
    assert noted is not None
    assert noted.size == 8
    tell(log, (CASE, LINKED))
    assert sealed(sealer).checkpoint.size == 9


def test_an_older_copy_of_the_database_is_not_signed(tmp_path: Path, sqlite_template: Path) -> None:
    file, older = tmp_path / "log.sqlite", tmp_path / "older.sqlite"
    shutil.copyfile(sqlite_template, file)
    keys = MemoryKeys(SystemEntropy())
    log = Log(Database(sqlite_url(file)), catalogue(), keys, SystemEntropy())
    small_history(log)
    sealed(Sealer(log, KEY))
    log.database.close()
    shutil.copyfile(file, older)
    tell(log, (CASE, LINKED))
    signed_last = sealed(Sealer(log, KEY)).checkpoint
    log.database.close()
    shutil.copyfile(older, file)
    again = Log(Database(sqlite_url(file)), catalogue(), keys, SystemEntropy())
    with pytest.raises(SealRefused, match="9 events were signed before and this log holds 8"):
        Sealer(again, KEY).seal()
    for _ in range(3):  # it goes on by itself and is longer than the lost one
        tell(again, (OTHER, LINKED))
    with pytest.raises(SealRefused, match="the first 9 events are not those"):
        Sealer(again, KEY).seal()
    assert noted_outside(keys) == signed_last
    newest_here = Sealer(again, KEY).newest()
    assert newest_here is not None
    assert newest_here.checkpoint.size == 8
    again.database.close()


def test_a_log_that_was_cut_off_is_not_signed(log: Log, sealer: Sealer) -> None:
    small_history(log)
    sealed(sealer)
    as_owner(log.database, "DELETE FROM events WHERE position = 7", "UPDATE log_head SET size = 7")
    with pytest.raises(SealRefused, match="cut off behind event 6"):
        sealer.seal()


def test_events_rewritten_after_they_were_signed_are_not_signed_again(log: Log, sealer: Sealer) -> None:
    """All of the tree was made anew too: only the head that was noted elsewhere shows it."""
    small_history(log)
    sealed(sealer)
    as_owner(log.database, "UPDATE events SET leaf = previous WHERE position = 3", "DELETE FROM tree",
             "DELETE FROM checkpoints")  # fmt: skip
    with pytest.raises(SealRefused, match="not those that were signed before"):
        sealer.seal()


def test_a_node_somebody_put_into_the_tree_is_never_signed(log: Log, sealer: Sealer) -> None:
    """The application's own login may add rows: a node before its time, or one of a place that was not reached yet."""
    small_history(log)
    with log.database.writing() as connection:
        connection.execute(text("INSERT INTO tree (level, number, hash) VALUES (1, 2, :h)"), {"h": b"\x01" * 32})
    with pytest.raises(TreeAltered, match="somebody else wrote it"):
        sealer.seal()
    assert sealer.newest() is None


def test_a_node_somebody_changed_below_a_signed_head_is_noticed(log: Log, sealer: Sealer) -> None:
    small_history(log)
    tell(log, (CASE, LINKED))
    sealed(sealer)
    as_owner(log.database, "UPDATE tree SET hash = leaf FROM events WHERE level = 3 AND position = 0")
    with pytest.raises(TreeAltered, match="not the one that was signed"):
        sealer.seal()


def test_a_head_somebody_stored_before_us_is_not_signed_for_them(log: Log, sealer: Sealer) -> None:
    small_history(log)
    sealed(sealer)
    tell(log, (CASE, LINKED))
    with log.database.writing() as connection:
        connection.execute(
            text("INSERT INTO checkpoints (origin, size, root, at) VALUES (:o, 9, :r, '')"),
            {"o": KEY.name, "r": b"\x01" * 32},
        )
    with pytest.raises(TreeAltered):
        sealer.seal()


def plant_head(log: Log, size: int) -> None:
    """Store a head and, beneath it, nodes that go together with it and not with the leaves."""
    forged = b"\x66" * 32
    with log.database.writing() as connection:
        (top,) = connection.execute(text("SELECT hash FROM tree WHERE level = 3 AND number = 0")).scalars()
        connection.execute(text("INSERT INTO tree (level, number, hash) VALUES (1, 4, :h)"), {"h": forged})
        row = {"o": KEY.name, "s": size, "r": node_of(bytes(top), forged)}
        connection.execute(text("INSERT INTO checkpoints (origin, size, root, at) VALUES (:o, :s, :r, '')"), row)


@pytest.mark.parametrize("more", [0, 1])
def test_a_head_somebody_stored_together_with_a_tree_that_fits_it_is_not_signed(
    log: Log, sealer: Sealer, more: int
) -> None:
    small_history(log)
    before = sealed(sealer).checkpoint
    for _ in range(10 - before.size):
        tell(log, (CASE, LINKED))
    plant_head(log, 10)
    for _ in range(more):
        tell(log, (CASE, LINKED))
    with pytest.raises(TreeAltered):
        sealer.seal()
    assert noted_outside(log.keys) == before, "and nothing is noted that was not made of the leaves"


def test_what_is_written_between_the_looking_and_the_signing_is_not_signed(
    log: Log, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_history(log)
    looked = sealer._signed

    def somebody_was_quicker(head: Checkpoint) -> StoredCheckpoint:
        row = {"o": KEY.name, "r": b"\x01" * 32}
        with log.database.writing() as connection:
            connection.execute(text("INSERT INTO checkpoints (origin, size, root, at) VALUES (:o, 4000, :r, '')"), row)
        return looked(head)

    monkeypatch.setattr(sealer, "_signed", somebody_was_quicker)
    found = sealer.seal()
    assert found is not None
    assert found.checkpoint.size == log.size()
    newest = sealer.newest()
    assert newest is not None
    assert (newest.checkpoint.size, newest.signatures) == (4000, ())


def test_a_signature_somebody_else_wrote_in_our_name_is_not_handed_on(log: Log, sealer: Sealer) -> None:
    small_history(log)
    first = sealed(sealer).checkpoint
    tell(log, (CASE, LINKED))
    row = {"o": KEY.name, "k": KEY.verifier.key_id, "s": b"\x01" * 64}
    with log.database.writing() as connection:
        connection.execute(text("INSERT INTO checkpoint_signatures (origin, size, signer, key_id, signature, at) "
                                "VALUES (:o, 9, :o, :k, :s, '')"), row)  # fmt: skip
    with pytest.raises(SealRefused, match="wrote a signature"):
        sealer.seal()
    tell(log, (CASE, LINKED))
    last = sealed(sealer)
    assert first.size < last.checkpoint.size
    assert is_signed(last.note, KEY.verifier)


def seal_again_and_again(url: str, keys_file: str, rounds: int) -> None:
    keys = FileKeys(Path(keys_file), SystemEntropy())
    log = Log(Database(url, pool=2), catalogue(), keys, SystemEntropy())
    for number in range(rounds):
        tell(log, (f"case:{multiprocessing.current_process().pid}-{number}", LINKED))
        found = Sealer(log, KEY).seal()
        assert found is not None
        assert is_signed(found.note, KEY.verifier)
    keys.close()
    log.database.close()


def test_two_sealers_at_once_sign_one_history(database: Database, tmp_path: Path) -> None:
    url, keys_file = database.url.render_as_string(hide_password=False), tmp_path / "keys.sqlite"
    spawn = multiprocessing.get_context("spawn")
    sealers = [spawn.Process(target=seal_again_and_again, args=(url, str(keys_file), 12)) for _ in range(2)]
    for one in sealers:
        one.start()
    for one in sealers:
        one.join(80)
    assert [one.exitcode for one in sealers] == [0, 0]
    keys = FileKeys(keys_file, SystemEntropy())
    log = Log(database, catalogue(), keys, SystemEntropy())
    stored = leaves(log)
    last = sealed(Sealer(log, KEY))
    assert last.checkpoint.size == len(stored) == 24
    with log.database.reading() as connection:
        signed = connection.execute(text("SELECT size, root FROM checkpoints ORDER BY size")).all()
    assert [(size, bytes(root)) for size, root in signed] == [(size, root_of(stored[:size])) for size, _ in signed]
    assert len(signed) > 6
    assert noted_outside(keys) == last.checkpoint
    keys.close()


def test_the_key_of_a_log_is_made_once_and_held_to(log: Log, tmp_path: Path) -> None:
    bind_keys_to_log(log)
    file = tmp_path / "log-signing.key"
    made = make_signing_key(file, log, SystemEntropy())
    assert file.stat().st_mode & 0o777 == 0o600
    assert made.name == default_name(log)
    assert made.name.startswith("wayhome/")
    assert make_signing_key(file, log, SystemEntropy()) == signing_key(file, log) == made
    file.unlink()
    with pytest.raises(KeysMissing, match="restore it"):
        make_signing_key(file, log, SystemEntropy())
    file.write_text(SigningKey(made.name, LOG, bytes(32)).text())
    with pytest.raises(SealRefused, match="not the key this log signed with"):
        signing_key(file, log)


def test_a_new_name_sets_the_old_key_aside_also_when_it_is_begun_twice(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bind_keys_to_log(log)
    file = tmp_path / "log-signing.key"
    old = make_signing_key(file, log, SystemEntropy())
    by = DecidedBy("staff:zoya", "staff:boris", SystemEntropy().uuid())
    with monkeypatch.context() as cut:
        cut.setattr(log.keys, "note", Mock(side_effect=OSError("the power is gone")))
        with pytest.raises(OSError, match="gone"):
            begin_signing_again(file, log, SystemEntropy(), "new.example/log", by)
    again = by._replace(command_id=SystemEntropy().uuid())
    new = begin_signing_again(file, log, SystemEntropy(), "new.example/log", again)
    assert signing_key(file, log) == new
    aside = tmp_path / f"log-signing.key.{old.verifier.key_id.hex()}"
    assert aside.read_text().strip() == old.text()


def test_the_heads_are_noted_and_a_case_is_shown_to_be_complete(log: Log, sealer: Sealer) -> None:
    small_history(log)
    before = {event.envelope.stream: event for page in log.pages() for event in page}
    assert note_heads(log)
    fact = log.fact(log.stream(HEADS_STREAM)[0])
    assert isinstance(fact, HeadsNoted)
    assert (fact.size, fact.streams) == (8, len(before))
    for _ in range(3):  # what comes later changes nothing of what was noted
        tell(log, (CASE, LINKED), ("case:new", LINKED))
    with log.database.reading() as connection:
        heads = heads_at(connection, fact.size)
    assert heads.root.hex() == fact.root
    last = before[CASE]
    assert proves_head(CASE, last.envelope.version, last.leaf, heads.proof(CASE), heads.root)
    assert proves_absence("case:new", heads.proof("case:new"), heads.root)
    assert sealed(sealer).checkpoint.size == log.size()


def test_the_heads_of_an_empty_log_are_noted_too(log: Log) -> None:
    with log.database.reading() as connection:
        assert heads_at(connection, 0).root == HeadsMap([]).root


def test_the_heads_are_noted_once_an_hour_and_not_while_nothing_happens(log: Log) -> None:
    small_history(log)
    assert note_heads_if_due(log)
    assert not note_heads_if_due(log)
    tell(log, (CASE, LINKED))
    assert not note_heads_if_due(log), "an hour has not gone by"


def test_two_who_note_the_same_moment_note_it_once(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    small_history(log)
    monkeypatch.setattr("events.heads_noting.log_size", lambda _: 8)
    assert [note_heads(log), note_heads(log)] == [True, False]


def no_room(*_: object) -> None:
    raise StoreFull


def test_a_head_that_cannot_be_noted_outside_is_not_stored(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    small_history(log)
    with monkeypatch.context() as full:
        full.setattr(log.keys, "note", no_room)
        with pytest.raises(StoreFull):
            Sealer(log, KEY).seal()
    assert Sealer(log, KEY).newest() is None
    assert sealed(Sealer(log, KEY)).checkpoint.size == 8
