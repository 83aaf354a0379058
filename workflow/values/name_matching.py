"""Names as they are compared: one person's name is written in many scripts and by many rules, and is found by any.

A folded name is for comparing only. It is loose on purpose: whoever types ``Ivanova`` finds ``Иванова``, and two
people of one folded name are told apart by their birth date. The rules are ours, made from how passports, consulates
and people themselves spell the names of those who come; alphabets that no rule of ours knows are read by a library.
Which pairs meet: ``tests/workflow/test_name_matching.py`` and ``tests/kit/name_pairs.py``.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

import phonenumbers

from workflow.values.name_sounds import SOUNDS_MAX, ascii_letters, sound_keys

_PART_LETTERS_MIN: Final = 2  # an initial says nothing
_PARTS_MAX: Final = 8
_SLIP_LETTERS_MIN: Final = 4
_SLIP_LETTERS_MAX: Final = 40
PHONES_MAX: Final = 40
_FOLDED_LETTERS: Final = "abčdefgiklmnoprstuvz"
_HAN: Final = re.compile(r"[\u3400-\u9fff]")  # a name of two signs is two parts
_LATIN_MARKED: Final = re.compile(r"[\u00df-\u024f\u1e00-\u1eff]")
_UNMARKED: Final = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ı": "i", "ə": "e", "ß": "ss"})

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
_PAIRS: Final = (("ου", "ou"), ("ու", "u"), ("дж", "dzh"), ("чж", "zh"), ("тх", "th"))

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


class NameKey(NamedTuple):
    """A part of a name as it is compared: how it is written, and how it sounds."""

    written: str
    sounds: tuple[str, ...]
    unmarked: str  # as it is written where nobody has its marks or its alphabet, when that is another


def name_keys(name: str) -> tuple[NameKey, ...]:
    """Return the parts of a name as they are compared, each once, in no order that means anything.

    >>> name_keys("Đặng")[0].unmarked == name_keys("Dang")[0].written
    True
    """
    keys = {key.written: key for key in map(_key, _parts(name)) if len(key.written) >= _PART_LETTERS_MIN}
    return tuple(keys[written] for written in sorted(keys))[:_PARTS_MAX]


def folded_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name as they are written, folded.

    >>> folded_parts("Иванова Юлия") == folded_parts("Yulia IVANOVA") == folded_parts("Julia Iwanowa")
    True
    """
    written = {_written(part, _loose(part)) for part in _parts(name)}
    return tuple(sorted(part for part in written if len(part) >= _PART_LETTERS_MIN))[:_PARTS_MAX]


def one_letter_off(written: str) -> tuple[str, ...]:
    """Return every folded part that is one slip away: a letter missing, one too many, another, or two exchanged.

    It is for whoever asks: what is stored of a person stays one key for each part. Nothing is taken from a short name
    or exchanged in it: Ion and Ian are two people's.

    >>> "tsurkanu" in one_letter_off("turkanu"), "ian" in one_letter_off("ion"), one_letter_off("li")
    (True, False, ())
    """
    if not _SLIP_LETTERS_MIN - 1 <= len(written) <= _SLIP_LETTERS_MAX:
        return ()
    cuts = [(written[:at], written[at:]) for at in range(len(written) + 1)]
    added = [left + letter + right for left, right in cuts for letter in _FOLDED_LETTERS]
    if len(written) < _SLIP_LETTERS_MIN:
        return tuple(sorted(set(added)))
    missing = [left + right[1:] for left, right in cuts if right]
    exchanged = [left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1]
    other = [left + letter + right[1:] for left, right in cuts if right for letter in _FOLDED_LETTERS]
    return tuple(sorted({*missing, *exchanged, *other, *added} - {written}))


def folded_phone(phone: str) -> str:
    """Return a telephone number as it is compared: its digits."""
    return "".join(re.findall(r"[0-9]", phone))


def phones_meant(phone: str, country: str = "RU") -> tuple[str, ...]:
    """Return the numbers that somebody may mean: as it is dialled at home, and then in every other country.

    >>> phones_meant("8 916 123-45-67")[0], "37369123456" in phones_meant("069 123 456")
    ('79161234567', True)
    """
    digits = folded_phone(phone)
    abroad = () if phone.strip().startswith(("+", "00")) else sorted(phonenumbers.SUPPORTED_REGIONS)
    found = [_dialled(phone, country) or digits, *(_dialled(phone, region) for region in abroad)]
    return tuple(dict.fromkeys(number for number in found if number))[:PHONES_MAX]


def _dialled(phone: str, region: str) -> str:
    """Return a number in full when it is one in that country."""
    try:
        number = phonenumbers.parse(re.sub(r"^\s*00", "+", phone), region)
    except phonenumbers.NumberParseException:
        return ""
    is_one = phonenumbers.is_valid_number(number)
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}" if is_one else ""


def _parts(name: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", name.translate(_APOSTROPHES)).casefold()
    letters = "".join(c if c.isalpha() or unicodedata.category(c)[0] == "M" else " " for c in plain)
    return iter(_HAN.sub(r" \g<0> ", letters).split())


def _key(part: str) -> NameKey:
    loose = _loose(part)
    bare = _bare(part, loose)
    written, unmarked = _written(part, loose), _spelled(bare)
    heard = [latin for latin in (loose, bare) if latin and latin.isascii()]
    sounds = tuple(dict.fromkeys(key for latin in heard for key in sound_keys(part, latin)))[:SOUNDS_MAX]
    return NameKey(written, sounds, unmarked if unmarked != written else "")


def _written(part: str, loose: str) -> str:
    written = _spelled(loose)
    return written if len(written) >= _PART_LETTERS_MIN else _spelled(_bare(part, loose))  # Đỗ


def _bare(part: str, loose: str) -> str:
    """Return a part as it is written where nobody has its marks or its alphabet; nothing where that is no other."""
    return _without_marks(part) if _LATIN_MARKED.search(part) else "" if loose.isascii() else ascii_letters(loose)


def _loose(part: str) -> str:
    """Return a part letter by letter in one loose Latin; an alphabet that is not in our table stays as it is."""
    for pair, sound in _PAIRS:
        part = part.replace(pair, sound)
    marked = unicodedata.normalize("NFD", unicodedata.normalize("NFC", part).translate(LETTERS))
    return "".join(c for c in marked if not unicodedata.combining(c)).translate(LETTERS)


def _without_marks(part: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", part.translate(_UNMARKED)) if c.isascii())


def _spelled(latin: str) -> str:
    """Return a part in loose Latin with each sound spelled in one way."""
    for pattern, sound in _SOUNDS:
        latin = pattern.sub(sound, latin)
    return latin
