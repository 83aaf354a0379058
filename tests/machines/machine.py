"""What every machine has in common: commands sent twice or too late, offices opened anew, and what must hold."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from handlers.checks.check_results import Acknowledgement, OutsideRecords
from handlers.checks.walk import check_lines, check_log
from handlers.commanding.answers import Accepted, Answer, Conflict
from tests.kit.erasures import asked_for, confirm
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.story import Story
from tests.kit.workshop import Workshop
from tests.machines.grounds import Ground
from workflow.case.erasure import request_of
from workflow.case.proposals import proposed
from workflow.command import Command
from workflow.reasons import Refused
from workflow.rights.visibility import is_machine
from workflow.subjects.erasure.commands import ErasePerson
from workflow.subjects.intake.commands import AddNote

State = TypeVar("State")
TIMES: Final = int(os.environ.get("WAYHOME_MACHINES", "1"))  # so many times the usual number of runs
WHO: Final = st.integers(0, 5)  # which of the people there are, counted round
in_an_office: Final = precondition(lambda machine: isinstance(machine.place, Office))


class Machine(RuleBasedStateMachine):
    """People in a place of their own; what is asked there is answered, and noted for whoever looks back."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground = ground
        self.place, self.people = ground.open()
        self.acknowledged: dict[str, Acknowledgement] = {}
        self.last: tuple[Command, Accepted] | None = None
        self._looked_at = -1

    def teardown(self) -> None:
        with ExitStack() as stack:
            stack.callback(self.ground.close, self.place)
            if "shop" in vars(self):
                stack.callback(self.shop.close)
            if isinstance(self.place, Office):
                self._look_at_everything()
                self.place.check()

    @property
    def office(self) -> Office:
        assert isinstance(self.place, Office)
        return self.place

    @cached_property
    def shop(self) -> Workshop:
        """Return the workers beside the office."""
        return Workshop(self.office, Path(mkdtemp(dir=self.ground.folder)) / "shop")

    def shared(self, stream: str, empty: State) -> State:
        """Return how something stands that several cases share."""
        place: Any = self.place
        found = place.state(stream) if isinstance(place, Office) else place.states.get(stream)
        return empty if found is None else found

    def person(self, who: int) -> Story:
        return self.people[who % len(self.people)]

    # -- asking ----------------------------------------------------------------------------------------------

    def asks(self, case: Story, kind: type[Command], /, **fields: Any) -> tuple[str, ...]:
        """Have something done, and return why it is refused: nothing when it was done."""
        answer = self.answer(case.command(kind, **fields))
        assert not isinstance(answer, Conflict), "nobody said which version was looked at"
        return answer.codes if isinstance(answer, Refused) else ()

    def answer(self, command: Command) -> Answer:
        """Return the answer to a command; in memory nobody is acknowledged anything."""
        if not isinstance(self.place, Office):
            decision = self.place.carry_out(command)
            return decision if isinstance(decision, Refused) else Accepted(str(command.command_id), "", 0, ())
        if is_machine(command.actor):
            command = command.model_copy(update={"command_id": self.place.id_for(command.actor)})
        answer = self.place.service.submit(command)
        if isinstance(answer, Accepted):
            self.last = command, answer
            self.acknowledged[answer.command_id] = Acknowledgement(answer.command_id, answer.version, answer.facts)
        return answer

    def may_erase(self, case: Story) -> bool:
        """Have somebody erased whose case is over, and tell whether: not while anything of theirs is under way."""
        if request_of(case.case) is None:
            asked_for(case)
        under_way, refused = case.tasks(), self.asks(case, ErasePerson, actor=BORIS, mandate="supervisor")
        assert bool(refused) == bool(under_way), "nobody is erased while something of theirs is under way"
        if not refused:
            confirm(case, proposed(case.case, "ErasePerson")).accepted()
            self.shop.worker().performer.perform(list(case.tasks(kind="shred_person")))
        return not refused

    # -- what happens to every office ------------------------------------------------------------------------

    @in_an_office
    @rule(what=st.sampled_from(["the same again", "seen too late", "opened anew"]), who=WHO)
    def in_the_office(self, what: str, who: int) -> None:
        """Let one of those things happen that happen to every office, and change nothing."""
        size = self.office.service.log.size()
        if what == "the same again" and self.last is not None:
            command, answer = self.last
            assert self.office.service.submit(command) == answer._replace(repeated=True)
        elif what == "seen too late":
            self._somebody_saw_an_older_version(self.person(who))
        else:
            self._is_opened_anew()
        assert self.office.service.log.size() == size, "something was done twice, or by who was too late"

    def _somebody_saw_an_older_version(self, case: Story) -> None:
        version = self.office.service.log.stream(f"case:{case.case_id}")[-1].envelope.version
        answer = self.office.service.submit(case.command(AddNote, note="seen", expected=version - 1))
        assert isinstance(answer, Conflict), "who was overtaken is not told so"
        assert (len(answer.since), answer.version) == (1, version)

    def _is_opened_anew(self) -> None:
        before = self.office.service
        self.office.service = self.office.another_service()
        self.office._databases.remove(before.log.database)
        before.log.database.close()

    @rule(hours=st.sampled_from([1, 5, 26]))
    def time_passes(self, hours: int) -> None:
        self.place.pass_time(timedelta(hours=hours))

    # -- what must hold --------------------------------------------------------------------------------------

    def outside(self) -> OutsideRecords:
        """Return what the outside has in its books, where there is an outside."""
        return OutsideRecords()

    @in_an_office
    @invariant()
    def what_must_hold_holds(self) -> None:
        """Hold the office to its history whenever something was added to it, and at the end."""
        if self.office.service.log.size() != self._looked_at:
            self._look_at_everything()

    def _look_at_everything(self) -> None:
        log, now = self.office.service.log, self.office.now
        checks = check_log(log, acknowledged=self.acknowledged.values(), effects=self.outside(), now=now)
        assert all(one.ok for one in checks), "\n".join(check_lines(one for one in checks if not one.ok))
        self._looked_at = log.size()


def runs(machine: type[Machine], ground: Ground, *, times: int, steps: int, **how: Any) -> None:
    """Run a machine so many times, so many steps each; raises what it found, told in the fewest steps."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)  # to explain takes a trace of every line
    given = {"max_examples": times * TIMES, "stateful_step_count": steps, "phases": phases, "print_blob": True}
    given["suppress_health_check"] = [HealthCheck.too_slow]  # a test does not time
    run_state_machine_as_test(partial(machine, ground), settings=settings(**given | how))  # type: ignore[arg-type]
