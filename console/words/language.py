"""The two languages people read, and what Babel needs to know of them."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from babel import Locale

Language = Literal["en", "ru"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
# British: a day stands before its month, and the clock has twenty-four hours, as in Russian.
LOCALES: Final[Mapping[str, Locale]] = {"en": Locale("en", "GB"), "ru": Locale("ru", "RU")}
