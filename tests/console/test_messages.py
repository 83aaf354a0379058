"""Every message of the console has its Russian, and a plural all three forms of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import console
from console.web.faults import _ADVICE, _TITLES
from console.words.labels import _AS_IT_IS, _KINDRED, _labels
from console.words.language import LANGUAGES, Language
from console.words.translation import LOCALE, Words, catalog, choose_language, po_files

ROOM = Path(console.__file__).parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "N_": None}
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
KINDS = {*_labels(), *_AS_IT_IS, *_KINDRED, "country", "currency"}
# What stands in a message for a value: %(name)s, {name}.
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def said() -> dict[tuple[str, ...], str]:
    """Return every message of templates and modules, a plural as two texts, with the first place where it is said."""
    found: dict[tuple[str, ...], str] = {}
    for file, line, message, _, _ in extract_from_dir(ROOM, METHODS, OPTIONS, KEYWORDS):
        key = (message,) if isinstance(message, str) else tuple(message)[:2]
        if any(key):
            found.setdefault(key, f"console/{file}:{line}")
    tables = (*_TITLES.values(), *_ADVICE.values())
    return {(text,): "console/web/faults.py" for text in tables} | found


def translated() -> Iterator[tuple[Path, Message]]:
    for path in po_files("ru"):
        with path.open("rb") as file:
            yield from ((path, message) for message in read_po(file, locale="ru") if message.id)


def test_every_message_has_its_russian() -> None:
    known = {_ids(message) for _, message in translated()}
    missing = [f"{where}: {' | '.join(key)}" for key, where in said().items() if key not in known]
    assert not missing, f"{len(missing)} messages without Russian in console/locale/ru/:\n" + "\n".join(missing)


def test_no_translation_is_of_what_nobody_says() -> None:
    alive = said()
    dead = [f"{path.name}: {' | '.join(_ids(m))}" for path, m in translated() if _ids(m) not in alive]
    assert not dead, "\n".join(dead)


def test_no_translation_is_empty_or_a_guess() -> None:
    poor = [f"{path.name}: {message.id}" for path, message in translated() if message.fuzzy or not all(_forms(message))]
    assert not poor, "\n".join(poor)


def test_a_plural_has_three_forms_in_russian() -> None:
    short = [f"{path.name}: {m.id}" for path, m in translated() if m.pluralizable and len(_forms(m)) != 3]
    assert not short, "\n".join(short)


def test_values_stand_in_both_languages_under_the_same_names() -> None:
    wrong = [
        f"{path.name}: {message.id} -> {form}"
        for path, message in translated()
        for form in _forms(message)
        if not _same_places(message, form)
    ]
    assert not wrong, "\n".join(wrong)


def _same_places(message: Message, form: str) -> bool:
    """Tell whether a form holds the values of its message; a plural may spell one out."""
    own, found = {place for text in _ids(message) for place in PLACES.findall(text)}, {*PLACES.findall(form)}
    return found <= own if message.pluralizable else found == own


def test_templates_ask_only_for_words_there_are() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in ROOM.glob("templates/**/*.html")}
    strange = [
        f"{path.name}: w.{name}"
        for path, text in pages.items()
        for name in re.findall(r"(?<![\w.])w\.(\w+)", text)
        if name not in dir(Words) and name != "language"
    ]
    unknown = [
        f"{path.name}: {kind}"
        for path, text in pages.items()
        for kind in re.findall(r"(?<![\w.])w\.label\(\s*[\"'](\w+)[\"']", text)
        if kind not in KINDS
    ]
    assert strange + unknown == []


def test_two_files_do_not_translate_the_same_message_differently() -> None:
    """Only the first is ever shown; where the same English means two things, say it with a context (pgettext)."""
    forms: dict[object, dict[tuple[str, ...], str]] = defaultdict(dict)
    for path, message in translated():
        forms[message.context, _ids(message)].setdefault(_forms(message), path.name)
    several = [f"{key}: {found}" for key, found in forms.items() if len(found) > 1]
    assert not several, "\n".join(several)


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id or ())


def test_messages_of_all_files_are_put_together() -> None:
    first = next((message for _, message in translated() if isinstance(message.id, str)), None)
    assert first is not None, f"no messages in {LOCALE}"
    assert Words("ru").gettext(str(first.id)) == _forms(first)[0]
    assert Words("en").gettext(str(first.id)) == first.id
    assert len(catalog("ru")) > 0


def test_a_message_nobody_has_translated_is_shown_in_english() -> None:
    assert Words("ru").gettext("No such message") == "No such message"
    assert [Words("ru").ngettext("{n} thing", "{n} things", n) for n in (1, 5)] == ["{n} thing", "{n} things"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("de, tg;q=0.9, ru;q=0.4", "ru"),
        ("de-CH", "en"),
        ("*", "en"),
        ("ru;q=0", "en"),
        ("ru;q=0, en;q=0.1", "en"),
        ("ru;q=2", "en"),
        ("ru;q=-1", "en"),
        ("ru;q=nan", "en"),
        ("RU", "ru"),
        (" ru ; q = 0.5 ", "ru"),
        (";;;,,,=q", "en"),
        ("ru\r\nSet-Cookie: a=b", "en"),
        ("\x00\udcff", "en"),
        ("../../etc/passwd", "en"),
        ("a" * 1_000_000, "en"),
        ("ru," * 500_000, "ru"),
        ("-" * 500_000, "en"),
        ("x-" * 500_000 + ";q=1", "en"),
    ],
)
def test_whatever_a_browser_sends_a_language_is_chosen(accepted: str, language: Language) -> None:
    assert choose_language("", accepted) == language


def test_what_somebody_chose_comes_before_what_their_browser_sends() -> None:
    assert choose_language("en", "ru") == "en"
    assert choose_language("ru", "en") == "ru"
    assert choose_language("xx", "ru") == "ru"
    assert {choose_language(language) for language in LANGUAGES} == {*LANGUAGES}
