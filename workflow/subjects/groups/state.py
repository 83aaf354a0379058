"""Whom somebody belongs with, and who belongs to a group."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from events.catalogue import Fact
from events.facts.groups import GroupFormed, GroupJoined, MemberJoined, MemberLeft
from workflow.case.state import NOTHING, At, Case, Change, Part, without
from workflow.programme.programme import Programme
from workflow.situation import Situation


class Belonging(NamedTuple):
    """The group somebody belongs to, and what they are of whom there."""

    group_id: str = ""
    kind: str = ""
    relation: str = ""
    to: str = ""


class Membership(NamedTuple):
    """What a member is, and of whom; both empty for whom the group began with."""

    relation: str = ""
    to: str = ""


class Group(NamedTuple):
    """Who belongs to a group, and who did: what they share on the way is found by both."""

    kind: str = ""
    members: Mapping[str, Membership] = NOTHING
    former: tuple[str, ...] = ()

    @property
    def ever(self) -> tuple[str, ...]:
        """Return everybody who belongs to the group or did."""
        return (*self.members, *self.former)

    def parents_of(self, case_id: str) -> Iterator[str]:
        """Yield who is a parent of a member, whichever of the two it was told of."""
        for other, is_a in self.members.items():
            if is_a == ("parent", case_id):
                yield other
        mine = self.members.get(case_id, Membership())
        if mine.relation == "child" and mine.to in self.members:
            yield mine.to


belonging_of: Final = Part("groups", Belonging())


def _joined(case: Case, fact: GroupJoined, _at: At) -> Case:
    return belonging_of.put(case, Belonging(fact.group_id, fact.kind, fact.relation, fact.to))


CHANGES: dict[str, Change] = {
    "GroupJoined": _joined,
    "GroupLeft": lambda c, _f, _: belonging_of.put(c, Belonging()),
}


def evolve(group: Group, fact: Fact) -> Group:
    """Return the group after a fact."""
    match fact:
        case GroupFormed():
            return Group(fact.kind, {fact.case_id: Membership()})
        case MemberJoined():
            members = {**group.members, fact.case_id: Membership(fact.relation, fact.to)}
            return group._replace(members=members, former=_without(group.former, fact.case_id))
        case MemberLeft():
            left = without(group.members, fact.case_id)
            return group._replace(members=left, former=(*_without(group.former, fact.case_id), fact.case_id))
        case _:
            return group


def _without(ids: tuple[str, ...], case_id: str) -> tuple[str, ...]:
    return tuple(one for one in ids if one != case_id)


def group_stream(group_id: str) -> str:
    """Return the stream of a group."""
    return f"group:{group_id}"


def own_group(_programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the stream of the group a case belongs to, if it does."""
    group_id = belonging_of(case).group_id
    return (group_stream(group_id),) if group_id else ()


def group_of(situation: Situation) -> Group:
    """Return the group of the case a decision is about, as it stands; nobody's where it belongs to none."""
    case = situation.case
    group_id = belonging_of(case).group_id if case else ""
    return situation.state_of(group_stream(group_id), Group) if group_id else Group()
