"""The ways to documents in a programme file, and what cannot be recorded about them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.kit.story import story
from tests.kit.world import moscow
from workflow.guard_context import GuardContext
from workflow.programme.errors import ProgrammeFaulty
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.subjects.documents.commands import (
    AppealDocument,
    RecordDocumentStep,
    RecordTravelDocument,
    RefuseDocument,
    WithdrawDocument,
)
from workflow.subjects.documents.guards import document_for_booking, document_lasts, goes_abroad
from workflow.subjects.travel.state import travel_of

COLLECTION = "{id: collection, by: person, in_person: true, label: {en: Collection in person, ru: Получение лично}}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f"      - {COLLECTION}\n", "", "the last step is collection by the person"),
        ("{id: photos, by: person,", "{id: police_report, by: person,", "a step is listed twice"),
        ("{id: photos, by: person,", "{id: photos, by: person, working_days: 1,",
         "working_days are for steps by the authority"),
        ("calendar: UZ", "calendar: ZZ", "no calendar of public holidays is known for ZZ"),
        ("calendar: UZ, time_zone: Europe/Moscow", "calendar: UZ, time_zone: Europe/Moskva",
         "unknown time zone Europe/Moskva"),
        ("nationalities: [UZ]", "nationalities: [XX]", "'XX' is not a country"),
        ("{id: document_renewal,", "{id: paper_renewal,", "there is no service document_renewal"),
        ("id: return-certificate", "id: uzbek-return-certificate", "uzbek-return-certificate is listed twice"),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_a_fault(old: str, new: str, said: str) -> None:
    text = shipped_programme_text("moscow")
    assert old in text
    with pytest.raises(ProgrammeFaulty) as caught:
        load_definition(text.replace(old, new, 1))
    assert said in " | ".join(fault.text for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (RecordDocumentStep, {"step": "photos", "on": "2007-03-05"}, "document_is_under_way"),
        (RefuseDocument, {"reason": "unknown_identity"}, "document_is_under_way"),
        (AppealDocument, {"reason": "mistake"}, "document_is_under_way"),
        (WithdrawDocument, {"reason": "found"}, "document_is_under_way"),
    ],
)
def test_what_is_not_under_way_goes_nowhere(kind: Any, fields: dict[str, Any], code: str) -> None:
    story().when(kind, document_id="D-1", **fields).then_refused(code)


@pytest.mark.parametrize(
    ("citizenships", "destination", "leads"),
    [
        (("RU",), "", "at home"),
        (("MD",), "", "abroad"),
        ((), "", "abroad"),
        (("RU", "MD"), "MD", "abroad"),
        (("RU", "MD"), "RU", "at home"),
    ],
)
def test_whether_the_way_leads_abroad_is_told_by_the_declaration_or_else_by_citizenship(
    citizenships: tuple[str, ...], destination: str, leads: str
) -> None:
    case = travel_of.changed(story(citizenships=citizenships).case, destination=destination)
    assert goes_abroad(case, moscow().programme) is (leads == "abroad")


def test_a_document_lasts_until_its_last_day() -> None:
    told = story().does(RecordTravelDocument, kind="passport", valid_until="2007-06-01")
    asked = GuardContext(told.case, moscow().programme, told.place.now)
    assert document_lasts(asked, date(2007, 6, 1)) is None
    assert document_for_booking(asked, date(2007, 6, 1)) is None
    refusal = document_for_booking(asked, date(2007, 6, 2))
    assert refusal is not None
    assert refusal.code == "travel_papers_are_in_order"
    assert refusal.looked_at == (("needed_until", "2007-06-02"),)
