"""A family or group as a page shows it: who belongs to it, where each of them is, what each lacks, what may be done."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from console.views.reader import Reader
from console.views.together import TOGETHER
from handlers.states.case_reader import CaseSnapshot
from workflow.case.erasure import is_erased
from workflow.case.state import Case
from workflow.command import CaseCommand
from workflow.reasons import Reason
from workflow.rights.command_rights import right_to
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.groups.commands import COMPANY_MAX
from workflow.subjects.groups.state import Group, belonging_of, group_stream
from workflow.subjects.reception.state import reception_of
from workflow.subjects.safety.state import is_suspected, safety_of
from workflow.subjects.travel.guards import ON_THE_WAY
from workflow.subjects.travel.state import travel_of, trip_is_ahead

SHOWN_MAX: Final = 30  # of a group's members on the page of one of them; all of them are on a page of their own


class WayOnward(NamedTuple):
    """The next step of a member, and what stands against it."""

    trigger: str
    against: tuple[Reason, ...]


class MemberRow(NamedTuple):
    """One member whose case a reader may see."""

    snapshot: CaseSnapshot
    relation: str
    to: str
    is_here: bool
    goes_on: bool
    is_child: bool
    is_erased: bool
    onward: WayOnward | None
    decides: bool = False  # for the child whose page this is
    is_suspect: bool = False  # of that child's harm

    @property
    def case(self) -> Case:
        """Return the member's case."""
        return self.snapshot.case


class GroupView(NamedTuple):
    """A group in front of one reader; of members whose cases are not theirs to see only how many there are."""

    kind: str
    members: tuple[MemberRow, ...]
    hidden: int
    offers: tuple[str, ...]  # names of the commands that may be given for several of them now

    @property
    def ongoing(self) -> tuple[MemberRow, ...]:
        """Return the members whose cases go on, parents before the children who get a bed beside them."""
        found = [row for row in self.members if row.goes_on]
        parents = {row.to for row in found if row.relation == "child"}
        return tuple(sorted(found, key=lambda row: (row.relation == "child", row.case.case_id not in parents)))


def group_in(reader: Reader, group_id: str) -> Group:
    """Return a group as it stands."""
    stream = group_stream(group_id)
    found: Group | None = reader.container.cases.states([stream])[stream].state
    return found or Group()


def group_view(reader: Reader, snapshot: CaseSnapshot, most: int = COMPANY_MAX) -> GroupView | None:
    """Return the group of a case, None when it belongs to none; what is missing is looked up for ``most`` of them."""
    mine = belonging_of(snapshot.case)
    if not mine.group_id:
        return None
    group = group_in(reader, mine.group_id)
    seen = reader.visible_cases(group.members)
    shown = [seen[one] for one in group.members if one in seen]
    rows = tuple(_row(reader, group, one, snapshot, looks=at < most) for at, one in enumerate(shown))
    ongoing = [row.snapshot for row in rows if row.goes_on]
    return GroupView(group.kind, rows, len(group.members) - len(rows), tuple(_offers(reader, ongoing)))


def _row(reader: Reader, group: Group, seen: CaseSnapshot, here: CaseSnapshot, *, looks: bool) -> MemberRow:
    case, member = seen.case, group.members[seen.case.case_id]
    goes_on = not seen.definition.journey.stage(case.stage).ends
    return MemberRow(
        seen, member.relation, member.to,
        is_here=case.case_id == here.case.case_id,
        goes_on=goes_on,
        is_child=case.is_child(seen.definition.programme.day(reader.now)),
        is_erased=is_erased(case),
        onward=_onward(reader, seen) if goes_on and looks else None,
        decides=safety_of(here.case).guardian_case == case.case_id,
        is_suspect=is_suspected(case, here.case),
    )  # fmt: skip


def _onward(reader: Reader, seen: CaseSnapshot) -> WayOnward | None:
    """Return the step that is nearest: the one with the least against it that does not end the case."""
    journey = seen.definition.journey
    options = reader.container.cases.options(seen, reader.account.account, now=reader.now)
    onward = [one for one in options if not journey.stage(one.dest).ends]
    nearest = min(onward, key=lambda one: len(one.reasons), default=None)
    return WayOnward(nearest.trigger, tuple(nearest.reasons)) if nearest else None


def _offers(reader: Reader, ongoing: list[CaseSnapshot]) -> Iterator[str]:
    for name, kind in TOGETHER.items():
        theirs = [one for one in ongoing if may_give(reader, kind, one)]
        if len(theirs) > 1 and any(concerns(kind, one.case, reader.now) for one in theirs):
            yield name


def may_give(reader: Reader, kind: type[CaseCommand], seen: CaseSnapshot) -> bool:
    """Tell whether somebody may give a command for a member."""
    return right_to(reader.account, kind, seen.case, seen.definition.programme, reader.now) is not None


def concerns(kind: type[CaseCommand], case: Case, now: datetime) -> bool:
    """Tell whether a command is likely to be about a member now; who is not ticked may still be chosen."""
    return _CONCERNS[kind.__name__](case, now)


def _awaited(case: Case, _now: datetime) -> bool:
    return reception_of(case).is_ahead


def _looks_for_a_bed(case: Case, now: datetime) -> bool:
    mine = accommodation_of(case)
    return not mine.has_bed(now) and not mine.together and case.stage in ("referral", "reception", "reassessment")


def _is_held(case: Case, _now: datetime) -> bool:
    return accommodation_of(case).bed is not None and not accommodation_of(case).moved_in


def _lives_there(case: Case, _now: datetime) -> bool:
    return accommodation_of(case).moved_in


def _may_go_home(case: Case, now: datetime) -> bool:
    """Tell whether a journey may be planned soon: what is still missing for it, the form says for each of them."""
    travel = travel_of(case)
    return travel.trip is None and not travel.stays and (bool(travel.destination) or _lives_there(case, now))


def _goes_home(case: Case, _now: datetime) -> bool:
    return trip_is_ahead(case) and case.stage != ON_THE_WAY


def _escort_asked(case: Case, now: datetime) -> bool:
    trip = travel_of(case).trip
    return _goes_home(case, now) and trip is not None and bool(trip.escort) and not trip.confirmed


def _host_asked(case: Case, _now: datetime) -> bool:
    trip = travel_of(case).trip
    return trip_is_ahead(case) and trip is not None and not trip.host_ready


_CONCERNS: Final[Mapping[str, Callable[[Case, datetime], bool]]] = {
    "PlanArrival": lambda case, _now: reception_of(case).arrival is None and case.stage in ("referral", "contact"),
    **dict.fromkeys(("DelayArrival", "CancelArrival", "MeetPerson"), _awaited),
    "HoldBed": lambda case, now: not accommodation_of(case).has_bed(now),
    "JoinWaitingList": _looks_for_a_bed,
    **dict.fromkeys(("ExtendHold", "TakeBed"), _is_held),
    **dict.fromkeys(("ExtendStay", "ReleaseBed"), _lives_there),
    "PlanTrip": _may_go_home,
    "AnswerEscort": _escort_asked,
    **dict.fromkeys(("AskHost", "AnswerHost"), _host_asked),
    "CancelTrip": _goes_home,
    "HandOver": lambda case, _now: trip_is_ahead(case) and case.stage == ON_THE_WAY,
    "AdvanceCase": lambda _case, _now: True,
}
