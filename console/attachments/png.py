"""A PNG with nothing but its picture; what it unpacks to is counted, and is as much as its size says.

Only the chunks a picture is drawn from are kept (W3C PNG, third edition): no text, no time, no EXIF, no frames beside
the first, nothing behind the end.
"""

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Final

from console.attachments.faults import NotTakenError
from console.attachments.jpeg import PIXELS_MAX

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_DEPTHS: Final = frozenset({1, 2, 4, 8, 16})
_PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_UNPACKED_MAX: Final = 400_000_000
_AT_ONCE: Final = 1 << 20


def stripped_png(data: bytes) -> bytes:
    """Return the picture alone; raises NotTakenError for one that is damaged, cut short, or a bomb."""
    kept: list[bytes] = []
    packed: list[bytes] = []
    expected = 0
    for kind, body in _chunks(data):
        if (kind == b"IHDR") != (not kept):
            raise NotTakenError("damaged")  # it begins with its size, and says it once
        if kind == b"IHDR":
            expected = _unpacked_size(body)
        if kind == b"IDAT":
            packed.append(body)
        if kind in _KEPT:
            kept.append(_chunk(kind, body))
        elif not kind[0] & 0x20:
            raise NotTakenError("damaged")  # a chunk it cannot be drawn without, and that nobody knows
    _refuse_bomb(packed, expected)
    return b"".join((SIGNATURE, *kept))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk up to the end the picture says it has; what follows there is never looked at."""
    at = len(SIGNATURE)
    while True:
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 8 + length
        body = data[at + 8 : end]
        if end + 4 > len(data) or int.from_bytes(data[end : end + 4]) != zlib.crc32(kind + body):
            raise NotTakenError("damaged")
        yield kind, body
        if kind == b"IEND":
            return
        at = end + 4


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def _unpacked_size(header: bytes) -> int:
    """Return how many bytes the picture unpacks to."""
    if len(header) != 13:
        raise NotTakenError("damaged")
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    depth, colour, *_, interlaced = header[8:]
    if not (width and height) or depth not in _DEPTHS or colour not in _CHANNELS or interlaced > 1:
        raise NotTakenError("damaged")
    if width * height > PIXELS_MAX:
        raise NotTakenError("too_many_pixels")
    bits = depth * _CHANNELS[colour]
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        total += rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0
    if total > _UNPACKED_MAX:
        raise NotTakenError("too_many_pixels")
    return total


def _refuse_bomb(packed: list[bytes], expected: int) -> None:
    """Unpack piece by piece, keep nothing, and stop as soon as there is more than there may be."""
    unpacking, total = zlib.decompressobj(), 0
    try:
        for piece in chain(packed, [b""]):
            rest = piece
            while rest or unpacking.unconsumed_tail:
                total += len(unpacking.decompress(unpacking.unconsumed_tail or rest, _AT_ONCE))
                rest = b""
                if total > expected or unpacking.unused_data:
                    raise NotTakenError("damaged")
                if unpacking.eof:
                    break
    except zlib.error:
        raise NotTakenError("damaged") from None
    if total != expected or not unpacking.eof:
        raise NotTakenError("damaged")
