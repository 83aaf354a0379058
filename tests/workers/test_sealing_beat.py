"""Workers seal beside their tasks: what stops it is told once, and whatever happens they go on trying."""

import threading
from collections.abc import Callable

import pytest

from events.errors import SealRefused, StoreUnavailable
from events.log import Log
from events.notes import LOG, SigningKey
from events.sealer import TROUBLE, Sealer
from events.witness_policy import Policy
from events.world import SystemClock
from tests.kit.logs import CASE, LINKED, tell
from workers.sealing import beat as beats
from workers.sealing.beat import SealingBeat
from workers.sealing.rounds import SealingRounds

KEY = SigningKey("way-home.example/log", LOG, b"\x07" * 32)


class Looks(threading.Event):
    """Waits for nothing, and says stop after so many looks; between them something may happen."""

    def __init__(self, count: int, between: Callable[[int], object] = lambda _: None) -> None:
        super().__init__()
        self._left = count
        self._between = between

    def wait(self, timeout: float | None = None) -> bool:
        self._left -= 1
        self._between(self._left)
        if not self._left:
            self.set()
        return self.is_set()


def rounds_of(log: Log) -> SealingRounds:
    return SealingRounds(Sealer(log, KEY), Policy, SystemClock())


def signed(log: Log) -> int:
    newest = Sealer(log, KEY).newest()
    return newest.checkpoint.size if newest else 0


def test_it_seals_at_once_and_then_every_ten_looks_of_a_second(log: Log) -> None:
    sizes: list[int] = []

    def happens(_: int) -> None:
        sizes.append(signed(log))
        tell(log, (CASE, LINKED))

    SealingBeat(lambda: rounds_of(log), log.size, log.keys).until(Looks(25, happens))
    assert sizes[0] == 9, "the heads were noted, and all was signed"
    assert len(set(sizes)) == 3


def test_much_at_once_is_sealed_without_waiting(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beats, "EVERY_EVENTS", 2)

    def happens(_: int) -> None:
        tell(log, (CASE, LINKED), ("case:new", LINKED))

    SealingBeat(lambda: rounds_of(log), log.size, log.keys).until(Looks(4, happens))
    assert signed(log) == 9 + 3 * 2


def failing(*problems: Exception) -> Callable[[], SealingRounds]:
    left = list(problems)

    def opened() -> SealingRounds:
        raise left.pop(0) if len(left) > 1 else left[0]

    return opened


def test_what_stops_it_is_noted_once_and_taken_back_when_it_goes_on(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    beat = SealingBeat(failing(SealRefused("an older copy")), log.size, log.keys)
    beat.until(Looks(30))
    assert log.keys.noted(TROUBLE) == b"an older copy"
    assert caplog.messages == ["an older copy"]
    SealingBeat(lambda: rounds_of(log), log.size, log.keys).until(Looks(1))
    assert log.keys.noted(TROUBLE) == b""
    assert signed(log) == 9


def test_whatever_fails_it_is_tried_again(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    problems = [StoreUnavailable("down"), RuntimeError("somebody's mistake"), OSError("no room")]
    turns = iter(problems)

    def opened() -> SealingRounds:
        for problem in turns:
            raise problem
        return rounds_of(log)

    SealingBeat(opened, log.size, log.keys).until(Looks(40))
    assert [message.rpartition(" ")[2] for message in caplog.messages] == [
        "StoreUnavailable",
        "RuntimeError",
        "OSError",
    ]
    assert signed(log) == 9


def test_where_another_user_seals_it_leaves_that_to_them(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    never = Looks(5)
    SealingBeat(failing(PermissionError("log-signing.key")), log.size, log.keys).until(never)
    assert not never.is_set(), "it did not wait for another turn"
    assert caplog.messages == []
    assert log.keys.noted(TROUBLE) is None
