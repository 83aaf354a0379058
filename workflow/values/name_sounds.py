"""How a name sounds, for one that was heard, or written by a rule that nobody can tell from the letters.

A name without its marks, in an alphabet without vowels, or from a passport of another country keeps its consonants.
What is written here is looser than a folded name, and says less: it is shown after what fits better. The alphabets
that our own table does not know are read by ``anyascii``.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import product
from typing import Final

from anyascii import anyascii

SOUNDS_MAX: Final = 4  # of one part of a name
_KEY_MIN: Final = 2  # two consonants, or one and the vowel a name begins with
_VOWELS: Final = re.compile(r"[aeiouy]")
_NOT_WRITTEN: Final = ("ARABIC", "HEBREW")  # alphabets that leave most vowels out
_SILENT_FIRST: Final = "اأإآعאע"

# What one letter may stand for, by the language it comes from: Bejan and Juraev and Julija; Cavad; Hasan and Hakobyan.
_READINGS: Final = (("j", ("y", "š")), ("c", ("k", "š")), ("h", ("k", "")))
_CLASSES: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"shch|szcz|tsch|tch|sch|dzh|sh|ch|cz|zh|sz|ts|tz|dz|dj|[sz]|c(?=[eiy])", "š"),
        (r"ck|kh|gh|[qgx]", "k"),
        (r"th|d", "t"),
        (r"ph|[vw]", "f"),
        (r"b", "p"),
        (r"h$", ""),
    )
)
_TWICE: Final = re.compile(r"(.)\1+")


def ascii_letters(part: str) -> str:
    """Return a part of a name in a to z, by the Unicode name of each letter and no language's own rule.

    >>> ascii_letters("шарма"), ascii_letters("สมชาย"), ascii_letters("محمد")
    ('sharma', 'smchay', 'mhmd')
    """
    return re.sub(r"[^a-z]", "", anyascii(part).lower())


def sound_keys(part: str, latin: str) -> tuple[str, ...]:
    """Return what is left of a part of a name when it is only heard: its consonants by class, in each likely reading.

    ``latin`` is the part in the loose Latin of ``name_matching``.

    >>> sound_keys("محمد", "mhmd")[0] == sound_keys("mohammed", "mohammed")[0]
    True
    """
    abjad = _is_abjad(part)
    if abjad:
        latin = re.sub(r"h$|(?<=.)[wy]", "", "a" + latin if part[0] in _SILENT_FIRST else latin)
    read = {_skeleton(reading, abjad=abjad) for reading in _readings(latin if abjad else latin.replace("dj", "j"))}
    return tuple(sorted(key for key in read if len(key) >= _KEY_MIN))[:SOUNDS_MAX]


def _readings(latin: str) -> Iterator[str]:
    alone = re.sub(r"(?<![dkgscztp])h", "\0", latin)
    there = [(letter, said) for letter, said in _READINGS if ("\0" if letter == "h" else letter) in alone]
    for chosen in product(*(said for _, said in there)):
        reading = alone
        for (letter, _), said in zip(there, chosen, strict=True):
            pattern = r"c(?!h|z|k|[eiy])" if letter == "c" and said == "k" else r"c(?!h|z|k)"
            reading = re.sub("\0" if letter == "h" else pattern if letter == "c" else letter, said, reading)
        yield reading


def _skeleton(reading: str, *, abjad: bool) -> str:
    for pattern, sound in _CLASSES:
        reading = pattern.sub(sound, reading)
    reading = reading if abjad else _TWICE.sub(r"\1", reading)
    vowel = "a" if _VOWELS.match(reading) else ""
    return vowel + _VOWELS.sub("", reading)


def _is_abjad(part: str) -> bool:
    return unicodedata.name(part[:1], "").startswith(_NOT_WRITTEN)
