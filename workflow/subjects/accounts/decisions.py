"""Accounts: who may sign in as what, and the rules that keep one pair of hands from holding everything.

What a role may do is in ``workflow.rights``; here is only who may have it. The rules about passwords and second
factors are the door's: no secret ever comes near the log.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from events.catalogue import Fact
from events.facts import accounts as facts
from workflow.case.state import At
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import NOBODY_SIGNED_IN, PROPOSER_MAY
from workflow.rights.acts import OPERATOR, ROLES, Role
from workflow.rights.table import Account
from workflow.rights.visibility import MACHINES
from workflow.situation import Decision, StreamFact, said_by
from workflow.subjects.accounts import commands, refusals


class AccountState(NamedTuple):
    """An account as it stands: who it is, what proves it, and since when earlier sign-ins do not count."""

    account: Account
    opened_at: str
    factors: tuple[tuple[str, str], ...] = ()  # kind and name of each second factor
    epoch: int = 0  # the fence: raised when everybody is signed out; a session carries the one it began in
    resets: int = 0  # the same for passwords

    @property
    def is_open(self) -> bool:
        """Tell whether somebody may sign in."""
        return not self.account.closed

    def has(self, *roles: Role) -> bool:
        """Tell whether the account is open and has one of these roles."""
        return self.is_open and not self.account.roles.isdisjoint(roles)


AccountRegister = Mapping[
    str, AccountState
]  # accounts by their id: the one in question, and every one the rules must see

# The planes of the office; nobody stands in two of them, or what one plane may not see the other would show.
DUTY_PLANES: Final[Mapping[str, frozenset[Role]]] = {
    "people with cases": frozenset({"case_manager", "supervisor", "medical", "legal", "hotline"}),
    "a partner": frozenset({"partner"}),
    "money": frozenset({"finance_request", "finance_approve", "finance_release"}),
    "proof": frozenset({"auditor", "data_protection"}),
    "funders": frozenset({"donor"}),
    "the house": frozenset({"administrator"}),
}
# Of these nobody has two: money goes through three different pairs of hands, and no auditor proves their own acts.
EXCLUSIVE_ROLES: Final[tuple[frozenset[Role], ...]] = (
    frozenset({"finance_request", "finance_approve", "finance_release"}),
    frozenset({"auditor", "data_protection"}),
)
RESET_OFFICERS: Final[tuple[Role, ...]] = ("administrator", "data_protection")  # who may stand second behind a reset


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
        return AccountState(_opened(fact), at.recorded_at)
    assert standing is not None, "an account begins with its opening"
    changed = _described(_proved(standing, fact), fact)
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
    return Account(fact.account, roles_of(fact.roles), *placed, language=fact.language)


def _described(standing: AccountState, fact: Fact) -> AccountState:
    account = standing.account
    match fact:
        case facts.RolesChanged():
            account = account._replace(roles=roles_of(fact.roles))
        case facts.AccountPlaced():
            houses, programmes = frozenset(fact.facilities), frozenset(fact.programmes)
            account = account._replace(programmes=programmes, team=fact.team, facilities=houses)
        case facts.LanguageChosen():
            account = account._replace(language=fact.language)
        case facts.AccountClosed() | facts.AccountReopened():
            account = account._replace(closed=isinstance(fact, facts.AccountClosed))
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
        case _:
            return standing


# -- decisions ------------------------------------------------------------------------------------------------


def decide(command: commands.AccountCommand, register: AccountRegister) -> Decision:
    """Return the facts of a command about an account, or a refusal that lists every reason."""
    if not isinstance(command, commands.OpenAccount) and command.account not in register:
        return refused(refusals.ACCOUNT_EXISTS())
    return DECISIONS[type(command)](command, register)


def open_account(command: commands.OpenAccount, register: AccountRegister) -> Decision:
    """Return that somebody may sign in; the first administrator opens their own account."""
    first = not any(standing.has("administrator") for standing in register.values())
    reasons = [*_against_roles(command.roles), *_against_opening(command, register)]
    if command.actor == command.account and not first:
        reasons.append(refusals.OPENS_OWN_ACCOUNT())
    houses, programmes = _once(command.facilities), _once(command.programmes)
    placed = {"roles": _in_order(command.roles), "programmes": programmes, "facilities": houses}
    fact = said_by(command, facts.AccountOpened, **placed)
    return Refused(tuple(reasons)) if reasons else _about(command, fact)


def change_roles(command: commands.ChangeRoles, register: AccountRegister) -> Decision:
    """Return somebody's new roles; nobody gives roles to themselves, and an administrator always remains."""
    standing = register[command.account]
    reasons = [*_against_roles(command.roles), *_against_change(command, standing)]
    if "administrator" not in command.roles:
        reasons += _against_losing_administrator(command.account, register)
    if reasons:
        return Refused(tuple(reasons))
    if frozenset(command.roles) == standing.account.roles:
        return []
    return _about(command, facts.RolesChanged(roles=_in_order(command.roles)))


def place_account(command: commands.PlaceAccount, register: AccountRegister) -> Decision:
    """Return where somebody works; nobody moves themselves to where other cases can be seen."""
    reasons = list(_against_change(command, register[command.account]))
    houses, programmes = _once(command.facilities), _once(command.programmes)
    placed = said_by(command, facts.AccountPlaced, programmes=programmes, facilities=houses)
    return Refused(tuple(reasons)) if reasons else _about(command, placed)


def choose_language(command: commands.ChooseLanguage, register: AccountRegister) -> Decision:
    """Return the language of somebody's own screen."""
    if command.actor != command.account:
        return refused(refusals.LANGUAGE_IS_THEIRS())
    if register[command.account].account.language == command.language:
        return []
    return _about(command, facts.LanguageChosen(language=command.language))


def close_account(command: commands.CloseAccount, register: AccountRegister) -> Decision:
    """Return that somebody signs in no more; the last administrator stays."""
    reasons = list(_against_change(command, register[command.account]))
    reasons += _against_losing_administrator(command.account, register)
    return Refused(tuple(reasons)) if reasons else _about(command, facts.AccountClosed(reason=command.reason))


def reopen_account(command: commands.ReopenAccount, register: AccountRegister) -> Decision:
    """Return that a closed account may sign in again."""
    if register[command.account].is_open:
        return refused(refusals.ACCOUNT_IS_CLOSED())
    if command.actor == command.account:
        return refused(refusals.REOPENS_OWN_ACCOUNT())
    return _about(command, facts.AccountReopened(reason=command.reason))


def reset_credentials(command: commands.ResetCredentials, register: AccountRegister) -> Decision:
    """Return that the secrets of an account are replaced; two people stand behind it, and neither is the owner."""
    reasons = list(_against_closed(register[command.account]))
    if command.mandate == OPERATOR:
        reasons.append(NOBODY_SIGNED_IN(actor=command.actor))
    if command.account in (command.actor, command.second):
        reasons.append(refusals.RESETS_OWN_ACCOUNT())
    if command.actor == command.second:
        reasons.append(refusals.SECOND_OFFICER_IS_THE_FIRST())
    first, second = register.get(command.actor), register.get(command.second)
    if first is None or not first.has("administrator"):
        reasons.append(PROPOSER_MAY(account=command.actor))
    if second is None or not second.has(*RESET_OFFICERS):
        reasons.append(refusals.SECOND_PERSON_MAY())
    return Refused(tuple(reasons)) if reasons else _about(command, facts.CredentialsReset(second=command.second))


def record_second_factor(command: commands.RecordSecondFactor, register: AccountRegister) -> Decision:
    """Return that somebody proves with one thing more that it is them."""
    standing = register[command.account]
    reasons = list(_against_closed(standing))
    if command.actor != command.account:
        reasons.append(refusals.NEW_FACTOR_IS_THEIRS())
    if (command.kind, command.factor) in standing.factors:
        reasons.append(refusals.FACTOR_IS_NEW())
    added = facts.SecondFactorAdded(kind=command.kind, factor=command.factor)
    return Refused(tuple(reasons)) if reasons else _about(command, added)


def remove_second_factor(command: commands.RemoveSecondFactor, register: AccountRegister) -> Decision:
    """Return that a second factor counts no more; the only one stays until another is added."""
    standing = register[command.account]
    reasons = list(_against_closed(standing))
    if command.actor != command.account:
        reasons.append(refusals.FACTOR_IS_THEIRS())
    if (command.kind, command.factor) not in standing.factors:
        reasons.append(refusals.FACTOR_EXISTS())
    elif len(standing.factors) == 1:
        reasons.append(refusals.FACTOR_REMAINS())
    removed = facts.SecondFactorRemoved(kind=command.kind, factor=command.factor)
    return Refused(tuple(reasons)) if reasons else _about(command, removed)


def revoke_sessions(command: commands.RevokeSessions, register: AccountRegister) -> Decision:
    """Return that everybody signed in under the account is signed out."""
    return _about(command, facts.SessionsRevoked(reason=command.reason))


def role_clashes(roles: Collection[Role]) -> list[tuple[str, str]]:
    """Return which roles nobody has together, as pairs to be said.

    >>> role_clashes(["administrator", "medical"])
    [('medical', 'administrator')]
    """
    ordered = [role for role in ROLES if role in roles]
    pairs = [(one, other) for number, one in enumerate(ordered) for other in ordered[number + 1 :]]
    return [
        pair for pair in pairs if _plane(pair[0]) != _plane(pair[1]) or any({*pair} <= only for only in EXCLUSIVE_ROLES)
    ]


def _plane(role: Role) -> str:
    return next(plane for plane, roles in DUTY_PLANES.items() if role in roles)


def _against_roles(roles: Collection[Role]) -> Iterator[Reason]:
    for one, other in role_clashes(roles):
        yield refusals.ROLES_GO_TOGETHER(one=one, other=other)


def _against_opening(command: commands.OpenAccount, register: AccountRegister) -> Iterator[Reason]:
    if command.account in register:
        yield refusals.ACCOUNT_IS_NEW()
    if command.account.partition(":")[0] in MACHINES:
        yield refusals.ACCOUNT_IS_A_PERSON()


def _against_change(command: commands.AccountCommand, standing: AccountState) -> Iterator[Reason]:
    yield from _against_closed(standing)
    if command.actor == command.account:
        yield refusals.CHANGES_OWN_ACCOUNT()


def _against_closed(standing: AccountState) -> Iterator[Reason]:
    if not standing.is_open:
        yield refusals.ACCOUNT_IS_OPEN()


def _against_losing_administrator(account: str, register: AccountRegister) -> Iterator[Reason]:
    others = [name for name, standing in register.items() if name != account and standing.has("administrator")]
    if register[account].has("administrator") and not others:
        yield refusals.ADMINISTRATOR_REMAINS()


def _about(command: commands.AccountCommand, fact: Fact) -> list[StreamFact]:
    return [StreamFact(command.stream, fact)]


def _in_order(roles: Collection[Role]) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role in roles)


def _once(names: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


DECISIONS: Final[Mapping[type[commands.AccountCommand], Callable[[Any, AccountRegister], Decision]]] = {
    commands.OpenAccount: open_account,
    commands.ChangeRoles: change_roles,
    commands.PlaceAccount: place_account,
    commands.ChooseLanguage: choose_language,
    commands.CloseAccount: close_account,
    commands.ReopenAccount: reopen_account,
    commands.ResetCredentials: reset_credentials,
    commands.RecordSecondFactor: record_second_factor,
    commands.RemoveSecondFactor: remove_second_factor,
    commands.RevokeSessions: revoke_sessions,
}
