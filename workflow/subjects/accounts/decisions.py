"""Accounts: who may sign in as what, and the rules that keep one pair of hands from holding everything.

What a role may do is in ``workflow.rights``; here is only who may have it. The rules about passwords and second
factors are the door's: no secret ever comes near the log.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from events.facts import accounts as facts
from events.ids import OFFICE_POLICY
from workflow.reasons import Reason, ReasonKind, Refused, refused
from workflow.refusals import ACCOUNT_STANDS, CONFIRMER_MAY, NOBODY_SIGNED_IN
from workflow.rights.acts import OPERATOR, ROLES, Acts, Role
from workflow.rights.table import permit
from workflow.rights.visibility import MACHINES
from workflow.situation import Decision, OfficeSituation, StreamFact, said_by
from workflow.subject import OfficeRule, TwoPeople
from workflow.subjects.accounts import commands, refusals
from workflow.subjects.accounts.names import against_made_name, against_name, choose_name
from workflow.subjects.accounts.own_hand import (
    against_closed,
    choose_language,
    record_password,
    record_second_factor,
    remove_second_factor,
    told_of,
)
from workflow.subjects.accounts.state import (
    OFFICERS,
    AccountRegister,
    AccountState,
    is_founding,
    is_short_of_officers,
    register_of,
    seconds_from,
)
from workflow.subjects.team.teams import against_team_among

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


_ByTwo = Callable[[Any, AccountRegister, OfficeSituation], Decision]
_ByOne = Callable[[Any, AccountRegister], Decision]


# -- who stands behind it -------------------------------------------------------------------------------------


def gives(command: commands.AccountCommand, situation: OfficeSituation) -> bool:
    """Tell whether a command gives somebody something, so that two officers stand behind it; taking away is quick."""
    standing = register_of(situation).get(command.account)
    if _by_the_operator(command, standing, situation):
        return False
    if standing is None or not standing.is_open:
        return True  # it opens an account, or opens one again
    account = standing.account
    match command:
        case commands.ChangeRoles():
            lost = account.roles - {*command.roles}
            return not {*command.roles} <= account.roles or not lost.isdisjoint(OFFICERS)
        case commands.PlaceAccount():
            more = {*command.programmes} - account.programmes or {*command.facilities} - account.facilities
            return bool(more) or command.team not in ("", account.team)
        case _:
            return True


def _by_the_operator(
    command: commands.AccountCommand, standing: AccountState | None, situation: OfficeSituation
) -> bool:
    """Tell whether it is the operator who opens an officer's account because there are no two officers."""
    if command.mandate != OPERATOR or not is_short_of_officers(situation):
        return False
    match command:
        case commands.OpenAccount():
            return not frozenset(command.roles).isdisjoint(OFFICERS)
        case commands.ReopenAccount():
            return standing is not None and standing.is_officer
        case _:
            return False


def against_officer(
    _command: object, situation: OfficeSituation, name: str, acts: Acts, may: ReasonKind
) -> Iterator[Reason]:
    """Yield why an account does not count as one of two: it is closed, has not the right, or came to it just now."""
    standing = register_of(situation).get(name)
    if standing is None or not standing.is_open:
        yield ACCOUNT_STANDS(account=name)
    elif not any(permit(standing.account, act, None, None, situation.now) for act in acts):
        yield refusals.OFFICER_MAY(account=name) if may is CONFIRMER_MAY else may(account=name)
    elif "accounts.change" not in acts and (ready := seconds_from(standing, situation)):
        yield refusals.OFFICER_IS_NEW(account=name, until=ready)


# -- decisions ------------------------------------------------------------------------------------------------


def decide(command: commands.AccountCommand, situation: OfficeSituation) -> Decision:
    """Return the facts of a command about an account, or a refusal that lists every reason."""
    register = register_of(situation)
    if not isinstance(command, commands.OpenAccount) and command.account not in register:
        return refused(refusals.ACCOUNT_EXISTS())
    by_two = _BY_TWO_OFFICERS.get(type(command))
    return by_two(command, register, situation) if by_two else _BY_ONE[type(command)](command, register)


def open_account(command: commands.OpenAccount, register: AccountRegister, situation: OfficeSituation) -> Decision:
    """Return that somebody may sign in; the first two officers are opened where Wayhome is installed."""
    reasons = [*_against_roles(command.roles), *_against_opening(command, register)]
    reasons += _against_team(command, situation)
    named = against_name(command.name, command.account, register) if command.name else None
    reasons += named or against_made_name(command.account, register)
    alone = _by_the_operator(command, None, situation)
    if not alone:
        reasons += [*_against_own(command), *_against_being_alone(situation)]
    houses, programmes = _once(command.facilities), _once(command.programmes)
    placed = {"roles": _in_order(command.roles), "programmes": programmes, "facilities": houses}
    founding = alone and is_founding(situation)
    fact = said_by(command, facts.AccountOpened, **placed, **situation.two, founding=founding)
    return Refused(tuple(reasons)) if reasons else told_of(command, fact)


def change_roles(command: commands.ChangeRoles, register: AccountRegister, situation: OfficeSituation) -> Decision:
    """Return somebody's new roles; nobody gives roles to themselves, and an administrator always remains."""
    standing = register[command.account]
    reasons = [*_against_roles(command.roles), *_against_change(command, standing, situation)]
    if "administrator" not in command.roles:
        reasons += _against_losing_administrator(command.account, register)
    if reasons:
        return Refused(tuple(reasons))
    if frozenset(command.roles) == standing.account.roles:
        return []
    return told_of(command, facts.RolesChanged(roles=_in_order(command.roles), **situation.two))


def place_account(command: commands.PlaceAccount, register: AccountRegister, situation: OfficeSituation) -> Decision:
    """Return where somebody works; nobody moves themselves to where other cases can be seen."""
    standing = register[command.account]
    reasons = [*_against_change(command, standing, situation)]
    reasons += _against_team(command, situation, standing.account.team)
    houses, programmes = _once(command.facilities), _once(command.programmes)
    placed = said_by(command, facts.AccountPlaced, programmes=programmes, facilities=houses, **situation.two)
    return Refused(tuple(reasons)) if reasons else told_of(command, placed)


def _against_team(
    command: commands.OpenAccount | commands.PlaceAccount, situation: OfficeSituation, before: str = ""
) -> Iterator[Reason]:
    """Yield why none of the programmes somebody works for has such a team; before any is in force, none is asked."""
    known = [situation.teams[programme] for programme in command.programmes if programme in situation.teams]
    if known:
        yield from against_team_among(command.team, frozenset().union(*known), before)


def set_officer_days(command: commands.SetOfficerDays, situation: OfficeSituation) -> Decision:
    """Return how long whoever became an officer waits before standing behind another's decision."""
    reasons = tuple(_against_being_alone(situation))
    told = facts.OfficerDaysSet(days=command.days, **situation.two)
    return Refused(reasons) if reasons else [StreamFact(OFFICE_POLICY, told)]


def close_account(command: commands.CloseAccount, register: AccountRegister) -> Decision:
    """Return that somebody signs in no more; the last administrator stays."""
    standing = register[command.account]
    reasons = [*against_closed(standing), *_against_own(command)]
    # Else the operator alone would bring about that officers are wanting, and then open others.
    if command.mandate == OPERATOR and standing.is_officer:
        reasons.append(NOBODY_SIGNED_IN(actor=command.actor))
    reasons += _against_losing_administrator(command.account, register)
    return Refused(tuple(reasons)) if reasons else told_of(command, facts.AccountClosed(reason=command.reason))


def reopen_account(command: commands.ReopenAccount, register: AccountRegister, situation: OfficeSituation) -> Decision:
    """Return that a closed account may sign in again."""
    standing = register[command.account]
    reasons = [refusals.ACCOUNT_IS_CLOSED()] if standing.is_open else []
    if not _by_the_operator(command, standing, situation):
        reasons += [*_against_own(command), *_against_being_alone(situation)]
    opened = facts.AccountReopened(reason=command.reason, **situation.two)
    return Refused(tuple(reasons)) if reasons else told_of(command, opened)


def reset_credentials(
    command: commands.ResetCredentials, register: AccountRegister, situation: OfficeSituation
) -> Decision:
    """Return that the secrets of an account are replaced; two people stand behind it, and neither is the owner."""
    reasons = [*against_closed(register[command.account]), *_against_own(command), *_against_being_alone(situation)]
    return Refused(tuple(reasons)) if reasons else told_of(command, facts.CredentialsReset(**situation.two))


def revoke_sessions(command: commands.RevokeSessions, register: AccountRegister) -> Decision:
    """Return that everybody signed in under the account is signed out."""
    return told_of(command, facts.SessionsRevoked(reason=command.reason))


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


def _against_change(
    command: commands.AccountCommand, standing: AccountState, situation: OfficeSituation
) -> Iterator[Reason]:
    yield from against_closed(standing)
    yield from _against_own(command)
    if gives(command, situation):
        yield from _against_being_alone(situation)


def _against_own(command: commands.AccountCommand) -> Iterator[Reason]:
    if command.actor == command.account:
        yield OWN[type(command)]()


def _against_being_alone(situation: OfficeSituation) -> Iterator[Reason]:
    if is_short_of_officers(situation):
        yield refusals.SECOND_OFFICER_IS_THERE()


def _against_losing_administrator(account: str, register: AccountRegister) -> Iterator[Reason]:
    others = [name for name, standing in register.items() if name != account and standing.has("administrator")]
    if register[account].has("administrator") and not others:
        yield refusals.ADMINISTRATOR_REMAINS()


def _in_order(roles: Collection[Role]) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role in roles)


def _once(names: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


OWN: Final[Mapping[type[commands.AccountCommand], ReasonKind]] = {
    commands.OpenAccount: refusals.OPENS_OWN_ACCOUNT,
    commands.ReopenAccount: refusals.REOPENS_OWN_ACCOUNT,
    commands.ResetCredentials: refusals.RESETS_OWN_ACCOUNT,
    commands.ChangeRoles: refusals.CHANGES_OWN_ACCOUNT,
    commands.PlaceAccount: refusals.CHANGES_OWN_ACCOUNT,
    commands.CloseAccount: refusals.CHANGES_OWN_ACCOUNT,
}
_BY_TWO_OFFICERS: Final[Mapping[type[commands.AccountCommand], _ByTwo]] = {
    commands.OpenAccount: open_account,
    commands.ChangeRoles: change_roles,
    commands.PlaceAccount: place_account,
    commands.ReopenAccount: reopen_account,
    commands.ResetCredentials: reset_credentials,
}
_BY_ONE: Final[Mapping[type[commands.AccountCommand], _ByOne]] = {
    commands.ChooseLanguage: choose_language,
    commands.ChooseName: choose_name,
    commands.CloseAccount: close_account,
    commands.RecordPassword: record_password,
    commands.RecordSecondFactor: record_second_factor,
    commands.RemoveSecondFactor: remove_second_factor,
    commands.RevokeSessions: revoke_sessions,
}
# What gives somebody a way in, or a wider one, two officers decide.
_TWO_OFFICERS: Final = TwoPeople(when=gives, thing=("account",), confirmed_by=("accounts.confirm",))


# What somebody is called is compared with what everybody is called.
_AMONG_ALL: Final = frozenset({commands.OpenAccount, commands.ChooseName})


def _streams(command: commands.AccountCommand) -> tuple[str, ...]:
    return (command.stream, OFFICE_POLICY)


OFFICE_RULES: Final = (
    *(
        OfficeRule(kind, decide, _streams, _TWO_OFFICERS, against_officer, everybody=kind in _AMONG_ALL)
        for kind in _BY_TWO_OFFICERS
    ),
    *(OfficeRule(kind, decide, _streams, everybody=kind in _AMONG_ALL) for kind in _BY_ONE),
    OfficeRule(
        commands.SetOfficerDays,
        set_officer_days,
        lambda _command: (OFFICE_POLICY,),
        TwoPeople(confirmed_by=("accounts.confirm",)),
        against_officer,
    ),
)
