"""One account as its owner and the administrators see it: what proves it, where it is signed in, what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from console.accounts.passkeys import Passkeys
from console.accounts.sessions import Sessions
from console.views.reader import Reader
from events.facts.accounts import SecondFactorAdded
from events.ids import account_stream
from events.instants import instant
from events.log import Log
from handlers.projections.accounts import AccountRow
from workflow.subjects.accounts.mail_state import LETTER_FACTS


class Factor(NamedTuple):
    """A second factor that counts; ``name`` is what its owner called it."""

    kind: str
    factor: str
    name: str
    added_at: datetime


class SignedInPlace(NamedTuple):
    """A browser somebody is signed in at."""

    session: str  # which one, as its owner may end it
    since: datetime
    seen_at: datetime
    here: bool


class Change(NamedTuple):
    """Something that became of an account: a fact, who caused it, when."""

    fact: str
    actor: str
    at: datetime


def factors_of(log: Log, passkeys: Passkeys, row: AccountRow) -> Sequence[Factor]:
    """Return the second factors of an account, the oldest first."""
    names = {key.factor: key.name for key in passkeys.of(row)}
    added = {}
    for event in log.of_types(account_stream(row.account.account), ("SecondFactorAdded",)):
        fact = log.fact(event)
        assert isinstance(fact, SecondFactorAdded)
        added[fact.kind, fact.factor] = instant(event.envelope.recorded_at)
    known = [Factor(*which, names.get(which[1], ""), at) for which, at in added.items() if which in row.factors]
    return sorted(known, key=lambda factor: (factor.added_at, factor.factor))


def places_of(sessions: Sessions, account: str, here: str = "") -> Sequence[SignedInPlace]:
    """Return where an account is signed in, this browser first."""
    found = [SignedInPlace(s.token_hash, s.created_at, s.seen_at, s.token_hash == here) for s in sessions.of(account)]
    return sorted(found, key=lambda place: not place.here)


def zone_of(reader: Reader) -> str:
    """Return by whose clocks somebody reads times that belong to no case: those of their first programme."""
    definitions = reader.definitions()
    return definitions[0].programme.time_zone if definitions else "UTC"


def changes_of(log: Log, account: str) -> Sequence[Change]:
    """Return what became of an account, the latest first."""
    letters = {fact.__name__ for fact in LETTER_FACTS}  # of every morning; what waited is told by none
    events = [one.envelope for one in log.stream(account_stream(account)) if one.envelope.type not in letters]
    return [Change(event.type, event.actor, instant(event.recorded_at)) for event in reversed(events)]
