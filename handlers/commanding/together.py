"""Commands for several people that are carried out together: all of them, or none."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from events.errors import CommandReused
from handlers.commanding.answers import Accepted, Answer
from workflow.command import Command

TOGETHER_MAX = 1000  # commands in one breath: a charter of 150 people opened, and each of them in its group


class Together(NamedTuple):
    """Commands that are stored in one transaction when every one of them is accepted, and otherwise not at all.

    Each keeps its own id, guards and rights, and sees what those before it decided: the second child gets the bed
    beside the first.
    """

    commands: tuple[Command, ...]


class TogetherAnswer(NamedTuple):
    """What each of the commands is answered, in their order; where one was not accepted nothing was stored of any."""

    answers: tuple[Answer, ...]

    @property
    def is_done(self) -> bool:
        """Tell whether everything was carried out."""
        return all(isinstance(answer, Accepted) for answer in self.answers)


class NotTogetherError(Exception):
    """One of them was not accepted: the transaction is rolled back, and the answers say why."""

    def __init__(self, answers: Sequence[Answer | CommandReused]) -> None:
        super().__init__("not every one of several commands was accepted")
        self.answers = tuple(answers)


Asked = Command | Together


def apart(asked: Sequence[Asked]) -> Iterator[slice]:
    """Yield what is served in one transaction each: commands that arrive together, and every `Together` alone.

    >>> list(apart([Together(()), Together(())]))
    [slice(0, 1, None), slice(1, 2, None)]
    """
    first = 0
    for number, one in enumerate(asked):
        if isinstance(one, Together):
            if first < number:
                yield slice(first, number)
            yield slice(number, number + 1)
            first = number + 1
    if first < len(asked):
        yield slice(first, len(asked))


def demand_all(answers: Sequence[Answer | CommandReused]) -> None:
    """Raise `NotTogetherError` unless every command was accepted."""
    if not all(isinstance(answer, Accepted) for answer in answers):
        raise NotTogetherError(answers)
