"""Countries by their ISO 3166-1 alpha-2 codes, as Babel lists them."""

from functools import cache
from typing import Annotated

from babel import Locale
from pydantic import AfterValidator

# Babel lists these among the territories; ISO 3166-1 does not have them. Kosovo (XK) is no ISO code either,
# but people come home there.
_NOT_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@cache
def countries() -> frozenset[str]:
    """Return all codes; Namibia's is NA and is a country like any other."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES


def _known(code: str) -> str:
    if code not in countries():
        typed = repr(code) if len(code) == 2 and code.isascii() else "that"  # never a name in the wrong place
        raise ValueError(f"{typed} is not a country; give its ISO 3166 code of two letters, for example MD")
    return code


Country = Annotated[str, AfterValidator(_known)]
