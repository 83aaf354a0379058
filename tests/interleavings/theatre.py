"""An office whose processes are let go statement by statement, and how a scenario is tried in every order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from events.instants import instant
from handlers.checks.walk import check_log
from handlers.commanding.service import CommandService
from tests.interleavings.orders import HowFar, Tried, try_orders
from tests.interleavings.stage import Choice, Stage, Transaction, on_stage, watch
from tests.kit.offices import Office
from tests.kit.programmes import with_beds
from tests.kit.roads import consents
from tests.kit.story import Story
from workers.running.leases import Leases
from workflow.command import Command
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.reception.commands import PlanArrival

LEASE: Final = timedelta(seconds=30)
_TRAVEL: Final = {"amount: EUR 360000, for: [travel]": "EUR 60", "amount: EUR 120000, for: [travel]": "EUR 20"}
_PLACES: Final = ("email: desk@harbour.example.org, capacity: 60", "email: desk@harbour.example.org, capacity: 1")


class Play(NamedTuple):
    """What is put on the stage once: what each does, who judges what came of it, and what is cleared away."""

    does: Sequence[Callable[[], Any]]
    judge: Callable[[Sequence[Transaction]], None]
    after: Callable[[], None] = lambda: None


Scenario = Callable[["Theatre"], Play]


class Theatre:
    """A small office with one bed, EUR 100 for travel and one place at a provider, and three processes."""

    def __init__(self, url: str) -> None:
        self.office = Office(url, has_tables=True, text=with_beds(1, text=_with_little()))
        self.services = [self._process() for _ in range(3)]
        self._arrivals = 0

    def leases(self, number: int) -> Leases:
        """Return the claims of a process."""
        return Leases(self.services[number].log, f"worker-{number}", LEASE)

    def case(self) -> Story:
        """Open a case."""
        return Story(self.office)

    def to_arrive(self) -> tuple[Story, Command]:
        """Open a case of somebody who comes at an hour of their own, and return the command that says so."""
        self._arrivals += 1
        case, at = consents(self.case(), "assistance", "travel"), self.office.now + timedelta(hours=9 * self._arrivals)
        return case, case.command(PlanArrival, at=at, place="SVO", means="flight", number="SU 1491")

    def with_task(self) -> tuple[Story, str]:
        """Open a case with a pick-up that is to be booked."""
        case, command = self.to_arrive()
        case.when(command).accepted()
        return case, case.task(kind="book_pickup")

    def facts(self, case: Story, name: str) -> list[Any]:
        """Return the facts of a kind that a case's history holds."""
        log = self.office.service.log
        told = log.stream(f"case:{case.case_id}")
        assert [event.envelope.version for event in told] == list(range(len(told))), "the versions have a gap"
        return [log.fact(event) for event in told if event.envelope.type == name]

    def tried(self, scenario: Scenario, how: HowFar) -> Tried:
        """Try a scenario in every order, and hold the whole office to its history afterwards."""

        def run(order: Sequence[str]) -> tuple[Sequence[Choice], str]:
            play = scenario(self)
            stage = Stage(self.office.database, play.does)
            on_stage(stage)
            try:
                stage.run(order)
                on_stage(None)
                _no_problem(stage.cast)
                play.judge(stage.cast)
            except AssertionError as fault:
                return stage.choices, str(fault) or "it was not as it must be"
            finally:
                on_stage(None)
                play.after()
            return stage.choices, ""

        tried = try_orders(run, how)
        return tried._replace(faults=(*tried.faults, *self._faults()))

    def close(self) -> None:
        """Let go of the database."""
        self.office.close()

    def _process(self) -> CommandService:
        """Return a process of its own that has done something, so that its connections are made."""
        service = self.office.another_service()
        watch(service.log.database)
        service.submit(self.office.opening())
        service.log.size()
        return service

    def _faults(self) -> list[str]:
        """Return what is wrong in the office: gaps, changed events, rows that say otherwise than a replay."""
        log = self.office.service.log
        return [f"{one.name}: {fault}" for one in check_log(log, now=instant(log.now())) for fault in one.faults]


def _with_little() -> str:
    text = shipped_programme_text("moscow")
    for line, amount in _TRAVEL.items():
        assert line in text
        text = text.replace(line, f"amount: {amount}, for: [travel]")
    assert _PLACES[0] in text
    return text.replace(*_PLACES)


def _no_problem(cast: Sequence[Transaction]) -> None:
    for one in cast:
        assert one.problem is None, f"{one.name}: {type(one.problem).__name__}: {one.problem}"
