"""A paper that proves something, with the screens alone: attached, looked at by who may, taken away."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any, cast

import pytest
from httpx2 import Response

from events.errors import ContentAltered, NotRecorded
from events.facts.attachments import FileAttached
from events.file_stores import MemoryFiles
from events.receipts import RecordedFileOpening, RecordedOpening
from events.sealed_content import open_content
from handlers.queries.access_log import accesses_of_case
from handlers.queries.attached_files import attached_event
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.papers import GPS_TAG, PHOTO, SCAN
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from workflow.subjects.attachments.state import AttachedFile, attachments_of
from workflow.subjects.travel.commands import DeclareReturn

NAME = "C:\\Users\\anna\\Иванова Анна.pdf"
WHY = {"purpose": "check", "why": "her lawyer asked"}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def stored(house: WebHouse) -> MemoryFiles:
    return cast("MemoryFiles", house.house.container.files)


def sends(house: WebHouse, who: Person, case: Story, data: bytes = SCAN, **more: Any) -> Response:
    """Fill in the form as a person does: one file chosen, none photographed."""
    form = {"command_id": str(house.office.uuid()), "kind": "declaration", "proves": "", "compartment": "", "told": ""}
    form |= {name: str(value) for name, value in more.items()}
    files = {"file": (NAME, data, "text/html"), "photo": ("", b"", "application/octet-stream")}
    return who.post(f"/upload/cases/{case.case_id}/files", form, files=files)


def attached(house: WebHouse, who: Person, case: Story, data: bytes = SCAN, **more: Any) -> str:
    """Attach a file and return its number."""
    answer = sends(house, who, case, data, **more)
    assert answer.status_code == 303, answer.text
    return list(attachments_of(case.case).live)[-1]


def looked_at(house: WebHouse, who: Person, case: Story, file_id: str) -> Response:
    """Say why, and follow to the page that shows the file."""
    form = WHY | {"command_id": str(house.office.uuid())}
    asked = who.post(f"/cases/{case.case_id}/files/{file_id}", form)
    assert asked.status_code == 303, asked.text
    return who.get(asked.headers["location"])


def content_in(page: Response) -> str:
    return page.text.partition('href="/cases/')[2] and next(
        part.partition('"')[0] for part in page.text.split('href="') if "/content/" in part.partition('"')[0]
    )


def told(house: WebHouse, case: Story, *kinds: str) -> list[Any]:
    log = house.office.service.log
    return [log.fact(event) for event in log.of_types(f"case:{case.case_id}", kinds)]


# -- the scan of a signed declaration -----------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_the_scan_of_a_signed_declaration_is_attached_to_what_it_proves_and_looked_at(house: WebHouse) -> None:
    case, anna = Story(house.office, citizenships=("MD",)), house.sign_in()
    case.does(DeclareReturn, destination="MD", signed_on=house.office.now.date())
    form = anna.get(f"/cases/{case.case_id}/attach").text
    version = form.partition("Return declared")[0].rpartition('option value="')[2].partition('"')[0]
    file_id = attached(house, anna, case, proves=version)
    page = anna.get(f"/cases/{case.case_id}").text
    assert f"/cases/{case.case_id}/files/{file_id}" in page
    (fact,) = told(house, case, "FileAttached")
    assert (fact.proves, fact.proves_version) == ("ReturnDeclared", int(version))
    shown = looked_at(house, anna, case, file_id)
    assert "Иванова Анна.pdf" in shown.text
    content = anna.get(content_in(shown))
    assert content.content == SCAN
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["content-disposition"] == f'attachment; filename="declaration-{file_id}.pdf"'
    assert content.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.headers["cache-control"] == "no-store"


def test_who_looked_at_a_file_and_why_is_recorded_before_a_byte_leaves(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    file_id = attached(house, anna, case)
    assert anna.get(f"/cases/{case.case_id}/files/{file_id}").status_code == 200
    assert not told(house, case, "SealedOpened")
    looked_at(house, anna, case, file_id)
    (look,) = told(house, case, "SealedOpened")
    assert (look.compartments, look.why, look.file_id) == (("legal",), "check: her lawyer asked", file_id)
    reads = accesses_of_case(house.office.service.log, case.case_id)
    assert ("legal", "file") in {read.parts for read in reads if read.what == "opened"}
    assert ("files",) in {read.parts for read in reads if read.what == "page"}


def test_without_a_recorded_look_nobody_gets_the_content(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    file_id, other = attached(house, anna, case), attached(house, anna, case, PHOTO)
    log = house.office.service.log
    event = attached_event(log, case.case_id, file_id)
    assert event is not None
    ciphertext = stored(house).get(attachments_of(case.case).files[file_id].digest)
    for command in (str(house.office.uuid()), event.envelope.command_id):
        with pytest.raises(NotRecorded):
            open_content(log, event, RecordedFileOpening(command, file_id), ciphertext)
    looked_at(house, anna, case, other)
    (look,) = log.of_types(f"case:{case.case_id}", ("SealedOpened",))
    for receipt in (
        RecordedFileOpening(look.envelope.command_id, file_id),  # a look at another file
        RecordedOpening(look.envelope.command_id),  # or at the whole part
    ):
        with pytest.raises(NotRecorded):
            open_content(log, event, receipt, ciphertext)


def test_the_address_of_a_file_is_of_no_use_to_anybody_else_and_for_five_minutes(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    shown = looked_at(house, anna, case, attached(house, anna, case))
    where = content_in(shown)
    assert anna.get(where).status_code == 200
    for stranger in (house.sign_in(), house.sign_in("staff:olga"), house.sign_in("staff:mika", ("medical",))):
        assert stranger.get(where).status_code == 404
    assert anna.get(where[:-2] + "xx").status_code == 404
    house.office.pass_time(timedelta(minutes=6))
    assert anna.get(where).status_code == 404


def test_a_look_at_one_file_opens_nothing_else_of_the_part(house: WebHouse) -> None:
    case, anna = Story(house.office, name="Анна Иванова"), house.sign_in()
    file_id = attached(house, anna, case, kind="photo", data=PHOTO)
    form = WHY | {"command_id": str(house.office.uuid())}
    where = anna.post(f"/cases/{case.case_id}/files/{file_id}", form).headers["location"]
    command, _, key = where.rpartition("/")[2].partition("?key=")
    assert anna.get(f"/cases/{case.case_id}/opened/{command}?key={key}").status_code == 404


def test_a_medical_paper_is_shown_to_medical_staff_and_closed_to_the_case_manager(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    mika = house.sign_in("staff:mika", ("medical",))
    file_id = attached(house, anna, case, kind="medical_paper")
    assert "closed to your role" in anna.get(f"/cases/{case.case_id}").text
    denied = anna.post(f"/cases/{case.case_id}/files/{file_id}", WHY | {"command_id": str(house.office.uuid())})
    assert denied.status_code == 403
    assert len(told(house, case, "SealedDenied")) == 1
    assert looked_at(house, mika, case, file_id).status_code == 200
    receipt = attached(house, anna, case, PHOTO, kind="receipt")
    assert receipt not in mika.get(f"/cases/{case.case_id}").text


# -- what nobody may learn ------------------------------------------------------------------------------------------


def test_name_and_content_are_sealed_and_the_name_is_used_nowhere(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    attached(house, anna, case, told="signed by Иванова")
    ((name, ciphertext),) = stored(house).kept.items()
    assert "Иванова" not in name
    assert SCAN not in ciphertext
    assert "Иванова".encode() not in ciphertext
    (event,) = house.office.service.log.of_types(f"case:{case.case_id}", ("FileAttached",))
    assert "Иванова" not in event.envelope.body
    assert [part.compartment for part in event.envelope.sealed] == ["legal"]


def test_a_photograph_loses_its_place_before_it_is_sealed(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    shown = looked_at(house, anna, case, attached(house, anna, case, PHOTO, kind="photo"))
    content = anna.get(content_in(shown))
    assert content.headers["content-type"] == "image/jpeg"
    assert GPS_TAG not in content.content
    assert f'src="{content_in(shown)}"' in shown.text


# -- bad input ------------------------------------------------------------------------------------------------------


def test_what_is_no_paper_is_refused_with_words_that_help_and_nothing_is_stored(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    answer = sends(house, anna, case, b"<svg><script>alert(1)</script></svg>")
    assert answer.status_code == 422
    assert "Save it as PDF or PNG." in answer.text
    assert sends(house, anna, case, b"").status_code == 422
    assert sends(house, anna, case, kind="poem").status_code == 422
    assert sends(house, anna, case, proves=0).status_code == 422, "that the case was opened is proved by no paper"
    assert not stored(house).kept
    assert not told(house, case, "FileAttached")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    path = f"/upload/cases/{case.case_id}/files"
    huge = {"content-type": "multipart/form-data; boundary=b", "content-length": str(2**31)}
    answer = anna.client.post(path, content=b"--b\r\n", headers=huge)
    assert answer.status_code == 413
    assert "10 MB at most" in answer.text
    assert not stored(house).kept


def test_the_same_form_sent_twice_attaches_once(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    command = house.office.uuid()
    first, second = (sends(house, anna, case, command_id=command) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(told(house, case, "FileAttached")) == len(stored(house).kept) == 1


def test_the_same_file_is_attached_once_and_the_second_leaves_nothing_behind(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    attached(house, anna, case)
    again = sends(house, anna, case, told="once more")
    assert again.status_code == 422
    assert "is attached to the case already" in again.text
    assert len(stored(house).kept) == 1
    attached(house, anna, Story(house.office))  # of somebody else it is another file
    assert len(stored(house).kept) == 2


@pytest.mark.parametrize("harm", ["changed", "gone", "exchanged"])
def test_a_file_a_thief_of_the_folder_touched_is_not_shown(house: WebHouse, harm: str) -> None:
    case, anna = Story(house.office), house.sign_in()
    file_id, other = attached(house, anna, case), attached(house, anna, case, PHOTO)
    files: dict[str, AttachedFile] = dict(attachments_of(case.case).files)
    kept, name = stored(house).kept, files[file_id].digest
    if harm == "gone":
        del kept[name]
    else:
        kept[name] = kept[files[other].digest] if harm == "exchanged" else kept[name][:-1] + b"x"
    shown = looked_at(house, anna, case, file_id)
    assert "is not the one that was attached" in shown.text
    assert "/content/" not in shown.text
    event = attached_event(house.office.service.log, case.case_id, file_id)
    (look,) = told(house, case, "SealedOpened")
    assert look.file_id == file_id
    command = house.office.service.log.of_types(f"case:{case.case_id}", ("SealedOpened",))[0].envelope.command_id
    assert event is not None
    with pytest.raises(ContentAltered):
        open_content(house.office.service.log, event, RecordedFileOpening(command, file_id), kept.get(name))


def test_a_file_whose_key_is_gone_shows_nothing_and_says_who_helps(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    file_id = attached(house, anna, case)
    keys = house.office.keys
    for owner in [one for one in keys._keys if one[0] == case.case.person_id]:
        del keys._keys[owner]
    shown = looked_at(house, anna, case, file_id)
    assert "The key of this file is missing. Whoever runs Wayhome puts the newest copy" in shown.text
    assert "/content/" not in shown.text
    assert told(house, case, "SealedOpened"), "that somebody looked is recorded all the same"
    asked = anna.get(str(shown.url).replace("/opened/", "/content/"))
    assert asked.status_code in (404, 503)
    assert SCAN not in asked.content


def test_a_ciphertext_moved_to_another_file_does_not_open_there(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    file_id, other = attached(house, anna, case), attached(house, anna, case, PHOTO, kind="consent")
    mine, theirs = (cast("FileAttached", fact) for fact in told(house, case, "FileAttached"))
    looked_at(house, anna, case, file_id)
    (look,) = house.office.service.log.of_types(f"case:{case.case_id}", ("SealedOpened",))
    event = attached_event(house.office.service.log, case.case_id, file_id)
    assert event is not None
    assert mine.digest != theirs.digest
    moved = event._replace(
        envelope=event.envelope._replace(body=event.envelope.body.replace(mine.digest, theirs.digest))
    )
    receipt = RecordedFileOpening(look.envelope.command_id, file_id)
    with pytest.raises(ContentAltered):  # even if the log could be made to say so
        open_content(house.office.service.log, moved, receipt, stored(house).get(theirs.digest))
    assert other != file_id


# -- for programs ---------------------------------------------------------------------------------------------------


def test_a_program_attaches_lists_and_looks_and_is_recorded_too(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    token = {"authorization": f"Bearer {anna.client.cookies[house.house.site.cookie]}", "accept": "application/json"}
    program, path = house.client(), f"/api/v1/cases/{case.case_id}/files"
    form = {"command_id": str(house.office.uuid()), "kind": "declaration"}
    first, second = (program.post(path, data=form, files={"file": (NAME, SCAN)}, headers=token) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    (file_id,) = attachments_of(case.case).live
    assert first.json()["file_id"] == second.json()["file_id"] == file_id
    (listed,) = program.get(path, headers=token).json()["files"]
    assert (listed["file_id"], listed["kind"], listed["compartment"]) == (file_id, "declaration", "legal")
    told = program.post(f"{path}/{file_id}/opened", json={"why": "her lawyer asked"}, headers=token).json()
    assert base64.b64decode(told["content"]) == SCAN
    assert told["told"].endswith("Иванова Анна.pdf")
    (look,) = house.office.service.log.of_types(f"case:{case.case_id}", ("SealedOpened",))
    assert look.envelope.command_id == told["command_id"]
    stored(house).kept.clear()
    gone = program.post(f"{path}/{file_id}/opened", json={"why": "her lawyer asked"}, headers=token)
    assert (gone.status_code, gone.json()["type"]) == (422, "urn:wayhome:problem:file_is_not_whole")


def test_a_program_is_told_what_is_wrong_with_what_it_sends(house: WebHouse) -> None:
    case, anna = Story(house.office), house.sign_in()
    token = {"authorization": f"Bearer {anna.client.cookies[house.house.site.cookie]}"}
    program, path = house.client(), f"/api/v1/cases/{case.case_id}/files"
    form = {"command_id": str(house.office.uuid()), "kind": "declaration"}
    page = {"file": ("x.pdf", b"<html>")}
    refused = program.post(path, data=form, files=page, headers=token)
    assert refused.json()["faults"][0]["what"].endswith("Save it as PDF or PNG.")
    assert program.post(path, json=form, headers=token).status_code == 415
    assert program.post(path, data=form | {"proves": "0"}, files=page, headers=token).status_code == 422
    assert program.post(path, data=form, files=page).status_code == 401
    assert not stored(house).kept
