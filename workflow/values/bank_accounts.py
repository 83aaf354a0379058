"""Bank accounts as `python-stdnum` knows them: the registry of IBANs (ISO 13616), and BICs (ISO 9362)."""

from stdnum import bic, iban


def is_iban(number: str) -> bool:
    """Tell whether a number, without spaces, is an IBAN: as long as its country's are, and its check digits agree.

    >>> is_iban("DE89370400440532013000"), is_iban("DE893704004405320130"), is_iban("40702810900000000001")
    (True, False, False)
    """
    return iban.is_valid(number) and iban.compact(number) == number


def is_bic(code: str) -> bool:
    """Tell whether a code, in capitals, can be a bank's: 8 or 11 signs with a country's code in the middle.

    >>> is_bic("COBADEFFXXX"), is_bic("COBAZZFF")
    (True, False)
    """
    return bic.is_valid(code) and bic.compact(code) == code
