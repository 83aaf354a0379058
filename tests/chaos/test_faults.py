"""Faults come as the seed says, and a run that broke a promise, was slow or saw too few of them is no good run."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos.checker import Judgement
from tests.chaos.faults import DST_ZONE, FAULTS, TOWN, Fault, next_change, possible
from tests.chaos.running import KINDS_LEAST, Came, Terms
from tests.chaos.striking import Striking, drawn

ZEROS = ("lost", "doubled", "overbooked", "undone", "early", "illegal")
TERMS = Terms(seed=1, commands=100, faults=20, seconds_max=60)


def told(**differently: object) -> Judgement:
    fine = {"zeros": dict.fromkeys(ZEROS, 0), "root": "ok", "replay": "ok", "commands": 1, "acks": 1, "looks": 1,
            "excused": 0, "findings": []}  # fmt: skip
    return Judgement(**(fine | differently))  # type: ignore[arg-type]


def came(terms: Terms = TERMS, judgement: Judgement | None = None, **differently: object) -> Came:
    kinds = Counter(fault.kind for fault in FAULTS[:KINDS_LEAST])
    return Came(terms, **({"struck": kinds, "told": judgement or told()} | differently))  # type: ignore[arg-type]


def test_each_kind_strikes_once_before_any_strikes_again() -> None:
    first = [fault.kind for fault in islice(drawn(FAULTS, random.Random(3)), len(FAULTS))]
    assert sorted(first) == sorted({fault.kind for fault in FAULTS})


def test_the_same_seed_draws_the_same_faults() -> None:
    one, same, other = ([f.kind for f in islice(drawn(FAULTS, random.Random(n)), 200)] for n in (1, 1, 2))
    assert one == same != other


def test_an_ordinary_user_sees_enough_kinds_and_only_root_sees_all_of_them() -> None:
    ordinary, root = possible(root=False, hosts=False), {fault.kind for fault in possible(root=True, hosts=True)}
    assert len(ordinary) > 2 * KINDS_LEAST - 1
    assert root - {fault.kind for fault in ordinary} >= {"disk_full", "unplugged"}


def test_an_older_copy_is_put_back_alone_and_once_there_is_one() -> None:
    healed: list[str] = []

    def struck(_scene: object, target: str) -> Callable[[], None]:
        return lambda: healed.append(target)

    whole = Fault("whole", "", (TOWN,), struck, (0, 0), 1)
    part = Fault("part", "", ("queue",), struck, (0, 0), 1)
    scene: Any = SimpleNamespace(chance=random.Random(1), copies=SimpleNamespace(kept=[]), town=None)
    assert not Striking(scene, [whole]).strike()
    scene.copies.kept.append("a copy")
    both = Striking(scene, [whole, part])
    assert both.strike()
    assert not both.strike()  # whichever came first: nothing is struck beside the whole
    both.heal(all_of_it=True)
    assert len(healed) == len(both.struck) == 1


@pytest.mark.parametrize("day", [datetime(2027, 1, 5, 13, 7, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC)])
def test_the_clocks_of_the_house_are_changed_at_the_hour_that_is_told(day: datetime) -> None:
    at, a_minute = next_change(day), timedelta(minutes=1)
    before, after = ((at + by).astimezone(DST_ZONE).utcoffset() for by in (-a_minute, a_minute))
    assert before != after
    assert (at - day) < timedelta(days=190)


def test_a_run_that_kept_every_promise_under_enough_faults_is_good() -> None:
    assert came().ok


@pytest.mark.parametrize("zero", ZEROS)
def test_a_run_that_broke_a_promise_is_not_good(zero: str) -> None:
    assert not came(judgement=told(zeros=dict.fromkeys(ZEROS, 0) | {zero: 1})).ok


@pytest.mark.parametrize("mark", ["root", "replay"])
def test_a_run_whose_history_or_tables_are_not_as_they_must_be_is_not_good(mark: str) -> None:
    assert not came(judgement=told(**{mark: "BROKEN"})).ok


def test_a_run_of_few_kinds_that_recovered_late_or_never_became_quiet_is_not_good() -> None:
    assert not came(struck=Counter(worker_killed=500)).ok
    assert not came(p99=10.1).ok
    assert not came(quiet=60.5).ok
    assert not came(left="due: 1").ok
    assert not came(terms=TERMS._replace(untimed=True), left="due: 1").ok
    assert came(terms=TERMS._replace(untimed=True), p99=20.0, quiet=70.0).ok
