"""A PDF without what it says of its maker, unless it could do something or cannot be looked into.

Names may be written in two ways and objects may lie packed in streams (ISO 32000-1, 7.3.5 and 7.5.7); both are looked
at. Where a stream begins is told by a word that may stand in a comment or a text as well, so what acts is looked for
everywhere, and a stream that seems to hold another is not taken. A reader's own leniency cannot be looked at: whatever
is let through is handed out as a file to save, never as a page.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from console.attachments.faults import NotTakenError
from console.attachments.pdf_maker import Stream, without_maker

BEGINS: Final = re.compile(rb"%PDF-[12]\.\d")
_END: Final = re.compile(rb"%%EOF\s*\Z")
_BEGINS_STREAM: Final = re.compile(rb"(?<![A-Za-z])stream[ \t]*(?:\r\n|\r|\n)")
_ENDS_STREAM: Final = b"endstream"
_NAME_BYTE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_RUNS: Final = rb"JavaScript|Launch|EmbeddedFiles?|RichMedia|GoToE|SubmitForm|ImportData|Rendition|Sound|Movie"
_ACTS_ANYWHERE: Final = re.compile(rb"/(?:" + _RUNS + rb")(?![A-Za-z0-9])")
_ACTS: Final = re.compile(
    rb"/(?:JS|XFA|" + _RUNS + rb")(?![A-Za-z0-9])"
)  # so short that a picture holds them by chance
_LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_PACKED_OBJECTS: Final = b"/ObjStm"
_UNPACKED_MAX: Final = 50_000_000


def taken_pdf(data: bytes) -> bytes:
    """Return the PDF without its maker; raises NotTakenError for one cut short, locked, or that could do something."""
    if not _END.search(data[-1_024:]):
        raise NotTakenError("damaged")
    texts, streams, packed, left = list[tuple[int, int]](), list[Stream](), 0, _UNPACKED_MAX
    for around, stream in _streams(data):
        texts.append(around)
        plain = _plain(data[slice(*around)])
        said, unpacked = plain[plain.rfind(b"obj") :], None
        if _PACKED_OBJECTS in said:
            unpacked = _unpacked(data[slice(*stream)], said, left)
            packed, left = packed + 1, left - len(unpacked)
            _refuse(unpacked)
        streams.append(Stream(said, *stream, unpacked))
    text = b"stream".join(data[slice(*one)] for one in texts)
    _refuse(text)
    if _ACTS_ANYWHERE.search(_plain(data)):
        raise NotTakenError("active_pdf")
    if _plain(text).count(_PACKED_OBJECTS) != packed:
        raise NotTakenError("dark_pdf")
    return without_maker(data, texts, streams)


def _streams(data: bytes) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield where each text and the stream behind it lie, at the end the last text; in one walk."""
    at = 0
    while begins := _BEGINS_STREAM.search(data, at):
        end = data.find(_ENDS_STREAM, begins.end())
        if end < 0 or _BEGINS_STREAM.search(data, begins.end(), end):
            raise NotTakenError("dark_pdf")
        yield (at, begins.start()), (begins.end(), end)
        at = end + len(_ENDS_STREAM)
    yield (at, len(data)), (len(data), len(data))


def _refuse(text: bytes) -> None:
    plain = _plain(text)
    if _LOCKED.search(plain):
        raise NotTakenError("locked_pdf")
    if _ACTS.search(plain):
        raise NotTakenError("active_pdf")


def _plain(text: bytes) -> bytes:
    """Return text with its names written in the plain way: ``/J#53`` is ``/JS``."""
    return _NAME_BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), text)


def _unpacked(stream: bytes, said: bytes, bytes_max: int) -> bytes:
    filters = re.findall(rb"/(\w+Decode|Crypt|Predictor)\b", said)
    if not filters and b"/Filter" not in said:
        return stream
    if filters != [b"FlateDecode"]:
        raise NotTakenError("dark_pdf")
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(stream, bytes_max)
    except zlib.error:
        raise NotTakenError("dark_pdf") from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise NotTakenError("dark_pdf")
    return found
