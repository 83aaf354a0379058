"""One object for everything said in a language: messages, names, reasons, days and sums. Templates call it ``w``.

Messages are written in English where they are said; their Russian is in ``console/locale/ru/*.po``, one file for each
part of the console, put together here. English needs no file.
"""

import gettext
import io
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from console.words import labels, reasons
from console.words.amounts import Amounts
from console.words.chosen import ChosenNames, NobodyChose
from console.words.language import LANGUAGES, Language
from console.words.naming import own_name
from console.words.reasons import Worded
from events.money import Money
from workflow.programme.programme import Programme
from workflow.reasons import Reason

LOCALE: Final = Path(__file__).parent.parent / "locale"
_READ_MAX: Final = 1000  # letters of a browser's wish; what comes behind is nobody's language
_WISH: Final = re.compile(
    r"\s*([A-Za-z]{2,3}|\*)(?:-[A-Za-z0-9-]{1,20})?\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


class Words(Amounts):
    """Says everything in one language; made once for each, used by many threads.

    ``names`` knows what those who work here chose to be called.
    """

    def __init__(self, language: Language, names: ChosenNames | None = None) -> None:
        super().__init__(language)
        self.names: ChosenNames = names or NobodyChose()
        messages = _messages(language)
        self.gettext = messages.gettext
        self.ngettext = messages.ngettext  # in the form that goes with a number
        self.pgettext = messages.pgettext  # where the same English means several things

    def label(self, kind: str, name: str, programme: Programme | None = None) -> str:
        """Return what a thing of a kind is called; a programme gives its own names."""
        own = own_name(programme, kind, name, self.language) if programme else None
        return labels.label(kind, name, self.language) if own is None else own

    def looked_at(self, page: str) -> str:
        """Return what somebody looked at, in words, from what the access log calls it; never the name of a function.

        >>> Words("en").looked_at("case.see"), Words("ru").looked_at("wayhome cases.show")
        ('the case', 'дело, в командной строке')
        """
        is_verb = page.startswith("wayhome ") and not labels.is_worded("page", page)
        return self.label("page", "wayhome" if is_verb else page)

    def worded(self, reason: Reason, programme: Programme | None = None) -> Worded:
        """Return a reason of the engine as people read it, by the programme's names and clocks."""
        zone = programme.time_zone if programme else "UTC"
        return reasons.worded(reason, self.language, zone=zone, programme=programme)

    def country(self, code: str) -> str:
        """Return the name of a country."""
        return labels.label("country", code, self.language)

    def language_name(self, code: str) -> str:
        """Return the name of a language."""
        return labels.label("language", code, self.language)

    def sum_of(self, amount: Decimal, currency: str) -> str:
        """Return a sum from its amount and its currency."""
        return self.money(Money(amount=amount, currency=currency))


def choose_language(chosen: str = "", accepted: str = "") -> Language:
    """Return the language somebody chose, else the one a browser likes best of ours, else English.

    What browsers and those who pretend to be one send is not to be trusted: nonsense is passed over.

    >>> choose_language("ru", "en"), choose_language("", "de, ru-RU;q=0.9, en;q=0.8"), choose_language("", ";;q=x,")
    ('ru', 'ru', 'en')
    """
    for language in LANGUAGES:
        if chosen == language:
            return language
    wishes = [wish for part in accepted[:_READ_MAX].split(",") if (wish := _WISH.fullmatch(part))]
    weights = {wish[1].lower(): float(wish[2] or 1) for wish in reversed(wishes)}
    liked = [language for language in LANGUAGES if weights.get(language, 0) > 0]
    order = [wish[1].lower() for wish in wishes]
    return max(liked, key=lambda language: (weights[language], -order.index(language)), default=LANGUAGES[0])


def po_files(language: Language) -> list[Path]:
    """Return the files of messages of a language, in the order in which they are read."""
    return [*sorted(LOCALE.glob(f"{language}.po")), *sorted((LOCALE / language).glob("*.po"))]


def catalog(language: Language) -> Catalog:
    """Return all messages of a language; what is said in several files is taken from the first."""
    whole = Catalog(locale=language)
    for path in po_files(language):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and not message.fuzzy and whole.get(message.id, message.context) is None:
                    whole.add(message.id, message.string, context=message.context)
    return whole


@cache
def _messages(language: Language) -> gettext.NullTranslations:
    if not po_files(language):
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalog(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
