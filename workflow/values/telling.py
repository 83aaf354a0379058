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


# What a payer's name tells besides: it stands on statements that relatives, landlords and employers read.
_TELLING_OF_A_PAYER: Final = re.compile(
    r"reintegrat|repatriat|rehabilit|shelter|refuge|crisis|asylum|реинтеграц|репатриац|реабилитац|приют|убежищ|кризисн",
    re.IGNORECASE,
)


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


def is_telling_of_a_payer(name: str) -> bool:
    """Tell whether a payer's name says what the payment is about.

    >>> is_telling_of_a_payer("Reintegration programme"), is_telling_of_a_payer("North Street Fund")
    (True, False)
    """
    return is_telling(name) or _TELLING_OF_A_PAYER.search(name) is not None


def _neutral(text: str) -> str:
    if is_telling(text):
        raise ValueError("tells what the journey is about, and goes into letters; write the place only")
    return text


Place = Annotated[ShortText, AfterValidator(_neutral)]
