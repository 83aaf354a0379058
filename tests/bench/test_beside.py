"""Wayhome beside its peers: who did not do the work is not measured, and the page holds what was measured."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bench.beside import page, ratios
from bench.beside.commands import IN_A_ROW, OurOffice
from bench.beside.peers import BY_HAND, KEPT, PIPELINED, Counted, PeerOffice, Place
from bench.peers.by_hand import ByHand, Pipelined
from bench.peers.work import EVENTS_OF_A_CASE, TASKS_OF_A_CASE, advanced, finished, opened
from bench.servers import plain

COUNTS = "SELECT (SELECT count(*) FROM bench_events), (SELECT count(*) FROM bench_tasks WHERE status = 'done')"


@pytest.mark.parametrize("kind", [ByHand, Pipelined])
def test_a_case_by_hand_has_25_events_and_8_tasks_that_are_done(pg_url: str, kind: type[ByHand]) -> None:
    store, case = kind(plain(pg_url)), uuid4()
    change = store.record(case, opened)
    while not change.state.closed:
        change = store.record(case, advanced)
        for task in change.asked:
            store.record(case, finished(task))
    assert store.read([case]) == store.decode() == EVENTS_OF_A_CASE
    store.close()
    with psycopg.connect(plain(pg_url)) as connection:
        assert connection.execute(COUNTS).fetchone() == (EVENTS_OF_A_CASE, TASKS_OF_A_CASE)


def test_two_who_advance_one_case_at_once_do_not_both_write(pg_url: str) -> None:
    store, case = ByHand(plain(pg_url)), uuid4()
    store.record(case, opened)
    with psycopg.connect(plain(pg_url)) as other:
        other.execute("SELECT 1 FROM bench_board WHERE case_id = %s FOR UPDATE", (case,))
        with store._lent() as connection:
            connection.execute("SET lock_timeout = 50")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            store.record(case, advanced)
    assert [version for _, version in store.ready()] == [1]
    store.close()


def test_who_writes_a_row_less_is_not_measured(pg_url: str) -> None:
    store, case = ByHand(plain(pg_url)), uuid4()
    counted = Counted(BY_HAND, plain(pg_url))
    with counted.grown(events=2, tasks=0, cases=1):
        store.record(case, opened)
    with pytest.raises(AssertionError, match="psycopg by hand wrote"), counted.grown(events=5, tasks=1, cases=0):
        store.record(case, advanced)
    counted.close()
    store.close()


def test_a_peer_without_its_packages_is_left_out_and_work_by_hand_is_not(redis_url: str) -> None:
    here = Place(None, redis_url)
    assert here.runs(BY_HAND)
    assert not here.runs(KEPT)


def test_a_peer_is_asked_counted_and_ends_with_its_workers(pg_url: str, redis_url: str) -> None:
    with ExitStack() as stack:
        office = PeerOffice(Place(None, redis_url), BY_HAND, plain(pg_url))
        stack.callback(office.close)
        assert office.commands(2, 3) > 0
        assert office.journeys(3) > 0
        assert office.read(2) > 0
        assert office.decode() > 0
        (cost,), (database,) = office.cpu_ms, office.database_ms
        assert min(cost, database) > 0


def test_our_own_commands_are_counted_in_the_log(pg_url: str, tmp_path: Path) -> None:
    office = OurOffice(pg_url, tmp_path)
    assert office.commands(2, IN_A_ROW) > 0
    assert office.read(2) > 0
    assert office.replay() > 0
    office.close()


def test_what_falls_by_a_third_is_told_and_what_falls_by_a_quarter_is_not() -> None:
    kept = {"a": 1.0, "b": 1.0}
    assert ratios.fallen({"a": 0.66, "b": 0.75}, kept) == ["a"]


def test_on_a_busy_machine_the_clock_is_told_and_the_processor_is_judged() -> None:
    kept = {f"x, {ratios.CLOCK}": 1.0, f"x, {ratios.PROCESSOR}": 1.0}
    found = dict.fromkeys(kept, 0.1)
    assert ratios._judged(found, kept, is_busy=True) == [f"x, {ratios.PROCESSOR}"]
    assert ratios._judged(found, kept, is_busy=False) == list(kept)


def test_every_kept_ratio_is_one_that_is_taken_and_some_are_judged_on_any_machine() -> None:
    kept = json.loads(ratios.KEPT_RATIOS.read_text())
    assert kept
    assert all(name.endswith((ratios.CLOCK, ratios.PROCESSOR)) and ratio > 0 for name, ratio in kept.items())
    assert any(name.endswith(ratios.PROCESSOR) and PIPELINED.name in name for name in kept)


def test_no_figure_of_the_page_was_typed_by_hand() -> None:
    written = page.PAGE.read_text()
    assert page.drawn(written, json.loads(page.FIGURES.read_text())) == written


def test_a_run_on_a_busy_machine_says_so_on_the_page() -> None:
    calm = {"peers": {"conditions": {"cores": 2, "load": 0.4, "load afterwards": 2.9}}}
    busy = {"peers": {"conditions": {"cores": 2, "load": 0.4, "load afterwards": 9.0}}}
    assert "Other work went on" not in page.tables(calm)
    assert "Other work went on" in page.tables(busy)


def test_what_was_not_measured_is_left_open_and_not_zero() -> None:
    assert (
        page.tables({}).count(page.OPEN)
        == len([line for line in page.tables({}).splitlines() if "≥" in line or "≤" in line]) + 2
    )
