"""Two people on the first half of their way: only steps that there are, and each only when all is so that must be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.kit.erasures import erased, with_officers
from tests.kit.offices import Office
from tests.kit.people import ANNA, TAMARA
from tests.kit.story import Story
from tests.machines.finding import steps_to
from tests.machines.grounds import Databases, Ground, InMemory, InOffices
from tests.machines.machine import TIMES, WHO, Machine, in_an_office, runs
from tests.machines.models.journey import CARE, ENDS, STEPS, Way
from workflow.case.proposals import proposals_of
from workflow.case.state import Case
from workflow.command import AdvanceCase, ConfirmDecision
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.care.commands import AgreeCarePlan, RecordSession
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.reception.commands import MeetPerson, PlanArrival
from workflow.subjects.safety.commands import AssessRisk

pytestmark = pytest.mark.timeout(600 * TIMES)  # a busy machine takes its time
MOSCOW: Final = shipped_programme_text("moscow")
HOLD: Final = timedelta(hours=48)


def two_who_are_referred(place: Any) -> list[Story]:
    if isinstance(place, Office):
        with_officers(place)
    for name in (ANNA, TAMARA):
        place.has_account(name)
    return [Story(place) for _ in range(2)]


class Journey(Machine):
    """What two people, their case manager and a colleague do."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.ways = {one.case_id: Way() for one in self.people}
        self.erased: set[str] = set()

    @rule(who=WHO, trigger=st.sampled_from(list(STEPS)), reason=st.sampled_from(["", "declined"]), fits=st.booleans())
    def take_a_step(self, who: int, trigger: str, reason: str, *, fits: bool) -> None:
        """Any step is tried, or the one that may be taken."""
        case, way = self.person(who), self.ways[self.person(who).case_id]
        onward = [one for one in STEPS if one not in ENDS and way.may_step(one, self.place.now, reason)]
        trigger = onward[0] if fits and onward else trigger
        if trigger in ENDS and who != 5:
            return  # few people leave
        may = way.may_step(trigger, self.place.now, reason) and case.case_id not in self.erased
        done = not self.asks(case, AdvanceCase, trigger=trigger, reason=reason)
        if way.came_back and way.leads_on(trigger):
            assert done or case.case.stage == way.stage  # what else must be so is asked anew
        else:
            assert done == may, trigger
        if done and trigger == "reopen":
            done = self._a_colleague_agrees(case)
        if done:
            way.steps(trigger)

    def _a_colleague_agrees(self, case: Story) -> bool:
        """Have it confirmed: by whoever proposed it nothing is, by somebody else it is."""
        key = list(proposals_of(case.case).pending)[-1]
        assert self.asks(case, ConfirmDecision, actor=ANNA, proposal_id=key), "one person is not two"
        return not self.asks(case, ConfirmDecision, actor=TAMARA, proposal_id=key)

    @rule(who=WHO)
    def agree_or_not(self, who: int) -> None:
        case, way = self.person(who), self.ways[self.person(who).case_id]
        kind = WithdrawConsent if way.consents and who == 5 else GiveConsent
        if not self.asks(case, kind, purpose="assistance"):
            way.consents = kind is GiveConsent

    @rule(who=WHO, times=st.integers(1, 3))
    def be_received(self, who: int, times: int) -> None:
        """The risk is assessed, then an arrival planned, then the person met: whatever comes next."""
        for _ in range(times):
            self._is_received_a_little_more(who)

    def _is_received_a_little_more(self, who: int) -> None:
        case, way = self.person(who), self.ways[self.person(who).case_id]
        if not way.risk:
            way.risk = not self.asks(case, AssessRisk, level="low", safe_to_return=True)
        elif not way.arrival:
            said = {"at": self.place.now, "place": "SVO", "means": "flight", "number": "SU 1491"}
            way.arrival = not self.asks(case, PlanArrival, **said)
        else:
            for task in case.tasks(kind="book_pickup"):
                case.finish(task)
            way.met = not self.asks(case, MeetPerson) or way.met

    @rule(who=WHO, moves=st.booleans())
    def live_somewhere(self, who: int, *, moves: bool) -> None:
        case, way = self.person(who), self.ways[self.person(who).case_id]
        if moves:
            way.lives_there = not self.asks(case, TakeBed) or way.lives_there
        elif not self.asks(case, HoldBed):
            way.held_until = self.place.now + HOLD

    @rule(who=WHO, what=st.sampled_from([*CARE, "plan"]))
    def be_cared_for(self, who: int, what: str) -> None:
        case, way = self.person(who), self.ways[self.person(who).case_id]
        if what != "plan":
            way.cared_for |= set() if self.asks(case, RecordSession, service=what, attended=True) else {what}
        elif not self.asks(case, AgreeCarePlan):
            way.plan = self._a_colleague_agrees(case) or way.plan

    @in_an_office
    @rule(who=WHO)
    def is_erased(self, who: int) -> None:
        case = self.person(who)
        if who == 5 and self.ways[case.case_id].is_over and case.case_id not in self.erased:
            erased(case)
            self.shop.worker().performer.perform(list(case.tasks(kind="shred_person")))
            self.erased.add(case.case_id)

    @invariant()
    def everybody_is_where_the_model_says(self) -> None:
        for case in self.people:
            assert case.case.stage == self.ways[case.case_id].stage


def a_consent_that_was_not_given_counts(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether the person agreed."""
    patch.setattr(Case, "consents_to", lambda *_about: True)


def test_only_steps_that_may_be_taken_are_taken_by_the_rules_alone() -> None:
    runs(Journey, InMemory(MOSCOW, two_who_are_referred), times=150, steps=50)


def test_only_steps_that_may_be_taken_are_taken_in_an_office(databases: Databases, tmp_path: Path) -> None:
    runs(Journey, InOffices(databases, tmp_path, MOSCOW, two_who_are_referred), times=8, steps=35)


def test_the_machine_finds_a_consent_that_was_not_given_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = InMemory(MOSCOW, two_who_are_referred)
    a_consent_that_was_not_given_counts(monkeypatch)
    assert 0 < len(steps_to(Journey, ground, monkeypatch, times=500, steps=50)) < 50
