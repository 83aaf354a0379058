"""Tens of thousands of cases stay in memory: each is small, and the machine knows none of them."""

import gc
import sys
from datetime import date, datetime
from decimal import Decimal
from types import FunctionType, ModuleType

from events.facts import catalogue
from events.instants import stored
from handlers.folds import folded
from tests.roads import bring, grant, paid, plan_trip, release
from tests.story import ANNA, BORIS, CLARA, World, moscow, story
from workflow import commands as ask
from workflow.case import NOTHING, At, Case, evolve

LIMIT_BYTES = 2048
SHARED = (type, ModuleType, FunctionType, bool, int, type(None))


def deep_size(thing: object, seen: set[int]) -> int:
    """Return the bytes of everything that hangs on a thing, each object once; what ``seen`` holds costs nothing."""
    if id(thing) in seen or isinstance(thing, SHARED) or (isinstance(thing, str) and sys.intern(thing) is thing):
        return 0
    seen.add(id(thing))
    size = sys.getsizeof(thing)
    if isinstance(thing, dict):
        return size + sum(deep_size(part, seen) for pair in thing.items() for part in pair)
    if isinstance(thing, tuple | frozenset | list):
        return size + sum(deep_size(part, seen) for part in thing)
    assert isinstance(thing, str | date | datetime | Decimal), f"what is a {type(thing).__name__} doing in a case?"
    return size + (deep_size(thing.tzinfo, {*seen, id(thing.tzinfo)}) if isinstance(thing, datetime) else 0)


def far_along() -> tuple[World, str]:
    """Return a case with two grants, four tranches, open tasks and timers, after a whole journey."""
    world = World()
    case = bring(story(world, age_band="27-29"), "follow_up", escort="medical")
    case.does(ask.IdentifyVictim, status="actual", decided_by="police").does(
        ask.RecordFollowUp, month=1, outcome="well"
    )
    for kind, amount in (("reinstallation", "EUR 200"), ("reintegration", "EUR 1800")):
        grant_id = grant(case, kind, amount)
        paid(case, grant_id, release(case, grant_id))
    paid(case, grant_id, release(case, grant_id), "rejected")
    release(case, grant_id)
    plan_trip(case)
    return world, case.case_id


def read_back(world: World, case_id: str) -> Case:
    """Return the case as the handlers keep it: folded from what the log gives back, not from what was decided."""
    facts, known = catalogue(), None
    actors = {"GrantRequested": ANNA, "GrantApproved": BORIS, "TrancheReleased": CLARA}
    for told in world.told:
        if told.stream == f"case:{case_id}":
            shape = facts.shape_of(told.fact)
            fact = facts.load(shape.name, shape.version, shape.open_body(told.fact))
            at = At(stored(world.now), sys.intern(actors.get(shape.name, ANNA)), sys.intern(world.definition.hash))
            known = evolve(known, fact, at)
    assert known is not None
    return known


def test_a_case_that_has_come_far_takes_less_than_two_kibibytes() -> None:
    world, case_id = far_along()
    case = read_back(world, case_id)
    assert (len(case.grants), len(case.tasks), len(case.visits)) == (2, 4, 1)
    shared = {id(moscow()), id(NOTHING)}
    sizes = {name: deep_size(value, set(shared)) for name, value in case._asdict().items()}
    total = deep_size(case, shared)
    assert total <= LIMIT_BYTES, sorted(((size, name) for name, size in sizes.items() if size), reverse=True)
