"""Who may do what: a role, a relation to the case, and an act; one table, asked in one place, and no by default.

The four planes never mix: people with cases (case manager, supervisor, medical, legal, hotline, partner), money
(three hands of finance), proof (auditor, data-protection officer), and the house itself (administrator). A donor
sees counts. What a role opens of the sealed parts is in ``workflow.rights.compartments``; which fields a partner is
told is in ``workflow.subjects.referrals.disclosure``.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple, Self

from events.instants import instant_text
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.rights.acts import NOT_BY_STAND_INS, ROLES, Act, Role
from workflow.rights.visibility import organisations_shown, speaks_for_office
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import accommodation_of

# How somebody stands to a case: it is theirs, their team's, of a house they work in, referred to them, opened in an
# emergency, or of the programme they work for; "any" is asked for what concerns no single case.
Relation = Literal["owner", "team", "facility", "partner", "glass", "programme", "any"]


class StandIn(NamedTuple):
    """That somebody stands in for a colleague: whose cases of which programme, from which instant on, until which."""

    owner: str
    programme: str
    begins: str  # instants as they are stored
    ends: str
    named_by: str = ""
    named_at: str = ""
    ended_by: str = ""  # empty when it ended with its last day


class Account(NamedTuple):
    """Somebody who signs in: what they are, and where they work."""

    account: str  # the actor's id, like staff:anna
    roles: frozenset[Role] = frozenset()
    programmes: frozenset[str] = frozenset()
    team: str = ""
    facilities: frozenset[str] = frozenset()
    language: str = "en"
    closed: bool = False
    stands_in: tuple[StandIn, ...] = ()  # the last ones, over or still to come too
    name: str = ""  # what others read; where it is empty it is made of the account

    def stood_in_for(self, programme: str, now: datetime) -> tuple[str, ...]:
        """Return for whom somebody stands in at a moment; whose own stand-ins they are does not count."""
        if not self.stands_in:
            return ()
        at = instant_text(now)
        return tuple(one.owner for one in self.stands_in if one.programme == programme and one.begins <= at < one.ends)

    def not_standing_in_for(self, owner: str) -> Self:
        """Return the account as if it did not stand in for somebody: that makes nobody the second of two."""
        return self._replace(stands_in=tuple(one for one in self.stands_in if one.owner != owner))


class Permit(NamedTuple):
    """Why somebody may: the role they act in, and how they stand to the case."""

    role: Role
    relation: Relation

    @property
    def mandate(self) -> str:
        """Return the right under which a command is given."""
        return self.role


class RightsRule(NamedTuple):
    """One line of the table: these roles, standing so to a case, may do these acts."""

    roles: tuple[Role, ...]
    relations: tuple[Relation, ...]
    acts: tuple[Act, ...]


_NEAR: Final[tuple[Relation, ...]] = ("owner", "team", "glass")
RIGHTS_TABLE: Final[tuple[RightsRule, ...]] = (
    # Everybody looks after their own account.
    RightsRule(ROLES, ("any",), ("self",)),
    # People with cases.
    RightsRule(
        ("case_manager",), _NEAR,
        ("case.see", "case.open_sealed", "case.advance", "case.confirm", "case.record", "case.consent", "case.legal",
         "case.assign", "money.request", "money.record", "referral.send", "referral.answer", "referral.disclose",
         "tasks.retry"),
    ),
    RightsRule(
        ("case_manager", "supervisor"), ("any",),
        ("work.see", "cases.see", "case.search", "case.open", "beds.see", "travel.see", "directory.see",
         "directory.stop", "referrals.see", "programmes.see", "case.break_glass"),
    ),
    RightsRule(
        ("supervisor",), ("programme", "glass"),
        ("case.see", "case.open_sealed", "case.advance", "case.confirm", "case.record", "case.consent", "case.legal",
         "case.assign", "case.review", "case.erase", "money.approve", "money.record", "referral.send",
         "referral.answer", "referral.disclose", "tasks.retry"),
    ),
    RightsRule(
        ("supervisor",), ("any",),
        ("grants.see", "ledger.see", "hotline.see", "statistics.see", "operations.see", "directory.edit",
         "directory.confirm", "office.close", "programmes.publish", "programmes.confirm", "export"),
    ),
    RightsRule(("medical",), ("owner", "team", "facility", "glass"), ("case.see", "case.open_sealed", "case.medical")),
    RightsRule(("legal",), ("owner", "team", "glass"), ("case.see", "case.open_sealed", "case.legal")),
    RightsRule(("medical", "legal"), ("any",), ("work.see", "cases.see", "case.search", "case.break_glass")),
    RightsRule(("medical",), ("any",), ("beds.see",)),
    RightsRule(("hotline",), ("any",), ("work.see", "hotline.see", "hotline.record", "case.open", "directory.see")),
    RightsRule(("hotline",), ("owner",), ("case.see",)),
    # Whoever has cases of their own names who stands in for them; a supervisor also for others.
    RightsRule(("case_manager", "supervisor", "medical", "legal", "hotline"), ("any",), ("stand_in.name",)),
    RightsRule(("supervisor",), ("any",), ("caseloads.see",)),
    # A partner sees what was referred to it, for as long as the referral lasts.
    RightsRule(("partner",), ("any",), ("work.see", "referrals.see")),
    RightsRule(("partner",), ("partner",), ("referral.answer", "referral.disclose")),
    # Money: three hands, and no stories.
    RightsRule(
        ("finance_request", "finance_approve", "finance_release"), ("any",),
        ("work.see", "grants.see", "ledger.see", "statistics.see"),
    ),
    RightsRule(("finance_request",), ("programme",), ("money.request", "money.record")),
    RightsRule(("finance_approve",), ("programme",), ("money.approve",)),
    RightsRule(("finance_release",), ("programme",), ("money.release", "money.record")),
    RightsRule(("finance_approve", "finance_release"), ("any",), ("export",)),
    # Proof: who did what under which rule, and never a story.
    RightsRule(
        ("auditor",), ("any",),
        ("history.see", "access.see", "statistics.see", "ledger.see", "programmes.see", "operations.see", "export"),
    ),
    RightsRule(
        ("data_protection",), ("any",),
        ("work.see", "access.see", "history.see", "statistics.see", "programmes.see", "programmes.confirm",
         "directory.see", "directory.confirm", "accounts.see", "accounts.confirm"),
    ),
    RightsRule(("data_protection",), ("programme",), ("case.review", "case.confirm_erasure")),
    RightsRule(("donor",), ("any",), ("statistics.see",)),
    # The house itself, without a single case.
    RightsRule(
        ("administrator",), ("any",),
        ("work.see", "accounts.see", "accounts.change", "accounts.confirm", "operations.see", "programmes.see"),
    ),
)  # fmt: skip
_ALLOWED: Final[frozenset[tuple[Role, Relation, Act]]] = frozenset(
    (role, relation, act)
    for rule in RIGHTS_TABLE
    for role in rule.roles
    for relation in rule.relations
    for act in rule.acts
)
_EVER: Final[frozenset[tuple[Role, Act]]] = frozenset((role, act) for role, _, act in _ALLOWED)
# Acts that some line of the table ties to a relation are asked about a case; the others concern none.
ABOUT_A_CASE: Final[frozenset[Act]] = frozenset(
    act for _, relation, act in _ALLOWED if relation != "any" and act != "case.break_glass"
)


def permit(account: Account, act: Act, case: Case | None, programme: Programme | None, now: datetime) -> Permit | None:
    """Return why somebody may do an act now, or None: what no line of the table allows is not allowed."""
    if account.closed:
        return None
    if act in NOT_BY_STAND_INS:
        account = account._replace(stands_in=())
    relations = tuple(relations_to(account, case, programme, now)) if case is not None and programme else ()
    for relation in (*relations, *(("any",) if act not in ABOUT_A_CASE else ())):
        for role in ROLES:
            if role in account.roles and (role, relation, act) in _ALLOWED:
                return Permit(role, relation)
    return None


def acts_on_case(account: Account, case: Case, programme: Programme, now: datetime) -> frozenset[Act]:
    """Return every act somebody may do on a case now: those ``permit`` allows, with their relations looked up once."""
    if account.closed:
        return frozenset()
    own = frozenset(relations_to(account._replace(stands_in=()), case, programme, now))
    relations = own | frozenset(relations_to(account, case, programme, now)) if account.stands_in else own
    return frozenset(
        act
        for role, relation, act in _ALLOWED
        if role in account.roles and relation in (own if act in NOT_BY_STAND_INS else relations)
    )


def relations_to(account: Account, case: Case, programme: Programme, now: datetime) -> Iterator[Relation]:
    """Yield how somebody stands to a case, the nearest first."""
    word = account.account.partition(":")[0]
    bed = accommodation_of(case).bed
    if programme.programme in account.programmes and speaks_for_office(account.account, programme):
        if access_of(case).owner in (account.account, *account.stood_in_for(programme.programme, now)):
            yield "owner"
        if access_of(case).team in ("", account.team):
            yield "team"
        if bed is not None and bed[0] in account.facilities:
            yield "facility"
        yield "programme"
    if "partner" in account.roles and word in organisations_shown(case, programme, now):
        yield "partner"
    if access_of(case).is_broken_by(account.account, now) and not account.roles.isdisjoint(_BREAKS):
        yield "glass"


_BREAKS: Final = frozenset(role for rule in RIGHTS_TABLE for role in rule.roles if "case.break_glass" in rule.acts)


@lru_cache(maxsize=4096)
def relations_for(account: Account, act: Act) -> frozenset[Relation]:
    """Return how somebody may stand to a case to do an act on it; none of them for who is closed."""
    if account.closed:
        return frozenset()
    return frozenset(
        relation
        for role, relation, allowed in _ALLOWED
        if allowed == act and role in account.roles and _is_open_to(relation, account)
    )


def _is_open_to(relation: Relation, account: Account) -> bool:
    """Tell whether somebody of these roles can stand so to a case at all."""
    if relation == "partner":
        return "partner" in account.roles
    return relation != "glass" or not account.roles.isdisjoint(_BREAKS)


def may_ever(roles: Iterable[Role], act: Act) -> bool:
    """Tell whether any of these roles has an act at all, whatever the case: what is offered in a menu."""
    return any((role, act) in _EVER for role in roles)


@lru_cache(maxsize=1024)
def acts_ever(roles: frozenset[Role]) -> frozenset[Act]:
    """Return every act that these roles have on whatever case."""
    return frozenset(act for role, act in _EVER if role in roles)
