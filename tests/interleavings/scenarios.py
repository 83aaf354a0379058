"""What is put on the stage: for each promise, the transactions that could break it, and what must have come of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import func, select

from events.ids import CaseId
from events.tables import events
from handlers.commanding.answers import Accepted, Conflict
from handlers.commanding.service import CommandService
from handlers.projections.tables import case_board, tasks, timers
from tests.interleavings.stage import Transaction
from tests.interleavings.theatre import LEASE, Play, Scenario, Theatre
from workers.running.jobs import AnyJob, JobOutcome
from workers.running.leases import ElapsedTimer
from workers.running.perform import _command
from workers.running.sweeper import _firing
from workflow.command import Command, FinishTask
from workflow.subjects.accommodation.commands import HoldBed, ReleaseBed
from workflow.subjects.grants.commands import RecordCost, ReverseCost
from workflow.subjects.intake.commands import AddNote, WithdrawConsent


def _submitted(theatre: Theatre, *commands: Command) -> list[Callable[[], Any]]:
    """Return who submits each of these commands, each in a process of its own."""
    pairs = zip(theatre.services, commands, strict=False)
    return [partial(service.submit, command) for service, command in pairs]


def _answers(cast: Sequence[Transaction]) -> Counter[str]:
    return Counter(type(one.result).__name__ for one in cast)


def append(theatre: Theatre) -> Play:
    """Two write to one history: both are in it, one after the other."""
    case = theatre.case()
    notes = [case.command(AddNote, note="seen") for _ in range(2)]

    def judge(cast: Sequence[Transaction]) -> None:
        assert _answers(cast) == {"Accepted": 2}
        assert len(theatre.facts(case, "NoteAdded")) == 2, "an append was lost"
        assert len({one.result.version for one in cast}) == 2

    return Play(_submitted(theatre, *notes), judge)


def version(theatre: Theatre) -> Play:
    """Two who saw the same version: one wins, the other learns of it."""
    case = theatre.case()
    seen = len(theatre.office.service.log.stream(f"case:{case.case_id}")) - 1
    notes = [case.command(AddNote, note="seen", expected=seen) for _ in range(2)]

    def judge(cast: Sequence[Transaction]) -> None:
        assert _answers(cast) == {"Accepted": 1, "Conflict": 1}, f"two wrote at one version: {_answers(cast)}"
        (lost,) = [one.result for one in cast if isinstance(one.result, Conflict)]
        (won,) = [one.result for one in cast if isinstance(one.result, Accepted)]
        assert [event.envelope.command_id for event in lost.since] == [won.command_id]

    return Play(_submitted(theatre, *notes), judge)


def opened_twice(theatre: Theatre) -> Play:
    """One command, sent to two processes at once: it happens once, and both are answered alike."""
    opening = theatre.office.opening()

    def judge(cast: Sequence[Transaction]) -> None:
        assert _answers(cast) == {"Accepted": 2}
        assert sorted(one.result.repeated for one in cast) == [False, True]
        told = theatre.office.service.log.of_command(str(opening.command_id))
        assert [event.envelope.type for event in told] == list(cast[0].result.facts)

    return Play(_submitted(theatre, opening, opening), judge)


def claim(theatre: Theatre) -> Play:
    """Two workers reach for the same tasks: each task has one of them, or waits for the next sweep."""
    ids = [theatre.with_task()[1] for _ in range(2)]
    now = theatre.office.service.log.now()
    workers = [theatre.leases(number) for number in range(2)]

    def judge(cast: Sequence[Transaction]) -> None:
        jobs = [job for one in cast for job in one.result]
        held = Counter(job.task_id for job in jobs)
        assert held, "nobody took anything"
        assert max(held.values()) == 1, f"a task has {max(held.values())} holders"
        assert {(job.task_id, job.epoch) for job in jobs} <= {(task_id, 1) for task_id in ids}
        theatre.office.pass_time(LEASE)

    return Play([partial(worker.claim, ids, now) for worker in workers], judge)


def finish(theatre: Theatre) -> Play:
    """A worker reports after its lease ran out, while another frees and claims: one of them has done it."""
    case, task_id = theatre.with_task()
    (stale,) = theatre.leases(0).claim([task_id], theatre.office.service.log.now())
    theatre.office.pass_time(LEASE * 2)
    now = theatre.office.service.log.now()
    slow, quick = theatre.services[:2]

    def takes_over() -> tuple[list[AnyJob], Any]:
        leases = theatre.leases(1)
        leases.free([job for job in leases.lost(now) if job.task_id == task_id], now)
        jobs = leases.claim([task_id], now)
        return jobs, quick.submit(_done(jobs[0], quick)) if jobs else None

    def judge(cast: Sequence[Transaction]) -> None:
        late, (jobs, answer) = cast[0].result, cast[1].result
        done = theatre.facts(case, "PickupBooked")
        assert len(done) == isinstance(late, Accepted) + isinstance(answer, Accepted), "what was answered is not there"
        assert len(done) <= 1, "a task was done twice"
        assert not (jobs and isinstance(late, Accepted)), "the fence let a ghost in"
        (row,) = theatre.office.rows("tasks", task_id=task_id)
        assert row["status"] == ("done" if done else "waiting")

    return Play([partial(slow.submit, _done(stale, slow)), takes_over], judge)


def _done(job: AnyJob, service: CommandService) -> FinishTask:
    return _command(JobOutcome(job, "done", "ref-1"), service.machine_ids)


def withdraw(theatre: Theatre) -> Play:
    """Somebody takes their consent back while a worker reaches for what it was given for."""
    case, task_id = theatre.with_task()
    now = theatre.office.service.log.now()

    def judge(cast: Sequence[Transaction]) -> None:
        assert isinstance(cast[0].result, Accepted)
        told = [len(theatre.facts(case, name)) for name in ("TaskCancelled", "TaskUnwanted")]
        begun = len(cast[1].result)
        assert told == [1 - begun, begun], "what a worker has in hand was called off as if nobody had begun it"
        (row,) = theatre.office.rows("tasks", task_id=task_id)
        assert (row["status"], row["wanted"]) == (("claimed", False) if begun else ("cancelled", True))
        theatre.office.pass_time(LEASE)

    does = _submitted(theatre, case.command(WithdrawConsent, purpose="assistance"))
    return Play([*does, partial(theatre.leases(1).claim, [task_id], now)], judge)


def timer(theatre: Theatre) -> Play:
    """Two sweepers find one timer due: it fires once."""
    case = theatre.case()
    key = next(iter(case.case.timers))
    elapsed = ElapsedTimer(key, CaseId(case.case_id), theatre.office.service.log.now())
    firing = [_firing(elapsed, service.machine_ids) for service in theatre.services[:2]]

    def judge(cast: Sequence[Transaction]) -> None:
        fired = [fact for fact in theatre.facts(case, "TimerFired") if fact.timer_id == key]
        assert len(fired) == 1, f"the timer fired {len(fired)} times"
        assert _answers(cast) == {"Accepted": 2}

    return Play(_submitted(theatre, *firing), judge)


def projection(theatre: Theatre) -> Play:
    """Somebody reads rows and history while a command is stored: they say the same."""
    case, command = theatre.to_arrive()
    number, of_case = func.count(), events.c.stream == f"case:{case.case_id}"
    asked_for = events.c.type.in_(["TaskRequested", "TimerSet"])
    questions = (
        select(case_board.c.version).where(case_board.c.case_id == case.case_id),
        select(func.max(events.c.version)).where(of_case),
        select(number).select_from(events).where(of_case, asked_for),
        *(select(number).select_from(table).where(table.c.case_id == case.case_id) for table in (tasks, timers)),
    )

    def reads() -> list[int]:
        with theatre.services[1].log.database.reading() as connection:
            return [connection.execute(question).scalar_one() for question in questions]

    def judge(cast: Sequence[Transaction]) -> None:
        shown, told, asked, *rows = cast[1].result
        assert shown == told, "the board shows another version than the history has"
        assert asked == sum(rows), "the rows of work are not those that the history asked for"

    return Play([*_submitted(theatre, command), reads], judge)


def hold(theatre: Theatre) -> Play:
    """Two people, one bed."""
    return _last_bed(theatre, 2)


def hold_of_three(theatre: Theatre) -> Play:
    """Three people, one bed."""
    return _last_bed(theatre, 3)


def _last_bed(theatre: Theatre, people: int) -> Play:
    cases = [theatre.case() for _ in range(people)]

    def judge(cast: Sequence[Transaction]) -> None:
        house = theatre.office.state("facility:moscow-centre")
        assert len(house.beds) == 1
        assert _answers(cast) == {"Accepted": 1, "Refused": people - 1}, f"one bed, and {_answers(cast)}"

    def after() -> None:
        for case in cases:
            case.when(ReleaseBed, reason="moved")

    return Play(_submitted(theatre, *(case.command(HoldBed) for case in cases)), judge, after)


def hold_and_release(theatre: Theatre) -> Play:
    """Somebody leaves the one bed while somebody else asks for it: never two in it, and it is not lost."""
    leaves, comes = theatre.case().does(HoldBed), theatre.case()

    def judge(cast: Sequence[Transaction]) -> None:
        house = theatre.office.state("facility:moscow-centre")
        assert isinstance(cast[0].result, Accepted)
        assert len(house.beds) == isinstance(cast[1].result, Accepted)

    def after() -> None:
        comes.when(ReleaseBed, reason="moved")

    does = _submitted(theatre, leaves.command(ReleaseBed, reason="moved"), comes.command(HoldBed))
    return Play(does, judge, after)


def budget(theatre: Theatre) -> Play:
    """Two want EUR 80 each of the EUR 100 that are left: one gets it."""
    cases = [theatre.case() for _ in range(2)]
    fields: dict[str, Any] = {
        "kind": "travel",
        "amount": "EUR 80",
        "day": theatre.office.now.date(),
        "reference": "ticket 12",
    }

    def judge(cast: Sequence[Transaction]) -> None:
        assert _answers(cast) == {"Accepted": 1, "Refused": 1}, f"EUR 100 were left, and {_answers(cast)}"
        assert sum(len(theatre.facts(case, "CostRecorded")) for case in cases) == 1

    def after() -> None:
        for case in cases:
            for cost in theatre.facts(case, "CostRecorded"):
                case.does(ReverseCost, cost_id=cost.cost_id, reason="given back")

    return Play(_submitted(theatre, *(case.command(RecordCost, **fields) for case in cases)), judge, after)


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "append": append,
    "version": version,
    "opened twice": opened_twice,
    "claim": claim,
    "finish": finish,
    "withdraw": withdraw,
    "timer": timer,
    "projection": projection,
    "hold": hold,
    "hold of three": hold_of_three,
    "hold and release": hold_and_release,
    "budget": budget,
}
