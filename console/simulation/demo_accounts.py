"""The people of a rehearsal who sign in to the console: one for every role, and everything they need to get in."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pyotp

from console.accounts.passwords import Passwords
from console.accounts.sign_in import AuthServices
from console.accounts.totp import STEP_S
from console.container import Container
from events.world import Clock, Entropy
from handlers.commanding.answers import Accepted
from handlers.projections.accounts import find_account
from workflow.command import Command, ConfirmOfficeDecision
from workflow.rights.acts import OPERATOR, Role
from workflow.subjects.accounts.commands import OpenAccount, RecordSecondFactor
from workflow.two_people import proposal_id_of

ADMINISTRATOR: Final = "staff:root"
DATA_PROTECTION: Final = "staff:zoya"
OFFICERS: Final = (ADMINISTRATOR, DATA_PROTECTION)  # who decide together who signs in
FILE: Final = "sign-in.txt"


class Part(NamedTuple):
    """One account of a rehearsal: who, as what, and what there is to look at."""

    account: str
    role: Role
    look_at: str
    facilities: tuple[str, ...] = ()


CAST: Final = (
    Part("staff:anna", "case_manager", "her cases, from referral to follow-up"),
    Part("staff:gleb", "case_manager", "a second case manager, with cases of his own"),
    Part("staff:boris", "supervisor", "every case, approvals, statistics"),
    Part("staff:vera", "medical", "the people in the house she works in", ("moscow-centre",)),
    Part("staff:lev", "legal", "legal references"),
    Part("staff:dina", "hotline", "calls and consultations"),
    Part("newstart:olga", "partner", "what was referred to New Start"),
    Part("staff:dora", "finance_request", "grants asked for"),
    Part("staff:elena", "finance_approve", "grants to approve"),
    Part("staff:clara", "finance_release", "payments to let go"),
    Part("staff:igor", "auditor", "who did what under which rule"),
    Part(DATA_PROTECTION, "data_protection", "who looked at what"),
    Part("donor:mara", "donor", "counts"),
    Part(ADMINISTRATOR, "administrator", "accounts and operations"),
)


class Key(NamedTuple):
    """What somebody of the cast signs in with."""

    part: Part
    password: str
    secret: str  # of the authenticator app
    uri: str

    def code(self, clock: Clock) -> str:
        """Return what the authenticator app shows now."""
        return pyotp.TOTP(self.secret).at(clock.now())


def opened(container: Container, programme: str, *more: Part) -> None:
    """Open the cast's accounts, the two officers' first, and more; those that are open stay as they are."""
    for part in sorted((*CAST, *more), key=lambda part: part.account not in OFFICERS):
        with container.database.reading() as connection:
            known = find_account(connection, part.account)
        if known is None:
            _open(container, programme, part)


def _open(container: Container, programme: str, part: Part) -> None:
    """Open an account: an officer's as who installs Wayhome, any other by the two officers."""
    placed = {"roles": (part.role,), "programmes": (programme,), "facilities": part.facilities}
    own = {"command_id": container.chance.uuid(), "account": part.account}
    if part.account in OFFICERS:
        founder = {"actor": part.account, "mandate": OPERATOR}
        _accept(container, OpenAccount.model_validate(own | placed | founder))
    else:
        _decide_by_two(container, OpenAccount.model_validate(own | placed | {"actor": ADMINISTRATOR}))


def _decide_by_two(container: Container, asked: Command) -> None:
    """Have the data-protection officer confirm what the administrator proposes."""
    second = {"command_id": container.chance.uuid(), "actor": DATA_PROTECTION, "mandate": "data_protection"}
    confirms = second | {"proposal_id": proposal_id_of(asked.command_id)}
    _accept(container, asked, ConfirmOfficeDecision.model_validate(confirms))


def _accept(container: Container, *commands: Command) -> None:
    for answer in container.service.submit_many(commands):
        assert isinstance(answer, Accepted), answer


def admitted(
    container: Container, auth: AuthServices, clock: Clock, programme: str, chance: Entropy, *more: Part
) -> list[Key]:
    """Set the accounts of the cast, and of more, up as each would at the first sign-in; one password for all."""
    opened(container, programme, *more)
    password = Passwords(chance).one_time()
    return [_admit(container, auth, clock, part, password) for part in (*CAST, *more)]


def _admit(container: Container, auth: AuthServices, clock: Clock, part: Part, password: str) -> Key:
    account = part.account
    row = auth.accounts.row(account)
    assert row is not None, "an account that was opened is there"
    weak = auth.credentials.set_own(row, password)
    assert weak is None, weak
    shown = auth.factors.codes.begin(account)
    # The code of half a minute ago proves that the app works; the present one is left for signing in.
    before = pyotp.TOTP(shown.secret).at(clock.now() - timedelta(seconds=STEP_S))
    confirmed = auth.factors.codes.confirm(account, shown.factor, before)
    assert confirmed, "a code of half a minute ago is taken"
    factor = {"command_id": container.chance.uuid(), "account": account, "actor": account, "mandate": "account_holder"}
    recorded = container.service.submit(RecordSecondFactor(kind="totp", factor=shown.factor, **factor))  # type: ignore[arg-type]
    assert isinstance(recorded, Accepted), recorded
    return Key(part, password, shown.secret, shown.uri)


def written(keys: Sequence[Key], folder: Path, address: str) -> Path:
    """Write what everybody signs in with to a file that only its owner reads, and return it."""
    path = folder / FILE
    path.touch(mode=0o600)
    path.chmod(0o600)
    head = f"Made-up people of a rehearsal, at {address}. The addresses are for an authenticator app."
    lines = (f"{key.part.account}  {key.part.role}  {key.password}  {key.uri}" for key in keys)
    path.write_text("\n".join((head, *lines)) + "\n")
    return path
