"""Accounts: who may sign in as what, and the rules that keep one pair of hands from holding everything.

What a role may do is in ``workflow.rights``; here is only who may have it. The rules about passwords and second
factors are the door's: no secret ever comes near the log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from events.catalogue import Fact
from events.facts.accounts import (
    AccountClosed,
    AccountOpened,
    AccountPlaced,
    AccountReopened,
    CredentialsReset,
    LanguageChosen,
    RolesChanged,
    SecondFactorAdded,
    SecondFactorRemoved,
    SessionsRevoked,
)
from workflow.case.change import At
from workflow.reasons import Reason, Refused, reason, refused
from workflow.rights.acts import ROLES, Role
from workflow.rights.table import Account
from workflow.rights.visibility import MACHINES
from workflow.situation import Decision, StreamFact
from workflow.subjects.accounts.commands import (
    AccountCommand,
    ChangeRoles,
    ChooseLanguage,
    CloseAccount,
    OpenAccount,
    PlaceAccount,
    RecordSecondFactor,
    RemoveSecondFactor,
    ReopenAccount,
    ResetCredentials,
    RevokeSessions,
)


class Standing(NamedTuple):
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


Register = Mapping[str, Standing]  # accounts by their id: the one in question, and every one the rules must see

# The planes of the office; nobody stands in two of them, or what one plane may not see the other would show.
PLANES: Final[Mapping[str, frozenset[Role]]] = {
    "people with cases": frozenset({"case_manager", "supervisor", "medical", "legal", "hotline"}),
    "a partner": frozenset({"partner"}),
    "money": frozenset({"finance_request", "finance_approve", "finance_release"}),
    "proof": frozenset({"auditor", "data_protection"}),
    "funders": frozenset({"donor"}),
    "the house": frozenset({"administrator"}),
}
# Of these nobody has two: money goes through three different pairs of hands, and no auditor proves their own acts.
ONE_OF: Final[tuple[frozenset[Role], ...]] = (
    frozenset({"finance_request", "finance_approve", "finance_release"}),
    frozenset({"auditor", "data_protection"}),
)
OFFICERS: Final[tuple[Role, ...]] = ("administrator", "data_protection")  # who may stand second behind a reset


def account_stream(account: str) -> str:
    """Return the stream that holds an account's history."""
    return f"account:{account}"


def roles_of(names: Collection[str]) -> frozenset[Role]:
    """Return the roles of these names; a name that is no role is none."""
    return frozenset(role for role in ROLES if role in names)


def account_of(stream: str) -> str | None:
    """Return the account a stream belongs to, or None for any other stream."""
    kind, _, name = stream.partition(":")
    return name if kind == "account" else None


def evolve(standing: Standing | None, fact: Fact, at: At) -> Standing:
    """Return the account after a fact."""
    if isinstance(fact, AccountOpened):
        return Standing(_opened(fact), at.recorded_at)
    assert standing is not None, "an account begins with its opening"
    changed = _described(_proved(standing, fact), fact)
    return changed._replace(epoch=standing.epoch + 1) if isinstance(fact, _SIGNING_OUT) else changed


# After these everybody signed in under the account has to sign in again.
_SIGNING_OUT: Final = (
    RolesChanged,
    AccountClosed,
    AccountReopened,
    CredentialsReset,
    SecondFactorRemoved,
    SessionsRevoked,
)


def _opened(fact: AccountOpened) -> Account:
    placed = frozenset(fact.programmes), fact.team, frozenset(fact.facilities)
    return Account(fact.account, roles_of(fact.roles), *placed, language=fact.language)


def _described(standing: Standing, fact: Fact) -> Standing:
    account = standing.account
    match fact:
        case RolesChanged():
            account = account._replace(roles=roles_of(fact.roles))
        case AccountPlaced():
            houses, programmes = frozenset(fact.facilities), frozenset(fact.programmes)
            account = account._replace(programmes=programmes, team=fact.team, facilities=houses)
        case LanguageChosen():
            account = account._replace(language=fact.language)
        case AccountClosed() | AccountReopened():
            account = account._replace(closed=isinstance(fact, AccountClosed))
    return standing._replace(account=account)


def _proved(standing: Standing, fact: Fact) -> Standing:
    match fact:
        case SecondFactorAdded():
            return standing._replace(factors=(*standing.factors, (fact.kind, fact.factor)))
        case SecondFactorRemoved():
            kept = tuple(factor for factor in standing.factors if factor != (fact.kind, fact.factor))
            return standing._replace(factors=kept)
        case CredentialsReset():
            return standing._replace(factors=(), resets=standing.resets + 1)
        case _:
            return standing


# -- decisions ------------------------------------------------------------------------------------------------


def decide(command: AccountCommand, register: Register) -> Decision:
    """Return the facts of a command about an account, or a refusal that lists every reason."""
    if not isinstance(command, OpenAccount) and command.account not in register:
        return refused("account_exists", "there is no such account", "check how it is written, like staff:anna")
    return DECISIONS[type(command)](command, register)


def open_account(command: OpenAccount, register: Register) -> Decision:
    """Return that somebody may sign in; the first administrator opens their own account."""
    first = not any(standing.has("administrator") for standing in register.values())
    reasons = [*_against_roles(command.roles), *_against_opening(command, register)]
    if command.actor == command.account and not first:
        reasons.append(_another_person("open their own account"))
    fact = AccountOpened(
        account=command.account,
        roles=_in_order(command.roles),
        programmes=_once(command.programmes),
        team=command.team,
        facilities=_once(command.facilities),
        language=command.language,
    )
    return Refused(tuple(reasons)) if reasons else _about(command, fact)


def change_roles(command: ChangeRoles, register: Register) -> Decision:
    """Return somebody's new roles; nobody gives roles to themselves, and an administrator always remains."""
    standing = register[command.account]
    reasons = [*_against_roles(command.roles), *_against_change(command, standing)]
    if "administrator" not in command.roles:
        reasons += _against_losing_administrator(command.account, register)
    if reasons:
        return Refused(tuple(reasons))
    if frozenset(command.roles) == standing.account.roles:
        return []
    return _about(command, RolesChanged(roles=_in_order(command.roles)))


def place_account(command: PlaceAccount, register: Register) -> Decision:
    """Return where somebody works; nobody moves themselves to where other cases can be seen."""
    reasons = list(_against_change(command, register[command.account]))
    placed = AccountPlaced(
        programmes=_once(command.programmes), team=command.team, facilities=_once(command.facilities)
    )
    return Refused(tuple(reasons)) if reasons else _about(command, placed)


def choose_language(command: ChooseLanguage, register: Register) -> Decision:
    """Return the language of somebody's own screen."""
    if command.actor != command.account:
        return Refused((_own_hand("choose a language"),))
    if register[command.account].account.language == command.language:
        return []
    return _about(command, LanguageChosen(language=command.language))


def close_account(command: CloseAccount, register: Register) -> Decision:
    """Return that somebody signs in no more; the last administrator stays."""
    reasons = list(_against_change(command, register[command.account]))
    reasons += _against_losing_administrator(command.account, register)
    return Refused(tuple(reasons)) if reasons else _about(command, AccountClosed(reason=command.reason))


def reopen_account(command: ReopenAccount, register: Register) -> Decision:
    """Return that a closed account may sign in again."""
    if register[command.account].is_open:
        return refused("account_is_closed", "the account is open", "nothing needs to be done")
    if command.actor == command.account:
        return Refused((_another_person("reopen their own account"),))
    return _about(command, AccountReopened(reason=command.reason))


def reset_credentials(command: ResetCredentials, register: Register) -> Decision:
    """Return that the secrets of an account are replaced; two people stand behind it, and neither is the owner."""
    reasons = list(_against_closed(register[command.account]))
    if command.account in (command.actor, command.second):
        reasons.append(_another_person("stand behind a reset of their own account"))
    if command.actor == command.second:
        text = "the second person is the one who asks"
        reasons.append(reason("second_person_agreed", text, "ask another administrator or data-protection officer"))
    second = register.get(command.second)
    if second is None or not second.has(*OFFICERS):
        text = "the second person is no administrator and no data-protection officer"
        advice = (
            "ask another administrator or data-protection officer; open an account for a second one if there is none"
        )
        reasons.append(reason("second_person_may", text, advice))
    return Refused(tuple(reasons)) if reasons else _about(command, CredentialsReset(second=command.second))


def record_second_factor(command: RecordSecondFactor, register: Register) -> Decision:
    """Return that somebody proves with one thing more that it is them."""
    standing = register[command.account]
    reasons = list(_against_closed(standing))
    if command.actor != command.account:
        reasons.append(_own_hand("add a second factor"))
    if (command.kind, command.factor) in standing.factors:
        reasons.append(reason("factor_is_new", "it was added already", "nothing needs to be done"))
    added = SecondFactorAdded(kind=command.kind, factor=command.factor)
    return Refused(tuple(reasons)) if reasons else _about(command, added)


def remove_second_factor(command: RemoveSecondFactor, register: Register) -> Decision:
    """Return that a second factor counts no more; the only one stays until another is added."""
    standing = register[command.account]
    reasons = list(_against_closed(standing))
    if command.actor != command.account:
        reasons.append(_own_hand("remove a second factor"))
    if (command.kind, command.factor) not in standing.factors:
        reasons.append(reason("factor_exists", "there is no such second factor", "look at the list again"))
    elif len(standing.factors) == 1:
        reasons.append(reason("factor_remains", "it is the only second factor", "add another one first"))
    removed = SecondFactorRemoved(kind=command.kind, factor=command.factor)
    return Refused(tuple(reasons)) if reasons else _about(command, removed)


def revoke_sessions(command: RevokeSessions, register: Register) -> Decision:
    """Return that everybody signed in under the account is signed out."""
    return _about(command, SessionsRevoked(reason=command.reason))


def clashes(roles: Collection[Role]) -> list[tuple[str, str]]:
    """Return which roles nobody has together, as pairs to be said.

    >>> clashes(["administrator", "medical"])
    [('medical', 'administrator')]
    """
    ordered = [role for role in ROLES if role in roles]
    pairs = [(one, other) for number, one in enumerate(ordered) for other in ordered[number + 1 :]]
    return [pair for pair in pairs if _plane(pair[0]) != _plane(pair[1]) or any({*pair} <= only for only in ONE_OF)]


def _plane(role: Role) -> str:
    return next(plane for plane, roles in PLANES.items() if role in roles)


def _against_roles(roles: Collection[Role]) -> Iterator[Reason]:
    for one, other in clashes(roles):
        text = f"nobody is {one} and {other} at once"
        yield reason("roles_go_together", text, "give the second role to another person", one=one, other=other)


def _against_opening(command: OpenAccount, register: Register) -> Iterator[Reason]:
    if command.account in register:
        yield reason("account_is_new", "there is such an account", "change it, or reopen it if it is closed")
    if command.account.partition(":")[0] in MACHINES:
        yield reason("account_is_a_person", "this name belongs to a machine", "begin with staff: or a partner's word")


def _against_change(command: AccountCommand, standing: Standing) -> Iterator[Reason]:
    yield from _against_closed(standing)
    if command.actor == command.account:
        yield _another_person("change their own account")


def _against_closed(standing: Standing) -> Iterator[Reason]:
    if not standing.is_open:
        yield reason("account_is_open", "the account is closed", "reopen it first")


def _against_losing_administrator(account: str, register: Register) -> Iterator[Reason]:
    others = [name for name, standing in register.items() if name != account and standing.has("administrator")]
    if register[account].has("administrator") and not others:
        advice = "open an account for another administrator first"
        yield reason("administrator_remains", "it is the only administrator", advice)


def _another_person(what: str) -> Reason:
    return reason("another_person", f"nobody may {what}", "ask another administrator")


def _own_hand(what: str) -> Reason:
    return reason("own_hand", f"only the person may {what}", "let them do it when they are signed in")


def _about(command: AccountCommand, fact: Fact) -> list[StreamFact]:
    return [StreamFact(command.stream, fact)]


def _in_order(roles: Collection[Role]) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role in roles)


def _once(names: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


DECISIONS: Final[Mapping[type[AccountCommand], Callable[[Any, Register], Decision]]] = {
    OpenAccount: open_account,
    ChangeRoles: change_roles,
    PlaceAccount: place_account,
    ChooseLanguage: choose_language,
    CloseAccount: close_account,
    ReopenAccount: reopen_account,
    ResetCredentials: reset_credentials,
    RecordSecondFactor: record_second_factor,
    RemoveSecondFactor: remove_second_factor,
    RevokeSessions: revoke_sessions,
}
