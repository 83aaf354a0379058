"""What things are called on the screen: commands, fields, facts, tasks, stages and names of programme files.

The words are data, both languages side by side, in ``labels/*.yaml``. Countries, languages and currencies are not
ours: Babel knows them. A name nobody has worded is shown in plain letters, so that a new one is never a blank.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from console.words.language import LANGUAGES, LOCALES, Language

_DATA: Final = Path(__file__).parent / "labels"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it is there
Names = Mapping[str, tuple[str, str]]  # a name to its words, in the order of LANGUAGES
# What may be left unsaid: there is no blank line under a field without a hint.
_MAY_BE_EMPTY: Final = frozenset({"hint", "command_help"})
# Said of a command's form: the command, the field and the choice stand with dots between them.
_DOTTED: Final = frozenset({"field", "hint", "choice"})
# Names of an office's own; nobody but the office knows better words for them than the name itself.
_AS_IT_IS: Final = frozenset(
    {"house", "provider", "host", "area", "path", "programme", "course", "actor", "entry_reason", "team"}
)
_OF_ONE_KIND: Final = {"commands": "command", "facts": "fact"}
# Two names for one kind.
_KINDRED: Final[Mapping[str, str]] = {"role": "mandate"}


@lru_cache(maxsize=20_000)
def label(kind: str, name: str, language: Language) -> str:
    """Return what a thing of a kind is called, in plain letters when nobody has worded it.

    What is on a form is looked up whole, then without its first part: ``HoldBed.facility``, then ``facility``.

    >>> label("command", "HoldBed", "en"), label("field", "HoldBed.facility", "ru")
    ('Hold a bed', 'Дом')
    >>> label("service", "own_kitchen", "ru"), label("country", "MD", "ru"), label("hint", "TakeBed.nothing", "en")
    ('Own kitchen', 'Молдова', '')
    """
    known = _known_to_babel(kind, name, language)
    if known:
        return known
    worded = _worded(kind, name)
    if worded is not None:
        return worded[LANGUAGES.index(language)]
    if kind in _MAY_BE_EMPTY:
        return ""
    if kind in _AS_IT_IS:
        return name
    return humanised(name.rpartition(".")[2] if kind in _DOTTED else name)


def is_worded(kind: str, name: str) -> bool:
    """Tell whether both languages have words of their own for a thing."""
    return _known_to_babel(kind, name, "en") is not None or _worded(kind, name) is not None


def worded_choices(language: Language) -> Iterator[tuple[str, str]]:
    """Yield every choice of forms by its name, and what it is called."""
    yield from ((name, words[LANGUAGES.index(language)]) for name, words in _labels()["choice"].items())


def humanised(name: str) -> str:
    """Return a technical name in plain letters.

    >>> humanised("own_business"), humanised("AppointGuardian"), humanised("")
    ('Own business', 'Appoint guardian', '')
    """
    spaced = "".join(f" {letter}" if letter.isupper() and at else letter for at, letter in enumerate(name))
    words = spaced.replace("_", " ").replace("-", " ").split()
    return " ".join([words[0][:1].upper() + words[0][1:], *(word.lower() for word in words[1:])]) if words else ""


def _worded(kind: str, name: str) -> tuple[str, str] | None:
    names, rest, more = _labels().get(_KINDRED.get(kind, kind), {}), name, "."
    while more:
        if rest in names:
            return names[rest]
        _, more, rest = rest.partition(".") if kind in _DOTTED else ("", "", "")
    return None


def _known_to_babel(kind: str, name: str, language: Language) -> str | None:
    locale = LOCALES[language]
    if kind == "country":
        return locale.territories.get(name)
    if kind == "language":
        found = locale.languages.get(name)
        return found[:1].upper() + found[1:] if found else None
    return locale.currencies.get(name) if kind == "currency" else None


@cache
def _labels() -> Mapping[str, Names]:
    """Return every kind's names; read once."""
    kinds: dict[str, dict[str, tuple[str, str]]] = {}
    for path in sorted(_DATA.glob("*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 both loaders are safe
        for kind, name, words in _read(path.stem, told):
            names = kinds.setdefault(kind, {})
            assert name not in names, f"{kind} {name} is worded twice"
            names[name] = _both(kind, name, words)
    return kinds


def _both(kind: str, name: str, words: Any) -> tuple[str, str]:
    assert isinstance(words, list), f"{kind} {name}: [English, Russian]"
    assert len(words) == len(LANGUAGES), f"{kind} {name}: [English, Russian]; put quotes around what holds a comma"
    return words[0], words[1]


def _read(stem: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield kind, name and words of a file: commands and facts are a kind each, other files list several kinds."""
    for kind, names in ({_OF_ONE_KIND[stem]: told} if stem in _OF_ONE_KIND else told).items():
        for name, words in names.items():
            if kind == "command":
                yield "command", name, words["title"]
                yield "command_help", name, words["about"]
            else:
                yield kind, name, words
