"""Words of lists that others keep: languages by ISO 639, gender and exploitation by HTCDS; a slip gets a suggestion.

HTCDS is the Human Trafficking Case Data Standard 2.0 of the International Organization for Migration (CC BY 4.0). Lists
are asked at the doors only: what was recorded before, or comes from elsewhere as a fact, is read as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Final

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages
from pydantic import AfterValidator, BeforeValidator

from workflow.values.countries import countries

_LANGUAGE_LETTERS: Final = (2, 3)
_STILL_WRITTEN: Final = frozenset({"tl", "mo", "sh"})  # of ISO 639-1, and kept apart from what they are called now
# What the screens offer, what CTDC files say, and other words for the same.
GENDERS: Final = (
    "female", "male", "woman", "man", "transgender", "transgender_feminine", "transgender_masculine", "non_binary",
    "non_conforming", "other", "not_said", "unknown",
)  # fmt: skip
_HTCDS_GENDERS: Final = {
    "Feminine": "female", "Masculine": "male", "TransgenderFeminine": "transgender_feminine",
    "TransgenderMasculine": "transgender_masculine", "NonConforming": "non_conforming",
    "NonSpecifiedUnknown": "unknown",
}  # fmt: skip
_GENDERS_MEANT: Final = {
    "f": "female", "w": "female", "women": "female", "girl": "female", "lady": "female", "fem": "female",
    "m": "male", "men": "male", "boy": "male", "masc": "male", "trans": "transgender", "nonbinary": "non_binary",
    "diverse": "non_binary", "na": "unknown", "none": "not_said",
}  # fmt: skip
EXPLOITATIONS: Final = (
    "ForcedLabour", "SexualExploitation", "ChildLabour", "ForcedMarriage", "Servitude",
    "ForcedMilitaryByNonStateActors", "OrganRemoval", "ForcedBegging", "ForcedAdoption", "Surrogacy", "Other",
    "ForcedCriminality",  # asked for in HTCDS (issue 28) and not yet in it
)  # fmt: skip
_EXPLOITATIONS_MEANT: Final = {
    "begging": "ForcedBegging", "labour": "ForcedLabour", "labor": "ForcedLabour", "work": "ForcedLabour",
    "sex": "SexualExploitation", "prostitution": "SexualExploitation", "marriage": "ForcedMarriage",
    "organs": "OrganRemoval", "slavery": "Servitude", "crime": "ForcedCriminality", "scam": "ForcedCriminality",
}  # fmt: skip


@cache
def languages() -> frozenset[str]:
    """Return the codes of languages, of two letters where there is one and otherwise of three."""
    codes = (str(code) for code in Locale("en").languages)
    return frozenset(code for code in codes if code.isalpha() and code.islower() and len(code) in _LANGUAGE_LETTERS)


def language_meant(typed: str) -> str:
    """Return which code somebody probably meant, "" for none: a country's code, or a slip of one letter.

    >>> language_meant("ua"), language_meant("kz"), language_meant("qqq")
    ('uk', 'kk', '')
    """
    country = typed.upper()
    if country in countries():
        spoken = [str(code).partition("_")[0] for code in get_official_languages(country, regional=True)]
        own = [code for code in spoken if code not in ("en", "ru", "fr")]
        return (own or spoken or [""])[0]
    near = get_close_matches(typed, languages(), n=1, cutoff=0.8)
    return near[0] if near else ""


def _language(code: str) -> str:
    """Return a code as it is kept; ISO 639-2 has three letters for what ISO 639-1 has in two, and HTCDS wants those."""
    known = code if code in languages() | _STILL_WRITTEN else str(get_global("language_aliases").get(code, ""))
    if known not in languages() | _STILL_WRITTEN:
        raise ValueError(_not_one_of("a language", language_meant(code), "its ISO 639 code, for example uk"))
    return known


def _not_one_of(what: str, meant: str, help_: str) -> str:
    return f"is not {what}" + (f"; did you mean {meant}?" if meant else "") + f"; give {help_}"


def _word_of(what: str, words: Iterable[str], meant: Mapping[str, str]) -> Callable[[str], str]:
    known = tuple(words)
    plain = {_plain(word): word for word in known}

    def checked(word: str) -> str:
        if word in known:
            return word
        near = get_close_matches(_plain(word), [*plain, *meant], n=1, cutoff=0.75)
        told = plain.get(near[0]) or meant[near[0]] if near else ""
        raise ValueError(_not_one_of(what, told, f"one of {', '.join(known)}"))

    return checked


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def _by_htcds(word: object) -> object:
    return _HTCDS_GENDERS.get(word, word) if isinstance(word, str) else word


Language = Annotated[str, AfterValidator(_language)]
Gender = Annotated[
    str, BeforeValidator(_by_htcds), AfterValidator(_word_of("a word for gender", GENDERS, _GENDERS_MEANT))
]
Exploitation = Annotated[str, AfterValidator(_word_of("a kind of exploitation", EXPLOITATIONS, _EXPLOITATIONS_MEANT))]
