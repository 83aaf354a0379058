"""A mother with two children, and a couple, in a made-up year: they come, live, travel and are visited together.

What is done for all of them goes the way a page goes it: in one breath, for everybody or for nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from console.simulation.documents import in_hand
from console.simulation.managed_case import ManagedCase, arrival
from console.simulation.travel import arrival_planned, first_trip
from console.views.together import Members, all_or_none
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.states.case_reader import CaseSnapshot
from workflow.command import CaseCommand
from workflow.subjects.accommodation.commands import HoldBed, JoinWaitingList
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.guards import fit_to_travel
from workflow.subjects.groups.commands import FormGroup, GroupKind, JoinGroup, Relation
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import OpenCase
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.reception.state import reception_of
from workflow.subjects.travel.state import travel_of

_YEAR: Final = timedelta(days=365)


class Family(NamedTuple):
    """Who comes together: the number of the first of them, what they are, and what is said of each."""

    first: int
    kind: GroupKind
    people: tuple[Mapping[str, Any], ...]
    relations: tuple[Relation, ...]  # of the others, to the first

    @property
    def numbers(self) -> range:
        """Return the numbers of all of them."""
        return range(self.first, self.first + len(self.people))


def _person(gender: str, years: int, country: str, language: str) -> Mapping[str, Any]:
    return {"gender": gender, "years": years, "citizenships": (country,), "language": language}


FAMILIES: Final = (
    Family(10, "family", (_person("female", 31, "MD", "ro"), _person("male", 8, "MD", "ro"),
                          _person("female", 6, "MD", "ro")), ("child", "child")),
    Family(15, "couple", (_person("female", 27, "UZ", "uz"), _person("male", 29, "UZ", "uz")), ("partner",)),
)  # fmt: skip


def arrivals(numbers: Iterable[int], most: int, seed: int, today: date, programme: str) -> list[OpenCase | CaseCommand]:
    """Return the referrals of those who come; a family comes on the day of its first, and belongs together at once."""
    families = [family for family in FAMILIES if family.numbers.stop <= most]
    together = {number: family for family in families for number in family.numbers}
    made: list[OpenCase | CaseCommand] = []
    for number in numbers:
        family = together.get(number)
        if family is None:
            made.append(arrival(number, seed, today, programme))
        elif number == family.first:
            made += _belonging(family, [_opening(family, one, seed, today, programme) for one in family.numbers])
    return made


def _opening(family: Family, number: int, seed: int, today: date, programme: str) -> OpenCase:
    said = dict(family.people[number - family.first])
    born = today - said.pop("years") * _YEAR
    return arrival(number, seed, today, programme).model_copy(update=said | {"birth_date": born, "actor": "staff:anna"})


def _belonging(family: Family, opened: list[OpenCase]) -> list[OpenCase | CaseCommand]:
    first, *others = opened
    with_case = first.case_id
    joined = [
        JoinGroup(command_id=_own(one), actor=one.actor, case_id=one.case_id, with_case=with_case, relation=relation)
        for one, relation in zip(others, family.relations, strict=True)
    ]
    formed = FormGroup(command_id=_own(first), actor=first.actor, case_id=first.case_id, kind=family.kind)
    return [*opened, formed, *joined]


def _own(opened: OpenCase) -> UUID:
    return uuid5(NAMESPACE_OID, f"wayhome/rehearsal/{opened.case_id}/belongs")


# -- what is done for all of them ------------------------------------------------------------------------------------


def go_on_together(cases: Iterable[CaseSnapshot], service: CommandService, now: datetime) -> list[str]:
    """Do what the families of these cases do together now; return the ids of the commands that were carried out."""
    families: dict[str, list[ManagedCase]] = {}
    for snapshot in cases:
        group_id = belonging_of(snapshot.case).group_id
        if group_id:
            families.setdefault(group_id, []).append(ManagedCase(snapshot, now))
    return [
        one
        for members in families.values()
        for command in next_together(members)
        for one in _done(members, command, service)
    ]


def _done(members: list[ManagedCase], command: CaseCommand, service: CommandService) -> list[str]:
    own: Members = {one.case.case_id: {} for one in sorted(members, key=lambda one: belonging_of(one.case).to)}
    carried = all_or_none(command, own, service, members[0].programme)
    answers = [one.answer for one in carried.each if carried.is_done]
    return [str(answer.command_id) for answer in answers if isinstance(answer, Accepted)]


def next_together(members: list[ManagedCase]) -> Iterator[CaseCommand]:
    """Yield what is to be done for everybody, once all of them have come so far."""
    first = min(members, key=lambda one: belonging_of(one.case).to)
    if all(_may_be_met(one) for one in members):
        yield from arrival_planned(first)
    if all(_needs_bed(one) for one in members):
        yield first.make(HoldBed, family=True)
        if not any(accommodation_of(one.case).waiting for one in members):
            yield first.make(JoinWaitingList, family=True)
    if all(_may_travel(one) for one in members):
        yield first_trip(first)


def _may_be_met(one: ManagedCase) -> bool:
    agreed = consent_to_assistance(one.asked) is None
    return agreed and one.case.stage == "referral" and reception_of(one.case).arrival is None


def _needs_bed(one: ManagedCase) -> bool:
    return one.case.stage in ("reception", "accommodation") and not accommodation_of(one.case).has_bed(one.now)


def _may_travel(one: ManagedCase) -> bool:
    ready = one.case.stage == "documents" and bool(travel_of(one.case).destination)
    return ready and travel_of(one.case).trip is None and in_hand(one) and fit_to_travel(one.asked) is None
