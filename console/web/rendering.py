"""Pages from templates: escaped by default, strict about what is missing, in the reader's language."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.forms.helping import help_path, helping
from console.words.translation import Words, choose_language

_HERE: Final = Path(__file__).parent.parent
STATIC: Final = _HERE / "static"
LANGUAGES: Final = ("en", "ru")


class Rendering:
    """Draws pages; made once, used by many threads."""

    def __init__(self) -> None:
        self._words = {language: Words(language) for language in LANGUAGES}
        self._environments = {language: _environment(words) for language, words in self._words.items()}

    def words(self, chosen: str, accepted: str = "") -> Words:
        """Return the words of a chosen language, or of the first one a browser accepts."""
        return self._words[choose_language(chosen, accepted)]

    def page(self, template: str, words: Words, values: dict[str, Any]) -> str:
        """Return a template filled in."""
        return self._environments[words.language].get_template(template).render(values)


@cache
def static_address(name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(w=words, static=static_address, help_path=help_path, helping=helping)
    return environment
