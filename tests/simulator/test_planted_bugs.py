"""Whoever watches is blind unless they notice planted bugs, and find nothing where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.kit.offices import Office
from tests.kit.workshop import Workshop
from tests.simulator.office import folder
from tests.simulator.planted_stories import PlantedStory, found_in
from tests.simulator.planted_table import BUGS, Bug, Seed, rows
from tests.simulator.running import run

WITHIN: Final = 5  # seeds
pytestmark = pytest.mark.timeout(900)  # a busy machine takes its time
TABLE: Final = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
SIMULATED: Final = [bug for bug in BUGS if isinstance(bug.noticed_by, Seed)]
TOLD: Final = [(bug, bug.noticed_by) for bug in BUGS if not isinstance(bug.noticed_by, Seed)]


@pytest.fixture
def shop(prepared_sqlite_url: str, tmp_path: Path) -> Iterator[Workshop]:
    office = Office(prepared_sqlite_url, has_tables=True)
    shop = Workshop(office, tmp_path / "data")
    yield shop
    shop.close()
    office.close()


@pytest.mark.parametrize("bug", SIMULATED, ids=lambda bug: bug.name)
def test_a_planted_bug_is_noticed_within_a_few_seeds(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(bug.noticed_by, Seed)
    bug.plants(monkeypatch)
    seeds = dict.fromkeys((bug.noticed_by, *(bug.noticed_by._replace(number=one) for one in range(1, WITHIN + 1))))
    first = next(seed for seed in seeds if any(bug.shows in one for one in _found(seed)))
    monkeypatch.undo()
    if first not in NAMED:
        assert _found(first) == [], "it has to find nothing without the bug"


NAMED: Final = list(dict.fromkeys(bug.noticed_by for bug in SIMULATED))


@pytest.mark.parametrize("seed", NAMED, ids=str)
def test_without_planted_bugs_the_same_seeds_find_nothing(seed: Seed) -> None:
    assert _found(seed) == []


def _found(seed: Seed) -> list[str]:
    with folder() as place:
        found = run(seed.terms, place)
    return [] if found.ok else found.findings


@pytest.mark.parametrize(("bug", "story"), TOLD, ids=lambda one: getattr(one, "name", ""))
def test_a_planted_bug_shows_in_its_story(
    shop: Workshop, bug: Bug, story: PlantedStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug.plants(monkeypatch)
    found = found_in(story, shop)
    assert any(bug.shows in one for one in found), found


@pytest.mark.parametrize("story", dict.fromkeys(story for _, story in TOLD), ids=lambda one: one.__name__)
def test_without_planted_bugs_the_same_story_is_told_without_a_fault(shop: Workshop, story: PlantedStory) -> None:
    assert found_in(story, shop) == []


def test_the_table_holds_every_planted_bug_and_nothing_else() -> None:
    lines = TABLE.read_text().splitlines()
    begins = lines.index("| Planted bug | What it takes away | What is then found | Who notices |") + 2
    listed = lines[begins : lines.index("", begins)]
    assert listed == [*rows()], "python -m tests.simulator.planted_table"
