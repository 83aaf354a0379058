"""What is taken as a file, and what is not: by its bytes, whatever it is called."""

from __future__ import annotations

import pytest

from console.attachments.faults import NotTakenError, Why
from console.attachments.recognising import taken
from console.attachments.said import SAID
from tests.kit.papers import EMPTY_ZIP, GPS_TAG, PHOTO, chunk, pdf, png
from workflow.subjects.attachments.commands import FILE_BYTES_MAX

PAGE = b"<!doctype html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
SAID_BESIDE = chunk(b"tEXt", b"Author\0Anna Ivanova") + chunk(b"eXIf", b"MM\0*" + GPS_TAG)


def why_not(data: bytes) -> Why:
    with pytest.raises(NotTakenError) as refused:
        taken(data)
    return refused.value.why


def test_a_photograph_keeps_its_picture_and_loses_its_place_and_camera() -> None:
    assert GPS_TAG in PHOTO
    assert b"Canon" in PHOTO
    found = taken(PHOTO)
    assert found.media_type == "image/jpeg"
    assert GPS_TAG not in found.content
    assert b"Canon" not in found.content
    picture = PHOTO.index(b"\xff\xdb")
    assert found.content.endswith(PHOTO[picture:]), "not a bit of the picture itself is changed"
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in found.content[:46], "which side is up is kept"
    assert taken(found.content).content == found.content


def test_what_stands_in_comments_or_behind_the_end_of_a_picture_is_dropped() -> None:
    comment = b"\xff\xfe" + (len(PAGE) + 2).to_bytes(2) + PAGE
    plain = taken(PHOTO).content
    assert taken(PHOTO[:2] + comment + PHOTO[2:] + PAGE + EMPTY_ZIP).content == plain
    assert taken(png(beside=SAID_BESIDE) + EMPTY_ZIP).content == png()


@pytest.mark.parametrize("cut", [3, 30, 200, len(PHOTO) - 1])
def test_a_picture_that_did_not_arrive_whole_is_not_taken(cut: int) -> None:
    assert why_not(PHOTO[:cut]) in ("damaged", "unknown")
    assert why_not(png()[: cut % len(png())]) in ("damaged", "unknown")


def test_a_picture_larger_than_any_scan_is_not_taken_and_not_drawn() -> None:
    at = PHOTO.index(b"\xff\xc0")
    vast = PHOTO[: at + 5] + (60_000).to_bytes(2) + (60_000).to_bytes(2) + PHOTO[at + 9 :]
    assert why_not(vast) == "too_many_pixels"
    assert why_not(png(60_000, 60_000, rows=b"")) == "too_many_pixels"


def test_a_picture_that_unpacks_to_more_than_it_says_is_not_taken() -> None:
    assert why_not(png(rows=bytes(50_000_000))) == "damaged"
    assert why_not(png(rows=b"")) == "damaged"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (bytes(FILE_BYTES_MAX + 1), "too_large"),
        (PAGE, "page"),
        (SVG, "page"),
        (b"PK\x03\x04" + bytes(100), "archive"),
        (b"\x1f\x8b" + bytes(100), "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "office"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "heic"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "other_picture"),
        (b"GIF89a" + bytes(100), "other_picture"),
        (b"MZ\x90\0", "unknown"),
        (b"\xff\xd8\xff" + PAGE, "damaged"),
        (pdf() + EMPTY_ZIP, "damaged"),
        (pdf(b"% " + b"PK\x05\x06" + bytes(16) + b"\x2f\0 "), "two_kinds"),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_told_what_would_help(data: bytes, why: Why) -> None:
    if why == "two_kinds":  # an archive whose comment is the rest of the PDF
        rest = len(data) - data.index(b"PK\x05\x06") - 22
        data = data.replace(b"\x2f\0 ", rest.to_bytes(2, "little") + b" ")
    assert why_not(data) == why
    assert SAID[why]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pdf(b"2 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj\n"), "active_pdf"),
        (pdf(b"2 0 obj <</S /J#61vaScript /J#53 (1)>> endobj\n"), "active_pdf"),
        (pdf(b"2 0 obj <</S /Launch>> endobj\n"), "active_pdf"),
        (pdf(b"2 0 obj <</Names <</EmbeddedFiles 3 0 R>>>> endobj\n"), "active_pdf"),
        (pdf(packed=b"5 0 <</S /JavaScript /JS (1)>>"), "active_pdf"),
        (pdf(b"2 0 obj <</Encrypt 3 0 R>> endobj\n"), "locked_pdf"),
        (pdf(packed=b"x").replace(b"/FlateDecode", b"/LZWDecode"), "dark_pdf"),
        (pdf(packed=bytes(60_000_000)), "dark_pdf"),
        (pdf()[:-8], "damaged"),
    ],
)
def test_a_pdf_that_could_do_something_is_not_taken(data: bytes, why: Why) -> None:
    assert why_not(data) == why


def test_a_plain_pdf_is_taken_as_it_is() -> None:
    plain = pdf(packed=b"5 0 <</Title (declaration)>>")
    assert taken(plain).content == plain
