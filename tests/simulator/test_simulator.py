"""Made-up years full of faults: what was promised is kept, and a seed is a year that can be gone through again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.simulator import planted
from tests.simulator.faults import Fault
from tests.simulator.office import folder
from tests.simulator.running import run, shortened
from tests.simulator.seeds import run_all
from tests.simulator.shrinking import shortest
from tests.simulator.terms import Terms

SEEDS: Final = (1, 2)  # of each kind of post; `.ci/run` runs 300 of them beside the tests
# A busy machine takes its time; nothing here is measured.
pytestmark = pytest.mark.timeout(900)
HERE: Final = Path(__file__).resolve().parents[2]


@pytest.fixture
def place() -> Iterator[Path]:
    with folder() as found:
        yield found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_full_of_faults_keeps_every_promise(seed: int, place: Path) -> None:
    found = run(Terms(seed), place)
    assert found.ok, found.findings
    assert found.verdict is not None
    assert found.verdict.numbers["crashes"], "a seed that crashes nothing shows nothing"


def test_where_older_copies_are_put_back_what_they_do_not_know_is_settled(place: Path) -> None:
    """A thing that never happens tests nothing."""
    twice = [
        Fault("copy", 5, "made"),
        Fault("office", 18, "newest"),
        Fault("copy", 30, "made"),
        Fault("office", 50, "newest"),
    ]
    found = run(Terms(1), place, only=twice)
    assert found.ok, found.findings
    assert found.verdict is not None
    assert found.verdict.numbers["settled"]
    assert found.verdict.numbers["lifted"] == len(twice) // 2


def test_a_year_in_which_clocks_are_set_wrong_keeps_every_promise(place: Path) -> None:
    found = run(Terms(1, clocks=True), place)
    assert found.ok, found.findings
    assert {one.what for one in found.happened if one.kind == "clock"} == {"back", "ahead"}


def test_where_nothing_goes_wrong_nothing_is_found(place: Path) -> None:
    found = run(Terms(1, share=0.0, gives_up=0.0), place)
    assert (found.ok, found.happened) == (True, ()), found.findings


def _line_of_another_process(hash_seed: str) -> subprocess.Popen[str]:
    asked = [sys.executable, "-m", "tests.simulator", "--seed", "11", "--people", "1"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.Popen(asked, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True)


def test_one_seed_is_one_history_in_every_process() -> None:
    lines = [process.communicate()[0].splitlines()[0] for process in map(_line_of_another_process, "12")]
    assert lines[0] == lines[1], "the root of the history is in the line"
    assert "place=" in lines[0]


def test_the_same_faults_without_their_seed_are_the_same_year(place: Path) -> None:
    first = run(Terms(5, people=1), place)
    again = run(Terms(5, people=1), place, only=first.happened)
    assert first.verdict is not None
    assert again.verdict is not None
    assert first.verdict.line == again.verdict.line


def test_a_broken_promise_comes_with_a_short_schedule_that_breaks_it_too(place: Path) -> None:
    terms = Terms(1, people=1, days=20, share=2.0, gives_up=0.0)
    with pytest.MonkeyPatch.context() as patch:
        planted.no_answer_counts_as_no(patch)
        broken = run(terms, place)
        assert not broken.ok
        fewer = shortened(terms, place, broken, runs=12)
        assert len(fewer) < len(broken.happened)
        assert not run(terms, place, only=fewer).ok
    assert run(terms, place, only=fewer).ok, "without the planted bug these faults break nothing"


def test_seeds_in_several_processes_are_the_same_years_told_in_order(place: Path) -> None:
    few = [Terms(seed, people=1, days=15) for seed in (3, 4, 5)]
    together = [seed.found for seed in run_all(few, processes=3)]
    assert [one.verdict for one in together] == [run(one, place).verdict for one in few]


def test_the_shortest_schedule_is_what_is_needed_and_nothing_more() -> None:
    assert shortest(range(100), lambda some: {17, 61, 62} <= {*some}) == [17, 61, 62]
