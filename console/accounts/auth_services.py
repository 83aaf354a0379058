"""Everything about signing in put together, once, for an office."""

from __future__ import annotations

from dataclasses import dataclass

from console.accounts.accounts import Accounts
from console.accounts.credentials import Credentials
from console.accounts.factors import Factors
from console.accounts.passkeys import Passkeys, PasskeySite
from console.accounts.passwords import Hashing, Passwords
from console.accounts.sessions import Sessions
from console.accounts.sign_in import SignInService
from console.accounts.throttle import Throttle
from console.accounts.totp import Authenticators
from events.world import Clock, Entropy
from handlers.commanding.service import CommandService


@dataclass(frozen=True, slots=True)
class AuthServices:
    """Who is known, what proves it, who is in."""

    accounts: Accounts
    credentials: Credentials
    factors: Factors
    sessions: Sessions
    sign_in: SignInService


def open_auth_services(
    service: CommandService,
    clock: Clock,
    chance: Entropy,
    place: PasskeySite | None = None,
    hashing: Hashing | None = None,
) -> AuthServices:
    """Return the services of signing in; ``clock`` is theirs alone: codes and sessions go by real time."""
    database, keys, where = service.log.database, service.log.keys, place or PasskeySite()
    sessions = Sessions(database, clock, chance)
    credentials = Credentials(database, clock, Passwords(chance, hashing))
    accounts = Accounts(service, credentials)
    factors = Factors(
        Authenticators(database, clock, chance, keys.secret("totp"), where.name),
        Passkeys(database, clock, chance, sessions, where, keys.secret("passkey-user")),
        sessions,
        credentials,
        accounts,
        service.submit,
        chance.uuid,
    )
    accounts = Accounts(service, credentials)
    throttle = Throttle(database, clock, keys.secret("throttle"))
    return AuthServices(
        accounts, credentials, factors, sessions, SignInService(accounts, credentials, factors, sessions, throttle)
    )
