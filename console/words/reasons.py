"""The rules' refusals in words: in each language for a screen, and as they are typed at a command line.

The rules say a kind of reason and its values. ``reasons/<language>/*.yaml`` hold the words under the kind's key;
``reasons/typed`` is the command line's English, which spells commands and fields as they are typed there. In a wording
``{known:house}`` is a value and the kind of its name; behind a stroke stands what comes between several:
``{others:provider| or }``. ``none`` is the help when there is nothing to name in it; without help nothing needs to be
done. A further language is one more folder; what it lacks is said in English.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from console.words.amounts import Amounts
from console.words.language import LANGUAGES, Language
from console.words.naming import Naming
from events.money import Money
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Value
from workflow.values.days import in_utc

TYPED: Final = "typed"
OTHERWISE: Final = "otherwise"  # holds the help of every reason that has none of its own
_DATA: Final = Path(__file__).parent / "reasons"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a refusal at the command line reads only these words
_HELPS: Final = "helps"  # in place of a kind: not the texts of the reasons within this one, but their helps

Wording = Mapping[str, str]  # text, help, and the help when there is none to choose from


class Worded(NamedTuple):
    """A reason as a person reads it: why not, what helps, whose form to offer, which field it is about."""

    text: str
    help: str
    do: tuple[str, ...] = ()
    field: str | None = None


def worded(reason: Reason, language: Language, *, zone: str = "UTC", programme: Programme | None = None) -> Worded:
    """Return a reason in a language; a programme gives its own names for what it has, a zone the clocks for times.

    >>> from workflow.subjects.accommodation.refusals import NO_BED_IS_HELD
    >>> worded(NO_BED_IS_HELD(), "en")
    Worded(text='No bed is held for the person.', help='Hold a bed first.', do=('HoldBed',), field=None)
    >>> worded(NO_BED_IS_HELD(), "ru").help
    'Сначала забронируйте место.'
    """
    said = _said(reason, _spoken(language), partial(_named, Naming(language, zone, programme)))
    return Worded(_sentence(said.text), _sentence(said.help), reason.helps_with, reason.kind.field)


def typed(reason: Reason) -> Worded:
    """Return a reason in the words of the command line, with commands, fields and ids as they are typed there.

    >>> from workflow.subjects.accommodation.refusals import NO_BED_IS_HELD
    >>> typed(NO_BED_IS_HELD()).help
    'record HoldBed first'
    """
    return _said(reason, wordings(TYPED), _as_typed)


@cache
def wordings(language: str) -> Mapping[str, Wording]:
    """Return every wording of a language by its kind's key; read once."""
    found: dict[str, Wording] = {}
    for path in sorted((_DATA / language).glob("*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 both loaders are safe
        twice = found.keys() & told.keys()
        assert not twice, f"worded twice in {language}: {twice}"
        found |= told
    return found


@cache
def _spoken(language: Language) -> Mapping[str, Wording]:
    return {**wordings(LANGUAGES[0]), **wordings(language)}


class _Shown:
    """A value at its place in a wording, which says how it is named and what comes between several."""

    def __init__(self, value: Value, name: Callable[[Value, str], str]) -> None:
        self._several = value if isinstance(value, tuple) and not isinstance(value, Reason) else (value,)
        self._name = name

    def __format__(self, spec: str) -> str:
        kind, _, between = spec.partition("|")
        words = [self._name(one, kind) for one in self._several]
        return (between or ", ").join(dict.fromkeys(words) if kind == _HELPS else words)


def _said(reason: Reason, words: Mapping[str, Wording], show: Callable[[Value, str], str]) -> Worded:
    def name(value: Value, kind: str) -> str:
        if not isinstance(value, Reason):
            return show(value, kind)
        within = _said(value, words, show)
        return within.help if kind == _HELPS else within.text

    wording = words[reason.kind.key]
    advice = wording.get("help", words[OTHERWISE]["help"])
    if any(value is None or value == () for _, value in reason.values):
        advice = wording.get("none", advice)
    shown = {key: _Shown(value, name) for key, value in reason.values}
    return Worded(wording["text"].format_map(shown), advice.format_map(shown))


def _named(naming: Naming, value: Value, kind: str) -> str:
    amounts = Amounts(naming.language)
    match value:
        case Money():
            return amounts.money(value)
        case datetime():
            return amounts.moment(value, naming.zone)
        case date():
            return amounts.day(value)
    return naming.name(kind, str(value))


def _as_typed(value: Value, kind: str) -> str:
    match value, kind:
        case Money(), "amount" | "currency":
            return str(getattr(value, kind))
        case datetime(), "stored":
            return str(value)
        case datetime(), _:
            return f"{in_utc(value):%Y-%m-%d %H:%M} UTC"
        case str(), "spaced":
            return value.replace("_", " ")
    return str(value)


def _sentence(text: str) -> str:
    """Return a text as a sentence: it begins large and ends with a stop."""
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."
