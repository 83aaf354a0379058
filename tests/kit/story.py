"""Stories about a case, told as ``given(…).when(command).then(facts)``; pure, so thousands run in a second.

A command is written as its class and its own fields: ``does(ask.HoldBed)``. Who asks, the id and the case number
are filled in. ``follow`` plays the handlers' part: what a fact sets off is told too, as in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from events.catalogue import Fact
from events.ids import case_id_of, case_stream
from tests.kit.people import ANNA, TAMARA
from tests.kit.readable import is_readable
from tests.kit.world import Place, World
from workflow.case.proposals import proposals_of
from workflow.case.state import Case, Task
from workflow.command import AdvanceCase, CaseCommand, Command, ConfirmDecision, FinishTask, FireTimer
from workflow.reasons import Refused
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, StreamFact
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.care.commands import RecordSession
from workflow.subjects.intake.commands import OpenCase

Kind = TypeVar("Kind", bound=Command)


class Story:
    """One person's story in a world."""

    def __init__(self, place: Place, **opening: Any) -> None:
        self.place = place
        age = {} if "birth_date" in opening else {"age_band": "27-29"}  # told once, so that it is not told in two ways
        fields = {"source": "ngo", "programme": "moscow", "citizenships": ("MD",)} | age | opening
        fields = {name: value for name, value in fields.items() if value is not ...}
        self.opening = OpenCase.model_validate({"command_id": self.place.uuid(), "actor": ANNA} | fields)
        self.case_id = case_id_of(self.opening.command_id)
        self._epochs: dict[str, int] = {}
        self.last: Decision = self.place.carry_out(self.opening)

    # -- given and when ------------------------------------------------------------------------------------

    def given(self, *steps: Command | type[CaseCommand] | Fact) -> Story:
        """Let facts have happened, or have commands carried out that must be accepted."""
        for step in steps:
            if isinstance(step, Fact):
                self.place.tell(StreamFact(case_stream(self.case_id), step), self.opening)
            else:
                self.when(step).accepted()
        return self

    def when(self, command: Command | type[CaseCommand], /, **fields: Any) -> Story:
        """Have a command carried out."""
        made = self.command(command, **fields) if isinstance(command, type) else command
        self.last = self.place.carry_out(made)
        return self

    def does(self, kind: type[CaseCommand], /, **fields: Any) -> Story:
        """Have a command carried out that must be accepted."""
        return self.when(kind, **fields).accepted()

    def advance(self, trigger: str, **fields: Any) -> Story:
        return self.when(AdvanceCase, trigger=trigger, **fields)

    def confirmed(self, by: str = TAMARA) -> Story:
        """A colleague confirms what was proposed last."""
        key, pending = list(proposals_of(self.case).pending.items())[-1]
        self.place.has_account(pending.proposer)
        self.place.has_account(by)
        return self.does(ConfirmDecision, actor=by, proposal_id=key)

    def ends(self, trigger: str, **fields: Any) -> Story:
        """Take a step that ends the case; a colleague confirms it where two are needed."""
        self.advance(trigger, **fields).accepted()
        return self.confirmed() if proposals_of(self.case).pending else self

    def goes(self, *triggers: str) -> Story:
        for trigger in triggers:
            self.advance(trigger).accepted()
        return self

    def walks(self, where: str, walk: Callable[[], None]) -> Story:
        """Go a way of many commands; in an office where just this was done before, its end is taken over."""

        def walked() -> tuple[Decision, dict[str, int]]:
            walk()
            return self.last, dict(self._epochs)

        self.last, epochs = self.place.again(f"{self.case_id} {self._epochs} {where}", walked)
        self._epochs = dict(epochs)
        return self

    def later(self, **span: float) -> Story:
        self.place.pass_time(timedelta(**span))
        return self

    def command(self, kind: type[Kind], /, **fields: Any) -> Kind:
        if kind is AssignCase and not is_machine(fields["owner"]):
            self.place.has_account(fields["owner"])
        given: dict[str, Any] = {"command_id": self.place.uuid(), "actor": ANNA, "case_id": self.case_id} | fields
        return kind.model_validate(given)

    # -- then ----------------------------------------------------------------------------------------------

    def accepted(self) -> Story:
        assert not isinstance(self.last, Refused), self.last
        return self

    def then(self, *facts: Fact | type[Fact]) -> Story:
        """The command led to exactly these facts, in this order; a class stands for any fact of its kind."""
        self.accepted()
        assert not isinstance(self.last, Refused)
        found = [told.fact for told in self.last]
        assert len(found) == len(facts), [type(fact).__name__ for fact in found]
        for fact, wanted in zip(found, facts, strict=True):
            assert isinstance(fact, wanted) if isinstance(wanted, type) else fact == wanted, fact
        return self

    def then_among_others(self, *kinds: type[Fact]) -> Story:
        found = self.now_told()
        assert all(any(isinstance(fact, kind) for fact in found) for kind in kinds), found
        return self

    def then_refused(self, *codes: str) -> Story:
        """The command was refused for exactly these reasons, each of which says what would help, on a screen too."""
        assert isinstance(self.last, Refused), self.last
        assert set(self.last.codes) == set(codes), self.last.codes
        assert all(is_readable(reason) for reason in self.last.reasons)
        return self

    def then_at(self, stage: str) -> Story:
        self.accepted()
        assert self.case.stage == stage
        return self

    def now_told(self, kind: type[Fact] = Fact) -> list[Any]:
        """Return what the last command led to."""
        self.accepted()
        assert not isinstance(self.last, Refused)
        return [told.fact for told in self.last if isinstance(told.fact, kind)]

    # -- what stands ---------------------------------------------------------------------------------------

    @property
    def case(self) -> Case:
        return self.place.case(self.case_id)

    def tasks(self, **about: str) -> dict[str, Task]:
        """Return the open tasks of a kind or about something."""
        wanted = about.items()
        found = self.case.tasks.items()
        return {key: task for key, task in found if wanted <= ({"kind": task.kind} | dict(task.subject)).items()}

    def task(self, **about: str) -> str:
        (key,) = self.tasks(**about)
        return key

    def timer(self, kind: str) -> str:
        (key,) = [key for key, (of, _) in self.case.timers.items() if of == kind]
        return key

    # -- what people and workers do ------------------------------------------------------------------------

    def claims(self, task_id: str) -> Story:
        """A worker begins a task."""
        self._epochs[task_id] = self.place.claim(task_id)
        return self

    def finish(self, task_id: str, outcome: str = "done", reference: str = "ref-1") -> Story:
        """A worker reports what came of a task it has begun."""
        if task_id not in self._epochs:
            self.claims(task_id)
        epoch = self._epochs.pop(task_id) if outcome != "unknown" else self._epochs[task_id]
        report = {"task_id": task_id, "epoch": epoch, "outcome": outcome, "reference": reference}
        return self.when(FinishTask, actor="worker:post", **report)

    def provided(self, *services: str) -> Story:
        for service in services:
            self.finish(self.task(service=service)).accepted()
        return self

    def cared_for(self, *services: str) -> Story:
        """The person comes to the appointments the stage asked for."""
        for service in services:
            self.does(RecordSession, service=service, attended=True)
        return self

    def fires(self, kind: str) -> Story:
        return self.when(FireTimer, actor="system:timer", timer_id=self.timer(kind), due_at=self.place.now)


def story(world: Place | None = None, **opening: Any) -> Story:
    return Story(world or World(), **opening)


def given(*facts: Fact, world: Place | None = None, **opening: Any) -> Story:
    """Return a case of which these facts are known."""
    return Story(world or World(), **opening).given(*facts)


def trip(now: datetime, *, days: float = 3, hours: float = 6) -> Mapping[str, Any]:
    departs = now + timedelta(days=days)
    return {
        "departs_at": departs,
        "arrives_at": departs + timedelta(hours=hours),
        "origin": "DME",
        "destination": "KIV",
    }


def far(now: datetime) -> date:
    return now.date() + timedelta(days=365)


Found = TypeVar("Found")


def present(value: Found | None) -> Found:
    """Return what a test knows to be there."""
    assert value is not None
    return value
