"""Callers: threads that each ask for one command after another and wait for every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from typing import Any

from bench.people import command, opening
from bench.together import together
from events.ids import CaseId
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from workflow.command import Command
from workflow.subjects.intake.commands import AddNote, GiveConsent, WithdrawConsent

NOTE = "Slept badly, wants to call her sister; the doctor comes on Thursday."
Make = Callable[[CaseId], Command]


def _withdraw(case: CaseId) -> Command:
    return command(WithdrawConsent, case, purpose="assistance")


def _give(case: CaseId) -> Command:
    return command(GiveConsent, case, purpose="assistance")


def _note(case: CaseId) -> Command:
    return command(AddNote, case, note=NOTE)


def _open(_case: CaseId) -> Command:
    return opening()


# No single command writes two facts, a task and a sealed field; these rows of three do, on average.
# Taking a consent back cancels three tasks, giving it again asks for three.
MIXES: dict[str, tuple[Make, ...]] = {"care": (_withdraw, _give, _note), "intake": (_withdraw, _give, _open)}


def rate(service: CommandService, cases: Sequence[CaseId], mix: str, rows: int) -> float:
    """Return commands per second of one caller for each case, each going through the mix so many times."""
    loops = [lambda case=case: _carry_out(service, case, mix, rows) for case in cases]
    return len(cases) * rows * len(MIXES[mix]) / together(loops)


def _carry_out(service: CommandService, case: CaseId, mix: str, rows: int) -> None:
    for made in _commands(case, mix, rows):
        answer: Any = service.submit(made)
        assert isinstance(answer, Accepted), answer


def _commands(case: CaseId, mix: str, rows: int) -> Iterator[Command]:
    kinds = MIXES[mix]
    return (make(case) for make in islice(cycle(kinds), rows * len(kinds)))
