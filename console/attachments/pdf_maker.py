"""What a PDF says of its maker, taken out where it stands: author, programs, dates, device, place.

Each byte is overwritten by one that says nothing, so that every offset in the file stays right and not a line of what
it shows is touched. Nothing is decoded but streams of objects. Looked at are dictionaries of document information
(ISO 32000-1, 14.3.3), metadata streams (14.3.2), and what cameras write into JPEG pictures (ITU-T T.81, annex B).
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from console.attachments.faults import NotTakenError

# A text may hold pairs of brackets. Nothing is tried a second time: a hostile file costs a walk, not a maze.
_STRING: Final = rb"\((?>[^()\\]|\\.|\((?>[^()\\]|\\.)*+\))*+\)|<[0-9A-Fa-f\s]*+>"
_TOKEN: Final = re.compile(rb"<<|>>|(?P<text>" + _STRING + rb")|(?P<names>[^(<>\\]++)|\\.|.", re.DOTALL)
_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj\s*+(" + _STRING + rb")", re.DOTALL)
_REFERENCE: Final = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+R(?![A-Za-z])")
_OF_MAKERS: Final = re.compile(rb"/(?:Author|Creator|Producer|Keywords)(?![A-Za-z])")
_IS_METADATA: Final = re.compile(rb"/Type\s*/Metadata(?![A-Za-z])")
_IS_JPEG: Final = re.compile(rb"/Filter\s*\[?\s*/DCTDecode\s*(?:\]|/|>>)")
IS_SIGNED: Final = re.compile(rb"/ByteRange\s*\[")
_SEGMENTS_MAX: Final = 2_000
_MARKS_MAX: Final = 1_000_000  # brackets in all: a scan has thousands, a long book half a million
_DEPTH_MAX: Final = 200
_SOI, _COMMENT, _ADOBE, _SOS = b"\xff\xd8", 0xFE, 0xEE, 0xDA
_ICC: Final = b"ICC_PROFILE\0"


class Stream(NamedTuple):
    """A stream of a PDF: what its dictionary says, where its bytes lie, and what they unpack to if it holds objects."""

    said: bytes
    begins: int
    ends: int
    unpacked: bytes | None = None


def without_maker(data: bytes, texts: list[tuple[int, int]], streams: list[Stream]) -> bytes:
    """Return a PDF that says nothing of its maker; one that is signed stays as it is, for a change would undo that.

    ``texts`` are the spans outside of its streams. Raises NotTakenError for one that nobody can look through in a
    second, or whose objects cannot be put back.
    """
    if any(IS_SIGNED.search(data, *span) for span in texts):
        return data
    packed = [stream.unpacked for stream in streams if stream.unpacked is not None]
    if _marks(data, texts) + sum(_marks(one, [(0, len(one))]) for one in packed) > _MARKS_MAX:
        raise NotTakenError("dark_pdf")
    clean = bytearray(data)
    elsewhere = {number for span in texts for number in _blanked(data, clean, span)}
    for span in texts if elsewhere else ():
        for found in _OBJECT.finditer(data, *span):
            if found[1] in elsewhere:
                _blank(clean, found.start(2), found.end(2))
    for stream in streams:
        _cleaned(clean, stream)
    return bytes(clean)


def _marks(data: bytes, spans: list[tuple[int, int]]) -> int:
    return sum(data.count(mark, *span) for span in spans for mark in (b"(", b"<", b">", b"\\"))


def _blanked(data: bytes, clean: bytearray, span: tuple[int, int]) -> Iterator[bytes]:
    """Blank every text of a dictionary that names a maker; yield the numbers of the objects it leaves its texts to."""
    depth: list[tuple[list[tuple[int, int]], list[bytes]]] = []
    for token in _TOKEN.finditer(data, *span):
        if token[0] == b"<<":
            depth.append(([], []))
            if len(depth) > _DEPTH_MAX:
                raise NotTakenError("dark_pdf")
        elif token[0] == b">>" and depth:
            strings, names = depth.pop()
            if _OF_MAKERS.search(b" ".join(names)):
                for one in strings:
                    _blank(clean, *one)
                yield from _REFERENCE.findall(b" ".join(names))
        elif depth and token.lastgroup == "text":
            depth[-1][0].append(token.span())
        elif depth and token.lastgroup == "names":
            depth[-1][1].append(token[0])


def _blank(clean: bytearray, begins: int, ends: int) -> None:
    """Write spaces into a text; in hexadecimal digits a space is 20."""
    inside = ends - begins - 2
    filled = b" " * inside if clean[begins : begins + 1] == b"(" else (b"20" * (inside // 2 + 1))[: inside // 2 * 2]
    clean[begins + 1 : ends - 1] = filled.ljust(inside)


def _cleaned(clean: bytearray, stream: Stream) -> None:
    span = slice(stream.begins, stream.ends)
    if _IS_METADATA.search(stream.said):
        clean[span] = _nothing(stream)
    elif stream.unpacked is not None:
        _put_back(clean, stream, stream.unpacked)
    elif _IS_JPEG.search(stream.said) and clean[span].startswith(_SOI):
        _blank_picture(clean, stream)


def _nothing(stream: Stream) -> bytes:
    room = stream.ends - stream.begins
    return (zlib.compress(b"") if b"/Filter" in stream.said else b"").ljust(room)[:room]


def _put_back(clean: bytearray, stream: Stream, unpacked: bytes) -> None:
    """Blank what a stream of objects says of makers, and pack it again into the room it had."""
    objects = bytearray(unpacked)
    for _ in _blanked(unpacked, objects, (0, len(unpacked))):
        pass  # what is left to other objects of the stream has no number there
    if objects == unpacked:
        return
    room = stream.ends - stream.begins
    packed = zlib.compress(objects, 9) if b"/Filter" in stream.said else bytes(objects)
    if len(packed) > room:
        raise NotTakenError("dark_pdf")
    clean[stream.begins : stream.ends] = packed.ljust(room)


def _blank_picture(clean: bytearray, stream: Stream) -> None:
    """Blank what a camera wrote before the first scan of a JPEG; its tables, colours and picture stay."""
    at = stream.begins + len(_SOI)
    for _ in range(_SEGMENTS_MAX):
        marker, length = clean[at + 1 : at + 2], int.from_bytes(clean[at + 2 : at + 4])
        if clean[at : at + 1] != b"\xff" or marker[0] == _SOS or length < 2 or at + 2 + length > stream.ends:
            return
        body = slice(at + 4, at + 2 + length)
        is_beside = 0xE1 <= marker[0] <= 0xEF and marker[0] != _ADOBE and not clean[body].startswith(_ICC)
        if is_beside or marker[0] == _COMMENT:
            clean[body] = bytes(length - 2)
        at += 2 + length
