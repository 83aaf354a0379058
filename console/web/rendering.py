"""Pages from templates: escaped by default, strict about what is missing, in the reader's language."""

import hashlib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from console.forms.chosen import chosen
from console.forms.helping import help_path, helping
from console.web.kept_drawings import KeptDrawings
from console.words.chosen import ChosenNames
from console.words.people import called, organisation, person
from console.words.translation import Words, choose_language
from events.instants import instant
from workflow.registry import PARTS

_HERE: Final = Path(__file__).parent.parent
STATIC: Final = _HERE / "static"
LANGUAGES: Final = ("en", "ru")


class Rendering:
    """Draws pages; made once, used by many threads."""

    def __init__(self, names: ChosenNames | None = None) -> None:
        self.kept = KeptDrawings()
        self._words = {language: Words(language, names) for language in LANGUAGES}
        self._environments = {language: _environment(words, self.kept) for language, words in self._words.items()}

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


def _environment(words: Words, kept: KeptDrawings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext)  # type: ignore[attr-defined]
    said = _said(words)
    environment.globals.update(w=words, sums=words.sum_of, static=static_address, help_path=help_path, helping=helping)
    environment.globals.update(_=said, gettext=said)
    environment.globals["moment_of"] = instant
    environment.globals["person"] = lambda account, programme=None: kept.of(
        ("person", words.language, account), lambda: person(account, words, programme), programme, words.names.edition
    )
    environment.globals["kept_options"] = lambda values, chosen, draw: kept.of(
        (draw.name, words.language, values, chosen), lambda: draw(values, chosen), words.names.edition
    )
    environment.globals["organisation"] = organisation
    environment.globals["called"] = lambda account, programme=None: called(account, words, programme)
    environment.globals["chosen"] = lambda field, value: chosen(field, value, words)
    environment.globals["kept_line"] = lambda n, entry, draw: kept.of(
        (n.language, n.zone, entry), lambda: draw(n, entry), n.programme, words.names.edition
    )
    environment.globals.update({f"{name}_of": part for name, part in PARTS.items()})
    return environment


def _said(words: Words) -> Callable[..., Markup]:
    """Return what says a message with its values escaped, as the extension's own does, and ten times as fast.

    A page says several hundred, nearly all of them without a value: those are made ready once.
    """

    @lru_cache(maxsize=5000)
    def ready(message: str) -> Markup:
        return Markup(words.gettext(message)) % {}  # noqa: S704 - a message of ours, as the extension takes it too

    def said(message: str, /, **values: Any) -> Markup:
        return Markup(words.gettext(message)) % values if values else ready(message)  # noqa: S704 - likewise

    return said
