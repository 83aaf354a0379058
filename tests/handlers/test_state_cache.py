"""One cache of states for all threads: nobody waits in it for somebody else's look at the database."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from events.envelope import RecordedEvent
from events.errors import StoreUnavailable
from events.log import Log
from events.writing import Writing
from handlers.commanding.service import CommandService
from handlers.states.case_reader import CaseReader
from handlers.states.state_cache import StateCache, VersionedState
from tests.kit.offices import Office
from tests.kit.story import Story
from workflow.subjects.intake.commands import AddNote

PATIENCE_S = 30.0


class SlowLog:
    """The log, whose database does not answer about one stream until it is told to."""

    def __init__(self, log: Log, slow: str) -> None:
        self._log, self._slow = log, slow
        self.asked, self.answers = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def since(self, versions: Mapping[str, int]) -> list[RecordedEvent]:
        if self._slow in versions:
            self.asked.set()
            assert self.answers.wait(PATIENCE_S)
        return self._log.since(versions)


def reader_of(service: CommandService, log: Any = None) -> CaseReader:
    return CaseReader(log or service.log, service.definitions, service.folds)


def test_a_case_at_hand_is_read_while_the_database_still_looks_for_another(office: Office) -> None:
    cold, warm = Story(office).case_id, Story(office).case_id
    office.service.folds.forget()
    log = SlowLog(office.service.log, f"case:{cold}")
    look = reader_of(office.service, log)
    assert look.at(warm) is not None
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(look.at, cold)
        assert log.asked.wait(PATIENCE_S)
        try:
            seen = pool.submit(look.at, warm).result(PATIENCE_S)
            assert seen is not None
            assert not slow.done()
            office.submit(AddNote, case_id=warm, note="and commands go on")
        finally:
            log.answers.set()
        found = slow.result(PATIENCE_S)
    assert (seen.case.case_id, found and found.case.case_id) == (warm, cold)


def test_what_a_command_changed_is_not_read_again_by_whoever_looks_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, look = Story(office).case_id, reader_of(office.service)
    read: list[RecordedEvent] = []
    monkeypatch.setattr(office.service.log, "fact", read.append)
    seen = look.at(case_id)
    assert (seen is not None and seen.case, read) == (office.service.folds.get(f"case:{case_id}").state, [])


def test_nothing_is_kept_of_a_command_that_was_not_stored(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = Story(office).case_id
    before = office.service.folds.get(f"case:{case_id}")

    def fails(_writing: Writing, **_: bool) -> None:
        raise StoreUnavailable("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Writing, "finish", fails)
        with pytest.raises(StoreUnavailable):
            office.submit(AddNote, case_id=case_id, note="lost")
    assert office.service.folds.get(f"case:{case_id}") == before
    seen = reader_of(office.service).at(case_id)
    assert seen is not None
    assert seen.version == before.version


@pytest.mark.parametrize("unpacked", [10, 0])
def test_who_read_earlier_and_comes_later_puts_nothing_older_in_place_of_what_is_newer(unpacked: int) -> None:
    folds = StateCache(unpacked=unpacked)
    folds.keep({"case:A": VersionedState(7, "seven")})
    folds.keep({"case:A": VersionedState(3, "three")})
    assert folds.get("case:A") == VersionedState(7, "seven")
    assert len(folds) == 1


def test_what_is_ahead_of_the_stream_that_was_locked_is_not_decided_on(office: Office) -> None:
    case_id = Story(office).case_id
    stream = f"case:{case_id}"
    version, *_ = office.service.folds.get(stream)
    office.service.folds.keep({stream: VersionedState(version + 5, "another log's")})
    office.submit(AddNote, case_id=case_id, note="fine")
    assert office.service.log.stream(stream)[-1].envelope.type == "NoteAdded"
    office.service.folds.forget()


def test_many_threads_that_keep_and_forget_the_same_streams_end_with_the_newest() -> None:
    folds, streams = StateCache(capacity=4, unpacked=2), [f"case:{number}" for number in range(4)]
    start = threading.Barrier(8)

    def keep(number: int) -> None:
        start.wait(PATIENCE_S)
        for version in range(number, 400, 8):
            folds.keep({stream: VersionedState(version, version) for stream in streams})
            assert all(kept.version == (-1 if kept.state is None else kept.state) for kept in map(folds.get, streams))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(8)))
    folds.keep({stream: VersionedState(399, 399) for stream in streams})
    assert [folds.get(stream).version for stream in streams] == [399] * 4
    assert len(folds) == 4
