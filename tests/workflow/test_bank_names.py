"""A name goes to the bank in the letters that banks pass on, and an account as what it is, or neither goes at all."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from workflow.values.bank_accounts import AccountNumber
from workflow.values.bank_names import LENGTH_MAX, PayeeName, in_bank_letters

# As passports of these countries, or their banks, write the name.
SPELLED = {
    "Олександра Шевченко-Їжакевич": "Oleksandra Shevchenko-Izhakevich",
    "Щукин Пётр": "Shchukin Petr",
    "ЮЛИЯ": "IULIIA",
    "ნინო ბერიძე": "Nino Beridze",
    "Հակոբյան": "Hakobyan",
    "Nguyễn Thị Ánh": "Nguyen Thi Anh",
    "Müller Ştefan Łukasz Đặng": "Mueller Stefan Lukasz Dang",
    "Ana\u0301 D\u2019Arc": "Ana D'Arc",
    "O'Neill & <Daughters>": "O'Neill + Daughters",
    "ООО «Ромашка»": "OOO Romashka",
}
ACCOUNT: TypeAdapter[str] = TypeAdapter(AccountNumber)
NAME: TypeAdapter[str] = TypeAdapter(PayeeName)


@pytest.mark.parametrize(("name", "spelled"), SPELLED.items())
def test_a_name_is_written_in_the_letters_banks_pass_on(name: str, spelled: str) -> None:
    assert in_bank_letters(name) == spelled
    assert NAME.validate_python(name), "what was typed is kept as its owner writes it"


@pytest.mark.parametrize("name", ["فاطمة الزهراء", "李小龙", "Ana 李", "「」", "Щ" * 50])
def test_a_name_no_bank_can_write_is_refused_where_it_is_typed(name: str) -> None:
    with pytest.raises(ValidationError, match="bank"):
        NAME.validate_python(name)


@given(st.text(max_size=60))
def test_whatever_is_written_is_in_the_swift_set(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9?:().,'+ -]*", in_bank_letters(name))


@pytest.mark.parametrize(
    "number",
    [
        "DE89370400440532013001",  # the last digit
        "DE8937040044053201300",  # one digit short
        "DEO9370400440532013000",  # a letter O
        "XX89370400440532013000",  # no country of that name has IBANs
        "MD24",
        "KG1234567890",
    ],
)
def test_what_begins_like_an_iban_and_is_none_is_refused_where_it_is_typed(number: str) -> None:
    with pytest.raises(ValidationError, match="compare every letter"):
        ACCOUNT.validate_python(number)


@pytest.mark.parametrize("typed", ["DE89370400440532013000", "de89 3704 0044 0532 0130 00", "40702810900000000001"])
def test_an_iban_and_a_number_of_the_countrys_own_kind_are_taken(typed: str) -> None:
    assert ACCOUNT.validate_python(typed) in ("DE89370400440532013000", "40702810900000000001")


def test_a_long_name_is_refused_by_its_length_at_the_bank() -> None:
    assert NAME.validate_python("x" * LENGTH_MAX)
    with pytest.raises(ValidationError, match="shorter form"):
        NAME.validate_python("x" * (LENGTH_MAX + 1))
