"""What goes into the log comes out the same, in one order."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from events.envelope import leaf_of
from events.errors import StoreReadOnly, StreamMoved
from events.facts import catalogue
from events.instants import instant, instant_text
from events.log import Log, recorded_event
from events.world import ManualClock, SeededEntropy
from tests.kit.logs import CASE, LINKED, NOTE, OPENED, OTHER, a_log, said, shared_keys, tell

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_fact_is_read_back_as_it_was_told(log: Log) -> None:
    tell(log, (CASE, LINKED), command_id="c-1")
    (event,) = log.page()
    assert (event.position, event.envelope.stream, event.envelope.version) == (0, CASE, 0)
    assert (event.envelope.command_id, event.envelope.actor) == ("c-1", "worker:anna")
    assert log.fact(event) == LINKED
    assert event.leaf == leaf_of(event.envelope)
    assert log.size() == 1


def test_an_event_is_stamped_by_the_databases_own_clock(log: Log) -> None:
    tell(log, (CASE, LINKED))
    (event,) = log.page()
    assert abs(event.recorded - instant(log.now())) < timedelta(minutes=1)
    assert len(event.envelope.recorded_at) == 27
    assert instant_text(event.recorded) == event.envelope.recorded_at
    assert len(log.now()) == 27


def test_a_stream_is_a_chain_of_leaves(log: Log) -> None:
    for _ in range(3):
        tell(log, (CASE, LINKED))
    leaves = [event.leaf for event in log.stream(CASE)]
    assert [event.envelope.previous for event in log.stream(CASE)] == [None, *leaves[:-1]]


def test_what_a_command_does_in_two_streams_is_linked(log: Log) -> None:
    tell(log, (CASE, OPENED), (CASE, LINKED), (OTHER, LINKED), (CASE, NOTE), command_id="c-1")
    first, second, third, fourth = log.of_command("c-1")
    links = [event.envelope.link for event in (first, second, third, fourth)]
    assert links == [None, None, second.leaf, third.leaf]
    assert fourth.envelope.previous == second.leaf


def test_two_commands_in_one_write_are_not_linked(log: Log) -> None:
    with log.writing() as writing:
        writing.lock([CASE, OTHER])
        writing.append(CASE, LINKED, said(writing))
        writing.append(OTHER, LINKED, said(writing))
    assert [event.envelope.link for event in log.page()] == [None, None]


def test_what_was_recorded_is_told_with_its_positions(log: Log) -> None:
    tell(log, (CASE, LINKED))
    with log.writing() as writing:
        writing.lock([OTHER])
        assert writing.append(OTHER, LINKED, said(writing)) == 0
        assert writing.append(OTHER, NOTE, said(writing)) == 1
    assert [(position, entry.version) for position, entry in writing.recorded()] == [(1, 0), (2, 1)]


def test_pages_hold_every_event_once_and_in_order(log: Log) -> None:
    tell(log, *[(CASE, LINKED)] * 10)
    assert [[e.position for e in page] for page in log.pages(size=4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [e.position for e in log.page(after=3, limit=2)] == [4, 5]
    assert [e.position for e in log.page(after=3, upto=4)] == [4]
    assert log.page(after=9) == []


def test_pages_show_one_state_while_others_write(log: Log) -> None:
    tell(log, *[(CASE, LINKED)] * 4)
    pages = log.pages(size=2)
    seen = list(next(pages))
    tell(log, (OTHER, LINKED))
    seen += [event for page in pages for event in page]
    assert [event.position for event in seen] == [0, 1, 2, 3]


def test_a_reading_sees_one_state_from_its_first_question_on(log: Log) -> None:
    with log.database.reading() as connection:
        assert log.page_on(connection, -1, 10) == []
        tell(log, (CASE, LINKED))
        assert log.page_on(connection, -1, 10) == []
    assert len(log.page()) == 1


def test_a_stream_is_read_as_it_was_at_a_position(log: Log) -> None:
    tell(log, (CASE, LINKED), (OTHER, LINKED))
    tell(log, (CASE, LINKED))
    assert [e.envelope.version for e in log.stream(CASE, upto=1)] == [0]
    assert [e.envelope.version for e in log.stream(CASE, upto=2)] == [0, 1]
    assert [e.envelope.version for e in log.stream(CASE, after=0)] == [1]
    assert log.stream("case:nobody") == []


def test_the_position_at_an_instant_is_the_last_recorded_by_then(log: Log) -> None:
    clock = ManualClock(MIDNIGHT)
    timed = Log(log.database, catalogue(), shared_keys(SeededEntropy(1)), SeededEntropy(2), clock)
    tell(timed, (CASE, LINKED), (CASE, LINKED))
    clock.advance(timedelta(hours=1))
    tell(timed, (CASE, LINKED))
    assert timed.now() == "2026-03-01T01:00:00.000000Z"
    asked = [MIDNIGHT - timedelta(seconds=1), MIDNIGHT, MIDNIGHT + timedelta(minutes=59), clock.now()]
    assert [timed.position_at(instant_text(at)) for at in asked] == [-1, 1, 1, 2]


def test_a_write_that_fails_leaves_no_gap_and_no_trace(log: Log) -> None:
    tell(log, (CASE, LINKED))
    with pytest.raises(ZeroDivisionError), log.writing() as writing:  # noqa: PT012 - a write is a block
        writing.lock([CASE])
        writing.append(CASE, OPENED, said(writing, "lost"))
        writing.remember("lost", "digest", "{}")
        writing.finish()
        raise ZeroDivisionError
    tell(log, (CASE, LINKED))
    assert [(e.position, e.envelope.version) for e in log.page()] == [(0, 0), (1, 1)]
    with log.writing() as writing:
        assert writing.ask_answers(["lost"]).answer == {}


def test_an_empty_write_stores_nothing(log: Log) -> None:
    with log.writing() as writing:
        assert writing.lock([]) == {}
        assert writing.ask_since({}).answer == []
    assert (log.size(), writing.recorded()) == (0, [])


def test_a_write_reads_what_was_added_since_a_version(log: Log) -> None:
    tell(log, (CASE, LINKED), (OTHER, LINKED), (CASE, NOTE))
    with log.writing() as writing:
        assert {stream: head.version for stream, head in writing.lock([CASE, OTHER, "case:new"]).items()} == {
            CASE: 1,
            OTHER: 0,
            "case:new": -1,
        }
        rows = writing.ask_since({CASE: 0, OTHER: -1}).answer
    assert sorted((event.envelope.stream, event.envelope.version) for event in map(recorded_event, rows)) == [
        (CASE, 1),
        (OTHER, 0),
    ]


def test_a_command_is_remembered_with_its_answer(log: Log) -> None:
    tell(log, (CASE, LINKED), command_id="c-1")
    with log.writing() as writing:
        known = writing.ask_answers(["c-1", "c-2"]).answer
    assert {key: tuple(answer) for key, answer in known.items()} == {"c-1": ("digest", "{}")}


def test_a_command_id_is_taken_once(log: Log) -> None:
    tell(log, (CASE, LINKED), command_id="c-1")
    with pytest.raises(StreamMoved):
        tell(log, (OTHER, LINKED), command_id="c-1")
    assert (log.size(), log.stream(OTHER)) == (1, [])


def test_of_two_writers_making_one_stream_one_is_told_that_it_moved(prepared_pg_url: str) -> None:
    ours, theirs = a_log(prepared_pg_url), a_log(prepared_pg_url)
    with pytest.raises(StreamMoved), ours.writing() as writing:  # noqa: PT012 - a write is a block
        writing.lock([CASE])
        tell(theirs, (CASE, LINKED))
        writing.append(CASE, LINKED, said(writing))
    assert ours.size() == 1
    ours.database.close()
    theirs.database.close()


def test_two_writers_making_several_streams_in_opposite_order_do_not_wait_for_each_other(prepared_pg_url: str) -> None:
    names = [f"case:{n}" for n in range(20)]
    both = threading.Barrier(2)

    def make(log: Log, streams: list[str], outcome: list[str]) -> None:
        try:
            with log.writing() as writing:
                writing.lock(streams)
                for stream in streams:
                    writing.append(stream, LINKED, said(writing))
                both.wait()
            outcome.append("stored")
        except StreamMoved as moved:
            outcome.append("deadlock" if "deadlock" in str(moved) else "moved")

    logs, outcome = [a_log(prepared_pg_url), a_log(prepared_pg_url)], list[str]()
    threads = [threading.Thread(target=make, args=(logs[n], names[:: 1 - 2 * n], outcome)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["moved", "stored"]
    assert logs[0].size() == 20
    for log in logs:
        log.database.close()


def test_a_fact_is_not_put_into_a_stream_that_is_not_locked(log: Log) -> None:
    with pytest.raises(KeyError), log.writing() as writing:
        writing.append(CASE, LINKED, said(writing))
    assert log.size() == 0


def test_a_reading_cannot_write(log: Log) -> None:
    with pytest.raises(StoreReadOnly), log.database.reading() as connection:
        connection.exec_driver_sql("UPDATE log_head SET size = size")
