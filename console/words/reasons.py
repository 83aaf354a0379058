"""The engine's own refusals in words for the screen: English and Russian, without the command line's spelling.

The rules say why not in English, with help for whoever types. ``reasons/*.yaml`` words every text and help anew: each
is found by its code and by the template the rules write it with, and the values in it are named as people name them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from console.words.language import LANGUAGES, Language
from console.words.naming import Naming
from console.words.templates import Entry, Fitting, Template, entries
from workflow.programme.programme import Programme
from workflow.reasons import Reason


class Worded(NamedTuple):
    """A reason as a person reads it: why not, what helps, whose form to offer, which field it is about."""

    text: str
    help: str
    do: tuple[str, ...] = ()
    field: str | None = None


def worded(reason: Reason, language: Language, *, zone: str = "UTC", programme: Programme | None = None) -> Worded:
    """Return a reason in a language; what nobody has worded stays the engine's English.

    A programme gives its own names for stages, services and houses, a zone the clocks for times.

    >>> held = Reason("bed_is_held", "no bed is held for the person", "record HoldBed first")
    >>> worded(held, "en")
    Worded(text='No bed is held for the person.', help='Hold a bed first.', do=('HoldBed',), field=None)
    >>> worded(held, "ru").help
    'Сначала забронируйте место.'
    """
    naming, found = Naming(language, zone, programme), entries(reason.code)
    text = _filled(reason.text, "texts", found, naming)
    advice = _filled(reason.help, "helps", found, naming)
    field = next((entry.field for entry in found if entry.field), None)
    return Worded(_sentence(text.said), _sentence(advice.said), tuple(dict.fromkeys(advice.do)), field)


def is_worded(reason: Reason) -> bool:
    """Tell whether both the text and the help of a reason have words of their own."""
    found = entries(reason.code)
    return _fitting(reason.text, "texts", found) is not None and _fitting(reason.help, "helps", found) is not None


class _Filled(NamedTuple):
    said: str
    do: tuple[str, ...]


def _fitting(text: str, part: str, found: Iterable[Entry]) -> Fitting | None:
    """Return the template a text was written with: of all that fit, the one with most letters of its own."""
    fitting = [fit for entry in found for template in getattr(entry, part) if (fit := template.fits(text, entry))]
    return max(fitting, key=lambda one: one.template.letters, default=None)


def _filled(text: str, part: str, found: Iterable[Entry], naming: Naming) -> _Filled:
    fit = _fitting(text, part, found)
    if fit is None:
        return _Filled(text, ())
    do, values = list(fit.template.do), {}
    for slot in fit.template.slots:
        named = [_named(value, slot.kind, fit.entry, naming) for value in slot.parted(fit.values[slot.name])]
        values[slot.name] = slot.joined([one.said for one in named], naming.language)
        do += [name for one in named for name in one.do]
    return _Filled(_said(fit.template, naming).format_map(values), tuple(do))


def _named(value: str, kind: str, entry: Entry, naming: Naming) -> _Filled:
    """Return what a value is called; a piece of text has a template of its own."""
    return _filled(value, "pieces", (entry,), naming) if kind == "piece" else _Filled(naming.name(kind, value), ())


def _said(template: Template, naming: Naming) -> str:
    return template.said[LANGUAGES.index(naming.language)]


def _sentence(text: str) -> str:
    """Return a text as a sentence: it begins large and ends with a stop."""
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."
