"""Passkeys (WebAuthn): a key that never leaves the person's device and works for this house's address only."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson
import webauthn
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, structs
from webauthn.helpers.exceptions import WebAuthnException

from console.accounts.sessions import Session, Sessions
from events.database import Database
from events.instants import instant_text
from events.world import Clock, Entropy
from handlers.projections.accounts import AccountRow
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import passkeys

KIND: Final = "passkey"
CHALLENGE_BYTES: Final = 32
ANSWER_LONGEST: Final = 20_000  # what a browser sends back; attestations are not asked for, so it is short
NAME_LONGEST: Final = 60
# What an answer that is not one makes the library and its parsers raise.
_NO_ANSWER: Final = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)


class PasskeySite(NamedTuple):
    """Where the console is reached: passkeys are tied to its host."""

    host: str = "localhost"
    origins: tuple[str, ...] = ("http://localhost:8421",)
    name: str = "Wayhome"


class Passkey(NamedTuple):
    """One of somebody's passkeys, as its owner knows it."""

    factor: str
    name: str
    created_at: str


class Passkeys:
    """Registers passkeys and asks them to prove themselves; every challenge belongs to a session and is used once."""

    def __init__(
        self, database: Database, clock: Clock, chance: Entropy, sessions: Sessions, place: PasskeySite, secret: bytes,
        macs: RowMacs,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._chance = chance
        self._sessions = sessions
        self._place = place
        self._secret = secret
        self._macs = macs

    def registration_options(self, session: Session, row: AccountRow) -> str:
        """Return, as JSON for the browser, what a new passkey is to be made for."""
        options = webauthn.generate_registration_options(
            rp_id=self._place.host,
            rp_name=self._place.name,
            user_name=session.account,
            user_id=hashlib.sha256(self._secret + session.account.encode()).digest(),
            challenge=self._challenge(session),
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
                user_verification=structs.UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_descriptors(self._counting(row)),
        )
        return webauthn.options_to_json(options)

    def register(self, session: Session, row: AccountRow, answer: str, name: str) -> str | None:
        """Keep a new passkey and return its name in the log, or None when the answer is not the asked one's.

        It counts once the log names it.
        """
        challenge = self._sessions.take_challenge(session)
        if challenge is None or len(answer) > ANSWER_LONGEST:
            return None
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._place.host,
                expected_origin=list(self._place.origins),
            )
        except _NO_ANSWER:
            return None
        factor = f"key-{hashlib.sha256(made.credential_id).hexdigest()[:16]}"
        kept = {
            "factor": factor, "account": session.account, "credential_id": bytes_to_base64url(made.credential_id),
            "public_key": made.credential_public_key, "sign_count": made.sign_count,
            "name": "".join(c for c in name if c.isprintable()).strip()[:NAME_LONGEST],
            "created_at": instant_text(self._clock.now()),
        }  # fmt: skip
        return factor if (KIND, factor) not in row.factors and self._keep(kept) else None

    def authentication_options(self, session: Session, row: AccountRow) -> str:
        """Return, as JSON for the browser, what one of the account's passkeys is to sign."""
        options = webauthn.generate_authentication_options(
            rp_id=self._place.host,
            challenge=self._challenge(session),
            allow_credentials=_descriptors(self._counting(row)),
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        )
        return webauthn.options_to_json(options)

    def check(self, session: Session, row: AccountRow, answer: str) -> bool:
        """Tell whether one of the account's passkeys signed what this session asked for, just now."""
        challenge = self._sessions.take_challenge(session)
        if challenge is None or len(answer) > ANSWER_LONGEST:
            return False
        key = next((key for key in self._counting(row) if key.credential_id == _credential_of(answer)), None)
        if key is None:
            return False
        try:
            shown = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._place.host,
                expected_origin=list(self._place.origins),
                credential_public_key=bytes(key.public_key),
                credential_current_sign_count=key.sign_count,
            )
        except _NO_ANSWER:
            return False
        return self._counted(key.factor, key.sign_count, shown.new_sign_count)

    def of(self, row: AccountRow) -> Sequence[Passkey]:
        """Return an account's passkeys that count, the oldest first."""
        return [Passkey(key.factor, key.name, key.created_at) for key in self._counting(row)]

    def _challenge(self, session: Session) -> bytes:
        challenge = self._chance.bytes(CHALLENGE_BYTES)
        self._sessions.keep_challenge(session, challenge)
        return challenge

    def forget(self, account: str, factor: str) -> None:
        """Destroy a passkey."""
        with self._database.writing() as connection:
            connection.execute(delete(passkeys).where(passkeys.c.account == account, passkeys.c.factor == factor))

    def _counting(self, row: AccountRow) -> list[Any]:
        theirs = select(passkeys).where(passkeys.c.account == row.account.account)
        with self._database.reading() as connection:
            keys = connection.execute(theirs.order_by(passkeys.c.created_at, passkeys.c.factor)).all()
        named = [key for key in keys if (KIND, key.factor) in row.factors]
        return [key for key in named if self._macs.holds(passkeys.name, key._mapping)]  # noqa: SLF001 - a row's own fields

    def _keep(self, row: dict[str, Any]) -> bool:
        """Keep a passkey unless it is somebody else's; one of their own the log never heard of is replaced."""
        mine = (passkeys.c.factor == row["factor"], passkeys.c.account == row["account"])
        with self._database.writing() as connection:
            connection.execute(delete(passkeys).where(*mine))
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            added = dialect.insert(passkeys).values(self._macs.coded(passkeys, row)).on_conflict_do_nothing()
            return connection.execute(added.returning(passkeys.c.factor)).first() is not None

    def _counted(self, factor: str, before: int, after: int) -> bool:
        """Keep the device's counter; two answers from one state of it cannot both be its own."""
        same = (passkeys.c.factor == factor, passkeys.c.sign_count == before)
        with self._database.writing() as connection:
            return self._macs.change(connection, passkeys, *same, sign_count=after)


def _descriptors(keys: Sequence[Any]) -> list[structs.PublicKeyCredentialDescriptor]:
    return [structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in keys]


def _credential_of(answer: str) -> str:
    """Return which passkey says it answers, in one spelling, or nothing for what is no answer."""
    try:
        return bytes_to_base64url(base64url_to_bytes(orjson.loads(answer)["id"]))
    except _NO_ANSWER:
        return ""
