"""The table of rights as people read it: for each act who may do it, and how they must stand to the case."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, get_args

from workflow.rights.acts import ACTS, ROLES, STEP_UP, Act, Role
from workflow.rights.table import RIGHTS_TABLE, Relation

# The acts in the order a reader looks for them; what is not named here ends up with the last.
_GROUPS: Final[Mapping[str, tuple[Act, ...]]] = {
    "seeing": (
        "work.see", "cases.see", "case.search", "case.see", "case.open_sealed", "beds.see", "travel.see", "grants.see",
        "ledger.see", "directory.see", "referrals.see", "hotline.see", "statistics.see",
    ),
    "cases": (
        "case.open", "case.advance", "case.record", "case.consent", "case.medical", "case.legal", "case.assign",
        "case.break_glass", "case.review", "tasks.retry",
    ),
    "money": ("money.request", "money.approve", "money.release", "money.record"),
    "referrals": ("referral.send", "referral.answer", "referral.disclose", "hotline.record"),
    "house": (
        "history.see", "access.see", "operations.see", "accounts.see", "accounts.change", "programmes.see",
        "programmes.publish", "directory.edit", "directory.stop", "office.close", "export", "self",
    ),
}  # fmt: skip


class Holder(NamedTuple):
    """A role that may do an act, and how its holders must stand to the case."""

    role: Role
    relations: tuple[Relation, ...]  # empty when the act concerns no case


class RightsLine(NamedTuple):
    """One act, whether it asks for a fresh second factor, and who may do it."""

    act: Act
    step_up: bool
    holders: tuple[Holder, ...]


class RightsGroup(NamedTuple):
    """Acts that belong together."""

    name: str
    lines: tuple[RightsLine, ...]


def rights_table() -> Sequence[RightsGroup]:
    """Return the whole table, grouped; every act of it is on some line."""
    named = {act for acts in _GROUPS.values() for act in acts}
    groups = {**_GROUPS, "house": (*_GROUPS["house"], *(act for act in ACTS if act not in named))}
    return [RightsGroup(name, tuple(_line(act) for act in acts)) for name, acts in groups.items()]


def _line(act: Act) -> RightsLine:
    told = ((role, _relations(role, act)) for role in ROLES)
    holders = (Holder(role, tuple(one for one in named if one != "any")) for role, named in told if named)
    return RightsLine(act, act in STEP_UP, tuple(holders))


def _relations(role: Role, act: Act) -> tuple[Relation, ...]:
    told = {relation for rule in RIGHTS_TABLE if role in rule.roles and act in rule.acts for relation in rule.relations}
    return tuple(relation for relation in get_args(Relation) if relation in told)
