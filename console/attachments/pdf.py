"""A PDF as it came, unless it could do something: scripts, programs, files within it, or what cannot be looked into.

Names may be written in two ways and objects may lie packed in streams (ISO 32000-1, 7.3.5 and 7.5.7); both are looked
at. A reader's own leniency cannot be: whatever is let through is handed out as a file to save, never as a page.
"""

import re
import zlib
from typing import Final

from console.attachments.faults import NotTakenError

BEGINS: Final = re.compile(rb"%PDF-[12]\.\d")
_END: Final = re.compile(rb"%%EOF\s*\Z")
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_NAME_BYTE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTS: Final = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE|SubmitForm|ImportData|Rendition|Sound|Movie)"
    rb"(?![A-Za-z0-9])"
)
_LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_PACKED_OBJECTS: Final = b"/ObjStm"
_UNPACKED_MAX: Final = 50_000_000


def taken_pdf(data: bytes) -> bytes:
    """Return the PDF unchanged; raises NotTakenError for one that is cut short, locked, or could do something."""
    if not _END.search(data[-1_024:]):
        raise NotTakenError("damaged")
    _refuse(_STREAM.sub(b"stream", data))
    left, before = _UNPACKED_MAX, 0
    for stream in _STREAM.finditer(data):
        said = _plain(data[before : stream.start()])
        said = said[said.rfind(b" obj") :]
        if _PACKED_OBJECTS in said:
            unpacked = _unpacked(stream[1], said, left)
            left -= len(unpacked)
            _refuse(unpacked)
        before = stream.end()
    return data


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
    if not filters:
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
