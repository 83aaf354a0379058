"""All of it together: what there is to ask for beside a case's way, and the forms that are sent by other doors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from console.simulation.managed_case import ANNA, ManagedCase
from console.views.together import CarriedOut
from handlers.states.case_reader import CaseSnapshot
from tests.simulator.durable import WATCH
from tests.simulator.services.acts import drawn
from tests.simulator.services.calls import Calls
from tests.simulator.services.corrections import CORRECTIONS
from tests.simulator.services.daily import DAILY, after_an_emergency, asks_for_care, money_goes_on
from tests.simulator.services.ended import ENDS, reassessed, taken_up_again
from tests.simulator.services.families import Families
from tests.simulator.services.house import House
from tests.simulator.services.paper import ServicesPaper
from tests.simulator.services.partners import ANSWERS, Partners
from tests.simulator.services.uploads import Attached, Uploads
from workflow.case.erasure import is_erased
from workflow.case.proposals import proposals_of
from workflow.command import Command, ConfirmDecision, DeclineDecision, WithdrawProposal
from workflow.programme.programme import Programme
from workflow.subjects.access.state import access_of
from workflow.subjects.attachments.commands import AttachFile
from workflow.subjects.intake.commands import OpenCase

if TYPE_CHECKING:
    from tests.simulator.faults import Faults
    from tests.simulator.machine import Machine
    from tests.simulator.outside import Mail
    from tests.simulator.staff import Staff
    from tests.simulator.terms import Terms

_ACTS: Final = (*CORRECTIONS, *DAILY, *ENDS)
_SCANS: Final = 0.02  # in how many looks at a case somebody has a paper to attach
_SECOND_THOUGHTS: Final = 0.15  # in how many of the proposals
_DESK: Final = 10  # days between two looks at the hotline's desk
_HOUSE: Final = 9
_ANSWERED_IN: Final = 1  # where a colleague waits for a second word


class Services:
    """The people who use what no case needs, and everybody outside who has to do with that."""

    def __init__(self, terms: Terms, faults: Faults, mail: Mail, meanwhile: Callable[[], None]) -> None:
        self._order = Random(f"{terms.seed}/services")
        self.uploads = Uploads(self._order, faults, meanwhile)
        self.families = Families(terms.seed, terms.people, faults)
        self._partners = Partners(terms.seed, mail.arrived, self._order)
        self._calls = Calls(self._order)
        self._house = House(self._order)
        self.paper = ServicesPaper()
        self._next_desk = self._next_house = 0
        self._looked = (-1, -1)

    @property
    def awaited(self) -> set[str]:
        """Return the cases about which an answer is awaited."""
        return self.uploads.awaited | self.families.awaited

    @property
    def is_waiting(self) -> bool:
        """Tell whether anything was asked and not answered."""
        return bool(self.uploads.pending or self.families.pending)

    def has_lost(self, known: AbstractSet[UUID]) -> None:
        """Forget what an older copy of the office knows nothing of; what was under way is thought of anew."""
        self.uploads.pending.clear()
        self.families.pending.clear()
        self.families.asked.clear()
        self.paper.keep(known)

    # -- thinking of something ----------------------------------------------------------------------------------------

    def opening(self, came: Sequence[OpenCase], opened: OpenCase, today: date) -> OpenCase:
        """Return the referral of whoever comes next, with what their family has in common."""
        number = len(came)
        first = self.families.first_of(number)
        return self.families.opening(number, opened, came[first] if first < number else None, today)

    def of_the_office(self, machine: Machine, programme: Programme, now: datetime, day: int) -> Iterator[Command]:
        """Yield what there is to ask for beside all cases, every few days."""
        if day >= self._next_desk:
            self._next_desk = day + _DESK
            yield from self._calls.wanted(machine.container, programme, now)
        if day >= self._next_house:
            wanted = list(self._house.wanted(machine.container, programme, now))
            self._next_house = day + (_ANSWERED_IN if self._house.waits else _HOUSE)
            yield from wanted

    def about(self, seen: CaseSnapshot, now: datetime, usual: list[Command]) -> list[Command]:
        """Return what is done about a case at a look, with what is usually done about it."""
        managed = ManagedCase(seen, now)
        if is_erased(seen.case):
            return usual
        if seen.definition.journey.stage(seen.case.stage).ends:
            return [*usual, *taken_up_again(managed, self._order)]
        if proposals_of(seen.case).pending:
            return self._decided(managed, usual)
        wanted = [one for one in usual if not isinstance(one, ANSWERS)]
        wanted = self.families.belongs(managed, wanted)
        return [*wanted, *self._beside(managed)]

    def think(self, machine: Machine, now: datetime, awaited: set[str]) -> None:
        """Think of what families do together, once anything has changed or a day has passed."""
        look = (WATCH.written, now.toordinal())
        if look != self._looked:
            self._looked = look
            self.families.think(machine.feed.all(), now, awaited)

    def _beside(self, managed: ManagedCase) -> Iterator[Command]:
        yield from self._partners.answers(managed)
        yield from asks_for_care(managed, self._order)
        yield from after_an_emergency(managed, self._order)
        yield from money_goes_on(managed, self._order)
        yield from reassessed(managed, self._order)
        yield from drawn(_ACTS, managed, self._order)
        if self._order.random() < _SCANS:
            self.uploads.think_of(managed.case.case_id, access_of(managed.case).owner or ANNA)

    def _decided(self, managed: ManagedCase, usual: list[Command]) -> list[Command]:
        """Return what is decided on a proposal; now and then it is declined, or taken back by who made it."""
        if self._order.random() >= _SECOND_THOUGHTS:
            return usual
        key, one = next(iter(proposals_of(managed.case).pending.items()))
        confirms = next((known for known in usual if isinstance(known, ConfirmDecision)), None)
        if confirms is None or self._order.random() < 0.3:
            return [managed.make(WithdrawProposal, one.proposer, proposal_id=key)]
        said = {"proposal_id": key, "reason": "not now", "mandate": confirms.mandate}
        return [managed.make(DeclineDecision, confirms.actor, **said)]

    # -- by other doors -----------------------------------------------------------------------------------------------

    def send(self, machine: Machine, staff: Staff, now: datetime) -> bool:
        """Send the forms that have a door of their own; tell whether anything came of one."""
        answered = False
        for found in self.uploads.send(machine.container):
            answered |= self._attached(found, staff, now)
        for carried in self.families.send(machine.container):
            answered |= self._carried(carried, staff)
        return answered

    def _attached(self, found: Attached, staff: Staff, now: datetime) -> bool:
        command_id = found.upload.sender.command_id
        if self.uploads.sent[command_id] > 1:
            staff.sent_twice.add(command_id)
        if found.command is None:
            staff.refused.setdefault(command_id, AttachFile.__name__)
            return False
        return staff.note(found.command, found.answer, now)

    def _carried(self, carried: CarriedOut, staff: Staff) -> bool:
        noted = [staff.note_answer(one.answer) for one in carried.each] if carried.is_done else []
        return any(noted)
