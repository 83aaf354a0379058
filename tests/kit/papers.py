"""Papers to attach: a photograph that knows where it was taken, a scan, a letter; and forged ones of each."""

from __future__ import annotations

import base64
import zlib
from typing import Final

# A JPEG of 16 by 12 pixels, as Pillow wrote it: made by a "Canon", held sideways, taken at 47°1'30"N 28°50'E.
PHOTO: Final = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QCmRXhpZgAATU0AKgAAAAgAAwEPAAIAAAAGAAAAMgESAAMAAAABAAYAAIglAAQAAAABAAAAOAAAAABDYW5v"
    "bgAABAABAAIAAAACTgAAAAACAAUAAAADAAAAbgADAAIAAAACRQAAAAAEAAUAAAADAAAAhgAAAAAAAAAvAAAAAQAAAAEAAAABAAAAHgAAAAEAAAAc"
    "AAAAAQAAADIAAAABAAAAAAAAAAH/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQ"
    "YEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAMABAD"
    "ASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKB"
    "kaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZ"
    "mqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQF"
    "BgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5"
    "OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX"
    "2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDCooorzj7E/9k="
)
GPS_TAG: Final = b"\x88\x25"  # of EXIF: where the place is told


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG, with its checksum."""
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def png(width: int = 4, height: int = 3, *, rows: bytes | None = None, beside: bytes = b"") -> bytes:
    """Return a grey PNG; ``rows`` is what it unpacks to, ``beside`` are further chunks."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    unpacked = bytes((width + 1) * height) if rows is None else rows
    drawn = chunk(b"IDAT", zlib.compress(unpacked, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + beside + drawn + chunk(b"IEND", b"")


def pdf(more: bytes = b"", *, packed: bytes = b"") -> bytes:
    """Return a PDF of one object; ``packed`` lies in a stream of objects, as newer programs write them."""
    stream = zlib.compress(packed)
    hidden = (
        b"4 0 obj <</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>> stream\n" % len(stream)
        + stream
        + b"\nendstream endobj\n"
        if packed
        else b""
    )
    return b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n" + more + hidden + b"trailer <</Root 1 0 R>>\n%%EOF\n"


SCAN: Final = pdf(b"% the declaration, signed\n")
EMPTY_ZIP: Final = b"PK\x05\x06" + bytes(18)
