"""What a file is, by its own bytes and never by its name, and what of it is taken."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from console.attachments import jpeg, pdf, png
from console.attachments.faults import NotTakenError, Why
from events.facts.attachments import MediaType
from workflow.subjects.attachments.commands import FILE_BYTES_MAX

ENDING: Final[Mapping[str, str]] = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
# The end of a ZIP archive: it may stand before a comment of 65,535 bytes, and a file that ends in one is an archive
# whatever it begins with (APPNOTE 4.3.16).
_ZIP_END: Final = re.compile(rb"PK\x05\x06.{16}(..)", re.DOTALL)
_ZIP_TAIL: Final = 65_557
_BEGINNING: Final = 1_024
_OTHERS: Final[tuple[tuple[re.Pattern[bytes], Why], ...]] = (
    (re.compile(rb"PK\x03\x04|PK\x05\x06|7z\xbc\xaf\x27\x1c|Rar!|\x1f\x8b|BZh|\xfd7zXZ"), "archive"),
    (re.compile(rb"\xd0\xcf\x11\xe0|\{\\rtf"), "office"),
    (re.compile(rb".{4}ftyp(?:hei|hev|mif|msf|avi)", re.DOTALL), "heic"),
    (re.compile(rb"RIFF.{4}WEBP|GIF8|II\*\0|MM\0\*|BM", re.DOTALL), "other_picture"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<", re.DOTALL), "page"),
)


class TakenFile(NamedTuple):
    """A file as it will be sealed: what it is, and its bytes without what nobody meant to send."""

    media_type: MediaType
    content: bytes


def taken(data: bytes) -> TakenFile:
    """Return what is taken of a file; raises NotTakenError, which says why nothing is."""
    if not data:
        raise NotTakenError("empty")
    if len(data) > FILE_BYTES_MAX:
        raise NotTakenError("too_large")
    found = _by_kind(data)
    if _is_archive_too(found.content):
        raise NotTakenError("two_kinds")
    return found


def _by_kind(data: bytes) -> TakenFile:
    if data.startswith(jpeg.SOI + b"\xff"):
        return TakenFile("image/jpeg", jpeg.stripped_jpeg(data))
    if data.startswith(png.SIGNATURE):
        return TakenFile("image/png", png.stripped_png(data))
    if pdf.BEGINS.match(data):
        return TakenFile("application/pdf", pdf.taken_pdf(data))
    beginning = data[:_BEGINNING]
    raise NotTakenError(next((why for begins, why in _OTHERS if begins.match(beginning)), "unknown"))


def _is_archive_too(data: bytes) -> bool:
    tail = data[-_ZIP_TAIL:]
    return any(found.end() + int.from_bytes(found[1], "little") == len(tail) for found in _ZIP_END.finditer(tail))
