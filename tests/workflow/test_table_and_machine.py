"""Deciding asks the ``transitions`` machine, folding a compiled table: they must say the same of every journey."""

from functools import cache

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.instants import instant_text
from tests.kit.people import ANNA, START
from tests.kit.story import Story
from tests.kit.world import World, moscow
from workflow.case.evolve import evolve
from workflow.case.state import At, Case
from workflow.guard_context import GuardContext
from workflow.guards import guard_named
from workflow.programme.journey import Journey, TakenTransition
from workflow.programme.loading import shipped_programme_text
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.reintegration.state import reintegration_of

AT = At(instant_text(START), ANNA, "d")
STAGES = [f"stage_{number}" for number in range(7)]
TRIGGERS = [f"go_{number}" for number in range(5)]
GUARDS = ["bed_is_held", "moved_in", "plan_is_agreed"]


@cache
def _base() -> dict[str, object]:
    tree: dict[str, object] = yaml.safe_load(shipped_programme_text("moscow"))
    return tree


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Draw any set of ways between a few stages, at most one for each stage and trigger."""
    ways = draw(st.dictionaries(st.tuples(st.sampled_from(STAGES), st.sampled_from(TRIGGERS)),
                                st.tuples(st.sampled_from(STAGES), st.sets(st.sampled_from(GUARDS)))))  # fmt: skip
    transitions = [
        {"trigger": trigger, "source": source, "dest": dest, "conditions": sorted(guards)}
        for (source, trigger), (dest, guards) in ways.items()
    ]
    label = {"label": {"en": "x", "ru": "x"}}
    journey = {
        "initial": STAGES[0], "states": STAGES, "transitions": transitions, "stages": dict.fromkeys(STAGES, label),
    }  # fmt: skip
    return Journey(Programme.model_validate(_base() | {"journey": journey}), guard_named)


def opened(stage: str) -> Case:
    fact = CaseOpened(case_id="7K3P9-QXM2D", person_id="P-1", programme="moscow", source="ngo", stage=stage)
    case = evolve(None, fact, AT)
    assert case is not None
    return case


@settings(max_examples=150)
@given(journey=journeys(), path=st.lists(st.sampled_from(TRIGGERS), max_size=25), has=st.sets(st.sampled_from(GUARDS)))
def test_a_case_led_along_any_path_stands_where_the_table_says(
    journey: Journey, path: list[str], has: set[str]
) -> None:
    case = reintegration_of.changed(
        accommodation_of.changed(
            opened(journey.initial), bed=("h", 1) if "bed_is_held" in has else None, moved_in="moved_in" in has
        ),
        plan_agreed="plan_is_agreed" in has,
    )
    for trigger in path:
        step = journey.decide(GuardContext(case, journey.programme, START, ANNA), trigger)
        way = (case.stage, trigger)
        needed = {
            name
            for transition in journey.programme.journey.transitions
            if transition.trigger == trigger and case.stage in transition.source
            for name in transition.conditions
        }
        if way not in journey.table:
            assert isinstance(step, Refused)
            assert step.codes == ("stage_allows_it",)
        elif needed - has:
            assert isinstance(step, Refused)
            assert set(step.codes) == needed - has
        else:
            assert step == TakenTransition(trigger, case.stage, journey.table[way], tuple(sorted(needed)))
            assert isinstance(step, TakenTransition)
            entered = StageEntered(trigger=trigger, source=step.source, dest=step.dest, checked=step.checked)
            folded = evolve(case, entered, AT)
            assert folded is not None
            assert folded.stage == journey.table[way]
            case = folded


@settings(max_examples=100)
@given(journey=journeys())
def test_every_way_in_the_file_is_in_the_table_and_no_other(journey: Journey) -> None:
    ways = {(s, t.trigger): t.dest for t in journey.programme.journey.transitions for s in t.source}
    assert journey.table == ways
    for stage in STAGES:
        assert set(journey.triggers(stage)) == {trigger for source, trigger in ways if source == stage}
        options = journey.options(GuardContext(opened(stage), journey.programme, START))
        assert [(o.trigger, o.dest) for o in options] == [(t, ways[stage, t]) for t in journey.triggers(stage)]


def test_the_machine_has_no_triggers_but_those_of_the_file() -> None:
    journey = moscow().journey
    assert set(journey._machine.events) == {t.trigger for t in journey.programme.journey.transitions}


def test_deciding_moves_nobody() -> None:
    case = Story(World()).case
    asked = GuardContext(case, moscow().programme, START, ANNA)
    assert moscow().journey.decide(asked, "withdraw") == moscow().journey.decide(asked, "withdraw")
    assert case.stage == "referral"
