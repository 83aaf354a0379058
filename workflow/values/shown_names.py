"""What somebody who works here is called on every page: a name of their choosing, which nobody can take for another's.

Two names are alike when they sound alike in whichever scripts, or look alike on a screen. Whoever reads a name reads
who did something, so what is alike is given to one account only.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from workflow.rights.acts import OPERATOR, ROLES
from workflow.rights.visibility import MACHINES
from workflow.values.name_matching import folded_parts
from workflow.values.text import one_line

SHOWN_NAME_LONGEST: Final = 60
_PARTS_MAX: Final = 5
_MARKED: Final = re.compile(r"[\u0300-\u036f]{3}")  # on one letter; so many paint over the line above
_BETWEEN: Final = re.compile(r"[._-]+")
_BESIDE_LETTERS: Final = frozenset(" -'’.")
# Written together in one word by those who write so.
_ONE_SCRIPT: Final = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK"}
# Letters of other alphabets that stand on a screen as a Latin one; an i, an l and a 1 are one stroke.
_LOOKS: Final = str.maketrans(
    dict(zip("асеорхукмтвнгіїјѕԁһґьαβγικνορτυχε", "aceopxykmtbhriijsdhrbabyiknoptuxe", strict=True))
    | {"i": "l", "ı": "l", "ι": "l", "і": "l", "ї": "l", "j": "l", "ј": "l"}
)
_APART: Final = ("wayhome", OPERATOR, "admin", *MACHINES, *ROLES)


def _shown_name(text: str) -> str:
    """Return a name as it is kept; raises ValueError with what is wrong in words, never with what was typed."""
    name = " ".join(unicodedata.normalize("NFKC", one_line(text)).split())
    parts = name.split()
    if len(parts) > _PARTS_MAX or not all(map(_may_stand, name)) or not all(_has_letter(part) for part in parts):
        raise ValueError("is one to five words of letters, without digits or signs")
    if any(len(_scripts(part)) > 1 for part in parts):
        raise ValueError("mixes the letters of two alphabets in one word; write each word in one")
    if _MARKED.search(unicodedata.normalize("NFD", name)):
        raise ValueError("has too many marks on one letter")
    if not name_keys(name).isdisjoint(_set_apart()) or _says_wayhome(name):
        raise ValueError("is what Wayhome itself or a role is called; take your own name")
    return name


def _may_stand(character: str) -> bool:
    return character.isalpha() or unicodedata.category(character) in ("Mn", "Mc") or character in _BESIDE_LETTERS


def _has_letter(part: str) -> bool:
    return part[0].isalpha()


def _scripts(part: str) -> set[str]:
    words = (unicodedata.name(c, "?").split()[0] for c in part if c.isalpha())
    return {_ONE_SCRIPT.get(word, word) for word in words}


ShownName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=SHOWN_NAME_LONGEST),
    AfterValidator(_shown_name),
]


def made_name(account: str) -> str:
    """Return the name that is made of an account where none was chosen.

    >>> made_name("staff:anna.petrova")
    'Anna Petrova'
    """
    own = account.partition(":")[2]
    return " ".join(part.capitalize() for part in _BETWEEN.split(own) if part) or own


def name_keys(name: str) -> frozenset[str]:
    """Return how a name sounds and how it looks, its parts in no order; of two that are alike one of these is the same.

    >>> name_keys("Анна Петрова").isdisjoint(name_keys("Petrova Anna"))
    False
    >>> name_keys("Anna P.").isdisjoint(name_keys("Anna B."))
    True
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    parts = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in plain).split()
    sounds = sorted(sound for part in parts for sound in _sounds(part))
    looks = sorted(_looks(part) for part in parts)
    one = "".join(folded_parts("".join(parts))) or "".join(parts)
    return frozenset({f"sounds {' '.join(sounds)}", f"looks {' '.join(looks)}", f"in one word {one}"})


def _sounds(part: str) -> tuple[str, ...]:
    """Return a part folded; a letter that stands alone as its syllable, or two people's initials would be one."""
    return folded_parts(part) or folded_parts(f"{part}a") or (part,)


def _looks(part: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", part.translate(_LOOKS)) if not unicodedata.combining(c))
    return bare.translate(_LOOKS).replace("rn", "m").replace("vv", "w")


def _says_wayhome(name: str) -> bool:
    together = "".join(c for c in name if c.isalpha())
    return "wayhome" in _looks(together.casefold()) or folded_parts("wayhome")[0] in "".join(folded_parts(together))


def _set_apart() -> frozenset[str]:
    return frozenset(key for word in _APART for key in name_keys(word.replace("_", " ")))
