"""A secret in three shares, of which any two give it back and one tells nothing: Shamir's way over GF(256).

Two points make a line. Byte by byte the secret is where the line crosses zero, its slope is chance, and the shares are
the line at 1, 2 and 3. One share fits every secret there is. Whoever has two can draw the third again.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

NUMBERS: Final = (1, 2, 3)
_POLYNOMIAL: Final = 0x11B  # x^8 + x^4 + x^3 + x + 1, as in AES


class Line(NamedTuple):
    """A secret and the chance it is hidden behind."""

    secret: bytes
    slope: bytes

    def share(self, number: int) -> bytes:
        """Return one of the three shares.

        >>> Line(b"ab", b"xy").share(1).hex()
        '191b'
        """
        return _plus(self.secret, _times(self.slope, number))


def line_through(shares: Mapping[int, bytes]) -> Line:
    """Return the line on which two shares lie, by their numbers; a third is not looked at.

    >>> line = Line(b"a secret", b"chancely")
    >>> line_through({3: line.share(3), 1: line.share(1)}) == line
    True
    """
    (first, one), (second, other) = sorted(shares.items())[:2]
    slope = _times(_plus(one, other), _inverse(first ^ second))
    return Line(_plus(one, _times(slope, first)), slope)


def _plus(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _times(value: bytes, factor: int) -> bytes:
    return value.translate(_table(factor))


@cache
def _table(factor: int) -> bytes:
    return bytes(_product(value, factor) for value in range(256))


def _product(one: int, other: int) -> int:
    product = 0
    while other:
        product ^= one if other & 1 else 0
        one = one << 1 ^ (_POLYNOMIAL if one & 0x80 else 0)
        other >>= 1
    return product


def _inverse(value: int) -> int:
    return _table(value).index(1)
