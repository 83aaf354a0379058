"""A JPEG with nothing but its picture: no place, no camera, no preview, no comment, nothing behind its end.

The picture itself is not decoded. A decoder in C is the first thing a forged picture attacks, this process holds keys,
and a scan that proves something stays what the scanner made. Segments as in ITU-T T.81, annex B.
"""

import re
from typing import Final

from console.attachments.faults import NotTakenError

SOI: Final = b"\xff\xd8"
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF: how large the picture is
_TABLES: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDD, _SOS})
_SAID_BESIDE: Final = frozenset({*range(0xE0, 0xF0), 0xFE})  # APP0 to APP15, comments
_APP1, _APP14 = 0xE1, 0xEE
_SCAN_ENDS: Final = re.compile(rb"\xff(?![\x00\xff\xd0-\xd7])")  # a marker that is no part of a scan
_ADOBE: Final = 12  # bytes of the segment that says how colours are meant
_SEGMENTS_MAX: Final = 5_000
PIXELS_MAX: Final = 100_000_000


def stripped_jpeg(data: bytes) -> bytes:
    """Return the picture alone, with which side is up; raises NotTakenError for one that is cut short or damaged."""
    kept: list[bytes] = []
    at, up, sized, scanned = len(SOI), 1, False, False
    for _ in range(_SEGMENTS_MAX):
        marker, body, after = _segment(data, at)
        if marker == _EOI:
            break
        if marker in _SIZES:
            _refuse_size(body, again=sized)
            sized = True
        if marker == _SOS:
            found = _SCAN_ENDS.search(data, after)
            if found is None or not sized:
                raise NotTakenError("damaged")  # its end was never sent
            scanned, after = True, found.start()
        up = _which_side_is_up(body) or up if marker == _APP1 else up
        if marker in _TABLES or marker in _SIZES:
            kept.append(data[at:after])
        elif marker == _APP14 and body.startswith(b"Adobe"):
            kept.append(b"\xff\xee" + (_ADOBE + 2).to_bytes(2) + body[:_ADOBE].ljust(_ADOBE, b"\0"))
        elif marker not in _SAID_BESIDE:
            raise NotTakenError("damaged")
        at = after
    else:
        raise NotTakenError("damaged")
    if not scanned:
        raise NotTakenError("damaged")
    return b"".join((SOI, _only_which_side_is_up(up), *kept, b"\xff", bytes([_EOI])))


def _segment(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Return a segment's marker, what it says, and where the next begins."""
    if data[at : at + 1] != b"\xff":
        raise NotTakenError("damaged")
    while data[at + 1 : at + 2] == b"\xff":  # any number of these may stand before a marker
        at += 1
    marker = data[at + 1] if at + 1 < len(data) else 0
    if marker == _EOI:
        return marker, b"", at + 2
    length = int.from_bytes(data[at + 2 : at + 4])
    end = at + 2 + length
    if length < 2 or end > len(data):
        raise NotTakenError("damaged")
    return marker, data[at + 4 : end], end


def _refuse_size(body: bytes, *, again: bool) -> None:
    height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
    if again or len(body) < 6 or not (height and width):
        raise NotTakenError("damaged")
    if height * width > PIXELS_MAX:
        raise NotTakenError("too_many_pixels")


def _which_side_is_up(body: bytes) -> int:
    """Return the orientation an EXIF segment tells (tag 0x0112), or nothing; all else it says is not read."""
    tiff = body[6:]
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(tiff[:4])
    if not body.startswith(b"Exif\0\0") or order is None:
        return 0

    def number(start: int, size: int) -> int:
        return int.from_bytes(tiff[start : start + size], "little" if order == "little" else "big")

    entries = number(4, 4)
    for index in range(min(number(entries, 2), 64)):
        entry = entries + 2 + 12 * index
        if number(entry, 2) == 0x0112 and number(entry + 2, 2) == 3:
            side = number(entry + 8, 2)
            return side if 1 <= side <= 8 else 0
    return 0


def _only_which_side_is_up(side: int) -> bytes:
    """Return an EXIF segment that tells the orientation and nothing else; none where the picture stands upright."""
    if side == 1:
        return b""
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + side.to_bytes(2) + b"\0\0"
    tiff = b"MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return b"\xff\xe1" + (len(tiff) + 8).to_bytes(2) + b"Exif\0\0" + tiff
