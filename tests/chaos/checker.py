"""The judge of a run: what clients were told, what must always hold, and what the world outside says was done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Final, NamedTuple

from sqlalchemy import select

from console.container import Container
from events.envelope import RecordedEvent
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.ids import case_of_stream
from events.log import Log
from events.tables import commands
from handlers.checks.check_results import Acknowledgement, OutsideRecords
from handlers.checks.walk import check_log
from tests.chaos.agent import book_of
from tests.chaos.bank import Bank, Books
from tests.chaos.clock import ChaosClock
from tests.chaos.history import Operation, read
from tests.chaos.mail_sink import Delivered, Ledger
from tests.chaos.place import Place
from tests.chaos.restored import Restored, as_it_counts, counting, lost_parts, restores
from tests.chaos.told import Found, LogSeen, Stored, asked, broken_promises, never_back
from tests.simulator.paper import Paper, paper_of
from tests.simulator.restores import known_again, paid_twice
from tests.simulator.verdict import PROMISES, promise_of
from workers.running.orders import Order

_FOR_ONE: Final = "Travel assignment"  # an escort is asked once for a journey, and called off once


class Judgement(NamedTuple):
    """What a run came to."""

    zeros: dict[str, int]  # by promise, how often it was broken
    root: str
    replay: str
    commands: int
    acks: int
    looks: int
    excused: int  # answers that an older copy knows nothing of
    findings: list[str]


class Outside(NamedTuple):
    """The ledgers of the world outside."""

    books: Books
    orders: Sequence[Order]
    letters: Sequence[Delivered]

    @classmethod
    def of(cls, place: Place) -> Outside:
        """Return what really was done."""
        return cls(Bank(place).books(), book_of(place).all(), Ledger(place).all())

    def performed(self, tried_again: Counter[str]) -> dict[str, int]:
        """Return how often each task was done; a letter that a person had written again is that person's."""
        letters = Counter(one.key for one in self.letters if not one.key.startswith("party-"))
        again = {key: min(times, letters[key] - 1) for key, times in tried_again.items() if key in letters}
        letters.subtract(again)
        return dict(Counter(order.key for order in self.orders) + letters)


def judge(place: Place) -> Judgement:
    """Judge a run that has come to rest."""
    history, put_back = read(place.histories), restores(place.histories)
    office = Container(place.settings(), clock=ChaosClock(place.clock))
    try:
        found = [
            *broken_words(history, put_back, log_seen(office.log)),
            *_broken(office, place, history, put_back),
            *_of_restores(office, place, put_back),
        ]
    finally:
        office.close()
    return judgement(history, found, put_back)


def broken_words(history: Sequence[Operation], put_back: Sequence[Restored], log: LogSeen) -> Iterator[Found]:
    """Yield what clients were told and the log does not bear out, but for what an older copy excuses.

    What a copy lost is judged as far as it goes: no look of then showed less than had been told before it.
    """
    yield from broken_promises(as_it_counts(history, counting(put_back)), log)
    for part in lost_parts(history, put_back):
        yield from never_back(part)


def judgement(history: Sequence[Operation], found: Sequence[Found], put_back: Sequence[Restored] = ()) -> Judgement:
    """Return what these findings come to."""
    counted = Counter(promise for promise, _ in found)
    sent = asked(history)
    root = "BROKEN" if counted["root"] + counted["rows"] else "ok"
    replay = "BROKEN" if counted["replay"] else "ok"
    return Judgement(
        {name: counted[name] for name in PROMISES}, root, replay,
        len(sent), sum(one.outcomes != {"unknown"} for one in sent),
        sum(one.is_look and one.outcome == "ok" for one in history),
        sum(one != counts for one, counts in zip(history, as_it_counts(history, counting(put_back)), strict=True)),
        [f"{promise}: {text}" for promise, text in found],
    )  # fmt: skip


def _of_restores(office: Container, place: Place, put_back: Sequence[Restored]) -> Iterator[Found]:
    """Find what was paid for the same in two histories, and who was erased in one that is lost and is known again."""
    if put_back:
        paper = reduce(Paper.with_more, (one.paper for one in put_back), paper_of(office.log))
        yield from paid_twice(paper, Bank(place).books().statement)
        yield from known_again(frozenset().union(*(one.destroyed for one in put_back)), office.keys)


def _broken(
    office: Container, place: Place, history: Sequence[Operation], put_back: Sequence[Restored]
) -> Iterator[Found]:
    outside = Outside.of(place)
    counts = as_it_counts(history, counting(put_back))
    told = {one.key: Acknowledgement(one.key, one.version, one.facts) for one in counts if _is_acknowledged(one)}
    tried = {(one.key, one.about) for one in history if one.about and one.outcome != "refused"}
    tried_again = Counter(about for _, about in tried)
    effects = OutsideRecords(
        statement=outside.books.statement, performed=outside.performed(tried_again), sent=office.sent_outside()
    )
    now = ChaosClock(place.clock).now()
    for one in check_log(office.log, acknowledged=told.values(), effects=effects, now=now, settled=True):
        for fault in one.faults:
            yield promise_of(one, fault), f"{one.name} {fault}"
    yield from done_twice(outside)


def done_twice(outside: Outside) -> Iterator[Found]:
    """Find in the ledgers what was done twice under two numbers."""
    for payment, times in outside.books.paid.items():
        if times > 1:
            yield "doubled", f"{payment} was paid {times} times"
    for what, times in Counter(f"{order.what} {order.case_id}" for order in outside.orders).items():
        if times > 1:
            yield "doubled", f"{what} was ordered {times} times"
    keys: dict[str, set[str]] = defaultdict(set)
    for letter in outside.letters:
        if _FOR_ONE in letter.what:
            keys[letter.what].add(letter.key)
    for what, some in keys.items():
        if len(some) > 1:
            yield "doubled", f"{what} was written in {len(some)} letters: {', '.join(sorted(some))}"


def _is_acknowledged(one: Operation) -> bool:
    return not one.is_look and one.outcome == "ok"


# -- the log as the checker sees it -----------------------------------------------------------------------------------


_TOLD: Final = {kind.__name__ for kind in (CaseOpened, StageEntered, DecisionProposed, DecisionConfirmed)}


def log_seen(log: Log) -> LogSeen:
    """Return what the checker of what was told asks of a log."""
    with log.database.reading() as connection:
        answered = frozenset(connection.execute(select(commands.c.command_id)).scalars())
    notes = _Notes(log)
    for page in log.pages():
        for event in page:
            notes.take(event)
    return LogSeen(answered, notes.stored, notes.said_by, notes.stages, notes.proposers, notes.confirmers)


class _Notes:
    """What is noted of a log while it is gone through."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.stored: dict[str, Stored] = {}
        self.said_by: dict[str, list[str]] = defaultdict(list)
        self.stages: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.proposers: dict[str, str] = {}
        self.confirmers: list[tuple[str, str]] = []

    def take(self, event: RecordedEvent) -> None:
        """Note an event."""
        said, position = event.envelope, event.position
        before = self.stored.get(said.command_id, Stored(said.actor, position, position))
        self.stored[said.command_id] = before._replace(last=position)
        case_id = case_of_stream(said.stream) or ""
        if case_id:
            self.said_by[case_id].append(said.command_id)
        if said.type in _TOLD:
            self._keep(self._log.fact(event), case_id, event)

    def _keep(self, fact: object, case_id: str, event: RecordedEvent) -> None:
        actor = event.envelope.actor
        if isinstance(fact, CaseOpened | StageEntered):
            stage = fact.stage if isinstance(fact, CaseOpened) else fact.dest
            self.stages[case_id].append((event.envelope.version, stage))
        elif isinstance(fact, DecisionProposed):
            self.proposers[fact.proposal_id] = actor
        elif isinstance(fact, DecisionConfirmed):
            self.confirmers.append((fact.proposal_id, actor))
