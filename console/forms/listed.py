"""Closed lists for fields that take any one word: reasons, countries, languages. Free words would hold names."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import get_currency_name

from console.forms.context import Choice, FormContext
from workflow.subjects.travel.state import travel_of
from workflow.values.countries import countries as all_countries

N_: Final = str  # marks a text for translation; it is translated where it is shown
Words = Mapping[str, str]

_HOW_MUCH: Final[Words] = {"0": N_("0: very bad"), "1": N_("1: bad"), "2": N_("2: good"), "3": N_("3: very good")}
_OTHER: Final = {"other": N_("Another reason")}
AFTER_AN_END: Final[Words] = {
    "came_back": N_("The person came back"),
    "plans_changed": N_("Plans have changed"),
    "health": N_("Health"),
    "danger": N_("Danger"),
}
# By the fields that take them.
LISTED: Final[Mapping[str, Words]] = {
    "RefuseDocument.reason": {
        "identity_not_confirmed": N_("Identity could not be confirmed"),
        "not_a_citizen": N_("Not a citizen of the country"),
        "papers_missing": N_("Papers are missing"),
        **_OTHER,
    },
    "AppealDocument.reason": {
        "new_evidence": N_("There is new evidence"),
        "mistake": N_("The authority made a mistake"),
        **_OTHER,
    },
    "WithdrawDocument.reason": {
        "not_needed": N_("It is not needed any more"),
        "found": N_("The old document was found"),
        "person_asked": N_("The person wants it so"),
        **_OTHER,
    },
    "LeaveCourse.reason": {
        "found_work": N_("Found work"),
        "moved": N_("Moved away"),
        "health": N_("Health"),
        "family": N_("Family"),
        "not_interested": N_("Does not want it any more"),
        **_OTHER,
    },
    "DeclineTraining.reason": {
        "has_work": N_("Has work already"),
        "studies_elsewhere": N_("Studies elsewhere"),
        "health": N_("Health"),
        "family": N_("Family"),
        "not_interested": N_("Does not want one"),
        **_OTHER,
    },
    "DeclineReferral.reason": {
        "full": N_("No room"),
        "not_our_field": N_("Not their field"),
        "language": N_("Nobody speaks the language"),
        "too_far": N_("Too far away"),
        "not_eligible": N_("The person does not meet their conditions"),
        **_OTHER,
    },
    "LeaveGroup.reason": {
        "goes_alone": N_("Goes on alone"),
        "parted": N_("They part"),
        "danger": N_("In danger from somebody of the group"),
        "mistake": N_("Was put into the group by mistake"),
        **_OTHER,
    },
    "RevokeReferral.reason": {
        "person_asked": N_("The person wants it so"),
        "not_needed": N_("It is not needed any more"),
        "found_elsewhere": N_("Help was found elsewhere"),
        "wrong_provider": N_("Sent to the wrong organisation"),
        **_OTHER,
    },
    "gender": {
        "female": N_("Female"),
        "male": N_("Male"),
        "transgender_feminine": N_("Transgender woman"),
        "transgender_masculine": N_("Transgender man"),
        "non_binary": N_("Non-binary"),
        "not_said": N_("Does not want to say"),
    },
    "exploitation": {
        "ForcedLabour": N_("Forced labour"),
        "SexualExploitation": N_("Sexual exploitation"),
        "ForcedMarriage": N_("Forced marriage"),
        "ForcedMilitaryByNonStateActors": N_("Forced to fight"),
        "OrganRemoval": N_("Removal of organs"),
        "Servitude": N_("Servitude"),
        "Other": N_("Another kind of exploitation"),
    },
    **dict.fromkeys(("economic", "social", "psychosocial"), _HOW_MUCH),
}
# Of the people served and of those who serve; a programme's own languages are added.
_LANGUAGES: Final = (
    "ru", "en", "uk", "be", "ro", "uz", "tg", "ky", "kk", "hy", "ka", "az", "tk", "pl", "bg", "sr", "sq", "de", "fr",
    "es", "pt", "it", "tr", "ar", "fa", "ps", "ur", "hi", "bn", "ne", "my", "th", "vi", "zh", "ko", "mn", "tl", "id",
    "am", "ti", "so", "sw", "ha", "yo", "ig",
)  # fmt: skip


def countries(context: FormContext) -> tuple[Choice, ...]:
    """Return every country by its name in the reader's language, those the case knows of first."""
    case = context.case
    own = (*case.citizenships, travel_of(case).destination) if case else ()
    likely = dict.fromkeys((*own, context.programme.home_country))
    return _likely_first(_countries(context.words.language), likely)


def languages(context: FormContext) -> tuple[Choice, ...]:
    """Return the languages people speak here, the person's own and the desk's first."""
    programme = context.programme
    spoken = (context.case.language,) if context.case else ()
    desk = programme.hotline.languages if programme.hotline else ()
    helped = frozenset(code for provider in programme.providers for code in provider.languages)
    known = helped | {*spoken, *desk} - {""}
    return _likely_first(_languages(context.words.language, known), dict.fromkeys((*spoken, *desk)))


def currencies(context: FormContext) -> tuple[Choice, ...]:
    """Return the currencies the programme has money in."""
    codes = dict.fromkeys(funder.budget.currency for funder in context.programme.funders)
    return tuple(Choice(code, f"{code} · {get_currency_name(code, locale=context.words.language)}") for code in codes)


def _likely_first(choices: tuple[Choice, ...], likely: Iterable[str]) -> tuple[Choice, ...]:
    by_value = {choice.value: choice for choice in choices}
    first = [by_value[value] for value in likely if value in by_value]
    return (*first, *(choice for choice in choices if choice not in first))


@cache
def _countries(language: str) -> tuple[Choice, ...]:
    names = Locale(language).territories
    return _sorted(Choice(code, str(names[code])) for code in all_countries())


@cache
def _languages(language: str, known: frozenset[str]) -> tuple[Choice, ...]:
    names = Locale(language).languages
    return _sorted(Choice(code, str(names.get(code, code))) for code in {*_LANGUAGES, *known})


def _sorted(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(choices, key=lambda choice: choice.label.casefold().replace("ё", "е")))
