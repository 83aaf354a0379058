"""Cases kept small in memory: what is unpacked is what was packed, and what cases have in common is kept once."""

from __future__ import annotations

from handlers.states.packing import SAMPLES, Packing, version_of
from handlers.states.state_cache import StateCache, VersionedState
from tests.kit.roads import STAGES, bring
from tests.kit.story import story
from workflow.case.state import Case


def lives(count: int) -> list[Case]:
    """Return cases that have come differently far."""
    return [bring(story(), STAGES[number % len(STAGES)]).case for number in range(count)]


def test_a_case_is_the_same_after_it_was_packed_before_and_after_there_were_samples() -> None:
    packing, cases = Packing(), lives(SAMPLES * 2)
    packed = [packing.packed(number, case, b"leaf" * 8) for number, case in enumerate(cases)]
    assert [packing.unpacked(data) for data in packed] == [
        (number, case, b"leaf" * 8) for number, case in enumerate(cases)
    ]
    assert [version_of(data) for data in packed] == list(range(len(cases)))


def test_what_cases_have_in_common_is_kept_once() -> None:
    packing, cases = Packing(), lives(SAMPLES * 2)
    sizes = [len(packing.packed(0, case, None)) for case in cases]
    assert sum(sizes[SAMPLES:]) < sum(sizes[:SAMPLES]) / 2


def test_streams_of_other_kinds_are_no_samples_and_are_kept_all_the_same() -> None:
    packing = Packing()
    packed = [packing.packed(1, {"bed": number}, None) for number in range(SAMPLES * 2)]
    assert [packing.unpacked(data) for data in packed] == [(1, {"bed": n}, None) for n in range(SAMPLES * 2)]
    case = lives(1)[0]
    assert packing.unpacked(packing.packed(3, case, b"")) == (3, case, b"")


def test_a_cache_that_forgets_forgets_what_its_cases_had_in_common_too() -> None:
    folds, cases = StateCache(unpacked=0), lives(SAMPLES + 1)
    for _ in range(2):
        folds.keep({f"case:{number}": VersionedState(number, case) for number, case in enumerate(cases)})
        assert [folds.get(f"case:{n}") for n in range(len(cases))] == [VersionedState(*one) for one in enumerate(cases)]
        folds.forget()
        assert folds.get("case:0") == VersionedState(-1, None)
