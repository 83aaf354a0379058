"""The list as a file: by a fresh proof, told in the history, few in a day, numbers and handles and no name."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from httpx2 import Response

from console.web.workbook import workbook
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from workflow.subjects.access.exports import EXPORTS_MAX

NAMES = {"name": "Анна Иванова", "phone": "+74957978722", "birth_date": "1980-02-03", "age_band": ...}
_TEXT = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}t"
_ROW = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}row"


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def take(house: WebHouse, person: Person, file: str = "csv", filters: str = "view=list", form: str = "") -> Response:
    given = {"file": file, "filters": filters, "command_id": form or str(house.office.uuid())}
    return person.post("/cases/export", given)


def exports(house: WebHouse) -> list[Any]:
    log = house.office.service.log
    return [log.fact(event) for event in log.of_types("exports:moscow", ("CasesExported",))]


def cells(workbook_bytes: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes)) as package:
        sheet = ET.fromstring(package.read("xl/worksheets/sheet1.xml"))
    return [[text.text or "" for text in row.iter(_TEXT)] for row in sheet.iter(_ROW)]


def test_a_supervisor_takes_the_narrowed_list_out_and_the_history_tells_of_it(house: WebHouse) -> None:
    ours = Story(house.office, language="uk", handle="Calm Lake", **NAMES).accepted()
    Story(house.office, language="ru").accepted()
    boris = house.sign_in(BORIS, ["supervisor"])
    answer = take(house, boris, filters="view=list&language=uk&sort=due")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    (head, row) = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head[:3] == ["Case", "Handle", "Stage"]
    assert row[:3] == [ours.case_id, "Calm Lake", "Referral"]
    assert answer.text.count('"') == 4 * len(head), "every cell is quoted"
    assert "Анна" not in answer.text
    assert "1980" not in answer.text
    (fact,) = exports(house)
    assert (fact.cases, fact.file, fact.filters) == (1, "csv", "view=list&programme=moscow&language=uk&sort=due")
    seen = [row for row in house.office.rows("looks", account=BORIS) if row["case_id"] == ours.case_id]
    assert [(row["page"], row["listed"]) for row in seen] == [("export", True)]


def test_a_workbook_says_the_same_and_what_is_in_it_is_recorded_too(house: WebHouse) -> None:
    case = Story(house.office, handle="Calm Lake").accepted()
    answer = take(house, house.sign_in(BORIS, ["supervisor"]), "xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="cases.xlsx"'
    head, row = cells(answer.content)
    assert head[:2] == ["Case", "Handle"]
    assert row[:2] == [case.case_id, "Calm Lake"]
    assert house.office.rows("looks", account=BORIS, case_id=case.case_id, page="export")


def test_text_in_a_workbook_is_never_a_formula_and_nothing_breaks_the_file() -> None:
    odd = ["=HYPERLINK(1)", "@x", "a<b>&\"'", "bell\x07", "\u202e", " kept "]
    data = workbook([odd])
    assert cells(data) == [["=HYPERLINK(1)", "@x", "a<b>&\"'", "bell", "\u202e", " kept "]]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    assert data == workbook([odd]), "the same table is the same bytes"


def test_without_a_fresh_proof_nothing_is_taken_out(house: WebHouse) -> None:
    Story(house.office).accepted()
    boris = house.sign_in(BORIS, ["supervisor"])
    house.clock.advance(timedelta(minutes=12))
    answer = take(house, boris)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/step-up?back=/cases%3Fview%3Dlist")
    assert exports(house) == []


@pytest.mark.parametrize("roles", [["case_manager"], ["medical"], ["auditor"], ["finance_approve"], ["partner"]])
def test_only_who_may_export_and_sees_the_list_takes_it_out(house: WebHouse, roles: list[Any]) -> None:
    Story(house.office).accepted()
    someone = house.sign_in("staff:olga", roles)
    assert take(house, someone).status_code == 404
    assert exports(house) == []
    assert "/cases/export" not in house.sign_in(ANNA).get("/cases?view=list").text


def test_of_many_files_in_one_day_the_next_is_refused_and_on_the_next_day_not(house: WebHouse) -> None:
    Story(house.office).accepted()
    boris = house.sign_in(BORIS, ["supervisor"])
    for _ in range(EXPORTS_MAX):
        assert take(house, boris).status_code == 200
    refused = take(house, boris)
    assert refused.headers["location"] == "/cases?view=list&problem=exports"
    assert "Five lists were taken out" in boris.get(refused.headers["location"]).text
    assert len(exports(house)) == EXPORTS_MAX
    house.office.pass_time(timedelta(hours=25))
    assert take(house, boris).status_code == 200


def test_a_form_sent_again_makes_no_second_file(house: WebHouse) -> None:
    Story(house.office).accepted()
    boris, form = house.sign_in(BORIS, ["supervisor"]), str(house.office.uuid())
    assert take(house, boris, form=form).status_code == 200
    assert take(house, boris, form=form).status_code == 303
    Story(house.office).accepted()
    assert take(house, boris, form=form).status_code == 422, "the same id for another list"
    assert len(exports(house)) == 1


@pytest.mark.parametrize("file", ["", "exe", "csv/../x", "XLSX"])
def test_an_unknown_kind_of_file_is_none(house: WebHouse, file: str) -> None:
    assert take(house, house.sign_in(BORIS, ["supervisor"]), file).status_code == 422
    assert exports(house) == []


def test_a_typed_name_in_the_filters_gets_into_no_fact(house: WebHouse) -> None:
    Story(house.office).accepted()
    take(house, house.sign_in(BORIS, ["supervisor"]), filters="view=list&owner=Oksana&stage=Petrenko&x=<script>")
    (fact,) = exports(house)
    assert "Oksana" not in fact.filters
    assert "Petrenko" not in fact.filters
