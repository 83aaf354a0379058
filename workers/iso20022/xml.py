"""The bank's XML, read and written: one guard for every file that comes in, and one way to build one.

A bank's file is a stranger's file. It is measured before it is read, and its letters are made out before
anything is looked for in them: a DOCTYPE written in another encoding is still a DOCTYPE.
"""

import codecs
import re
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET

from events.instants import instant_text

SCHEMAS: Final = "urn:iso:std:iso:20022:tech:xsd:"
BYTES_MAX: Final = 10_000_000
# A report spends some thirty bytes on each tag, so a real one cannot come near this many.
TAGS_MAX: Final = 1_000_000

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),  # the first begins as UTF-16 does
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_UNMARKED: Final = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# What banks write. Python knows more, some of which take minutes over ten megabytes made for that.
_READ: Final = re.compile(r"utf-?8|us-ascii|iso-8859-\d{1,2}|(windows-|cp)125\d|cp866|koi8-[ru]", re.IGNORECASE)
_SAID_OF_UTF8: Final = re.compile(r"utf-?16", re.IGNORECASE)  # by programs that wrote it down before they converted it


class BankFileError(ValueError):
    """The bank's file cannot be relied on; the message says in one line what to do next."""


def parsed(data: bytes) -> ET.Element:
    """Return the root of a bank's file, in whichever encoding it declares, expanding and fetching nothing.

    Raises `BankFileError` for a file that is too big, declares a DOCTYPE, or is not the XML it says it is.
    """
    if len(data) > BYTES_MAX:
        raise BankFileError(f"the file is over {BYTES_MAX:,} bytes: ask the bank for smaller reports")
    text = _text(data)
    if text.count("<") > TAGS_MAX:
        raise BankFileError(f"the file has over {TAGS_MAX:,} tags: ask the bank for smaller reports")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BankFileError("the file declares a DOCTYPE: do not open it, and call the bank to ask why")
    try:
        return ET.fromstring(text)  # noqa: S314 - no DTD gets here, and text is parsed as text, whatever it declares
    except ET.ParseError as broken:
        line, _ = broken.position
        # Only the place is told: the parser's own words may quote the file, and messages end up in logs.
        raise BankFileError(f"the file stops being XML at line {line}: fetch it again") from None


def text_at(parent: ET.Element | None, path: str) -> str:
    """Return the text of the element at a path in any namespace, without the blanks around it, or nothing."""
    return ((parent.findtext("{*}" + path) if parent is not None else "") or "").strip()


def document(schema: str) -> ET.Element:
    """Return the root of a new file of a schema such as ``pain.001.001.09``."""
    return ET.Element("Document", {"xmlns": SCHEMAS + schema})


def add(parent: ET.Element, path: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element, and around it those its path names, and return the innermost.

    >>> _ = add(root := ET.Element("Cdtr"), "Id/Othr/Id", "12345")
    >>> ET.tostring(root)
    b'<Cdtr><Id><Othr><Id>12345</Id></Othr></Id></Cdtr>'
    """
    for tag in path.split("/"):
        parent = ET.SubElement(parent, tag)
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def in_utc(moment: datetime) -> str:
    """Return an ISO date and time in UTC, to the second, as every bank reads it."""
    return f"{instant_text(moment)[:19]}Z"


def written(root: ET.Element) -> bytes:
    """Return the file's bytes, in UTF-8 with a declaration; the same tree always gives the same."""
    data: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data


def _text(data: bytes) -> str:
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        raise BankFileError(f"the file is not written in {encoding} as it says: fetch it again") from None


def _encoding(data: bytes) -> str:
    """Return what the first bytes say: a mark, the two zeros of UTF-16, a declaration; else UTF-8 (XML 1.0, F)."""
    for start, encoding in (*_MARKS, *_UNMARKED):
        if data.startswith(start):
            return encoding
    found = _DECLARED.match(data[:200])
    declared = found[1].decode() if found else "utf-8"
    if _SAID_OF_UTF8.fullmatch(declared):
        return "utf-8"
    if not _READ.fullmatch(declared):
        raise BankFileError("the file is in an encoding that is not read here: ask the bank for UTF-8")
    return declared
