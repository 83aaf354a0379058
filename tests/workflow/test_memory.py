"""Tens of thousands of cases stay in memory: each is small, and the machine knows none of them."""

import gc
import sys
from datetime import date, datetime
from decimal import Decimal
from types import FunctionType, ModuleType

from transitions import Machine

from events.facts import catalogue
from events.instants import instant_text
from events.money import Money
from handlers.states.state_cache import StateCache, VersionedState
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import bring, grant, paid, plan_trip, release, shown
from tests.kit.story import Story, story
from tests.kit.world import World, moscow
from workflow.case.evolve import evolve
from workflow.case.state import NOTHING, At, Case
from workflow.programme.journey import MachineModel
from workflow.subjects.grants.commands import ApproveGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.reintegration.commands import RecordFollowUp
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.commands import IdentifyVictim

LIMIT_BYTES = 2_624
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
    if isinstance(thing, Money):
        return size + deep_size(vars(thing), seen)
    assert isinstance(thing, str | date | datetime | Decimal), f"what is a {type(thing).__name__} doing in a case?"
    return size + (deep_size(thing.tzinfo, {*seen, id(thing.tzinfo)}) if isinstance(thing, datetime) else 0)


def far_along() -> tuple[World, str]:
    """Return a case with two grants, four tranches, open tasks and timers, after a whole journey."""
    world = World()
    case = bring(story(world, age_band="27-29"), "follow_up", escort="medical")
    case.does(IdentifyVictim, status="actual", decided_by="police").does(RecordFollowUp, month=1, outcome="well")
    for kind, amount in (("reinstallation", "EUR 200"), ("reintegration", "EUR 1800")):
        grant_id = grant(case, kind, amount)
        tranche_id = release(case, grant_id)
        paid(case, grant_id, tranche_id)
    shown(case, grant_id, tranche_id)
    paid(case, grant_id, release(case, grant_id), "rejected")
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    release(case, grant_id)
    plan_trip(case)
    return world, case.case_id


def read_back(world: World, case_id: str) -> Case:
    """Return the case as the handlers keep it: folded from what the log gives back, not from what was decided."""
    facts, known = catalogue(), None
    actors = {"GrantRequested": ANNA, "GrantApproved": BORIS, "TrancheReleased": CLARA}
    own = [told for told in world.told if told.stream == f"case:{case_id}"]
    for version, told in enumerate(own):
        shape = facts.shape_of(told.fact)
        fact = facts.load(shape.name, shape.version, shape.open_body(told.fact))
        at = At(
            instant_text(world.now),
            sys.intern(actors.get(shape.name, ANNA)),
            sys.intern(world.definition.hash),
            version,
        )
        known = evolve(known, fact, at)
    assert known is not None
    return known


def test_a_case_that_has_come_far_is_kept_in_less_than_two_and_a_half_kibibytes() -> None:
    world, case_id = far_along()
    case = read_back(world, case_id)
    assert (len(grants_of(case).grants), len(case.tasks), len(reintegration_of(case).visits)) == (2, 4, 1)
    folds = StateCache(unpacked=0)
    folds.keep({f"case:{case_id}": VersionedState(80, case)})
    assert sum(map(sys.getsizeof, folds._packed.values())) <= LIMIT_BYTES
    assert folds.get(f"case:{case_id}") == VersionedState(80, case)


def test_a_case_in_use_holds_only_plain_values_and_stays_small() -> None:
    world, case_id = far_along()
    assert deep_size(read_back(world, case_id), {id(NOTHING)}) <= 9 * LIMIT_BYTES
    assert deep_size(Story(world).case, {id(NOTHING)}) <= 2 * LIMIT_BYTES


def test_what_was_not_used_for_longest_is_packed_and_then_forgotten() -> None:
    folds = StateCache(capacity=3, unpacked=1)
    for name in "abcd":
        folds.keep({name: VersionedState(1, name)})
    assert [folds.get(name).version for name in "abcd"] == [-1, 1, 1, 1]
    assert (len(folds), len(folds._kept)) == (3, 1)
    folds.keep({"b": VersionedState(2, "b")})
    assert folds.get("b") == VersionedState(2, "b")
    folds.forget()
    assert not len(folds)


def test_no_machine_is_made_for_a_case() -> None:
    journey = moscow().journey
    before = _machines()
    cases = [bring(story(), "care") for _ in range(5)]
    assert _machines() == before
    assert journey._machine.models == []
    assert not any(isinstance(thing, MachineModel) for thing in gc.get_objects())
    assert not any(hasattr(case.case, "__dict__") for case in cases)


def _machines() -> int:
    gc.collect()
    return sum(isinstance(thing, Machine) for thing in gc.get_objects())
