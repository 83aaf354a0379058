"""A person is found whatever alphabet and rule their name was written by, and not everybody is found with them."""

from collections import Counter
from itertools import combinations

import pytest

from tests.kit.name_pairs import COMMON, HEARD_TOO_DIFFERENTLY, PAIRS
from workflow.values.name_matching import NameKey, name_keys, one_letter_off, phones_meant

FITS = ("nothing", "sounds alike", "a slip", "the same")


def written(key: NameKey) -> set[str]:
    return {key.written, key.unmarked} - {""}


def fit(asked: NameKey, stored: NameKey) -> int:
    if asked.written == stored.written:
        return 3
    slips = {slip for spelled in written(asked) for slip in (spelled, *one_letter_off(spelled))}
    if slips & written(stored):
        return 2
    return 1 if set(asked.sounds) & set(stored.sounds) else 0


def fits(asked: str, stored: str) -> str:
    """Return how well the worst part of what was asked fits."""
    return FITS[min(max(fit(one, other) for other in name_keys(stored)) for one in name_keys(asked))]


@pytest.mark.parametrize("language", PAIRS)
def test_a_name_is_found_in_every_spelling_of_its_language(language: str) -> None:
    missed = [pair for pair in PAIRS[language] if "nothing" in (fits(*pair), fits(*reversed(pair)))]
    assert missed == []


def test_what_is_heard_too_differently_is_known() -> None:
    assert {fits(*pair) for pair in HEARD_TOO_DIFFERENTLY} == {"nothing"}


def test_most_are_found_as_they_are_written_or_by_one_slip() -> None:
    found = Counter(fits(*pair) for pairs in PAIRS.values() for pair in pairs)
    assert found["the same"] >= 250
    assert found["sounds alike"] <= 80


@pytest.mark.parametrize("language", COMMON)
def test_the_common_names_of_a_language_do_not_fall_together(language: str) -> None:
    keys = [name_keys(name)[0] for name in COMMON[language].split()]
    found = Counter(FITS[max(fit(one, other), fit(other, one))] for one, other in combinations(keys, 2))
    others = {what: 2 * count / len(keys) for what, count in found.items()}
    assert others.get("the same", 0) <= 0.1  # of all these, how many others are found with one
    assert others.get("a slip", 0) <= 0.6
    assert others.get("sounds alike", 0) <= 0.8


def test_a_slip_is_one_letter_and_no_more() -> None:
    slips = one_letter_off("turkanu")
    assert {"turkan", "turkanus", "turkamu", "tukranu"} <= set(slips)
    assert not {"turkanu", "turka", "tsurkamu"} & set(slips)
    assert len(slips) < 400


def test_a_part_of_a_name_has_a_few_sounds_and_no_more() -> None:
    keys = [key for pairs in PAIRS.values() for pair in pairs for name in pair for key in name_keys(name)]
    assert max(len(key.sounds) for key in keys) <= 4
    assert all(len(sound) >= 2 for key in keys for sound in key.sounds)


@pytest.mark.parametrize(("typed", "meant"), [
    ("8 916 123-45-67", "79161234567"), ("+7 916 123 45 67", "79161234567"), ("00373 69 123 456", "37369123456"),
    ("8 (495) 797-87-22", "74957978722"), ("797 87 22", "7978722"),
])  # fmt: skip
def test_a_telephone_number_is_understood_as_it_is_dialled(typed: str, meant: str) -> None:
    assert phones_meant(typed)[0] == meant


def test_what_is_no_number_is_compared_with_nothing() -> None:
    assert phones_meant("") == phones_meant("not a number") == ()
    assert len(phones_meant("12345678")) <= 40
