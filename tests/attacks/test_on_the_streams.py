"""Somebody plants an event that fits in every hash: the next command does not believe it, and `verify` says where.

There is no secret in a hash. What is planted here has the right leaf, place, answer and row of its stream; what it has
not is the code that only the keys can make.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import orjson
import pytest
from sqlalchemy import text

from console.opening_checks import code_heads_once_for_all
from events.errors import StreamForged
from events.head_codes import code_log, vouch_for_streams
from events.ids import OFFICE_DECISIONS, CaseId, case_stream
from events.noted_heads import NotedHead
from events.verify import LogProof, verify
from handlers.commanding.answers import Accepted, Answer
from tests.kit.forging import forging, plants
from tests.kit.officers import ROOT, ZOYA
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from workflow.command import ConfirmOfficeDecision
from workflow.reasons import Refused
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.intake.commands import AddNote

MALLORY = "staff:mallory"
ASSIGNED = '{"owner":"staff:mallory","team":""}'
pytestmark = ON_BOTH_DATABASES


@pytest.fixture
def office(office_url: str) -> Iterator[Office]:
    office = Office(office_url, has_tables=True)
    yield office
    office.close()


@pytest.fixture
def case_id(office: Office) -> CaseId:
    return _opened(office)


def _opened(office: Office) -> CaseId:
    answer = office.service.submit(office.opening())
    assert isinstance(answer, Accepted)
    return CaseId(answer.case_id)


def note(office: Office, case_id: str) -> Answer:
    return office.submit(AddNote, case_id=case_id, note="we spoke")


def codes_of(report: LogProof) -> set[tuple[int | None, str]]:
    return {(finding.position, finding.code) for finding in report.findings}


def test_a_case_that_somebody_gave_to_themselves_is_not_theirs_at_the_next_command(
    office: Office, case_id: CaseId, caplog: pytest.LogCaptureFixture
) -> None:
    other, stream = _opened(office), case_stream(case_id)
    position = plants(office.database, stream, "CaseAssigned", ASSIGNED, "staff:boris")
    with caplog.at_level(logging.ERROR), pytest.raises(StreamForged) as refused:
        note(office, case_id)
    assert case_id not in str(refused.value), "an account's name would stand there as well"
    assert "does not end as Wayhome wrote it" in caplog.text
    assert isinstance(note(office, other), Accepted), "nobody else is held up"
    assert (position, "code") in codes_of(verify(office.service.log))
    assert office.service.log.size() == position + 2, "and nothing was added behind it"


def test_one_forged_history_among_commands_that_come_together_harms_none_of_the_others(
    office: Office, case_id: CaseId
) -> None:
    others = [_opened(office) for _ in range(3)]
    plants(office.database, case_stream(case_id), "CaseAssigned", ASSIGNED, "staff:boris")
    commands = [office.command(AddNote, case_id=one, note="we spoke") for one in (*others[:1], case_id, *others[1:])]
    tickets = office.service.offer(commands)
    assert [type(ticket.error) for ticket in tickets] == [type(None), StreamForged, type(None), type(None)]


def test_a_decision_that_somebody_put_before_an_officer_is_not_confirmed(office: Office) -> None:
    office.has_account(ANNA)
    given = orjson.dumps({"account": MALLORY, "roles": ["supervisor"], "programmes": ["moscow"]}).decode()
    body = {
        "proposal_id": "D-FORGED", "command": "OpenAccount", "given": given, "confirmed_by": ["office.confirm"],
        "pins": "", "expires_at": "2030-01-01T00:00:00.000000Z", "person_id": "", "content": None,
    }  # fmt: skip
    plants(office.database, OFFICE_DECISIONS, "DecisionProposed", orjson.dumps(body).decode(), ROOT)
    with pytest.raises(StreamForged):
        office.submit(ConfirmOfficeDecision, actor=ZOYA, mandate="data_protection", proposal_id="D-FORGED")
    assert not office.rows("accounts", account=MALLORY)


def test_an_event_put_behind_a_history_without_its_row_is_not_believed(office: Office, case_id: CaseId) -> None:
    stream = case_stream(case_id)
    with office.database.reading() as connection:
        before = connection.execute(text("SELECT * FROM streams WHERE stream = :s"), {"s": stream}).mappings().one()
    plants(office.database, stream, "CaseAssigned", ASSIGNED, "staff:boris")
    with forging(office.database) as forger:  # the row as Wayhome left it, with a code that fits
        query = "UPDATE streams SET version = :version, leaf = :leaf, mac = :mac WHERE stream = :stream"
        forger.connection.execute(text(query), dict(before))
    with pytest.raises(StreamForged):
        office.another_service().submit(office.command(AddNote, case_id=case_id, note="we spoke"))


def test_a_history_whose_row_was_taken_away_cannot_begin_again(office: Office, case_id: CaseId) -> None:
    with forging(office.database) as forger:
        forger.connection.execute(text("DELETE FROM streams WHERE stream = :s"), {"s": case_stream(case_id)})
    assert isinstance(note(office, case_id), Refused), "there is no such case, and it cannot be begun anew"
    assert office.service.log.forged([case_stream(case_id)]) == {case_stream(case_id)}


def test_an_event_in_the_middle_that_was_altered_under_its_leaf_is_not_believed(
    office: Office, case_id: CaseId
) -> None:
    assert isinstance(office.submit(AssignCase, case_id=case_id, owner="staff:boris", mandate="operator"), Accepted)
    note(office, case_id)
    with forging(office.database) as forger:
        (row,) = [row for row in forger.rows() if row["type"] == "CaseAssigned"]
        forger.changes(row["position"], body=ASSIGNED)
    with pytest.raises(StreamForged):
        office.another_service().submit(office.command(AddNote, case_id=case_id, note="we spoke"))


def test_a_page_that_read_what_was_altered_does_not_make_a_command_believe_it(office: Office, case_id: CaseId) -> None:
    assert isinstance(office.submit(AssignCase, case_id=case_id, owner="staff:boris", mandate="operator"), Accepted)
    note(office, case_id)
    with forging(office.database) as forger:
        (row,) = [row for row in forger.rows() if row["type"] == "CaseAssigned"]
        forger.changes(row["position"], body=ASSIGNED)
    from handlers.states.case_reader import CaseReader

    service = office.another_service()
    CaseReader(service.log, service.definitions, service.folds).at(case_id)
    with pytest.raises(StreamForged):
        service.submit(office.command(AddNote, case_id=case_id, note="we spoke"))


def test_the_end_of_the_log_stays_in_doubt_until_somebody_with_the_keys_has_looked(
    office: Office, case_id: CaseId
) -> None:
    plants(office.database, "case:00000-00000", "CaseAssigned", ASSIGNED, "staff:boris")
    note(office, case_id)
    found = codes_of(verify(office.service.log))
    assert {code for _, code in found} == {"code"}
    assert (office.service.log.size() - 1, "code") in found, "the next write makes no code for what it found changed"
    with office.database.writing() as connection:
        assert vouch_for_streams(connection, office.service.log.codes, ["case:00000-00000"]) == 1
        code_log(connection, office.service.log.codes)
    assert verify(office.service.log).ok


def test_a_vouched_for_history_goes_on(office: Office, case_id: CaseId) -> None:
    plants(office.database, case_stream(case_id), "CaseAssigned", ASSIGNED, "staff:boris")
    with office.database.writing() as connection:
        vouch_for_streams(connection, office.service.log.codes, [case_stream(case_id)])
    assert isinstance(note(office, case_id), Accepted)


def test_an_older_end_brought_back_whole_is_shown_by_a_head_noted_elsewhere_only(
    office: Office, case_id: CaseId
) -> None:
    """Said plainly: a code is as good on the day after; only what is kept elsewhere knows that there was more."""
    keep, size = "SELECT * FROM streams", office.service.log.size()
    with office.database.reading() as connection:
        ends = [dict(row) for row in connection.execute(text(keep)).mappings()]
        head = dict(connection.execute(text("SELECT * FROM log_head")).mappings().one())
    note(office, case_id)
    proved = verify(office.service.log)
    with forging(office.database) as forger:
        forger.cuts_off(size)
        for row in ends:
            query = "UPDATE streams SET version = :version, leaf = :leaf, mac = :mac WHERE stream = :stream"
            forger.connection.execute(text(query), row)
        forger.connection.execute(text("UPDATE log_head SET mac = :mac"), {"mac": head["mac"]})
        forger.connection.execute(text("DELETE FROM sealed_parts WHERE NOT EXISTS (SELECT 1 FROM events e WHERE "
            "e.stream = sealed_parts.stream AND e.version = sealed_parts.version)"))  # fmt: skip
    assert verify(office.service.log).ok
    held = verify(office.service.log, held_to=[NotedHead(proved.events, place=proved.place)])
    assert codes_of(held) == {(size, "noted")}


def test_a_log_an_older_wayhome_left_is_coded_once_and_nobody_has_it_done_again(
    office: Office, case_id: CaseId
) -> None:
    with forging(office.database) as forger:
        forger.connection.execute(text("UPDATE streams SET mac = :nothing"), {"nothing": b""})
        forger.connection.execute(text("UPDATE log_head SET mac = :nothing"), {"nothing": b""})
    with pytest.raises(StreamForged):
        note(office, case_id)
    code_heads_once_for_all(office.service.log)
    assert verify(office.service.log).ok
    assert isinstance(note(office, case_id), Accepted)
    plants(office.database, case_stream(case_id), "CaseAssigned", ASSIGNED, "staff:boris")
    code_heads_once_for_all(office.service.log)
    with pytest.raises(StreamForged):
        note(office, case_id)


def test_the_end_of_the_log_is_not_made_to_look_like_one_that_never_was(office: Office, case_id: CaseId) -> None:
    """A last history is taken away whole, and the head says that nothing was placed yet: no older row is needed."""
    _opened(office)
    proved = verify(office.service.log)
    assert proved.ok
    with forging(office.database) as forger:
        forger.connection.execute(
            text("UPDATE log_head SET placed = 0, place = :nothing, mac = :nothing"), {"nothing": b""}
        )
    assert "code" in {finding.code for finding in verify(office.service.log).findings}
    assert isinstance(note(office, case_id), Accepted), "people go on recording"
    assert "code" in {finding.code for finding in verify(office.service.log).findings}, "and it stays in sight"


def test_other_keys_make_other_codes(office: Office, case_id: CaseId) -> None:
    codes, leaf = office.service.log.codes, bytes(32)
    code = codes.of_stream("case:A", 3, leaf)
    others = [codes.of_stream("case:B", 3, leaf), codes.of_stream("case:A", 4, leaf), codes.of_log(3, leaf),
              codes.of_stream("case:A", 3, bytes(31) + b"1")]  # fmt: skip
    assert code not in others
    assert not codes.is_stream("case:A", -1, leaf, code)
    assert not codes.is_stream("case:A", 3, leaf, "text")
