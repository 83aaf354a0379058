"""Files made or sent to get past the door: scripts hidden in a PDF, and what was taken away brought back."""

from __future__ import annotations

import pytest

from console.attachments.attaching import GivenFile, Sender, attach
from console.attachments.faults import NotTakenError
from console.attachments.recognising import taken
from console.subjects import CASE_FORMS, OFFICE_FORMS
from events.file_stores import MemoryFiles
from handlers.commanding.answers import Accepted
from tests.kit.offices import Office
from tests.kit.papers import SCAN, pdf
from tests.kit.people import ANNA
from tests.kit.story import story
from tests.kit.web.houses import behind
from workflow.subjects.access.commands import ExportCases
from workflow.subjects.attachments.commands import AttachFile, RetractFile
from workflow.subjects.attachments.state import attachments_of

SCRIPT = b"2 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj\n"
PACKED = pdf(packed=b"5 0 <</S /JavaScript /JS (1)>>")
BEGINS, _, PACKED_OBJECT = PACKED.partition(b"4 0 obj ")


@pytest.mark.parametrize(
    "data",
    [
        pdf(b"% stream\n" + SCRIPT + b"% endstream\n"),  # to whoever searches for words, inside of a stream
        pdf(b"% >> stream\n" + SCRIPT + b"% endstream\n"),
        pdf(b"3 0 obj (>> stream\n) endobj\n" + SCRIPT + b"3 0 obj (endstream) endobj\n"),
        BEGINS + b"% stream\n4 0 obj " + PACKED_OBJECT,
        BEGINS + b"% >> stream\n4 0 obj " + PACKED_OBJECT,
        PACKED.replace(b">> stream\n", b"% >> stream\n >> stream\n"),
        PACKED.replace(b">> stream\n", b">> stream\r"),  # which a lenient reader takes for the beginning of one
        PACKED.replace(b">> stream\n", b">> stream \n"),
        PACKED.replace(b"/ObjStm", b"/Obj#53tm"),
        PACKED.replace(b"4 0 obj", b"4 0\nobj"),
        PACKED.replace(b"/Filter /FlateDecode", b"/Filter 7 0 R"),
        pdf(b"stream\n" * 200_000),  # would be searched for its end as often
    ],
)
def test_a_script_is_hidden_behind_no_word_of_a_pdf(data: bytes) -> None:
    with pytest.raises(NotTakenError) as refused:
        taken(data)
    assert refused.value.why in ("active_pdf", "dark_pdf")


def test_a_picture_in_a_pdf_may_hold_any_bytes_a_packed_stream_is_made_of() -> None:
    picture = b"2 0 obj <</Subtype /Image /Length 9>> stream\n\x00/JS (\xff/%s\nendstream endobj\n"
    assert taken(pdf(picture)).content == pdf(picture)


def test_no_form_names_a_stored_object_or_tells_of_a_list_that_nobody_took_out() -> None:
    for forms in (CASE_FORMS, OFFICE_FORMS):
        assert not {AttachFile.__name__, ExportCases.__name__} & forms.keys()


def test_a_file_that_was_taken_away_does_not_come_back_when_its_form_is_sent_again(office: Office) -> None:
    container, files, case = behind(office), MemoryFiles(), story(office)
    container.files = files
    sender, given = Sender(office.uuid(), ANNA, "case_manager"), GivenFile(SCAN, "scan.pdf", "declaration")
    assert isinstance(attach(container, case.case, sender, given, container.service.submit), Accepted)
    (name,) = files.kept
    case.does(RetractFile, file_id=next(iter(attachments_of(case.case).live)), reason="wrong_case")
    files.delete(name)  # as the worker does
    assert isinstance(attach(container, case.case, sender, given, container.service.submit), Accepted)
    assert not files.kept
