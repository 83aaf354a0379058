"""The time after an older copy was put back: two officers settle what it does not know, and lift the quarantine.

They are those of the simulator, asked in the same way, and act while everybody else goes on recording.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random
from typing import Final

from sqlalchemy import select

from console.container import Container
from console.restoring import accept_copy, newly_found
from console.simulation.demo_accounts import ADMINISTRATOR
from console.simulation.order_book import OrderBook
from events.errors import EventsError
from handlers.commanding.answers import Accepted
from handlers.commanding.errors import HandlersError
from handlers.projections.tables import tasks
from handlers.queries.quarantine import is_quarantined
from handlers.states.case_reader import CaseSnapshot
from handlers.states.change_feed import ChangeFeed
from tests.chaos.agent import book_of
from tests.chaos.bank import Bank
from tests.chaos.clock import ChaosClock
from tests.chaos.history import History
from tests.chaos.mail_sink import Ledger
from tests.chaos.place import Place
from tests.chaos.preparing import sign_in_again
from tests.simulator.bank_answers import BankAnswers
from tests.simulator.officers import Officers, Outside
from tests.simulator.operator import Operator
from tests.simulator.paper import Paper
from workflow.command import Command
from workflow.reasons import Refused

LOOK_S: Final = 0.5
LEAST_S: Final = 4.0  # what somebody outside had in hand when all were ended has turned up by then
GIVEN_UP_S: Final = 120.0  # since anything was settled
HEAR_S: Final = 2.0


class Quarantine:
    """One quarantine: the officers, their view of the office, and what was answered to them."""

    def __init__(self, place: Place, number: int, paper: Paper, known: frozenset[str]) -> None:
        self._place = place
        self._office = Container(place.settings(), clock=ChaosClock(place.clock))
        self._feed = ChangeFeed(self._office.log, self._office.service.definitions)
        sign_in_again(place, self._office)
        outside = Outside(book_of(place), Ledger(place), Bank(place))
        self._officers = Officers(outside, Random(f"{place.seed}/{number}").getrandbits(32))
        self._officers.begin(paper, known)
        operator = Operator(place.settings(), ChaosClock(place.clock), place.seed)
        self._answers = BankAnswers(operator.put_answers_back)
        self._history = History(place.histories, f"officers-{number}")
        self._begun = self._asked_at = time.monotonic()
        self._heard_at = 0.0

    @property
    def settled(self) -> int:
        """Return how many things were settled."""
        return self._officers.settled

    @property
    def counted(self) -> int:
        """Return how many payments were counted for a grant that was asked for anew."""
        return self._officers.counted

    def settle(self) -> None:
        """Settle one thing after another until the quarantine is lifted."""
        while self._is_on():
            assert time.monotonic() - self._asked_at < GIVEN_UP_S, "the quarantine is not lifted"
            with suppress(EventsError, HandlersError):
                self._look()
            time.sleep(LOOK_S)

    def hear(self) -> None:
        """Have the bank's answers read again that the lost part had heard, now and then for as long as the run goes."""
        if time.monotonic() - self._heard_at > HEAR_S:
            self._heard_at = time.monotonic()
            with suppress(EventsError):
                self._answers.put_back(self._office.log, self._cases().values())

    def close(self) -> None:
        """Let go of the log."""
        self._office.keys.close()
        self._office.database.close()

    def _is_on(self) -> bool:
        with suppress(EventsError), self._office.database.reading() as connection:
            return is_quarantined(self._office.log, connection)
        return True

    def _look(self) -> None:
        with orders_shown(self._place):
            if newly_found(self._office):
                accept_copy(self._office, ADMINISTRATOR)
        with self._office.database.reading() as connection:
            self._officers.void_unknown(set(connection.execute(select(tasks.c.task_id)).scalars()))
        wanted = self._officers.wanted(
            self._office, self._cases(), patient=not self._place.calm.exists(),
            may_lift=time.monotonic() - self._begun > LEAST_S,
        )  # fmt: skip
        for command in wanted:
            self._ask(command)

    def _cases(self) -> dict[str, CaseSnapshot]:
        self._feed.changed()
        return {one.case.case_id: one for one in self._feed.all()}

    def _ask(self, command: Command) -> None:
        """Give a command, and write down what was asked and heard, like everybody's."""
        self._asked_at = time.monotonic()
        number = self._history.invoke(command.actor, type(command).__name__, str(command.command_id), "officers")
        answer = self._office.service.submit(command)
        if isinstance(answer, Accepted):
            told = {"version": answer.version, "facts": list(answer.facts), "case_id": answer.case_id}
            self._history.answered(number, "ok", **told)
        elif isinstance(answer, Refused):
            self._history.answered(number, "refused")


@contextmanager
def orders_shown(place: Place) -> Iterator[None]:
    """Let the office look into the travel agent's book, as an operator who asks for a list of all orders does."""
    file = place.settings().order_file
    book = OrderBook(file)
    try:
        book.place(book_of(place).all())
    finally:
        book.close()
    try:
        yield
    finally:
        for end in ("", "-wal", "-shm"):
            file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
