"""The people of the office at their screens: they ask, are not answered, and ask again under the same id.

What was asked and not answered, and what was acknowledged, they have on paper: it outlives every crash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Row, select

from console.simulation.demo_accounts import DATA_PROTECTION
from console.simulation.hotline import desk_commands
from console.simulation.managed_case import ANNA, BORIS, ManagedCase, arrival
from console.simulation.manager import next_commands
from events.errors import EventsError
from events.ids import CaseId
from handlers.checks.check_results import Acknowledgement
from handlers.commanding.answers import Accepted
from handlers.commanding.errors import HandlersError
from handlers.projections.tables import tasks
from handlers.states.case_reader import CaseSnapshot
from tests.simulator.durable import WATCH
from tests.simulator.faults import Faults
from tests.simulator.machine import Machine
from tests.simulator.outside import Mail
from tests.simulator.paper import Paper, Told
from tests.simulator.services.services import Services
from workflow.case.erasure import is_erased
from workflow.case.proposals import proposals_of
from workflow.command import CancelTask, CaseCommand, Command, ConfirmDecision, ConfirmLetter, RetryTask
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.subjects.erasure.commands import ErasePerson, RequestErasure
from workflow.subjects.intake.commands import OpenCase
from workflow.tasks import KIND_OF

_STUCK: Final = select(tasks).where(tasks.c.status.in_(("unknown", "dead"))).order_by(tasks.c.task_id)

LOOKED_AT_EVERY: Final = timedelta(hours=1)  # a case in which nothing happens


class Wishes(NamedTuple):
    """What people want, in shares of one: to give up, at each look; to be forgotten, once their case has ended."""

    gives_up: float
    forgotten: float


class AfterRestore(Protocol):
    """Whoever settles what an older copy knows nothing of, as long as something is open."""

    def wanted(self, machine: Machine, staff: Staff) -> Iterable[Command]:
        """Return what is to be asked for now."""


class Staff:
    """Everybody who asks the office for something, and what they know of it."""

    def __init__(
        self, wishes: Wishes, seed: int, people: int, days: int, faults: Faults, mail: Mail,
        services: Services | None = None,
    ) -> None:  # fmt: skip
        self._wishes = wishes
        self._seed = seed
        self._faults = faults
        self._mail = mail
        self._people = people
        self._order = Random(f"{seed}/staff")
        within = days // 2 if people > 20 else 12  # a few come together, so that they want the same beds
        self._comes = sorted(self._order.random() * within for _ in range(people))
        self.services = services
        if services is not None:
            self._comes = services.families.come_together(self._comes)
        self._came: list[OpenCase] = []
        self._arrived = 0
        self._looked = datetime.min.replace(tzinfo=UTC)
        self._at_rest: set[str] = set()  # cases in which nobody will ever do anything, unless somebody else does
        self._nothing_stuck = -1  # how much was written when nothing waited for a person
        self._openings: list[OpenCase] = []  # on paper, should the office lose them
        self.lost = 0  # answers that an older copy knows nothing of
        self.after_restore: AfterRestore | None = None
        self._desk_day = -1
        self.pending: dict[UUID, Command] = {}
        self.acknowledged: dict[UUID, Acknowledgement] = {}
        self.refused: dict[UUID, str] = {}
        self.sent_twice: set[UUID] = set()  # no refusal is remembered: the second may be carried out
        self._under_way: set[UUID] = set()  # sent once, perhaps still on its way while a colleague sends it again
        self.withdrawn: dict[str, datetime] = {}  # by case, when it was acknowledged
        self.asked = 0
        self.retried: Counter[str] = Counter()  # by task, how often somebody had it tried again who knew of no outcome
        self.erased: set[str] = set()

    def everybody_came(self) -> bool:
        """Tell whether nobody is to come any more."""
        return self._arrived == self._people

    @property
    def is_waiting(self) -> bool:
        """Tell whether anything was asked and not answered."""
        return bool(self.pending) or (self.services is not None and self.services.is_waiting)

    def look(self, machine: Machine, now: datetime, day: int) -> None:
        """Think of everything there is to ask for now, unless an answer about that case is still awaited."""
        awaited = self._awaited()
        self._receive(_programme(machine).day(now), day)
        wanted: list[Command] = [*self._openings]
        if day % 10 == 0 and day != self._desk_day:
            self._desk_day = day
            wanted += desk_commands(_programme(machine), now, self._seed)
        if self.services is not None:
            wanted += self.services.of_the_office(machine, _programme(machine), now, day)
        machine.feed.changed()
        wanted += self._about_stuck(machine, awaited)
        if self.after_restore is not None:
            wanted += self.after_restore.wanted(machine, self)
        for seen in self._to_look_at(machine, awaited, now):
            usual = self._about(seen, now)
            wanted += usual if self.services is None else self.services.about(seen, now, usual)
        is_new = (
            one for one in wanted if one.command_id not in self.acknowledged and one.command_id not in self.refused
        )
        self.pending |= {one.command_id: one for one in is_new}
        if self.services is not None:
            self.services.think(machine, now, self._awaited())

    def _awaited(self) -> set[str]:
        """Return the cases about which an answer is awaited."""
        awaited = {str(command.case_id) for command in self.pending.values() if isinstance(command, CaseCommand)}
        return awaited | (self.services.awaited if self.services is not None else set())

    def _receive(self, today: date, day: int) -> None:
        """Write down the referrals of those who have come by now."""
        while not self.everybody_came() and self._comes[self._arrived] <= day:
            opened = arrival(self._arrived, self._seed, today, "moscow")
            self._came.append(opened if self.services is None else self.services.opening(self._came, opened, today))
            self._openings.append(self._came[-1])
            self._arrived += 1

    def ask(self, machine: Machine, now: datetime) -> bool:
        """Send what is not answered yet, some of it twice, and note the answers that arrive; tell whether any did."""
        sent: list[Command] = []
        for command in list(self.pending.values()):
            what = self._faults.at("request")
            sent += [command] * {"lost": 0, "twice": 2}.get(what, 1)
            if what == "twice" or command.command_id in self._under_way:
                self.sent_twice.add(command.command_id)
        self.asked += len(sent)
        self._under_way |= {command.command_id for command in sent}
        answered = False
        for part in self._in_parts(sent):
            for ticket in machine.container.service.offer(part):
                if ticket.error is None and self._faults.at("reply") != "lost":
                    answered |= self.note(ticket.asked, ticket.answer, now)
                elif ticket.error is not None and not isinstance(ticket.error, EventsError | HandlersError):
                    raise ticket.error
        return answered | (self.services is not None and self.services.send(machine, self, now))

    def told(self) -> Told:
        """Return what has been told so far, as it is on paper."""
        return Told(dict(self.acknowledged), dict(self.refused))

    def has_lost(self, told: Told, paper: Paper) -> None:
        """Take what was told since an older copy was made off the desk; what is under way is asked for anew."""
        self.lost += len(self.acknowledged.keys() - told.acknowledged.keys())
        self.acknowledged, self.refused = dict(told.acknowledged), dict(told.refused)
        self.pending.clear()
        self.erased.clear()
        self._at_rest.clear()
        if self.services is not None:
            self.services.has_lost(self.acknowledged.keys())
        gone = self.withdrawn.keys() | paper.erased
        self._openings = [
            one for one in self._openings if one.command_id in self.acknowledged or str(one.case_id) not in gone
        ]

    def _in_parts(self, sent: Sequence[Command]) -> Iterator[Sequence[Command]]:
        """Some ask together, others one by one."""
        start = 0
        while start < len(sent):
            end = start + self._order.choice((1, 2, 8))
            yield sent[start:end]
            start = end

    def note(self, asked: Command, answer: Any, now: datetime) -> bool:
        """Write down what was answered; tell whether that is new and something came of it."""
        self.pending.pop(asked.command_id, None)
        if isinstance(answer, Refused):
            self.refused.setdefault(asked.command_id, type(asked).__name__)
            return False
        first = self.note_answer(answer)
        if self.services is not None:
            self.services.paper.note(asked, answer)
        if getattr(asked, "trigger", "") == "withdraw" and "StageEntered" in answer.facts:
            self.withdrawn.setdefault(answer.case_id, now)
        return first

    def note_answer(self, answer: Any) -> bool:
        """Write down that something was carried out; tell whether that is new and something came of it."""
        assert isinstance(answer, Accepted), answer
        command_id = UUID(answer.command_id)
        first = command_id not in self.acknowledged
        self.acknowledged.setdefault(command_id, Acknowledgement(answer.command_id, answer.version, answer.facts))
        return first and bool(answer.facts)

    # -- what they think of ---------------------------------------------------------------------------------

    def _about(self, seen: CaseSnapshot, now: datetime) -> list[Command]:
        managed = ManagedCase(seen, now)
        proposals = proposals_of(seen.case).pending
        ends = seen.definition.journey.stage(seen.case.stage).ends
        if seen.case.case_id in self.withdrawn and not ends:  # an older copy knows nothing of it
            return [managed.advance("withdraw", reason="declined")]
        if is_erased(seen.case):
            return self._rests(seen)
        erasing = [key for key, one in proposals.items() if one.command == ErasePerson.__name__]
        if erasing:
            officer = {"actor": DATA_PROTECTION, "mandate": "data_protection"}
            return [self._made(ConfirmDecision, seen, proposal_id=erasing[0], **officer)]
        if ends and not proposals:
            return self._to_be_forgotten(seen)
        if not proposals and seen.case.stage != "referral" and self._order.random() < self._wishes.gives_up:
            return [managed.advance("withdraw", reason="declined")]
        return next_commands(seen, now)

    def _to_be_forgotten(self, seen: CaseSnapshot) -> list[Command]:
        case_id = seen.case.case_id
        chosen = Random(f"{self._seed}/{case_id}").random() < self._wishes.forgotten
        if not chosen or case_id in self.erased:
            return self._rests(seen)
        self.erased.add(case_id)
        asked = self._made(RequestErasure, seen, actor=BORIS, asked_by="person", paper="118/2007")
        return [asked, self._made(ErasePerson, seen, actor=BORIS, mandate="supervisor")]

    def _rests(self, seen: CaseSnapshot) -> list[Command]:
        self._at_rest.add(seen.case.case_id)
        return []

    def _about_stuck(self, machine: Machine, awaited: Collection[str]) -> Iterator[Command]:
        """See to what waits for a person: ask whoever a letter was for whether it came; try what failed again."""
        for row in self._stuck(machine):
            if row.case_id in awaited:
                continue
            fields = {"actor": ANNA, "case_id": CaseId(row.case_id), "task_id": row.task_id}
            letter = KIND_OF[row.kind].is_letter and row.status == "unknown"
            if letter and self._mail.arrived(row.task_id):
                yield ConfirmLetter(command_id=self._id(), **fields)
            elif letter or row.status == "dead":
                self.retried[row.task_id] += letter
                yield RetryTask(command_id=self._id(), **fields)
                yield CancelTask(command_id=self._id(), reason="did not arrive, and is not wanted any more", **fields)

    def _to_look_at(self, machine: Machine, awaited: Collection[str], now: datetime) -> Sequence[CaseSnapshot]:
        """Return every case, once an hour, and otherwise those that changed since somebody looked at them."""
        changed = machine.feed.news(awaited)
        self._at_rest.difference_update(seen.case.case_id for seen in changed)
        if timedelta(0) <= now - self._looked < LOOKED_AT_EVERY:
            return changed
        self._looked = now
        left_alone = self._at_rest.union(awaited)
        return [seen for seen in machine.feed.all() if seen.case.case_id not in left_alone]

    def _stuck(self, machine: Machine) -> Sequence[Row[Any]]:
        """Return what waits for a person; where nothing was and nothing was written since, nothing is."""
        if self._nothing_stuck != WATCH.written:
            written = WATCH.written
            with machine.container.database.reading() as connection:
                rows = connection.execute(_STUCK).all()
            self._nothing_stuck = -1 if rows else written
            return rows
        return ()

    def _made(self, kind: type[CaseCommand], seen: CaseSnapshot, **fields: Any) -> CaseCommand:
        return kind(command_id=self._id(), case_id=CaseId(seen.case.case_id), **fields)

    def _id(self) -> UUID:
        return UUID(bytes=self._order.randbytes(16), version=4)


def _programme(machine: Machine) -> Programme:
    found = machine.container.service.definitions.current("moscow")
    assert found is not None, "the programme was published"
    return found.programme
