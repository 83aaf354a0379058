"""The office as others meet it: who writes, and who pays; the payer's name tells a payee's bank nothing."""

import re
from collections.abc import Iterator
from typing import Final

from pydantic import Field

from workflow.programme.part import ProgrammePart
from workflow.values.bank_accounts import is_bic, is_mistyped_iban
from workflow.values.bank_names import LENGTH_MAX, in_bank_letters
from workflow.values.telling import is_telling_of_a_payer

_ACCOUNT: Final = re.compile(r"[A-Z0-9]{4,34}")


class OfficeContact(ProgrammePart):
    """Who writes and pays: the sender of invitations and the debtor of payments."""

    name: str
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    account: str
    bic: str
    payer: str = ""  # the name that reaches every payee's bank; nothing said: the office's own
    data_protection_email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)

    @property
    def payer_name(self) -> str:
        """Return whom a payee's bank is told the money comes from, in a bank's letters."""
        return in_bank_letters(self.payer or self.name)


def faults_of_payer(office: OfficeContact) -> Iterator[tuple[str, str]]:
    """Yield the key and what is wrong there of an office that no bank could pay from without telling, or at all."""
    key = "payer" if office.payer else "name"
    if is_telling_of_a_payer(office.payer or office.name):
        yield key, "the payer's name tells every payee's bank what the money is for; give a neutral one as payer"
    if not 0 < len(office.payer_name) <= LENGTH_MAX:
        yield key, f"the payer's name cannot be written by a bank; give 1 to {LENGTH_MAX} Latin letters as payer"
    if is_mistyped_iban(office.account) or not _ACCOUNT.fullmatch(office.account):
        yield "account", "this is no IBAN and no account number; compare it with the bank's letter, without spaces"
    if not is_bic(office.bic):
        yield "bic", "this is no BIC; compare it with the bank's letter"
