"""One person's whole way, and a crash wherever a crash makes a difference."""

from __future__ import annotations

from typing import Final

import pytest

from tests.simulator.every_place import crash_everywhere
from tests.simulator.faults import PLACES_TO_DIE
from tests.simulator.office import folder

EVERY: Final = 61  # place of so many: all of them are for `python -m tests.simulator --every-place`

pytestmark = pytest.mark.timeout(900)  # a busy machine takes its time


def test_a_crash_at_any_commit_file_or_call_loses_nothing_and_does_nothing_twice() -> None:
    with folder() as place:
        found = crash_everywhere(place, every=EVERY)
    assert not found.findings, found.findings
    assert found.whole.ok, [*found.whole.findings()]
    assert found.tried == -(-sum(found.places.values()) // EVERY)
    assert found.places.keys() >= {*PLACES_TO_DIE} - {"question"}, "the way passes every kind of place"
