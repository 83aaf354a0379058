"""Codes from an authenticator app (RFC 6238): six digits, thirty seconds, each taken once."""

import base64
import hmac
import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import pyotp
import segno
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select

from events.database import Database
from events.instants import instant, instant_text
from events.world import Clock, Entropy
from handlers.projections.accounts import AccountRow
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import authenticators

STEP_S: Final = 30
SECRET_BYTES: Final = 20
NONCE_BYTES: Final = 12
WINDOW: Final = (-1, 0, 1)  # a clock may be half a minute off
WAITS: Final = timedelta(minutes=15)  # how long a secret that was shown waits for its first code
KIND: Final = "totp"


class Enrolment(NamedTuple):
    """What somebody scans or types into their authenticator app; shown once."""

    factor: str
    secret: str
    uri: str
    qr_svg: str


class Authenticators:
    """Keeps the secrets of authenticator apps, sealed, and takes each code once."""

    def __init__(
        self, database: Database, clock: Clock, chance: Entropy, seal: bytes, macs: RowMacs, issuer: str = "Wayhome"
    ) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance
        self._cipher = AESGCM(seal)
        self._macs = macs
        self._issuer = issuer

    def begin(self, account: str) -> Enrolment:
        """Return a fresh secret; it counts once a code made with it came back and the log names it."""
        secret = base64.b32encode(self._chance.bytes(SECRET_BYTES)).decode()
        factor = f"totp-{self._chance.bytes(8).hex()}"
        nonce = self._chance.bytes(NONCE_BYTES)
        kept = {
            "factor": factor, "account": account, "last_step": 0, "created_at": instant_text(self._clock.now()),
            "secret": nonce + self._cipher.encrypt(nonce, secret.encode(), _place(account, factor)),
        }  # fmt: skip
        too_old = authenticators.c.created_at < instant_text(self._clock.now() - WAITS)
        with self._database.writing() as connection:
            connection.execute(delete(authenticators).where(authenticators.c.last_step == 0, too_old))
            connection.execute(insert(authenticators).values(self._macs.coded(authenticators, kept)))
        return self._shown(account, factor, secret)

    def shown_again(self, account: str, factor: str) -> Enrolment | None:
        """Return a secret that was shown a few minutes ago and gave no code yet, or None for any other."""
        mine = (authenticators.c.account == account, authenticators.c.factor == factor, authenticators.c.last_step == 0)
        with self._database.reading() as connection:
            row = connection.execute(select(authenticators).where(*mine)).mappings().one_or_none()
        if row is None or instant(row["created_at"]) < self._clock.now() - WAITS:
            return None
        if not self._macs.holds(authenticators.name, row):
            return None
        return self._shown(account, factor, self._opened(account, factor, bytes(row["secret"])))

    def confirm(self, account: str, factor: str, code: str) -> bool:
        """Tell whether a code proves that a secret shown a few minutes ago has arrived."""
        return self._take(account, [factor], code, since=self._clock.now() - WAITS)

    def check(self, row: AccountRow, code: str) -> bool:
        """Tell whether a code is right and was not used before; only secrets the log names count."""
        return self._take(row.account.account, [name for kind, name in row.factors if kind == KIND], code)

    def forget(self, account: str, factor: str) -> None:
        """Destroy a secret."""
        mine = delete(authenticators).where(authenticators.c.account == account, authenticators.c.factor == factor)
        with self._database.writing() as connection:
            connection.execute(mine)

    def _shown(self, account: str, factor: str, secret: str) -> Enrolment:
        uri = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=self._issuer)
        return Enrolment(factor, secret, uri, as_svg(uri))

    def _take(self, account: str, factors: list[str], code: str, since: datetime | None = None) -> bool:
        mine = (authenticators.c.account == account, authenticators.c.factor.in_(factors))
        with self._database.reading() as connection:
            found = connection.execute(select(authenticators).where(*mine)).mappings().all()
        for row in (row for row in found if self._macs.holds(authenticators.name, row)):
            is_late = since is not None and instant(row["created_at"]) < since
            step = None if is_late else self._step(self._opened(account, row["factor"], bytes(row["secret"])), code)
            if step is not None and self._is_new(row["factor"], step):
                return True
        return False

    def _step(self, secret: str, code: str) -> int | None:
        """Return the thirty seconds a code belongs to, or None for none that are near."""
        digits, maker = "".join(code.split()), pyotp.TOTP(secret)
        if not re.fullmatch(r"[0-9]{6}", digits):
            return None
        now = int(self._clock.now().timestamp()) // STEP_S
        found = [now + by for by in WINDOW if hmac.compare_digest(maker.generate_otp(now + by), digits)]
        return max(found, default=None)

    def _is_new(self, factor: str, step: int) -> bool:
        """Take a code: whoever comes second with it, even at the same moment, finds it taken."""
        unused = (authenticators.c.factor == factor, authenticators.c.last_step < step)
        with self._database.writing() as connection:
            return self._macs.change(connection, authenticators, *unused, last_step=step)

    def _opened(self, account: str, factor: str, sealed: bytes) -> str:
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return self._cipher.decrypt(nonce, ciphertext, _place(account, factor)).decode()


def as_svg(uri: str) -> str:
    """Return a QR code as an SVG without style or script, its colours left to the page's stylesheet."""
    drawn = segno.make(uri, error="m", micro=False)
    return drawn.svg_inline(border=4, svgclass="qr", lineclass="qr-dark", omitsize=True)


def _place(account: str, factor: str) -> bytes:
    return f"totp|{account}|{factor}".encode()
