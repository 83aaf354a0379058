"""What is told about people who belong together: a group begun, somebody joining it, somebody leaving it."""

from events.catalogue import Fact


class GroupFormed(Fact):
    """A group began with its first member; told in the group's own history."""

    group_id: str
    kind: str
    programme: str
    case_id: str


class MemberJoined(Fact):
    """Somebody belongs to the group; told again when it is known better how."""

    case_id: str
    relation: str
    to: str


class MemberLeft(Fact):
    """Somebody does not belong to the group any more."""

    case_id: str
    reason: str


class GroupJoined(Fact):
    """The person belongs to a group: as what, and of whom; both empty for whom it began with."""

    group_id: str
    kind: str
    relation: str = ""
    to: str = ""


class GroupLeft(Fact):
    """The person goes on alone; whatever was planned for them stays their own."""

    group_id: str
    reason: str
