"""An older copy of the log, or of its keys, is told from the newest one before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import update

from events.backup import copy_file
from events.database import Database
from events.errors import KeysBehind, LogBehind
from events.high_water import accept_end, count_claim, noted_mark, raise_mark, refuse_older_copies
from events.key_stores import FileKeys
from events.keys import MemoryKeys
from events.log import Log
from events.tables import high_water
from events.world import SystemEntropy
from tests.kit.logs import LINKED, OTHER, small_history, tell
from tests.kit.older import Older


@pytest.fixture
def older(log: Log) -> Older:
    """The log as it was after its first events, kept beside the one that went on."""
    small_history(log)
    raise_mark(log)
    return Older(log)


def test_a_log_that_goes_on_from_its_mark_is_opened(log: Log) -> None:
    small_history(log)
    assert raise_mark(log).size == log.size()
    tell(log, (OTHER, LINKED))
    refuse_older_copies(log)
    assert raise_mark(log) == noted_mark(log.keys)


def test_a_log_cut_short_is_refused_and_told_how_much_is_gone(log: Log, older: Older) -> None:
    tell(log, (OTHER, LINKED))
    tell(log, (OTHER, LINKED))
    raise_mark(log)
    older.put_back()
    with pytest.raises(LogBehind, match=r"ends at event 8 and 2 more .* `wayhome restore accept`"):
        refuse_older_copies(log)
    with pytest.raises(LogBehind):
        raise_mark(log)


def test_an_older_log_that_went_on_otherwise_is_refused_too(log: Log, older: Older) -> None:
    tell(log, (OTHER, LINKED))
    raise_mark(log)
    older.put_back()
    for _ in range(3):
        tell(log, (OTHER, LINKED))
    with pytest.raises(LogBehind, match="event 9 of this log is another"):
        refuse_older_copies(log)


def test_a_copy_from_before_work_was_begun_is_refused_though_no_event_is_missing(log: Log, older: Older) -> None:
    with log.database.writing() as connection:
        count_claim(connection, log.keys)
    raise_mark(log)
    older.put_back()
    with pytest.raises(LogBehind, match="work was begun"):
        refuse_older_copies(log)


def test_older_keys_under_a_newer_log_are_refused(log: Log) -> None:
    assert isinstance(log.keys, MemoryKeys)
    small_history(log)
    raise_mark(log)
    before = noted_mark(log.keys)
    assert before is not None
    tell(log, (OTHER, LINKED))
    raise_mark(log)
    log.keys.note("high-water", before.as_bytes())
    with pytest.raises(KeysBehind, match="these keys are from event 8"):
        refuse_older_copies(log)


def test_keys_from_before_there_was_a_mark_are_refused_once_the_log_knows_of_one(log: Log) -> None:
    small_history(log)
    refuse_older_copies(log)  # an older Wayhome's log has none
    raise_mark(log)
    log.keys = MemoryKeys(SystemEntropy())
    with pytest.raises(KeysBehind, match="know nothing"):
        refuse_older_copies(log)


@pytest.mark.parametrize("written", [b"", b"a lot", b"9 0 zz ", b"9 0", "9 0 ü ".encode()])
def test_a_mark_nobody_can_read_opens_nothing(log: Log, written: bytes) -> None:
    small_history(log)
    log.keys.note("high-water", written)
    with pytest.raises(KeysBehind, match="cannot be read"):
        refuse_older_copies(log)


def test_who_may_write_the_database_alone_gets_no_older_log_past_the_mark(log: Log, older: Older) -> None:
    tell(log, (OTHER, LINKED))
    raise_mark(log)
    older.put_back()
    with log.database.writing() as connection:
        connection.execute(update(high_water).values(claims=10**6, noted=0))
    with pytest.raises(LogBehind):
        refuse_older_copies(log)


def test_an_older_log_goes_on_once_somebody_said_so_and_what_was_lost_is_then_refused(log: Log, older: Older) -> None:
    tell(log, (OTHER, LINKED))
    raise_mark(log)
    newest = Older(log)
    older.put_back()
    assert accept_end(log).size == 8
    tell(log, (OTHER, LINKED.model_copy(update={"next_case": "7K3P9-QXM2D"})))
    raise_mark(log)
    refuse_older_copies(log)
    newest.put_back()
    with pytest.raises(LogBehind):
        refuse_older_copies(log)


def test_the_mark_is_on_disk_and_stays_where_the_furthest_process_put_it(log: Log, tmp_path: Path) -> None:
    log.keys = FileKeys(tmp_path / "keys.sqlite", SystemEntropy())
    small_history(log)
    furthest = raise_mark(log)
    log.keys.close()
    log.keys = FileKeys(tmp_path / "keys.sqlite", SystemEntropy())
    assert (noted_mark(log.keys), raise_mark(log)) == (furthest, furthest)
    log.keys.close()


def test_a_process_that_runs_on_a_file_that_was_exchanged_sends_nothing_more(log: Log) -> None:
    small_history(log)
    raise_mark(log)
    if log.database.kind == "sqlite":
        file = Path(log.database.url.database or "")
        copy_file(file, file.with_name("restored"))
        file.rename(file.with_name("moved-away"))
        with pytest.raises(LogBehind, match="exchanged under this process"):
            raise_mark(log)
        file.with_name("restored").rename(file)
        with pytest.raises(LogBehind, match="exchanged under this process"):
            refuse_older_copies(log)
    assert not Log(Database(log.database.url), log.catalogue, log.keys, SystemEntropy()).database.was_replaced()


def test_where_the_mark_cannot_be_kept_whoever_asked_is_told(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    small_history(log)

    def fails(_purpose: str, _value: bytes) -> Mapping[str, str]:
        raise OSError("no room")

    monkeypatch.setattr(log.keys, "note", fails)
    with pytest.raises(OSError, match="no room"):
        raise_mark(log)
