"""Money is an exact amount in one currency, written the same way everywhere.

Every refusal is a `MoneyError`, so a form or a worker can show its sentence as it stands:

    MoneyError(ValueError)
    ├── UnreadableMoney     not a plain decimal number with a currency beside it
    ├── UnknownCurrency     not a three-letter ISO 4217 code
    ├── TooPrecise          more decimal places than the currency has
    ├── AmountTooLarge      more digits than a bank message can carry
    ├── NegativeAmount      below zero, given or by subtraction
    ├── CurrencyMismatch    two currencies in one sum or comparison
    └── UnusableWeights     shares that cannot divide anything

Inside a larger pydantic model these arrive wrapped in a `ValidationError`, like any other bad field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from babel.numbers import get_currency_precision, list_currencies
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

# ISO 20022 carries at most 18 digits. Holding every Money to it means each one can also be paid, and all
# arithmetic stays far inside the 28 digits that Python's Decimal keeps without rounding.
DIGITS_MAX: Final = 18
WEIGHT_DIGITS_MAX: Final = 36
WEIGHT_MAX: Final[int] = 10**WEIGHT_DIGITS_MAX
TEXT_LENGTH_MAX: Final = 64

_PLAIN_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class MoneyError(ValueError):
    """The sum of money asked for cannot exist."""


class UnreadableMoney(MoneyError):
    """The text or value is not a plain decimal number with a currency beside it."""


class UnknownCurrency(MoneyError):
    """The currency is not a three-letter ISO 4217 code."""


class TooPrecise(MoneyError):
    """The amount has more decimal places than its currency."""


class AmountTooLarge(MoneyError):
    """The amount has more digits than a bank message can carry."""


class NegativeAmount(MoneyError):
    """The amount is below zero."""


class CurrencyMismatch(MoneyError):
    """Two currencies met in one sum or comparison."""


class UnusableWeights(MoneyError):
    """The weights cannot divide an amount."""


class Money(BaseModel):
    """Money is never negative, never rounded, and has one spelling for each value.

    Equal sums have equal bytes in JSON, because the amount is always written to the minor unit of its
    currency. Babel's currency data decides what that unit is.

    >>> Money.parse("EUR 12.5").model_dump_json()
    '{"amount":"12.50","currency":"EUR"}'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Decimal
    currency: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Reads `EUR 12.50` or `12.50 EUR`, or raises the `MoneyError` that says what is wrong.

        >>> str(Money.parse("JPY 1200"))
        '1200 JPY'
        """
        match text.split() if len(text) <= TEXT_LENGTH_MAX else []:
            case [first, second]:
                # A currency has only letters and an amount never does, so the order tells nothing.
                currency, amount = (first, second) if first.isalpha() else (second, first)
            case _:
                raise UnreadableMoney('write money as an amount and a currency, for example "EUR 12.50"')
        try:
            return cls.model_validate({"amount": amount, "currency": currency})
        except ValidationError as refused:
            raise _reason_for(refused) from refused

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Returns nothing at all in this currency, the start of every sum; raises UnknownCurrency."""
        return cls._of_units(0, currency)

    @model_validator(mode="before")
    @classmethod
    def _make_exact(cls, fields: object) -> object:
        if not isinstance(fields, Mapping) or not {"amount", "currency"} <= fields.keys():
            return fields
        return {**fields, "amount": _exact_amount(fields["amount"], fields["currency"])}

    @classmethod
    def _of_units(cls, units: int, currency: str) -> Money:
        return cls._already_exact(Decimal(units).scaleb(-minor_unit_digits(currency)), currency)

    @classmethod
    def _already_exact(cls, amount: Decimal, currency: str) -> Money:
        # The parts come from Money that was checked before; a second full check would double the cost.
        _refuse_too_large(amount, currency)
        return cls.model_construct({"amount", "currency"}, amount=amount, currency=currency)

    def __add__(self, other: Money) -> Money:
        """Adds money of the same currency; raises CurrencyMismatch, or AmountTooLarge beyond 18 digits (ISO 20022)."""
        self._refuse_other_currency(other)
        return self._already_exact(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Takes away money of the same currency; raises CurrencyMismatch, or NegativeAmount below zero."""
        self._refuse_other_currency(other)
        if other.amount > self.amount:
            raise NegativeAmount(f"{other} is more than the {self} it would be taken from")
        return self._already_exact(self.amount - other.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        """Tells whether this is less money, within one currency."""
        self._refuse_other_currency(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        """Tells whether this is no more money, within one currency."""
        self._refuse_other_currency(other)
        return self.amount <= other.amount

    def __str__(self) -> str:
        """Writes the amount to its minor unit, then the currency."""
        return f"{self.amount} {self.currency}"

    def share(self, weights: Sequence[int | Decimal]) -> tuple[Money, ...]:
        """Divides by weight so that the parts always add up to the whole, to the last cent.

        Cents left over go to the largest remainders, the earlier part first when two are equal, so a
        second run divides in the same way. A weight of nothing receives nothing. Raises UnusableWeights when a weight
        is below zero, a float or huge, or when none is above zero.

        >>> [str(part) for part in Money.parse("EUR 100").share([1, 1, 1])]
        ['33.34 EUR', '33.33 EUR', '33.33 EUR']
        """
        units = int(self.amount.scaleb(minor_unit_digits(self.currency)))
        parts = _largest_remainder(units, _usable(weights))
        return tuple(self._of_units(part, self.currency) for part in parts)

    def _refuse_other_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be put together")


@cache
def minor_unit_digits(currency: str) -> int:
    """Returns how many decimal places this currency has (ISO 4217, as Babel keeps it); raises UnknownCurrency.

    >>> minor_unit_digits("JPY"), minor_unit_digits("EUR"), minor_unit_digits("KWD")
    (0, 2, 3)
    """
    if currency not in list_currencies():
        raise UnknownCurrency(f"{currency[:8]!r} is not a three-letter ISO 4217 currency such as EUR")
    return get_currency_precision(currency)


def _exact_amount(given: object, currency: object) -> Decimal:
    if not isinstance(currency, str):
        raise UnknownCurrency("a currency is a three-letter ISO 4217 code such as EUR")
    digits = minor_unit_digits(currency)
    amount = _plain_decimal(given)
    _refuse_too_large(amount, currency)
    _refuse_too_precise(amount, currency, digits)
    if amount < 0:
        raise NegativeAmount("an amount of money is never below zero")
    # The absolute value turns minus zero into zero, which would otherwise be a second spelling.
    return abs(amount).quantize(_minor_unit(digits))


def _plain_decimal(given: object) -> Decimal:
    match given:
        case Decimal() if given.is_finite():
            return given
        case int() if not isinstance(given, bool) and abs(given) < 10**DIGITS_MAX:
            return Decimal(given)
        case str() if len(given) <= TEXT_LENGTH_MAX and _PLAIN_NUMBER.fullmatch(given):
            return Decimal(given)
        case int() if not isinstance(given, bool):
            raise AmountTooLarge(f"an amount has at most {DIGITS_MAX} digits")
        case _:
            # A float has already lost the cents it was written with, so it is refused with the rest.
            raise UnreadableMoney('write an amount as plain decimal digits, for example "12.50"')


def _refuse_too_large(amount: Decimal, currency: str) -> None:
    # adjusted() reads the exponent only, so an amount like 1E+999999 is refused without expanding it.
    if amount and amount.adjusted() >= DIGITS_MAX - minor_unit_digits(currency):
        raise AmountTooLarge(f"an amount in {currency} has at most {DIGITS_MAX} digits")


def _refuse_too_precise(amount: Decimal, currency: str, digits: int) -> None:
    exponent = amount.as_tuple().exponent
    # 12.500 is refused although nothing would be lost: half of Europe reads it as twelve thousand.
    if isinstance(exponent, int) and exponent < -digits:
        raise TooPrecise(f"{currency} has {digits} decimal places, and the amount has more")


@cache
def _minor_unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def _usable(weights: Sequence[int | Decimal]) -> list[Fraction]:
    if not all(_is_usable(weight) for weight in weights):
        raise UnusableWeights("a weight is a whole number or a Decimal, not below zero and not huge")
    if not any(weights):
        raise UnusableWeights("at least one weight must be above zero")
    return [Fraction(weight) for weight in weights]


def _is_usable(weight: object) -> bool:
    match weight:
        case bool():
            return False
        case int():
            return 0 <= weight < WEIGHT_MAX
        case Decimal() if weight.is_finite():
            return weight >= 0 and _is_short(weight)
        case _:
            return False


def _is_short(weight: Decimal) -> bool:
    exponent = weight.as_tuple().exponent
    # A Decimal of a few bytes can stand for a number of a million digits, and dividing expands it.
    return isinstance(exponent, int) and max(abs(exponent), abs(weight.adjusted())) <= WEIGHT_DIGITS_MAX


def _largest_remainder(units: int, weights: Sequence[Fraction]) -> list[int]:
    whole = sum(weights)
    exact = [units * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: parts[place] - exact[place])
    for place in by_remainder[: units - sum(parts)]:
        parts[place] += 1
    return parts


def _reason_for(refused: ValidationError) -> MoneyError:
    cause = refused.errors()[0].get("ctx", {}).get("error")
    return cause if isinstance(cause, MoneyError) else UnreadableMoney("this is not an amount of money")
