"""Telephone numbers as people write them, kept as E.164."""

from typing import Annotated

import phonenumbers
from pydantic import AfterValidator


def e164(number: str, country: str = "RU") -> str:
    """Return a number as E.164; raises ValueError for what cannot be one. Without +, the country's own way to dial.

    >>> e164("+7.495.797.8722"), e164("8-800-333-00-16")
    ('+74957978722', '+78003330016')
    """
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise ValueError("is not a telephone number; write it like +74957978722")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def is_toll_free(number: str) -> bool:
    """Tell whether a number in E.164 costs its caller nothing."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return bool(kind == phonenumbers.PhoneNumberType.TOLL_FREE)


Phone = Annotated[str, AfterValidator(e164)]
