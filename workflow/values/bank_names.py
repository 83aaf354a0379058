"""Names as banks pass them on: in the Latin letters and signs of the SWIFT set, as passports have them.

A bank that meets another letter replaces it by a sign of its own, or refuses the payment. So a name is written out in
Latin before it leaves (ICAO Doc 9303, part 3), and one that cannot be is refused where it is typed.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator

from workflow.values.name_matching import LETTERS
from workflow.values.text import PersonName

LENGTH_MAX: Final = 140  # ISO 20022, Max140Text
_BESIDES: Final = str.maketrans({
    "е": "e", "ё": "e", "є": "ie", "ы": "y", "ъ": "ie", "ї": "i", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss",
    "æ": "ae", "œ": "oe", "đ": "d", **dict.fromkeys("`´‘’ʻʼʹʽ", "'"), **dict.fromkeys("‐‑‒–—", "-"), "&": "+",
})  # fmt: skip
_SIGN: Final = re.compile(r"[A-Za-z0-9?:().,'+-]")


def in_bank_letters(name: str) -> str:
    """Return a name in the SWIFT set; nothing when a letter of it has no Latin one here, as in Arabic or Chinese.

    >>> in_bank_letters("Юлия Щербакова"), in_bank_letters("Nguyễn Thị Ánh"), in_bank_letters("فاطمة")
    ('Iuliia Shcherbakova', 'Nguyen Thi Anh', '')
    """
    letters = [_latin(letter) for letter in unicodedata.normalize("NFC", name)]
    if None in letters:
        return ""
    latin = " ".join("".join(map(str, letters)).split())
    if name.isupper():
        return latin.upper()
    return latin.title() if latin.islower() else latin  # Georgian knows no capitals


def _latin(letter: str) -> str | None:
    """Return a letter in Latin, another sign as a blank, or None for a letter that has no Latin one here."""
    small = letter.lower()
    told = small.translate(_BESIDES)
    bare = _unmarked(small)
    found = told if told != small else bare if bare.isascii() else _unmarked(bare.translate(LETTERS))
    if unicodedata.category(letter)[0] not in "LMN":
        return found if _SIGN.fullmatch(found) else " "
    if not found.isascii():
        return None
    return found.capitalize() if small != letter else found


def _unmarked(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _sendable(name: str) -> str:
    latin = in_bank_letters(name)
    if not re.search(r"[A-Za-z0-9]", latin):
        raise ValueError("cannot be written by a bank; write the name in Latin letters, as in the passport")
    if len(latin) > LENGTH_MAX:
        raise ValueError(f"is longer than the {LENGTH_MAX} letters a bank passes on; write a shorter form")
    return name


PayeeName = Annotated[PersonName, AfterValidator(_sendable)]
