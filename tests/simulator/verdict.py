"""What a year is judged by: the checks of the log, what people were told, and the ledgers of the world outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple

from events.file_stores import hashes_of
from events.instants import instant
from handlers.checks.check_results import CheckResult, OutsideRecords
from handlers.checks.walk import check_log
from tests.simulator.clocks import AHEAD_MOST
from tests.simulator.ledgers import unlike_the_ledgers
from tests.simulator.restores import numbers_of_restores, of_restores
from tests.simulator.services.judge import given_in, numbers_of_services, of_services
from tests.simulator.year import Simulation
from workflow.tasks import GIVING_BACK

# Which promise a check is about; what I7 finds is told apart by its words.
_PROMISE: Final = {
    "I1": "lost",
    "I5": "doubled",
    "I6": "overbooked",
    "I8": "illegal",
    "I10": "illegal",
    "I12": "illegal",
}
_EARLY: Final = ("before it was due", ", before ")
_UNDONE: Final = ("still open", "nobody's work list", "has not fired")
PROMISES: Final = ("lost", "doubled", "overbooked", "undone", "early", "illegal")
_ROOT: Final = ("I2", "I3", "I14")


class Verdict(NamedTuple):
    """What a year came to: counts of what must not be, each with what was found, and the root of its history."""

    broken: dict[str, list[str]]  # by promise
    root: str
    numbers: dict[str, int]
    seed: int
    given: frozenset[str] = frozenset()  # which kinds of commands came to something, in a year with all services

    @property
    def ok(self) -> bool:
        """Tell whether every promise was kept."""
        return not any(self.broken.values())

    @property
    def line(self) -> str:
        """Return the line a script can read."""
        counted = " ".join(f"{name}={number}" for name, number in self.numbers.items())
        zeros = " ".join(f"{name}={len(self.broken[name])}" for name in PROMISES)
        marks = " ".join(f"{name}={'BROKEN' if self.broken[name] else 'ok'}" for name in ("root", "replay", "rows"))
        return f"simulator seed={self.seed} {counted} {zeros} {marks} place={self.root[:16]}"

    def findings(self) -> Iterator[str]:
        """Yield what was found, by promise."""
        for name, found in self.broken.items():
            yield from (f"{name}: {one}" for one in found[:8])


def judged(world: Simulation) -> Verdict:
    """Judge a year that has come to rest."""
    container = world.alive.container
    outside = OutsideRecords(
        statement=world.bank.statement(),  # type: ignore[arg-type]
        performed=_performed(world),
        sent=container.sent_outside(),
        files=partial(hashes_of, container.files),
    )
    results = check_log(
        container.log,
        acknowledged=world.staff.acknowledged.values(),
        effects=outside,
        now=world.clock.now(),
        settled=True,
    )
    broken: dict[str, list[str]] = {name: [] for name in (*PROMISES, "root", "replay", "rows")}
    for one in results:
        for fault in one.faults:
            broken[promise_of(one, fault)].append(f"{one.name} {fault}")
    for promise, found in (*_of_the_ledgers(world), *unlike_the_ledgers(world), *of_restores(world)):
        broken[promise].append(found)
    with container.database.reading() as connection:
        place = bytes(connection.exec_driver_sql("SELECT place FROM log_head").scalar_one()).hex()
    given = given_in(container.log) if world.terms.services else frozenset()
    for promise, found in of_services(world):  # last: whoever looks leaves a word of it in the log
        broken[promise].append(found)
    return Verdict(broken, place, _numbers(world), world.terms.seed, given)


def promise_of(one: CheckResult, fault: str) -> str:
    """Return which promise a fault breaks."""
    if one.name == "I7":
        early, undone = (any(words in fault for words in some) for some in (_EARLY, _UNDONE))
        return "early" if early else "undone" if undone else "doubled"
    return _PROMISE.get(one.name, "root" if one.name in _ROOT else "replay" if one.name == "I4" else "rows")


def _performed(world: Simulation) -> dict[str, int]:
    """Return how often each task was done outside; a letter that a person had written again is that person's."""
    letters = Counter(deed.key for deed in world.mail.delivered if deed.key in world.mail.of_tasks())
    retried = {key: times for key, times in world.staff.retried.items() if key in letters}
    letters.subtract(Counter({key: min(times, letters[key] - 1) for key, times in retried.items()}))
    return dict(Counter(world.agency.book.keys()) + letters)


def _of_the_ledgers(world: Simulation) -> Iterator[tuple[str, str]]:
    """Compare what was really done outside with what was to be done."""
    container = world.alive.container
    for payment, times in world.bank.paid.items():
        if times > 1:
            yield "doubled", f"{payment} was paid {times} times"
    for what, times in Counter(deed.what for deed in world.agency.book.values()).items():
        if times > 1:
            yield "doubled", f"{what} was ordered {times} times"
    for what, keys in _letters_by_content(world).items():
        if len(keys) > 1:
            yield "doubled", f"{what} was written in {len(keys)} letters: {', '.join(sorted(keys))}"
    for command_id, kind in world.staff.refused.items():
        if command_id not in world.staff.sent_twice and container.log.of_command(str(command_id)):
            yield "lost", f"{kind} {command_id} was refused and is in the log"
    yield from _after_withdrawal(world)


def _letters_by_content(world: Simulation) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for deed in world.mail.delivered:
        to, _, rest = deed.what.partition("<")
        if "Travel assignment" in rest:  # an escort is asked once for a journey, and called off once
            found.setdefault(f"{to}{rest.rpartition('<')[0]}", set()).add(deed.key)
    return found


def _after_withdrawal(world: Simulation) -> Iterator[tuple[str, str]]:
    """Find what was done for somebody whose withdrawal was acknowledged, unless it was begun before, or gives back."""
    if not world.staff.withdrawn:
        return
    by_another_clock = AHEAD_MOST if world.faults.count("ahead") else timedelta(0)
    done = {deed.key: deed.at for deed in (*world.agency.book.values(), *world.mail.delivered)}
    with world.alive.container.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT task_id, case_id, kind, claimed_at FROM tasks").all()
    for task_id, case_id, kind, claimed_at in rows:
        since = world.staff.withdrawn.get(case_id)
        if since is None or kind in GIVING_BACK or task_id not in done:
            continue
        if done[task_id] > since and instant(claimed_at) > since + by_another_clock:
            yield "illegal", f"{kind} {task_id} was done for {case_id} after its withdrawal"


def _numbers(world: Simulation) -> dict[str, int]:
    faults = world.faults
    return {
        "people": world.terms.people,
        "events": world.alive.container.log.size(),
        "commands": world.staff.asked,
        "acks": len(world.staff.acknowledged) + len(world.staff.refused),
        "faults": len(faults.happened),
        "crashes": faults.count("die"),
        "drops": faults.count("lost", "away", "silent", "empty_queue"),
        "twice": faults.count("twice"),
        "late": faults.count("late"),
        "lies": faults.count("silent_done", "error_done", "unsure"),
        **numbers_of_restores(world),
        **numbers_of_services(world),
    }
