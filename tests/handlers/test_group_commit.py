"""Group commit: whoever is torn away while commands are gathered leaves nobody waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from dramatiq.middleware import TimeLimitExceeded
from dramatiq.threading import raise_thread_exception

from handlers.commanding.group_commit import GroupCommit, PendingCommand
from tests.kit.workshop import until

PATIENCE_S = 30.0
Batch = Sequence[PendingCommand[str, str]]


class Counter:
    """A group commit whose serving can be held up by a command's name."""

    def __init__(self) -> None:
        self.served: list[list[str]] = []
        self.held: dict[str, Callable[[], None]] = {}
        self.group: GroupCommit[str, str] = GroupCommit(self._serve, most=3)

    def _serve(self, batch: Batch) -> None:
        names = [pending.asked for pending in batch]
        self.served.append(names)
        for name in names:
            self.held.pop(name, lambda: None)()
        for pending in batch:
            pending.answer = pending.asked.upper()

    def gathered(self, count: int) -> None:
        """Wait until so many commands are in the queue or being served."""
        until(lambda: len(self.group._waiting) == count)


class Visitor(threading.Thread):
    """Somebody who asks, and what came of it."""

    def __init__(self, counter: Counter, *asked: str) -> None:
        super().__init__(daemon=True)
        self._counter, self._asked = counter, asked
        self.came_of_it: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.came_of_it = [pending.result() for pending in self._counter.group.take(self._asked)]
        except BaseException as torn_away:  # noqa: BLE001 - the test looks at it
            self.came_of_it = type(torn_away)

    def answer(self) -> Any:
        self.join(PATIENCE_S)
        assert not self.is_alive(), "waits for ever"
        return self.came_of_it

    def tear_away(self) -> None:
        raise_thread_exception(self.ident, TimeLimitExceeded)


class Hold:
    """Keeps whoever serves until it is let go; it can be torn away meanwhile."""

    def __init__(self, counter: Counter, name: str) -> None:
        self.begun, self.over = threading.Event(), threading.Event()
        counter.held[name] = self

    def __call__(self) -> None:
        self.begun.set()
        while not self.over.wait(0.001):
            pass


def held(counter: Counter, name: str) -> tuple[Hold, Visitor]:
    hold = Hold(counter, name)
    visitor = Visitor(counter, name)
    assert hold.begun.wait(PATIENCE_S)
    return hold, visitor


def still_serves(counter: Counter) -> None:
    assert Visitor(counter, "later").answer() == ["LATER"]
    assert (counter.group._server, list(counter.group._waiting)) == (None, [])


def test_who_is_torn_away_while_it_waits_passes_its_turn_on_and_its_command_is_not_carried_out() -> None:
    counter = Counter()
    hold, first = held(counter, "a")
    torn = Visitor(counter, "b")
    counter.gathered(2)
    behind = Visitor(counter, "c")
    counter.gathered(3)
    torn.tear_away()  # it notices when it is woken, and it is woken to serve
    hold.over.set()
    assert (first.answer(), torn.answer(), behind.answer()) == (["A"], TimeLimitExceeded, ["C"])
    assert counter.served == [["a"], ["c"]]
    still_serves(counter)


def test_those_behind_who_is_torn_away_while_it_serves_are_served_by_one_of_themselves() -> None:
    counter = Counter()
    hold, first = held(counter, "a")
    torn = Visitor(counter, "b")
    counter.gathered(2)
    behind = Visitor(counter, "c")
    counter.gathered(3)
    long = Hold(counter, "b")
    hold.over.set()
    assert long.begun.wait(PATIENCE_S)
    torn.tear_away()
    assert (first.answer(), torn.answer(), behind.answer()) == (["A"], TimeLimitExceeded, ["C"])
    assert counter.served == [["a"], ["b", "c"], ["c"]]
    still_serves(counter)


def test_who_serves_others_and_is_torn_away_before_its_own_commands_came_up_withdraws_them() -> None:
    counter = Counter()
    hold, torn = held(counter, "a")
    many = Visitor(counter, "b", "c", "d", "e")
    counter.gathered(5)
    torn.tear_away()
    assert (torn.answer(), many.answer()) == (TimeLimitExceeded, ["B", "C", "D", "E"])
    assert counter.served == [["a"], ["b", "c", "d"], ["e"]]
    assert not hold.over.is_set()
    still_serves(counter)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_a_process_that_is_told_to_end_while_it_serves_serves_no_more_and_harms_nobody(kind: type[Any]) -> None:
    counter = Counter()

    def told_to_end() -> None:
        raise kind

    counter.held["a"] = told_to_end
    with pytest.raises(kind):
        counter.group.take(["a", "b"])
    assert counter.served == [["a", "b"]]
    still_serves(counter)


def test_a_bug_is_told_to_everybody_it_concerned_and_to_nobody_else() -> None:
    counter = Counter()

    def broken() -> None:
        raise LookupError("nothing")

    counter.held["b"] = broken
    first, second = counter.group.take(["a", "b"])
    with pytest.raises(LookupError):
        first.result()
    assert isinstance(second.error, LookupError)
    still_serves(counter)
