"""Memory of a live case: what keeping its state costs beyond the rows it is stored in.

Cases are brought far in a world in memory, written as the log's JSON, and folded from that text, so that
nothing is shared with the world that made them. Only what stays after folding is counted.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple

from events.facts import catalogue
from events.ids import case_stream
from handlers.states.state_cache import StateCache, VersionedState, evolve
from tests.kit.people import ANNA, START
from tests.kit.roads import STAGES, agree_plan, bring, consents, grant, paid, release, shown
from tests.kit.story import Story, story
from tests.kit.world import World, moscow
from workflow.case.state import At
from workflow.programme.journey import Journey

TARGET_BYTES = 2048
NUMBERS_A_WORLD = 1000
UNPACKED_ONE_IN = StateCache()._capacity // StateCache()._unpacked
WHEN = "2007-03-05T09:00:00.000000Z"


class Told(NamedTuple):
    """A fact as its row holds it."""

    name: str
    version: int
    body: str


Lives = list[tuple[str, list[Told]]]


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure and print; return bytes for each case, as objects, packed, and as the product keeps them."""
    _expect_no_models(moscow().journey)
    number_of = 300 if quick else 2000
    lives = [_life(number) for number in range(number_of)]
    print(f"{len(lives)} cases with grants, tasks, timers and consents, {_facts(lives):.0f} facts each")
    kept = {
        "as objects": _bytes_each(lives, StateCache(unpacked=len(lives))),
        "packed": _bytes_each(lives, StateCache(unpacked=0)),
        f"as the product keeps them, one in {UNPACKED_ONE_IN} unpacked": _bytes_each(lives, _as_kept(number_of)),
    }
    # Those above are alike but for their numbers, which packs well; these have come differently far.
    kept["the same, of all stages"] = _bytes_each(
        [_stage_of_life(number) for number in range(number_of)], _as_kept(number_of)
    )
    for name, size in kept.items():
        print(f"  {name:<50}{size:>8,.0f} bytes a case, {size / TARGET_BYTES:.2f} of {TARGET_BYTES}")
    _expect_no_models(moscow().journey)
    print("  transitions knows of no case: no model is registered")
    return {"cases": len(lives), "target": TARGET_BYTES, "bytes a case": kept}


def _life(number: int) -> tuple[str, list[Told]]:
    """Return one person's facts up to follow-up, with a grant half paid and a fresh task."""
    world = _world(number)
    case = agree_plan(bring(story(world), "reintegration"))
    grant_id = grant(case)
    first = release(case, grant_id)
    shown(paid(case, grant_id, first), grant_id, first)
    release(case, grant_id)
    consents(case, "medical_care", "referral")
    return _told_of(world, case)


def _stage_of_life(number: int) -> tuple[str, list[Told]]:
    """Return one person's facts up to one of the stages, by turns."""
    world = _world(number)
    case = bring(story(world), STAGES[number % len(STAGES)])
    consents(case, *("medical_care", "referral", "research")[: number % 4])
    return _told_of(world, case)


def _world(number: int) -> World:
    world = World(start=START)
    world._numbers = count(1 + number * NUMBERS_A_WORLD)
    return world


def _told_of(world: World, case: Story) -> tuple[str, list[Told]]:
    stream = case_stream(case.case_id)
    return stream, [_told(fact) for fact in world.facts(stream=stream)]


def _told(fact: Any) -> Told:
    shape = catalogue().shape_of(fact)
    return Told(shape.name, shape.version, shape.open_body(fact))


def _bytes_each(lives: Lives, folds: StateCache) -> float:
    """Return what stays in memory for each case after folding all of them."""
    _fold(lives[:20], StateCache())  # what is loaded once for all cases is not counted
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        _fold(lives, folds)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(folds) == len(lives), "a case was forgotten, so it was not measured"
    return (after - before) / len(lives)


def _as_kept(count: int) -> StateCache:
    """Return folds that keep as many of these unpacked, in proportion, as the product does when it is full."""
    return StateCache(unpacked=count // UNPACKED_ONE_IN)


def _fold(lives: Iterable[tuple[str, list[Told]]], folds: StateCache) -> None:
    known = catalogue()
    definition = moscow().hash
    for stream, told in lives:
        state = None
        for version, fact in enumerate(known.load(*one) for one in told):
            when, actor, under = _fresh(WHEN, ANNA, definition)
            state = evolve(stream, state, fact, At(when, actor, under, version))
        folds.keep({stream: VersionedState(len(told) - 1, state)})


def _fresh(*texts: str) -> Iterator[str]:
    """Return copies, as a row read from the database would bring them."""
    return (text.encode().decode() for text in texts)


def _facts(lives: Lives) -> float:
    return sum(len(told) for _, told in lives) / len(lives)


def _expect_no_models(journey: Journey) -> None:
    assert journey._machine.models == [], "a case was registered as a model"
