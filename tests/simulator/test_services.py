"""Made-up years in which all services are used: they keep every promise, and the same seed is the same year."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.simulator.durable import WATCH
from tests.simulator.office import folder
from tests.simulator.running import run
from tests.simulator.seeds import Seed, Sum
from tests.simulator.services.families import drawn_families
from tests.simulator.terms import Terms
from workflow.registry import COMMANDS

pytestmark = pytest.mark.timeout(900)  # a busy machine takes its time
FEW_DAYS: Final = 60
SERVED: Final = ("corrected", "retracted", "attached", "families", "together")


@pytest.fixture
def place() -> Iterator[Path]:
    with folder() as found:
        yield found


def test_a_year_full_of_faults_keeps_every_promise_of_the_services_too(place: Path) -> None:
    found = run(Terms(6, services=True), place)
    assert found.ok, found.findings
    assert found.verdict is not None
    numbers = found.verdict.numbers
    assert all(numbers[name] for name in (*SERVED, "answers", "crashes")), "what never happens shows nothing"


def test_where_nothing_goes_wrong_nothing_is_found_and_the_same_seed_is_the_same_year(place: Path) -> None:
    terms = Terms(3, services=True, share=0.0, days=FEW_DAYS)
    first, again = run(terms, place), run(terms, place)
    assert (first.ok, first.happened) == (True, ()), first.findings
    assert first.verdict == again.verdict


def test_a_year_without_services_knows_nothing_of_them(place: Path) -> None:
    found = run(Terms(3, people=1, days=20), place)
    assert found.verdict is not None
    assert found.verdict.given == frozenset()
    assert not found.verdict.numbers.keys() & set(SERVED)


def test_a_year_that_is_over_holds_nothing_open(place: Path) -> None:
    run(Terms(3, people=1, days=20), place)
    assert not WATCH.open


def test_which_commands_no_year_gives_is_told_from_what_was_given(place: Path) -> None:
    terms = Terms(3, services=True, share=0.0, days=FEW_DAYS)
    together = Sum()
    together.add(Seed(terms, run(terms, place)))
    kinds = {kind.__name__ for kind in COMMANDS}
    never = set(together.never.partition("never=")[2].split(","))
    assert {"OpenCase", "AttachFile", "FinishTask"} <= together.given <= kinds | {"Accept"}
    assert never == kinds - together.given
    assert f"kinds={len(kinds) - len(never)}/{len(kinds)} " in together.never


def test_families_are_drawn_from_the_seed_and_are_of_people_who_come_one_after_another() -> None:
    families = drawn_families(1, 350)
    assert families == drawn_families(1, 350)
    assert len({family.numbers for family in families.values()}) > 10
    assert all(number in family.numbers for number, family in families.items())
    assert all(len(family.numbers) > 1 for family in families.values())
