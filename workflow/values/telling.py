"""Words that would tell a bystander what somebody's journey is about: no letter and no ticket holds one.

Mail is read on telephones, over shoulders and by mail providers. So such a word is refused where it is typed, and
a letter that holds one is not sent.
"""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from workflow.values.text import ShortText

# As they begin in English and in Russian.
_TELLING: Final = re.compile(
    r"traffick|victim|survivor|exploitation|slavery|жертв|пострадавш|эксплуатац|рабств|торговл\w* людьми", re.IGNORECASE
)
_REST: Final = re.compile(r"[^\W_]*")


def is_telling(text: str) -> bool:
    """Tell whether a text says what Wayhome is about.

    >>> is_telling("Shelter for victims"), is_telling("Airport, hall 2")
    (True, False)
    """
    return telling_word(text) != ""


def telling_word(text: str) -> str:
    """Return the word that says it, whole, or nothing when none does.

    >>> telling_word("Help for trafficked women"), telling_word("Service_of_survivors")
    ('trafficked', 'survivors')
    """
    found = _TELLING.search(text)
    return found.group() + _REST.match(text, found.end()).group() if found else ""  # type: ignore[union-attr]


def _neutral(text: str) -> str:
    if is_telling(text):
        raise ValueError("tells what the journey is about, and goes into letters; write the place only")
    return text


Place = Annotated[ShortText, AfterValidator(_neutral)]
