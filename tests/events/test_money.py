"""Money is exact, never negative, and spelled in one way."""

import json
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from events.money import (
    AmountTooLarge,
    CurrencyMismatch,
    Money,
    MoneyError,
    NegativeAmount,
    TooPrecise,
    UnknownCurrency,
    UnreadableMoney,
    UnusableWeights,
    minor_unit_digits,
)

currencies = st.sampled_from(["EUR", "JPY", "KWD", "UAH", "GEL", "CLF"])
some_weights = st.lists(st.integers(0, 10**9) | st.decimals(0, 10**6, places=4), min_size=1, max_size=20).filter(any)


@st.composite
def sums_of_money(draw: st.DrawFn, units_max: int = 10**18 - 1) -> Money:
    currency = draw(currencies)
    units = draw(st.integers(0, units_max))
    return Money(amount=Decimal(units).scaleb(-minor_unit_digits(currency)), currency=currency)


@given(sums_of_money(), some_weights)
def test_the_shares_always_add_up_to_the_last_cent(whole: Money, weights: list[int | Decimal]) -> None:
    assert sum(whole.share(weights), Money.zero(whole.currency)) == whole


@given(sums_of_money(), some_weights)
def test_every_share_is_within_one_cent_of_the_exact_share(whole: Money, weights: list[int | Decimal]) -> None:
    cent = Fraction(1, 10 ** minor_unit_digits(whole.currency))
    total = sum(Fraction(weight) for weight in weights)
    for part, weight in zip(whole.share(weights), weights, strict=True):
        exact = Fraction(whole.amount) * Fraction(weight) / total
        assert abs(Fraction(part.amount) - exact) < cent


@given(sums_of_money(), some_weights)
def test_a_weight_of_nothing_receives_nothing(whole: Money, weights: list[int | Decimal]) -> None:
    assert whole.share([*weights, 0])[-1] == Money.zero(whole.currency)


@given(sums_of_money())
def test_money_survives_json_unchanged(money: Money) -> None:
    assert Money.model_validate_json(money.model_dump_json()) == money
    assert Money.parse(str(money)) == money


@given(sums_of_money(10**17), sums_of_money(10**17))
def test_what_is_added_can_be_taken_away_again(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert one + other - other == one
        assert one <= one + other
    else:
        with pytest.raises(CurrencyMismatch):
            one + other


@given(sums_of_money(10**17), sums_of_money(10**17))
def test_a_sum_has_the_same_bytes_as_the_same_money_written_down(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        total = one + other
        assert total.model_dump_json() == Money.parse(str(total)).model_dump_json()
        assert hash(total) == hash(Money.parse(str(total)))


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(MoneyError):
        assert Money.parse(text) >= Money.zero(Money.parse(text).currency)


@pytest.mark.parametrize("amount", ["12.5", "12.50", "012.50", Decimal("12.5"), Decimal("125E-1")])
def test_equal_amounts_have_equal_bytes(amount: object) -> None:
    money = Money.model_validate({"amount": amount, "currency": "EUR"})
    assert json.loads(money.model_dump_json()) == {"amount": "12.50", "currency": "EUR"}


@pytest.mark.parametrize("zero", ["0", "-0", "-0.00", 0, Decimal("-0"), Decimal("0E+9")])
def test_nothing_is_spelled_in_one_way(zero: object) -> None:
    assert Money.model_validate({"amount": zero, "currency": "EUR"}).model_dump_json() == (
        '{"amount":"0.00","currency":"EUR"}'
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("EUR 12.50", "12.50 EUR"),
        ("12.5 EUR", "12.50 EUR"),
        ("JPY 1200", "1200 JPY"),
        ("KWD 1.5", "1.500 KWD"),
        (" 7  GEL ", "7.00 GEL"),
    ],
)
def test_money_is_read_with_the_currency_on_either_side(text: str, written: str) -> None:
    assert str(Money.parse(text)) == written


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("EUR 12.505", TooPrecise),
        ("EUR 12.500", TooPrecise),
        ("JPY 1.5", TooPrecise),
        ("KWD 1.0005", TooPrecise),
        ("EUR -1", NegativeAmount),
        ("eur 1", UnknownCurrency),
        ("EURO 1", UnknownCurrency),
        ("ABC 1", UnknownCurrency),
        ("EUR NaN", UnreadableMoney),
        ("EUR Infinity", UnreadableMoney),
        ("EUR 1e5", UnreadableMoney),
        ("EUR 1_000", UnreadableMoney),
        ("EUR 1,50", UnreadableMoney),
        ("EUR +1", UnreadableMoney),
        ("EUR .5", UnreadableMoney),
        ("EUR ١٢", UnreadableMoney),
        ("EUR", UnreadableMoney),
        ("", UnreadableMoney),
        ("EUR " + "9" * 17, AmountTooLarge),
        ("EUR " + "9" * 10_000, UnreadableMoney),
    ],
)
def test_unclear_money_is_refused(text: str, refusal: type[MoneyError]) -> None:
    with pytest.raises(refusal):
        Money.parse(text)


@pytest.mark.parametrize(
    "amount",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        10**5000,
        -(10**5000),
        12.5,
        True,
        None,
        "1e999999999",
        ["12.50"],
    ],
    ids=lambda amount: f"{type(amount).__name__} {amount}"[:20] if not isinstance(amount, int) else "huge",
)
def test_amounts_that_are_not_plain_numbers_are_refused(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "EUR"})


@pytest.mark.parametrize("fields", [{"amount": "1"}, {"amount": "1", "currency": "EUR", "note": "x"}, "EUR 1"])
def test_money_has_an_amount_and_a_currency_and_nothing_else(fields: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate(fields)


@pytest.mark.parametrize("currency", [None, 978, ["EUR"], ""])
def test_a_currency_is_a_known_code(currency: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": "1", "currency": currency})


def test_a_fractional_json_number_is_refused_because_it_may_have_lost_cents() -> None:
    with pytest.raises(ValidationError, match="plain decimal digits"):
        Money.model_validate_json('{"amount": 12.5, "currency": "EUR"}')


def test_more_than_there_is_cannot_be_taken_away() -> None:
    with pytest.raises(NegativeAmount):
        Money.parse("EUR 1") - Money.parse("EUR 1.01")


def test_a_sum_too_long_for_a_bank_message_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        Money.parse("EUR " + "9" * 16) + Money.parse("EUR 1")


def test_two_currencies_are_never_compared_or_joined() -> None:
    euro, yen = Money.parse("EUR 1"), Money.parse("JPY 1")
    for attempt in (euro.__add__, euro.__sub__, euro.__lt__, euro.__le__):
        with pytest.raises(CurrencyMismatch):
            attempt(yen)
    assert euro != yen


def test_money_of_one_currency_is_ordered() -> None:
    small, large = Money.parse("EUR 9.99"), Money.parse("EUR 10")
    assert small < large
    assert large > small
    assert large >= Money.parse("10.00 EUR")
    assert max(small, large) is large


def test_leftover_cents_go_to_the_largest_remainders_and_then_to_the_earlier_part() -> None:
    assert [str(part) for part in Money.parse("EUR 0.05").share([1, 1, 1])] == [
        "0.02 EUR",
        "0.02 EUR",
        "0.01 EUR",
    ]
    assert [str(part) for part in Money.parse("JPY 10").share([1, Decimal("2.5")])] == ["3 JPY", "7 JPY"]


@pytest.mark.parametrize(
    "weights", [[], [0], [0, Decimal(0)], [1, -1], [Decimal("NaN")], [Decimal("1E+999999")], [0.5], [True]]
)
def test_weights_that_divide_nothing_are_refused(weights: list[int | Decimal]) -> None:
    with pytest.raises(UnusableWeights):
        Money.parse("EUR 1").share(weights)


def test_money_cannot_be_changed() -> None:
    money = Money.parse("EUR 1")
    field = "amount"
    with pytest.raises(ValidationError):
        setattr(money, field, Decimal(2))


def test_a_bad_amount_inside_a_larger_fact_is_an_ordinary_bad_field() -> None:
    class Grant(BaseModel):
        money: Money

    assert Grant(money=Money.parse("EUR 1")).model_dump(mode="json") == {"money": {"amount": "1.00", "currency": "EUR"}}
    with pytest.raises(ValidationError, match="EUR has 2 decimal places"):
        Grant.model_validate({"money": {"amount": "1.001", "currency": "EUR"}})
