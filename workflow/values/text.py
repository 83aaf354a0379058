"""Text from people, checked at the door: no control or direction-changing characters, no novels in a name field."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
# Zero-width and line-breaking characters; the joiners U+200C and U+200D stay, Persian and Hindi need them.
_UNSEEN = frozenset("\u00ad\u180e\u200b\u2028\u2029\u2060\ufeff")


def _visible(text: str) -> str:
    """Refuse characters that nobody can see but that change what is read (Unicode TR 36)."""
    for character in text:
        if character in _BIDI | _UNSEEN or (
            unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") and character not in "\n\t"
        ):
            raise ValueError(
                f"holds a character that cannot be shown (U+{ord(character):04X}); type it again without it"
            )
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return the text as one readable line in normal form; raises ValueError with what is wrong in words."""
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ValueError("holds nothing that can be read")
    return _visible(text)


def _cleaned(text: object) -> object:
    """Replace what a database or a terminal cannot hold: what another system said must not be lost for it."""
    if not isinstance(text, str):
        return text
    return "".join(character if character.isprintable() else " " for character in text)


PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(one_line)
]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(one_line)
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_visible)
]
CodeWord = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
# A team as it may have been typed before teams were a list, with either stroke; today's are ids of the directory.
TeamWord = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
ProviderText = Annotated[str, BeforeValidator(_cleaned), StringConstraints(max_length=200)]
ReferenceToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
ActorId = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[a-z0-9][a-z0-9._-]{0,60}$")]
