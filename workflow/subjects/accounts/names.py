"""What accounts are called: one name is one account's, now and ever, however it is spelt.

Whoever reads a page believes the name on it. So a name is compared with everybody's: with the one they have, with those
they had, and with the one their account would make, also of who has left.
"""

from collections.abc import Iterator
from typing import Final

from events.facts.accounts import NameChosen
from workflow.reasons import Reason, Refused
from workflow.situation import Decision, StreamFact
from workflow.subjects.accounts import refusals
from workflow.subjects.accounts.commands import ChooseName
from workflow.subjects.accounts.state import AccountRegister, AccountState
from workflow.values.shown_names import made_name, name_keys

NAMES_MAX: Final = 6  # of one account, ever: a name somebody had is nobody else's, and nobody collects them


def choose_name(command: ChooseName, register: AccountRegister) -> Decision:
    """Return what somebody is called from now on; it is theirs to say, and an administrator only takes a name away."""
    standing = register[command.account]
    reasons = [] if standing.is_open else [refusals.ACCOUNT_IS_OPEN()]
    if command.actor != command.account and (command.name or not _is_administrator(command.actor, register)):
        reasons.append(refusals.NAME_IS_THEIRS())
    reasons += against_name(command.name, command.account, register) if command.name else ()
    if command.name and command.name not in standing.names and len(standing.names) >= NAMES_MAX:
        reasons.append(refusals.NAMES_ARE_FEW(most=NAMES_MAX))
    if reasons:
        return Refused(tuple(reasons))
    same = command.name == standing.account.name
    return [] if same else [StreamFact(command.stream, NameChosen(name=command.name))]


def against_name(name: str, account: str, register: AccountRegister) -> Iterator[Reason]:
    """Yield why an account is not called so: another is, was or would be, in this spelling or one like it."""
    keys = name_keys(name)
    if any(not keys.isdisjoint(_keys_of(standing)) for who, standing in register.items() if who != account):
        yield refusals.NAME_IS_FREE()


def against_made_name(account: str, register: AccountRegister) -> Iterator[Reason]:
    """Yield why an account is not opened without a name: the one that would be made is taken in its organisation."""
    beside = {who: standing for who, standing in register.items() if _word(who) == _word(account)}
    yield from against_name(made_name(account), account, beside)


def _keys_of(standing: AccountState) -> frozenset[str]:
    names = (made_name(standing.account.account), *standing.names)
    return frozenset().union(*map(name_keys, names))


def _word(account: str) -> str:
    return account.partition(":")[0]


def _is_administrator(actor: str, register: AccountRegister) -> bool:
    return actor in register and register[actor].has("administrator")
