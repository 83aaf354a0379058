"""Bank accounts as `python-stdnum` knows them: the registry of IBANs (ISO 13616), and BICs (ISO 9362)."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from stdnum import bic, iban

# A country and two check digits; one of them may be a letter that was meant as a digit (O for 0, I for 1).
_LIKE_AN_IBAN: Final = re.compile(r"[A-Z]{2}(?:[0-9][0-9A-Z]|[A-Z][0-9])")


def is_iban(number: str) -> bool:
    """Tell whether a number, without spaces, is an IBAN: as long as its country's are, and its check digits agree.

    >>> is_iban("DE89370400440532013000"), is_iban("DE893704004405320130"), is_iban("40702810900000000001")
    (True, False, False)
    """
    return iban.is_valid(number) and iban.compact(number) == number


def is_mistyped_iban(number: str) -> bool:
    """Tell whether a number begins like an IBAN and is none: no bank would find it as a number of another kind.

    >>> is_mistyped_iban("DE89370400440532013001"), is_mistyped_iban("40702810900000000001")
    (True, False)
    """
    return _LIKE_AN_IBAN.match(number) is not None and not is_iban(number)


def is_bic(code: str) -> bool:
    """Tell whether a code, in capitals, can be a bank's: 8 or 11 signs with a country's code in the middle.

    >>> is_bic("COBADEFFXXX"), is_bic("COBAZZFF")
    (True, False)
    """
    return bic.is_valid(code) and bic.compact(code) == code


def _compact(number: object) -> object:
    return re.sub(r"\s", "", number).upper() if isinstance(number, str) else number


def _not_mistyped(number: str) -> str:
    if is_mistyped_iban(number):
        raise ValueError("begins like an IBAN and is none; compare every letter and digit with the paper")
    return number


AccountNumber = Annotated[
    str,
    StringConstraints(min_length=4, max_length=34, pattern=r"^[A-Z0-9]+$"),
    BeforeValidator(_compact),
    AfterValidator(_not_mistyped),
]
