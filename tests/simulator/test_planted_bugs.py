"""The simulator is blind unless it notices planted bugs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.simulator.office import folder
from tests.simulator.planted import PLANTED, Plant
from tests.simulator.running import run
from tests.simulator.year import Terms

WITHIN: Final = 5  # seeds
pytestmark = pytest.mark.timeout(900)  # a busy machine takes its time
TABLE: Final = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_noticed_within_a_few_seeds(bug: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    with folder() as place:
        assert any(not run(terms(seed), place).ok for seed in range(1, WITHIN + 1))


def terms(seed: int) -> Terms:
    """Return what the bugs are looked for with: one person who gives nothing up, and twice as many faults."""
    return Terms(seed, people=1, share=2.0, gives_up=0.0)


@pytest.mark.parametrize("seed", range(1, WITHIN + 1))
def test_without_planted_bugs_the_same_seeds_find_nothing(seed: int) -> None:
    with folder() as place:
        found = run(terms(seed), place)
    assert found.ok, found.findings


def test_every_planted_bug_is_in_the_table_and_nothing_else_is() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", TABLE.read_text(), flags=re.MULTILINE)
    assert listed == [bug.__name__ for bug in PLANTED]
