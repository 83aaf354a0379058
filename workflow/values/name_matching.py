"""Names as they are compared: one person's name is written in many scripts and by many rules, and is found by any.

A folded name is for comparing only. It is loose on purpose: whoever types ``Ivanova`` finds ``Иванова``, and two
people of one folded name are told apart by their birth date. The rules are ours, made from how passports, consulates
and people themselves spell the names of those who come; which pairs meet: ``tests/workflow/test_name_matching.py``.
"""

import re
import unicodedata
from typing import Final

_PART_LETTERS_MIN: Final = 2  # an initial says nothing
_PARTS_MAX: Final = 8

# Letter by letter into one loose Latin; what is not here and not Latin stays as it is.
_CYRILLIC: Final = {
    **dict(zip("абвгдзиклмнопрстуф", "abvgdziklmnoprstuf", strict=True)),
    "е": "ie", "ё": "io", "є": "ie", "ж": "zh", "й": "i", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia", "і": "i", "ї": "ii", "ґ": "g",
    "ў": "o", "қ": "k", "ғ": "g", "ҳ": "h", "ҷ": "dzh", "ӣ": "i", "ӯ": "u", "җ": "dzh", "ӂ": "dzh",
    "ә": "a", "ң": "n", "ү": "u", "ұ": "u", "ө": "o", "һ": "h",
    "ђ": "dj", "ј": "i", "љ": "li", "њ": "ni", "ћ": "ch", "џ": "dzh", "ѓ": "g", "ќ": "k", "ѕ": "dz",
}  # fmt: skip
_LATIN: Final = {
    "ł": "l", "ø": "o", "đ": "dj", "ð": "d", "þ": "th", "æ": "e", "œ": "e", "ə": "a", "ı": "i",
    "ş": "sh", "ș": "sh", "š": "sh", "ś": "sh", "č": "ch", "ć": "ch", "ç": "ch", "ţ": "ts", "ț": "ts",
    "ž": "zh", "ż": "zh", "ź": "z", "ğ": "g",
}  # fmt: skip


def _alphabet(letters: str, sounds: str) -> dict[str, str]:
    return dict(zip(letters, sounds.split(), strict=True))


_GEORGIAN: Final = _alphabet(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ", "a b g d e v z t i k l m n o p zh r s t u p k gh k sh ch ts dz ts ch kh dzh h"
)
_ARMENIAN: Final = _alphabet(
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
    "a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p dzh r s v t r ts v p k o f ev",
)
_GREEK: Final = _alphabet("αβγδεζηθικλμνξοπρστυφχψω", "a v g d e z i t i k l m n ks o p r s t y f kh ps o")
_ARABIC: Final = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": "", "ئ": "ي", "ؤ": "و",
}  # fmt: skip
LETTERS: Final = str.maketrans({**_CYRILLIC, **_LATIN, **_GEORGIAN, **_ARMENIAN, **_GREEK, **_ARABIC, "ς": "s"})
_APOSTROPHES: Final = dict.fromkeys(map(ord, "\u2018\u2019\u02bb\u02bc\u02b9\u02ba\u02bd\u00b4'`"))
# Two letters that are one sound, said before the letters are looked at one by one.
_PAIRS: Final = (("ου", "ou"), ("ու", "u"), ("дж", "dzh"))

# How one sound is spelled in different Latins; the order matters, the longest come first.
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(?<=[aeiouy])x(?=[aeiouy])|^x(?=e)|(?<=[ei])x$", "ks"),  # Alexander, Maxim, Xenia; not Baxtiyor
        (r"x", "kh"),
        (r"dzh|dj|j", "i"),  # Jamshid and Dzhamshid, Julia and Yulia
        (r"(?<=[aeiouy])h$", ""),  # Abdullah
        (r"tsch|tch", "č"),
        (r"shch|szcz|sch|sz|sh", "s"),
        (r"ch|cz|c(?=[ei])|(?<=vi)c$", "č"),
        (r"zh", "z"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"kh|gh|h", "g"),  # Hasan and Khasan, Olha and Olga
        (r"tz", "ts"),
        (r"ck|c|q", "k"),
        (r"w", "v"),
        (r"(?<=[oe])f+$", "v"),  # Smirnoff
        (r"ou", "u"),
        (r"y", "i"),
        (r"(.)\1+", r"\1"),  # Anna and Ana, Yuliya and Iuliia
        (r"i[eo]", "e"),  # Елена and Yelena, Пётр and Petr and Pyotr
        (r"(?<=[bdgklmnprstvzč])iu", "u"),  # Müller and Мюллер
        (r"(?<=.)ei$", "i"),  # Sergei and Serhii
        (r"(?<=[bdgkptv])er$", "r"),  # Alexander and Александр
        (r"(.)\1+", r"\1"),
    )
)


def folded_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name as they are compared, each once, in no order that means anything.

    >>> folded_parts("Иванова Юлия") == folded_parts("Yulia IVANOVA") == folded_parts("Julia Iwanowa")
    True
    """
    plain = unicodedata.normalize("NFKC", name.translate(_APOSTROPHES)).casefold()
    letters = "".join(c if c.isalpha() or unicodedata.category(c)[0] == "M" else " " for c in plain)
    found = {_folded(part) for part in letters.split()}
    return tuple(sorted(part for part in found if len(part) >= _PART_LETTERS_MIN))[:_PARTS_MAX]


def folded_phone(phone: str) -> str:
    """Return a telephone number as it is compared: its digits."""
    return "".join(re.findall(r"[0-9]", phone))


def _folded(part: str) -> str:
    for pair, sound in _PAIRS:
        part = part.replace(pair, sound)
    marked = unicodedata.normalize("NFD", unicodedata.normalize("NFC", part).translate(LETTERS))
    part = "".join(c for c in marked if not unicodedata.combining(c)).translate(LETTERS)
    for pattern, sound in _SOUNDS:
        part = pattern.sub(sound, part)
    return part
