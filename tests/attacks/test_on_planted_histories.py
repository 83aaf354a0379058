"""Somebody plants a row that would end a quarantine, open a name or be signed: whoever acts on it asks the keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from events.errors import KeysMissing, SealRefused, StreamForged
from events.facts.intake import NoteAdded
from events.facts.restore import LogRestored
from events.ids import RESTORE, CaseId, case_stream
from events.notes import LOG, SigningKey
from events.receipts import RecordedOpening
from events.sealer import Sealer
from events.writing import EventMetadata
from handlers.queries.quarantine import is_quarantined, quarantine_of
from tests.kit.forging import plants
from tests.kit.logs import tell
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.story import Story
from workflow.rights.acts import OPERATOR

MALLORY = "staff:mallory"
pytestmark = ON_BOTH_DATABASES


@pytest.fixture
def office(office_url: str) -> Iterator[Office]:
    office = Office(office_url, has_tables=True)
    yield office
    office.close()


@pytest.fixture
def case(office: Office) -> Story:
    return Story(office, name="Zlatovlaska")


def stream_of(case: Story) -> str:
    return case_stream(CaseId(case.case_id))


def test_a_planted_end_of_a_quarantine_lifts_none(office: Office) -> None:
    with office.service.log.writing() as writing:
        writing.lock([RESTORE])
        who = EventMetadata(str(office.uuid()), "staff:operator", OPERATOR, "command:AcceptCopy", writing.now, "")
        writing.append(RESTORE, LogRestored(size=8, mark=12, cause="older_log"), who)
        writing.remember(who.command_id, "", "{}")
    plants(office.database, RESTORE, "QuarantineLifted", '{"reason":"all well","second":"","proposal":""}', MALLORY)
    with office.database.reading() as connection:
        assert is_quarantined(office.service.log, connection)
    assert quarantine_of(office.service.log).is_on, "what is listed says the same as what is held"


def test_a_planted_opening_opens_nothing_though_it_names_every_part(office: Office, case: Story) -> None:
    said = '{"compartments":["identity","contact","story"],"why":"to know"}'
    at = plants(office.database, stream_of(case), "SealedOpened", said, MALLORY)
    (planted,) = [event for page in office.service.log.pages(at - 1) for event in page]
    receipt = RecordedOpening(planted.envelope.command_id)
    with pytest.raises(StreamForged):  # and not NotRecorded: by itself it would be believed
        office.service.log.opened_of(stream_of(case), ["identity"], receipt)


def test_a_log_into_which_somebody_wrote_is_not_signed(office: Office, case: Story) -> None:
    sealer = Sealer(office.service.log, SigningKey("way-home.example/log", LOG, b"\x07" * 32))
    signed = sealer.seal()
    assert signed is not None
    plants(office.database, stream_of(case), "CaseAssigned", '{"owner":"staff:mallory","team":""}', MALLORY)
    with pytest.raises(SealRefused, match="no command of ours stored"):
        sealer.seal()
    newest = sealer.newest()
    assert newest is not None
    assert newest.checkpoint == signed.checkpoint


def test_nobody_who_had_a_key_is_quietly_given_another(office: Office, case: Story) -> None:
    """Keys from before the case: what would be sealed under a new one is lost when the right ones come back."""
    person, note = case.case.person_id, "they met at the station"
    tell(office.service.log, (stream_of(case), NoteAdded(person_id=person, note=note)))
    del office.keys._keys[person, "story"]
    with pytest.raises(KeysMissing, match="put the newest copy"):
        tell(office.service.log, (stream_of(case), NoteAdded(person_id=person, note=note)))
    assert office.keys.find([(person, "story")]) == {}
