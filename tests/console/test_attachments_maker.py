"""What a PDF says of its maker is taken out, nothing of what it shows is touched, and a hostile one costs no time."""

from __future__ import annotations

import re
import zlib

import pytest

from console.attachments.faults import NotTakenError
from console.attachments.recognising import taken
from tests.kit.papers import GPS_TAG, PHOTO, pdf
from tests.kit.web.browser import a_browser

SAYS = rb"Anna|Canon|ScanJet|Chisinau|2026|Word"
INFO = (
    rb"2 0 obj << /Author (Anna \(Ivanova\)) /Creator (Word (for work)) /Producer (ScanJet) "
    rb"/CreationDate (D:2026) >> endobj"
)
XMP = b"<?xpacket?><x:xmpmeta><photoshop:City>Chisinau</photoshop:City><dc:creator>Anna</dc:creator></x:xmpmeta>"


def stream(said: bytes, content: bytes) -> bytes:
    return b"7 0 obj << %b /Length %d >> stream\n%b\nendstream endobj\n" % (said, len(content), content)


@pytest.mark.parametrize(
    "data",
    [
        pdf(INFO + b"\n"),
        pdf(b"2 0 obj <</Producer <FEFF005300630061006E004A00650074> /Title (Anna)>> endobj\n"),
        pdf(b"2 0 obj <</Producer 3 0 R /Author 5 0 R>> endobj 3 0 obj (ScanJet) endobj\n5 0 obj\n(Anna) endobj\n"),
        pdf(packed=b"5 0 <</Author (Anna Ivanova of the office) /Creator (Word) /ModDate (D:2026)>>" + bytes(40)),
        pdf(stream(b"/Type /Metadata /Subtype /XML", XMP)),
        pdf(stream(b"/Subtype /XML /Type/Metadata /Filter /FlateDecode", zlib.compress(XMP))),
        pdf(stream(b"/Type /XObject /Filter /DCTDecode", PHOTO)),
        pdf(stream(b"/Filter [ /DCTDecode ] /Type /XObject", PHOTO)),
    ],
    ids=["info", "hexadecimal", "elsewhere", "packed", "xmp", "packed xmp", "photograph", "photograph in a list"],
)  # fmt: skip
def test_who_made_a_pdf_with_what_and_where_is_taken_out(data: bytes) -> None:
    clean = taken(data).content
    assert len(clean) == len(data), "every offset in the file stays right"
    read = clean + b"".join(_unpacked(clean))
    assert not re.search(SAYS, read)
    assert b"00530063" not in read
    assert GPS_TAG not in clean[clean.find(b"stream") :] or b"DCTDecode" not in clean
    assert taken(clean).content == clean


def _unpacked(data: bytes) -> list[bytes]:
    found = re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", data, re.DOTALL)
    return [zlib.decompressobj().decompress(one) for one in found]


def test_the_picture_in_a_pdf_stays_as_the_scanner_made_it() -> None:
    clean = taken(pdf(stream(b"/Filter /DCTDecode", PHOTO))).content
    assert PHOTO[PHOTO.index(b"\xff\xdb") :] in clean


@pytest.mark.parametrize(
    "shown",
    [
        b"3 0 obj << /Title (A chapter about 2026) /Parent 2 0 R >> endobj\n",
        b"3 0 obj << /Type /Annot /Contents (Anna signed here) /CreationDate (D:2026) >> endobj\n",
        stream(b"", b"BT (Anna, /Producer of << /Author (x) >>) Tj ET"),
    ],
    ids=["a chapter", "a note on a page", "a page"],
)  # fmt: skip
def test_what_a_pdf_shows_is_not_touched(shown: bytes) -> None:
    assert taken(pdf(shown)).content == pdf(shown)


def test_a_signed_pdf_stays_as_it_is() -> None:
    signed = pdf(INFO + b"\n4 0 obj << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> endobj\n")
    assert taken(signed).content == signed


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "more",
    [
        b"<<" * 400_000, b"(" * 900_000, b"<</Author (" * 90_000, b"(\\(" * 300_000, b"(a(" * 400_000,
        b"<< /Producer 3 0 R >> " * 90_000, b"3 0 obj (" * 100_000, b"<" + b"0" * 9_000_000,
        b"<</Author (x)>>" * 600_000, b"<</Author (" + b"a" * 9_000_000,
    ],
    ids=["deep", "open", "open authors", "escaped", "nested", "references", "open objects", "digits", "many", "long"],
)  # fmt: skip
def test_a_pdf_that_is_a_maze_is_walked_once_or_not_taken(more: bytes) -> None:
    data = pdf(more + b"\n")
    try:
        found = len(taken(data).content)
    except NotTakenError as refused:
        found = len(data) if refused.why == "dark_pdf" else 0
    assert found == len(data)


def test_a_pdf_of_a_real_program_keeps_its_pages_and_loses_its_maker() -> None:
    with a_browser() as browser:
        page = browser.new_page()
        page.set_content("<title>Anna's</title><h1>Declaration</h1><p>I want to go home.</p>")
        made = page.pdf(outline=True, tagged=True)
    clean = taken(made).content
    assert re.search(rb"/Producer \(Skia", made)
    assert not re.search(rb"Skia|Mozilla|Anna's|/CreationDate \(D", clean)
    changed = [at for at, (one, other) in enumerate(zip(made, clean, strict=True)) if one != other]
    assert changed[-1] - changed[0] < 600, "only the document information"
    assert b"(Declaration)" in clean
