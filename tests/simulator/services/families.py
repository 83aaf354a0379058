"""Who comes with whom: drawn for each seed; and what is done for all of them in one breath, for everybody or nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

from console.container import Container
from console.simulation.groups import next_together
from console.simulation.managed_case import ManagedCase
from console.views.together import CarriedOut, all_or_none
from events.instants import instant
from handlers.commanding.errors import HandlersError
from handlers.states.case_reader import CaseSnapshot
from tests.simulator.faults import Faults
from workflow.command import CaseCommand, Command
from workflow.programme.programme import Programme
from workflow.subjects.groups.commands import FormGroup, JoinGroup
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import OpenCase
from workflow.subjects.reception.commands import PlanArrival

_FEW: Final = 20
_KINDS: Final[Mapping[str, tuple[str, tuple[int, ...]]]] = {  # what each other is to the first, and their ages
    "family": ("child", (33, 9, 7)),
    "couple": ("partner", (27, 30)),
    "siblings": ("sibling", (22, 25, 19)),
    "travelling": ("companion", (35, 41)),
}
_WAITS: Final = timedelta(days=3)  # so long whoever comes with others is not planned for alone


class Family(NamedTuple):
    """Who comes together: their numbers, what they are, what the others are to the first, and how old they are."""

    numbers: range
    kind: str
    relation: str
    ages: tuple[int, ...]


def drawn_families(seed: int, people: int) -> dict[int, Family]:
    """Return by their numbers who of a year's people comes with others."""
    order, found, number = Random(f"{seed}/families"), dict[int, Family](), 0
    while number < people - 1:
        if order.random() < (0.5 if people <= _FEW else 0.1):
            kind = order.choice(list(_KINDS))
            relation, ages = _KINDS[kind]
            numbers = range(number, min(number + len(ages), people))
            found |= dict.fromkeys(numbers, Family(numbers, kind, relation, ages))
            number = numbers.stop
        else:
            number += 1
    return found


class TogetherAct(NamedTuple):
    """Something asked for all members of a family in one breath: the form, and whom it is for, in their order."""

    command: CaseCommand
    members: tuple[str, ...]
    programme: Programme

    @property
    def said(self) -> Mapping[str, Mapping[str, object]]:
        """Return what is said differently of each: nothing."""
        return {one: {} for one in self.members}


class Families:
    """The families of a year, and what is asked for them and not answered yet."""

    def __init__(self, seed: int, people: int, faults: Faults) -> None:
        self._faults = faults
        self._families = drawn_families(seed, people)
        self._case_ids: dict[int, str] = {}  # by number, of those who came
        self._number: dict[str, int] = {}
        self._group_of: dict[str, str] = {}  # as last seen
        self.pending: dict[UUID, TogetherAct] = {}
        self.asked: dict[UUID, TogetherAct] = {}  # everything there ever was to ask
        self.sent = 0

    def come_together(self, comes: Sequence[float]) -> list[float]:
        """Return on which day everybody comes: a family on the day of its first."""
        families = self._families
        return [comes[families[one].numbers.start] if one in families else day for one, day in enumerate(comes)]

    def opening(self, number: int, opened: OpenCase, first: OpenCase | None, today: date) -> OpenCase:
        """Return what is said of somebody who comes: of a family's, their age, and that they are from one country."""
        self._case_ids[number], self._number[str(opened.case_id)] = str(opened.case_id), number
        family = self._families.get(number)
        if family is None:
            return opened
        age = family.ages[number - family.numbers.start]
        said: dict[str, Any] = {"birth_date": today - timedelta(days=366 * age)}
        if first is not None:
            said |= {"citizenships": first.citizenships, "language": first.language, "actor": first.actor}
        return opened.model_copy(update=said)

    def first_of(self, number: int) -> int:
        """Return with whom somebody comes: themselves, if with nobody."""
        family = self._families.get(number)
        return number if family is None else family.numbers.start

    # -- belonging together --------------------------------------------------------------------------------------------

    def belongs(self, managed: ManagedCase, usual: list[Command]) -> list[Command]:
        """Return what is to be done for somebody, with who comes with others first recorded as one of them."""
        case_id = managed.case.case_id
        self._group_of[case_id] = belonging_of(managed.case).group_id
        family = self._families.get(self._number.get(case_id, -1))
        if family is None or managed.is_together or managed.case.stage != "referral":
            return usual
        if managed.now - instant(managed.case.since) > _WAITS:
            return usual
        waits = [one for one in usual if not (isinstance(one, PlanArrival) or getattr(one, "trigger", "") == "receive")]
        return [*self._joins(managed, family), *waits]

    def _joins(self, managed: ManagedCase, family: Family) -> Iterator[CaseCommand]:
        first = self._case_ids[family.numbers.start]
        if managed.case.case_id == first:
            yield managed.make(FormGroup, kind=family.kind)
        elif self._group_of.get(first):
            yield managed.make(JoinGroup, with_case=first, relation=family.relation)

    # -- in one breath -------------------------------------------------------------------------------------------------

    @property
    def awaited(self) -> set[str]:
        """Return the cases about which an answer is awaited."""
        return {one for act in self.pending.values() for one in act.members}

    def think(self, cases: Iterable[CaseSnapshot], now: datetime, awaited: AbstractSet[str]) -> None:
        """Think of what there is to ask for whole families now, unless an answer about one of them is awaited."""
        together: dict[str, list[ManagedCase]] = {}
        for seen in cases:
            if group_id := belonging_of(seen.case).group_id:
                together.setdefault(group_id, []).append(ManagedCase(seen, now))
        for members in together.values():
            if len(members) > 1 and awaited.isdisjoint(one.case.case_id for one in members):
                for command in next_together(members):
                    self._asks(command, members)

    def _asks(self, command: CaseCommand, members: Sequence[ManagedCase]) -> None:
        ordered = sorted(members, key=lambda one: belonging_of(one.case).to)
        act = TogetherAct(command, tuple(one.case.case_id for one in ordered), members[0].programme)
        if command.command_id not in self.asked:
            self.pending[command.command_id] = self.asked[command.command_id] = act

    def send(self, container: Container) -> Iterator[CarriedOut]:
        """Send what is not answered yet, some of it twice; yield the answers that arrive."""
        for command_id, act in list(self.pending.items()):
            for _ in range({"lost": 0, "twice": 2}.get(self._faults.at("request"), 1)):
                self.sent += 1
                try:
                    carried = all_or_none(act.command, act.said, container.service, act.programme)
                except HandlersError:
                    continue
                if self._faults.at("reply") != "lost":
                    self.pending.pop(command_id, None)
                    yield carried
