"""An account as it stands, and who the officers are: those who open accounts and stand behind each other."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from events.catalogue import Fact
from events.facts import accounts as facts
from events.facts.team import StandInEnded, StandInNamed
from events.ids import OFFICE_POLICY
from events.instants import instant, instant_text
from workflow.case.state import At
from workflow.rights.acts import ROLES, Role
from workflow.rights.table import Account, StandIn
from workflow.situation import OfficeSituation

OFFICERS: Final[tuple[Role, ...]] = ("administrator", "data_protection")
STAND_INS_KEPT: Final = 8  # of each account, the last ones; the rest is in its history
OFFICER_DAYS: Final = 7  # so long who became an officer stands behind nobody else, unless the officers decide otherwise


class AccountChange(NamedTuple):
    """Something that was decided about an account: the fact, by whom, who had proposed it, when."""

    fact: str
    actor: str
    second: str
    at: str


class AccountState(NamedTuple):
    """An account as it stands: who it is, what proves it, and since when earlier sign-ins do not count."""

    account: Account
    opened_at: str
    factors: tuple[tuple[str, str], ...] = ()  # kind and name of each second factor
    epoch: int = 0  # the fence: raised when everybody is signed out; a session carries the one it began in
    resets: int = 0  # the same for passwords
    passwords: int = 0  # and for passwords they replaced themselves
    officer_since: str = ""  # empty for the first two, and for who is none
    changed: AccountChange | None = None  # what became of it last, for the officers to be told
    names: tuple[str, ...] = ()  # every one they chose, the last one first: none is given to anybody else

    @property
    def is_open(self) -> bool:
        """Tell whether somebody may sign in."""
        return not self.account.closed

    @property
    def is_officer(self) -> bool:
        """Tell whether the account is, or was until it was closed, an officer's."""
        return not self.account.roles.isdisjoint(OFFICERS)

    def has(self, *roles: Role) -> bool:
        """Tell whether the account is open and has one of these roles."""
        return self.is_open and not self.account.roles.isdisjoint(roles)


AccountRegister = Mapping[
    str, AccountState
]  # accounts by their id: the one in question, and every one the rules must see


def register_of(situation: OfficeSituation) -> AccountRegister:
    """Return the accounts that are held still, by their id."""
    held = {account_of(stream): state for stream, state in situation.states.items()}
    return {name: state for name, state in held.items() if name is not None and state is not None}


def is_founding(situation: OfficeSituation) -> bool:
    """Tell whether there have not been two officers yet: the office is being set up where Wayhome is installed."""
    return sum(state.is_officer for state in register_of(situation).values()) < 2


def is_short_of_officers(situation: OfficeSituation) -> bool:
    """Tell whether fewer than two officers are left who could decide anything together."""
    return sum(state.is_officer and state.is_open for state in register_of(situation).values()) < 2


def seconds_from(state: AccountState, situation: OfficeSituation) -> datetime | None:
    """Return from when on somebody may stand behind a decision about the house; None when they may already."""
    if not state.officer_since:
        return None
    days = situation.states.get(OFFICE_POLICY) or OFFICER_DAYS
    ready = instant(state.officer_since) + timedelta(days=days)
    return ready if situation.now < ready else None


def roles_of(names: Collection[str]) -> frozenset[Role]:
    """Return the roles of these names; a name that is no role is none."""
    return frozenset(role for role in ROLES if role in names)


def account_of(stream: str) -> str | None:
    """Return the account a stream belongs to, or None for any other stream."""
    kind, _, name = stream.partition(":")
    return name if kind == "account" else None


def evolve(standing: AccountState | None, fact: Fact, at: At) -> AccountState:
    """Return the account after a fact."""
    if isinstance(fact, facts.AccountOpened):
        opened = AccountState(_opened(fact), at.recorded_at, names=(fact.name,) if fact.name else ())
        return _told(_appointed(opened, None, fact, at), fact, at)
    assert standing is not None, "an account begins with its opening"
    changed = _described(_proved(standing, fact), fact, at)
    changed = _told(_appointed(changed, standing, fact, at), fact, at)
    return changed._replace(epoch=standing.epoch + 1) if isinstance(fact, _SIGNING_OUT) else changed


# After these everybody signed in under the account has to sign in again.
_SIGNING_OUT: Final = (
    facts.RolesChanged,
    facts.AccountClosed,
    facts.AccountReopened,
    facts.CredentialsReset,
    facts.SecondFactorRemoved,
    facts.SessionsRevoked,
)


def _opened(fact: facts.AccountOpened) -> Account:
    placed = frozenset(fact.programmes), fact.team, frozenset(fact.facilities)
    return Account(fact.account, roles_of(fact.roles), *placed, language=fact.language, name=fact.name)


def _stand_in(fact: StandInNamed, at: At) -> StandIn:
    begins, ends = instant_text(fact.begins), instant_text(fact.ends)
    return StandIn(fact.owner, fact.programme, begins, ends, named_by=at.actor, named_at=at.recorded_at)


def _ended(one: StandIn, fact: StandInEnded, at: At) -> StandIn:
    same = (one.owner, one.programme) == (fact.owner, fact.programme) and one.ends > at.recorded_at
    return one._replace(ends=at.recorded_at, ended_by=at.actor) if same else one


def _described(standing: AccountState, fact: Fact, at: At) -> AccountState:
    account = standing.account
    match fact:
        case facts.RolesChanged():
            account = account._replace(roles=roles_of(fact.roles))
        case facts.AccountPlaced():
            houses, programmes = frozenset(fact.facilities), frozenset(fact.programmes)
            account = account._replace(programmes=programmes, team=fact.team, facilities=houses)
        case facts.LanguageChosen():
            account = account._replace(language=fact.language)
        case facts.NameChosen():
            account = account._replace(name=fact.name)
        case facts.AccountClosed() | facts.AccountReopened():
            account = account._replace(closed=isinstance(fact, facts.AccountClosed))
        case StandInNamed():
            account = account._replace(stands_in=(*account.stands_in, _stand_in(fact, at))[-STAND_INS_KEPT:])
        case StandInEnded():
            account = account._replace(stands_in=tuple(_ended(one, fact, at) for one in account.stands_in))
    return standing._replace(account=account)


def _proved(standing: AccountState, fact: Fact) -> AccountState:
    match fact:
        case facts.SecondFactorAdded():
            return standing._replace(factors=(*standing.factors, (fact.kind, fact.factor)))
        case facts.SecondFactorRemoved():
            kept = tuple(factor for factor in standing.factors if factor != (fact.kind, fact.factor))
            return standing._replace(factors=kept)
        case facts.CredentialsReset():
            return standing._replace(factors=(), resets=standing.resets + 1)
        case facts.PasswordReplaced():
            return standing._replace(passwords=standing.passwords + 1)
        case facts.NameChosen() if fact.name:
            others = (name for name in standing.names if name != fact.name)
            return standing._replace(names=(fact.name, *others))
        case _:
            return standing


def _appointed(state: AccountState, before: AccountState | None, fact: Fact, at: At) -> AccountState:
    """Return the account with the moment since which its owner is an officer; whoever comes back begins anew."""
    if not state.is_officer:
        return state._replace(officer_since="")
    if isinstance(fact, facts.AccountOpened) and fact.founding:
        return state
    came = before is None or not before.is_officer
    anew = isinstance(fact, facts.AccountReopened | facts.CredentialsReset)
    return state._replace(officer_since=at.recorded_at) if came or anew else state


_OF_THEIR_OWN: Final = (
    facts.LanguageChosen, facts.SecondFactorAdded, facts.SecondFactorRemoved, facts.PasswordReplaced,
    StandInNamed, StandInEnded,
)  # fmt: skip


def _told(state: AccountState, fact: Fact, at: At) -> AccountState:
    """Return the account with what the officers are told of it; what its owner does for themselves is none of that."""
    if isinstance(fact, _OF_THEIR_OWN):
        return state
    change = AccountChange(type(fact).__name__, at.actor, getattr(fact, "second", ""), at.recorded_at)
    return state._replace(changed=change)


def evolve_policy(_state: int | None, fact: Fact) -> int:
    """Return how many days whoever became an officer waits."""
    assert isinstance(fact, facts.OfficerDaysSet), "nothing else is told there"
    return fact.days
