"""More people at once than there are connections: each page holds one while it is drawn, and nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import bring
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from workflow.subjects.intake.handle_words import WORDS

CROWD = 20  # connections to a database: 8, and on PostgreSQL 4 more


@ON_BOTH_DATABASES
def test_a_crowd_that_reads_and_writes_is_shown_all_its_pages(office: Office) -> None:
    house = WebHouse(office)
    case = bring(Story(office), "reception")
    crowd = [house.sign_in(f"staff:{noun}") for noun, *_ in WORDS["en"].nouns[:CROWD]]
    pages = ("/work", "/cases", f"/cases/{case.case_id}", f"/cases/{case.case_id}/do", "/beds")

    def goes_round(person: Person) -> list[int]:
        note = {"note": "slept well", "command_id": str(uuid4())}
        written = person.post(f"/cases/{case.case_id}/do/AddNote", note)
        return [written.status_code, *(person.get(page).status_code for page in pages)]

    with ThreadPoolExecutor(CROWD) as pool:
        found = list(pool.map(goes_round, crowd))
    assert found == [[303, *[200] * len(pages)]] * CROWD
    notes = [one for one in office.service.log.stream(f"case:{case.case_id}") if one.envelope.type == "NoteAdded"]
    assert len(notes) == CROWD
