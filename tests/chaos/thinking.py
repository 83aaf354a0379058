"""What the people of a crowd think of: a case manager's next steps, withdrawals, erasures, and work that got stuck.

They look at the office directly, which changes nothing, and ask for everything at its doors.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from console.container import Container
from console.simulation.managed_case import BORIS, CLARA, DORA, ManagedCase, arrival
from console.simulation.manager import next_commands
from events.ids import CaseId
from handlers.projections.tables import tasks
from handlers.states.case_reader import CaseSnapshot
from tests.chaos.mail_sink import Ledger
from tests.chaos.preparing import PROGRAMME, Cast
from workflow.case.erasure import is_erased
from workflow.case.proposals import Proposal, proposals_of
from workflow.command import CancelTask, CaseCommand, Command, ConfirmDecision, ConfirmLetter, RetryTask
from workflow.subjects.access.state import access_of
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.erasure.commands import ErasePerson, RequestErasure
from workflow.subjects.travel.state import travel_of
from workflow.tasks import KIND_OF

GIVES_UP: Final = 0.002  # at each look
FORGOTTEN: Final = 0.3  # of those whose case has ended ask that everything about them is destroyed
LOOK_AGAIN: Final = timedelta(hours=6)
_STUCK: Final = select(tasks).where(tasks.c.status.in_(("unknown", "dead"))).order_by(tasks.c.task_id)


class Wanted(NamedTuple):
    """Something to be asked for, and by whom."""

    account: str
    command: Command


class Thinking:
    """The thoughts of one crowd; of one thread."""

    def __init__(self, seed: int, cast: Cast) -> None:
        self._seed = seed
        self._cast = cast
        self._draw = Random(f"{seed}/{cast.number}/thinking")
        self._roles = {
            BORIS: cast.of("supervisor"),
            CLARA: cast.of("finance_release"),
            DORA: cast.of("finance_request"),
        }
        self._arrived = 0
        self._asked_to_forget: set[str] = set()
        self._looked: dict[str, tuple[int, datetime]] = {}
        self._tried: dict[tuple[str, int], datetime] = {}

    def forget(self) -> None:
        """Know nothing of how cases stand: an older copy of the office was put back."""
        self._looked.clear()
        self._asked_to_forget.clear()

    def comes(self, today: date) -> Wanted:
        """Return the opening of the next person's case, by the manager whose turn it is."""
        manager = self._cast.managers[self._arrived % len(self._cast.managers)]
        opening = arrival(self._arrived, self._seed * 10 + self._cast.number, today, PROGRAMME)
        self._arrived += 1
        return Wanted(manager, opening)

    def is_ours(self, seen: CaseSnapshot) -> bool:
        """Tell whether a case is led by somebody of this crowd."""
        return access_of(seen.case).owner in self._cast.managers

    def about(self, seen: CaseSnapshot, now: datetime) -> list[Wanted]:
        """Return what to ask about a case: nothing, if it stands as it did and not much time has passed."""
        version, at = self._looked.get(seen.case.case_id, (-1, now))
        if version == seen.version and now - at < LOOK_AGAIN:
            return []
        self._looked[seen.case.case_id] = (seen.version, now)
        return [Wanted(self._who(seen, one), one) for one in self._commands(seen, now)]

    def departure(self, seen: CaseSnapshot) -> datetime | None:
        """Return when somebody sets out: their manager must look then, or they miss it for ever."""
        planned = travel_of(seen.case).trip
        return planned.departs_at if planned else None

    def stuck(self, office: Container, ours: dict[str, CaseSnapshot], mail: Ledger) -> Iterator[list[Wanted]]:
        """Yield what to do about what waits for a person: who a letter was for is asked, what failed is tried again."""
        with office.database.reading() as connection:
            rows = [row for row in connection.execute(_STUCK).all() if row.case_id in ours]
        came = {one.key for one in mail.all()} if rows else set()
        for row in rows:
            letter = KIND_OF[row.kind].is_letter and row.status == "unknown"
            if letter and row.task_id in came:
                yield [self._about_task(ConfirmLetter, row)]
            elif letter or row.status == "dead":
                unwanted = {"reason": "did not arrive, and is not wanted any more"}
                yield [self._about_task(RetryTask, row), self._about_task(CancelTask, row, **unwanted)]

    # -- about a case ---------------------------------------------------------------------------------------

    def _commands(self, seen: CaseSnapshot, now: datetime) -> list[Command]:
        managed, proposals = ManagedCase(seen, now), proposals_of(seen.case).pending
        if proposals:
            return [managed.make(ConfirmDecision, proposal_id=key) for key in proposals]
        ends = seen.definition.journey.stage(seen.case.stage).ends
        if is_erased(seen.case):  # an older copy may let their case go on
            return [] if ends else [managed.advance("withdraw", reason="declined")]
        if ends:
            return self._to_be_forgotten(managed)
        if seen.case.stage != "referral" and self._draw.random() < GIVES_UP:
            return [managed.advance("withdraw", reason="declined")]
        return list(next_commands(seen, now))

    def _to_be_forgotten(self, managed: ManagedCase) -> list[Command]:
        case_id = managed.case.case_id
        if case_id in self._asked_to_forget or Random(f"{self._seed}/{case_id}").random() >= FORGOTTEN:
            return []
        self._asked_to_forget.add(case_id)
        return [
            managed.make(RequestErasure, BORIS, asked_by="person", paper="118/2007"), managed.make(ErasePerson, BORIS),
        ]  # fmt: skip

    def _who(self, seen: CaseSnapshot, command: Command) -> str:
        """Return whose act it is: what the rehearsal's few people do, somebody of this crowd does."""
        owner = access_of(seen.case).owner
        if isinstance(command, ConfirmDecision):
            return self._second(proposals_of(seen.case).pending[command.proposal_id], owner)
        if isinstance(command, CertifyFitness):
            return self._cast.of("medical")
        return self._roles.get(command.actor, owner)

    def _second(self, proposal: Proposal, owner: str) -> str:
        if proposal.command == ErasePerson.__name__:
            return self._cast.of("data_protection")
        supervisor = self._cast.of("supervisor")
        return owner if proposal.proposer == supervisor else supervisor

    def _about_task(self, kind: type[CaseCommand], row: Any, **fields: Any) -> Wanted:
        own = {"command_id": UUID(bytes=self._draw.randbytes(16), version=4), "case_id": CaseId(row.case_id)}
        command = kind.model_validate(own | {"actor": BORIS, "task_id": row.task_id} | fields)
        return Wanted(self._cast.of("supervisor"), command)
