"""What is wrong with a field, in words of the reader's language; never repeating what was typed: it may be a name."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from console.words.translation import Words
from events.money import AmountTooLarge, NegativeAmount, TooPrecise, UnknownCurrency, UnreadableMoney

N_: Final = str  # marks a text for translation; it is translated where it is shown
NEEDED: Final = N_("This is needed.")
CHECK: Final = N_("Check what is written here.")
CHOOSE: Final = N_("Choose one of the list.")
A_DAY: Final = N_("Write a day, like 2026-03-01.")
A_MOMENT: Final = N_("Write a day and a time, like 2026-03-01 18:40.")
LAST_OF_ROW: Final = "*"
GENERAL: Final = ""  # what concerns no field, or all of them

Faults = dict[str, tuple[str, ...]]

_BY_TYPE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("missing", "string_too_short"), NEEDED),
    "string_too_long": N_("Write at most %(max_length)s characters."),
    "string_type": N_("Write text here."),
    **dict.fromkeys(("bool_parsing", "bool_type"), N_("Choose yes or no.")),
    "literal_error": CHOOSE,
    **dict.fromkeys(("int_parsing", "int_from_float"), N_("Write a whole number.")),
    "int_parsing_size": N_("The number is too large."),
    "greater_than_equal": N_("Write a number that is not below %(ge)s."),
    "less_than_equal": N_("Write a number that is not above %(le)s."),
    "too_short": N_("Choose at least one."),
    "too_long": N_("Choose at most %(max_length)s."),
    **dict.fromkeys(("date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), A_DAY),
    **dict.fromkeys(("datetime_parsing", "datetime_from_date_parsing", "timezone_aware"), A_MOMENT),
}
# What the commands themselves say of a value, and how it reads on the screen.
SAID: Final[Mapping[str, str]] = {
    "names an area twice; name each once": N_("Choose each area once."),
    "is before 1900; check the year": N_("This is before 1900. Check the year."),
    "arrives_at is not after departs_at; check the dates": N_("The arrival is not after the departure."),
    "a journey has at least one leg; give departs_at, arrives_at, origin and destination": N_(
        "A journey has at least one part."
    ),
    "times and places are not those of the legs; give the legs only": N_("Fill in the parts of the journey only."),
    "a leg begins before the one before it ends; check order and times": N_(
        "One part of the journey begins before the one before it ends. Check order and times."
    ),
    "each change needs its country: to_country of one leg, from_country of the next": N_(
        "Say for each change in which country it is: where one part ends, the next begins."
    ),
    "holds what could be a telephone number; the hotline keeps none": N_(
        "This could be a telephone number. The hotline keeps none: write it without."
    ),
    "write a leg as kind:COUNTRY or kind:COUNTRY:YEAR-MONTH": N_("Choose what happened and in which country."),
    "a month needs its year": N_("Write the year too."),
    "is not between the years 1900 and 2200; check the year": N_("Check the year."),
    "is too short; say in a sentence what happens, for whoever reviews it": N_(
        "Say in a sentence what happens, for whoever reviews it."
    ),
    "tells what the journey is about, and goes into letters; write the place only": N_(
        "This word would tell others what the journey is about, and the place goes into letters. Write the place only."
    ),
    "begins like an IBAN and is none; compare every letter and digit with the paper": N_(
        "This begins like an IBAN and is none: a letter or a digit is wrong. Compare it with the paper, sign by sign."
    ),
    "cannot be written by a bank; write the name in Latin letters, as in the passport": N_(
        "A bank cannot write this name. Write it in Latin letters, as in the passport."
    ),
    "is longer than the 140 letters a bank passes on; write a shorter form": N_(
        "A bank passes on at most 140 letters of a name. Write a shorter form."
    ),
    "must be keys as in a programme file, one a line, like languages: [ru, uk]": N_(
        "Write it as in a programme file, one key a line, like languages: [ru, uk]."
    ),
    "give either rooms or capacity": N_("Fill in either the rooms or the number of places."),
    "the house closes before it opens": N_("The last day is before the first."),
    "two rooms have the same id": N_("Two rooms have the same short name."),
    "closes is not after opens": N_("It closes before it opens."),
    "until is before from": N_("The last day is before the first."),
    "holds something other than letters; write one to three words": N_(
        "Write one to three words in letters, without signs."
    ),
    "is one to three words, with at most two digits behind them": N_(
        "Write one to three words; at most two digits may stand behind them."
    ),
    "says what this house is about, or looks like a case number; take another word": N_(
        "Take another word: this one tells others what the house is about, or looks like a case number."
    ),
    "must be one line": N_("Write it in one line."),
    "holds nothing that can be read": N_("Write something that can be read."),
}
# What they say beside the value itself, which is never repeated.
_SAID_OF_A_VALUE: Final[Mapping[str, str]] = {
    "is not a country; give its ISO 3166 code": N_("Choose a country."),
    "is not a language; ": N_("Choose a language by its code, like uk."),
    "is not a word for gender; ": N_("Choose one of the list."),
    "is not a kind of exploitation; ": N_("Choose one of the list."),
    "is not a case number; they look like": N_("Write a case number, like 7K3P9-QXM2D."),
}
_MEANT: Final = re.compile(r"; did you mean (?P<code>[A-Za-z_]+)\?;")
_UNSEEN: Final = re.compile(r"holds a character that cannot be shown \((U\+[0-9A-F]{4,6})\)")
_MONEY: Final[Mapping[type[Exception], str]] = {
    UnreadableMoney: N_("Write an amount in digits, like 1250.50."),
    UnknownCurrency: N_("Choose a currency."),
    TooPrecise: N_("The amount has more decimal places than its currency."),
    AmountTooLarge: N_("The amount is too large."),
    NegativeAmount: N_("An amount is never below zero."),
}
_LOOKS_LIKE: Final[Mapping[str, str]] = {
    "phone": N_("Write the number with + and the country code, like +74957978722."),
    "payee_account": N_("Write 4 to 34 capital letters and digits, like DE89370400440532013000."),
    "number": N_("Write it like SU1491 or 061Ч."),
    "code": N_("Write the code as it was given, like C-7K3P9Q."),
    "consultation": N_("Write the code as it was given, like K-7K3P9Q."),
    "region": N_("Write the region's code, like RU-PRI."),
    "area": N_("Write the region's code, like RU-MOW."),
    "paper": N_("Write its number in digits, like 118/2026."),
    "reference": N_("Use Latin letters, digits, - and _ only."),
    **dict.fromkeys(("programme", "successor", "team", "entry"), N_("Use small Latin letters, digits and - only.")),
    "account": N_("Write it like staff:anna."),
    "email": N_("Write it like desk@example.org."),
    **dict.fromkeys(("second", "owner"), N_("Choose a colleague, or write like staff:boris.")),
}


def faults_of(problem: ValidationError, words: Words, moved: Mapping[str, str]) -> Faults:
    """Return what is wrong by field; ``moved`` says at which field to show what concerns one that is not shown."""
    found: dict[str, list[str]] = {}
    for error in problem.errors(include_url=False, include_input=False):
        name = _place(error["loc"], moved)
        said = _in_words(error, name.rpartition("-")[2] or name, words)
        if said not in found.setdefault(name, []):
            found[name].append(said)
    return {name: (_clearest(texts, words),) for name, texts in found.items()}


def _place(loc: tuple[int | str, ...], moved: Mapping[str, str]) -> str:
    if not loc:
        return GENERAL
    name = moved.get(str(loc[0]), str(loc[0]))
    if len(loc) == 1 or not isinstance(loc[1], int) or name != "legs":
        return name
    # What is wrong with a whole row is shown where the row ends.
    return f"{name}-{loc[1]}-{loc[2] if len(loc) > 2 else moved[LAST_OF_ROW]}"


def _clearest(texts: Iterable[str], words: Words) -> str:
    """Return one text: where a value may be this or that, the list says nothing that the other does not."""
    dull = words.gettext(CHOOSE)
    return next((text for text in texts if text != dull), dull)


def _in_words(error: Any, field: str, words: Words) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return _value(context["error"], words)
    if kind == "string_pattern_mismatch":
        return words.gettext(_LOOKS_LIKE.get(field, CHOOSE))
    said = words.gettext(_BY_TYPE.get(kind, CHECK))
    return said % context if "%(" in said else said


def _value(problem: Exception, words: Words) -> str:
    text = str(problem)
    if type(problem) in _MONEY:
        return words.gettext(_MONEY[type(problem)])
    for part, said in _SAID_OF_A_VALUE.items():
        if part in text:
            meant = _MEANT.search(text)
            return words.gettext(said) + (words.gettext(" Did you mean %(code)s?") % meant.groupdict() if meant else "")
    unseen = _UNSEEN.match(text)
    if unseen:
        shown = words.gettext("There is a character that cannot be shown (%(code)s). Write it again without it.")
        return shown % {"code": unseen[1]}
    return words.gettext(SAID.get(text, CHECK))
