"""Several processes keep what they saw, and none answers from it when another has written since."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import pytest

from handlers.checks.repair import differences_now
from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.commanding.held_streams import AskedStreams, HeldStreams, ToHold
from handlers.commanding.service import CommandService
from tests.kit.offices import KINDS, Office
from tests.kit.programmes import with_beds
from tests.kit.story import Story
from workflow.command import CaseCommand, Command
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed, ReleaseBed
from workflow.subjects.intake.commands import AddNote, GiveConsent, WithdrawConsent

STEPS: Final = 60
ONE_WRITES_WHILE_ANOTHER_ASKS = pytest.mark.parametrize("office_url", ["postgresql"], indirect=True)  # SQLite: one pen


class OnlyAskedError(Exception):
    """What would be answered is known: nothing of it is to be stored."""

    def __init__(self, answers: Sequence[Any]) -> None:
        super().__init__("only asked")
        self.answers = answers


@pytest.fixture
def one_bed(office_url: str) -> Iterator[Office]:
    """An office with one bed."""
    office = Office(office_url, has_tables=True, text=with_beds(1))
    yield office
    office.close()


def would_answer(service: CommandService, command: Command) -> Any:
    """Return what a process answers that has seen nothing yet; nothing is stored."""

    def only_asked(answers: Sequence[Any]) -> None:
        raise OnlyAskedError(answers)

    service.folds.forget()
    with pytest.raises(OnlyAskedError) as asked:
        service._write([command], only_asked)
    return asked.value.answers[0]


def told(answer: Any) -> tuple[Any, ...]:
    """Return what an answer says about the state it was decided on."""
    if isinstance(answer, Refused):
        return "Refused", tuple(reason.code for reason in answer.reasons)
    assert isinstance(answer, Accepted | Conflict)
    return type(answer).__name__, answer.version, answer.facts if isinstance(answer, Accepted) else ()


class Processes:
    """Three processes that work on the same cases, each with what it saw last."""

    def __init__(self, office: Office, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cases = [Story(office).does(GiveConsent, purpose="assistance") for _ in range(3)]
        self.services = [office.another_service() for _ in range(3)]
        self.seen: dict[tuple[int, str], int] = {}
        self.makes: list[Callable[[Story, int | None], CaseCommand]] = [
            lambda case, seen: case.command(AddNote, note="seen", expected=seen),
            lambda case, _: case.command(AddNote, note="seen"),
            lambda case, _: case.command(HoldBed),
            lambda case, _: case.command(ReleaseBed, reason="moved"),
            lambda case, seen: case.command(WithdrawConsent, purpose="assistance", expected=seen),
            lambda case, _: case.command(GiveConsent, purpose="assistance"),
        ]

    def step(self, newcomer: CommandService) -> tuple[Any, Answer]:
        """Have one of them given a command; return what a newcomer would answer, and what it answered."""
        number, case = self.chance.randrange(len(self.services)), self.chance.choice(self.cases)
        command = self.chance.choice(self.makes)(case, self.seen.get((number, case.case_id)))
        right = would_answer(newcomer, command)
        answer = self.services[number].submit(command)
        if isinstance(answer, Accepted):
            self.seen[number, case.case_id] = answer.version
        return right, answer


@pytest.mark.parametrize("office_url", KINDS, indirect=True)
@pytest.mark.parametrize("seed", [3, 33, 333])
def test_whoever_keeps_what_they_saw_answers_like_somebody_who_keeps_nothing(one_bed: Office, seed: int) -> None:
    processes, newcomer = Processes(one_bed, seed), one_bed.another_service()
    answers: Counter[str] = Counter()
    for number in range(STEPS):
        right, answer = processes.step(newcomer)
        assert told(answer) == told(right), f"step {number}"
        answers[type(answer).__name__] += 1
    assert answers.keys() == {"Accepted", "Refused", "Conflict"}
    assert differences_now(one_bed.service.log) == []


def writes_before_it_is_held(
    patch: pytest.MonkeyPatch, service: CommandService, stream: str, write: Callable[[], Any]
) -> None:
    """Have somebody write when a process is already under way, just before it asks for a stream."""
    ask, waiting = HeldStreams.ask, [write]

    def asks(held: HeldStreams, *steps: ToHold) -> AskedStreams:
        if held._folds is service.folds and waiting and any(stream in step.streams for step in steps):
            waiting.pop()()
        return ask(held, *steps)

    patch.setattr(HeldStreams, "ask", asks)


@ONE_WRITES_WHILE_ANOTHER_ASKS
def test_who_is_overtaken_on_the_way_learns_of_it(one_bed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case, ours, theirs = Story(one_bed), one_bed.another_service(), one_bed.another_service()
    first = ours.submit(case.command(AddNote, note="seen"))
    assert isinstance(first, Accepted)
    note = case.command(AddNote, note="another's")
    writes_before_it_is_held(monkeypatch, ours, f"case:{case.case_id}", lambda: theirs.submit(note))
    late = ours.submit(case.command(AddNote, note="late", expected=first.version))
    assert isinstance(late, Conflict)
    assert (late.version, [event.envelope.command_id for event in late.since]) == (
        first.version + 1,
        [str(note.command_id)],
    )
    assert isinstance(ours.submit(case.command(AddNote, note="and again")), Accepted)


@ONE_WRITES_WHILE_ANOTHER_ASKS
def test_a_bed_that_another_process_gives_away_meanwhile_is_not_given_twice(
    one_bed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Story(one_bed), Story(one_bed)
    ours, theirs = one_bed.another_service(), one_bed.another_service()
    assert isinstance(ours.submit(one.command(HoldBed)), Accepted)
    assert isinstance(ours.submit(one.command(ReleaseBed, reason="moved")), Accepted)  # it keeps the empty house
    taken = list[Answer]()
    hold = other.command(HoldBed)
    writes_before_it_is_held(monkeypatch, ours, "facility:moscow-centre", lambda: taken.append(theirs.submit(hold)))
    late = ours.submit(one.command(HoldBed))
    assert (type(taken[0]), type(late)) == (Accepted, Refused)
    assert len(one_bed.state("facility:moscow-centre").beds) == 1
    assert differences_now(one_bed.service.log) == []
