"""Whatever is changed, taken away or slipped in, the walk over the log names it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from events import verify as verifying
from events.catalogue import Catalogue
from events.database import Database, owner_engine
from events.envelope import leaf_of
from events.facts import catalogue
from events.facts.intake import CaseOpened
from events.findings import FINDINGS_MAX
from events.log import Log
from events.verify import PAGE_SIZE, LogProof, verify, verify_on
from tests.kit.logs import (
    CASE,
    LINKED,
    OTHER,
    TABLES,
    a_log,
    lower_the_fences,
    prepare_at,
    small_history,
    tampered,
    tell,
)

EVENTS = 8
TEXTS = (
    "stream",
    "type",
    "occurred_at",
    "recorded_at",
    "actor",
    "mandate",
    "cause",
    "command_id",
    "definition",
    "body",
)
BYTES = {"previous", "link", "leaf", "answered", "place", "salt", "ciphertext", "mac"}


@pytest.fixture
def told(log: Log) -> Log:
    small_history(log)
    return log


def after(database: Database, *statements: str, **values: Any) -> LogProof:
    """What the walk finds after somebody did this to the tables."""
    with tampered(database) as connection:
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount
        return verify_on(connection, catalogue())


def found(report: LogProof) -> set[tuple[int | None, str]]:
    return {(finding.position, finding.code) for finding in report.findings}


def test_an_untouched_log_is_whole(told: Log) -> None:
    seen: list[int] = []
    report = verify(told, seen.append)
    assert report.findings == ()
    assert report.ok
    assert (report.events, report.streams, report.missing_parts, report.more) == (EVENTS, 3, 0, 0)
    assert report.head == told.page()[-1].leaf
    assert seen == [EVENTS]


def test_an_empty_log_is_whole(log: Log) -> None:
    assert verify(log) == LogProof(0, 0, 0, (), 0, None)


def test_a_log_longer_than_a_page_is_whole(told: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIRST", "_NEXT"):
        monkeypatch.setattr(verifying, name, getattr(verifying, name).replace(f"LIMIT {PAGE_SIZE}", "LIMIT 3"))
    seen: list[int] = []
    assert verify(told, seen.append).ok
    assert seen == [3, 6, 8]


@pytest.mark.parametrize("column", TEXTS)
def test_a_changed_field_is_found(told: Log, column: str) -> None:
    report = after(told.database, f"UPDATE events SET {column} = {column} || '!' WHERE position = 3")
    assert (3, "leaf") in found(report)
    assert "its leaf does not match its content" in " ".join(finding.text for finding in report.findings)
    assert not report.ok


def test_one_flipped_letter_of_a_body_is_the_only_finding(told: Log) -> None:
    change = "UPDATE events SET body = replace(body, '8M4QA', '8M4QB') WHERE position = 4"
    assert found(after(told.database, change)) == {(4, "leaf")}


def test_a_changed_commitment_is_found(told: Log) -> None:
    change = "UPDATE events SET sealed = replace(replace(sealed, 'a', 'b'), '0', '1') WHERE position = 3"
    assert (3, "leaf") in found(after(told.database, change))


def test_a_list_of_parts_written_in_another_way_is_found(told: Log) -> None:
    spaced = "UPDATE events SET sealed = ' ' || sealed WHERE position = :position"
    assert found(after(told.database, spaced, position=3)) == {(3, "sealed")}
    assert found(after(told.database, spaced, position=1)) == {(1, "sealed")}


def test_a_changed_leaf_is_found_where_it_is_and_where_it_is_named(told: Log) -> None:
    report = after(told.database, "UPDATE events SET leaf = previous WHERE position = 1")
    assert found(report) == {(1, "leaf"), (1, "order"), (2, "link"), (3, "previous")}


def test_a_forged_leaf_that_fits_its_content_does_not_fit_what_follows(told: Log) -> None:
    forged = told.page()[3].envelope._replace(actor="worker:mallory")
    change = "UPDATE events SET actor = :actor, leaf = :leaf WHERE position = 3"
    report = after(told.database, change, actor=forged.actor, leaf=leaf_of(forged))
    assert found(report) == {(3, "order"), (4, "previous")}


def test_a_forged_end_of_a_stream_does_not_fit_its_row(told: Log) -> None:
    forged = told.page()[6].envelope._replace(actor="worker:mallory")
    change = "UPDATE events SET actor = :actor, leaf = :leaf WHERE position = 6"
    report = after(told.database, change, actor=forged.actor, leaf=leaf_of(forged))
    assert found(report) == {(6, "order"), (6, "stream")}


def test_a_deleted_event_is_missed(told: Log) -> None:
    report = after(told.database, "DELETE FROM events WHERE position = 4")
    assert found(report) == {(4, "position"), (5, "order"), (3, "stream"), (None, "command")}
    assert report.findings[0].text == "event 4 is missing"


def test_several_deleted_events_are_missed(told: Log) -> None:
    report = after(told.database, "DELETE FROM events WHERE position IN (1, 2, 3)")
    assert report.findings[0].text == "events 1 to 3 are missing"
    assert {(4, "order"), (4, "version"), (4, "previous"), (5, "version")} <= found(report)


def test_a_deleted_tail_is_missed(told: Log) -> None:
    report = after(told.database, "DELETE FROM events WHERE position >= 6")
    assert {(6, "head"), (5, "stream"), (None, "stream"), (None, "part"), (None, "command")} == found(report)
    assert "the log says it holds 8 events; those stored end at 5" in [finding.text for finding in report.findings]


def test_two_events_that_changed_places_are_found(told: Log) -> None:
    swap = "UPDATE events SET position = :there WHERE position = :here"
    with tampered(told.database) as connection:
        for here, there in ((1, 99), (3, 1), (99, 3)):
            connection.execute(text(swap), {"here": here, "there": there})
        report = verify_on(connection, catalogue())
    assert {(at, code) for at in (1, 3) for code in ("order", "version", "previous")} <= found(report)


def test_an_event_slipped_in_at_the_end_is_found(told: Log) -> None:
    columns = (
        "type, type_version, occurred_at, recorded_at, actor, mandate, cause, definition, body, sealed, link, leaf"
    )
    forge = (
        f"INSERT INTO events (position, stream, version, command_id, previous, {columns}) "
        f"SELECT 8, stream, version + 1, 'forged', leaf, {columns} FROM events WHERE position = 6"
    )
    report = after(told.database, forge)
    assert found(report) == {(8, "leaf"), (8, "head"), (8, "stream"), (8, "command")}


def test_a_changed_stream_row_is_found_at_the_last_event_of_the_stream(told: Log) -> None:
    change = f"UPDATE streams SET {{}} WHERE stream = '{CASE}'"
    for what in ("version = version + 1", "leaf = (SELECT leaf FROM events WHERE position = 0)"):
        assert found(after(told.database, change.format(what))) == {(4, "stream")}


def test_a_missing_and_an_invented_stream_row_are_found(told: Log) -> None:
    assert found(after(told.database, f"DELETE FROM streams WHERE stream = '{OTHER}'")) == {(7, "stream")}
    renamed = after(told.database, f"UPDATE streams SET stream = 'case:x' WHERE stream = '{OTHER}'")
    assert found(renamed) == {(7, "stream"), (None, "stream")}


def test_a_changed_ciphertext_is_found(told: Log) -> None:
    for column in ("salt", "ciphertext"):
        other = f"SELECT {column} FROM sealed_parts WHERE stream = '{OTHER}'"
        change = f"UPDATE sealed_parts SET {column} = ({other}) WHERE stream = '{CASE}' AND version = 2"
        report = after(told.database, change)
        assert found(report) == {(3, "part")}
        assert "(story) is not the one that was stored" in report.findings[0].text


def test_a_part_given_to_another_person_is_found(told: Log) -> None:
    change = f"UPDATE sealed_parts SET person = 'P-other' WHERE stream = '{CASE}' AND version = 2"
    assert found(after(told.database, change)) == {(3, "part")}


def test_a_ciphertext_that_is_gone_is_a_fault_while_no_fact_says_it_was_erased(told: Log) -> None:
    report = after(told.database, f"DELETE FROM sealed_parts WHERE stream = '{CASE}'")
    assert found(report) == {(0, "part"), (3, "part")}
    assert (len(report.findings), report.missing_parts) == (4, 4)


def test_a_part_no_event_lists_is_found(told: Log) -> None:
    add = (
        "INSERT INTO sealed_parts SELECT :stream, 1, 'medical', person, salt, ciphertext FROM sealed_parts "
        "WHERE compartment = 'identity'"
    )
    assert found(after(told.database, add, stream=CASE)) == {(1, "part")}
    assert found(after(told.database, add, stream="case:x")) == {(None, "part")}


def test_an_event_whose_command_was_never_taken_is_found(told: Log) -> None:
    own = "SELECT command_id FROM events WHERE position = 6"
    assert found(after(told.database, f"DELETE FROM commands WHERE command_id = ({own})")) == {(6, "command")}


def test_a_log_without_a_head_is_found(told: Log) -> None:
    assert found(after(told.database, "DELETE FROM log_head")) == {(8, "head")}


def test_a_fact_this_version_does_not_know_is_found(told: Log) -> None:
    with told.database.reading() as connection:
        report = verify_on(connection, Catalogue([CaseOpened]))
    assert {code for _, code in found(report)} == {"type"}
    assert len(report.findings) == EVENTS - 1


def test_events_an_older_program_wrote_are_folded_in_by_the_next_write(told: Log) -> None:
    """Hosts are updated one after another, and those not updated know nothing of places."""
    engine = owner_engine(told.database.url)
    with engine.begin() as connection:
        lower_the_fences(connection, TABLES)
        connection.exec_driver_sql("UPDATE events SET place = NULL, answered = NULL WHERE position >= 5")
        connection.exec_driver_sql(
            "UPDATE log_head SET placed = 5, place = (SELECT place FROM events WHERE position = 4)"
        )
        place = connection.exec_driver_sql("SELECT place FROM log_head").scalar_one()
        connection.execute(text("UPDATE log_head SET mac = :mac"), {"mac": told.codes.of_log(5, bytes(place))})
    engine.dispose()
    tell(told, (OTHER, LINKED))
    report = verify(told)
    assert report.findings == ()
    assert (report.unplaced, report.placed_from) == (3, EVENTS)
    swap = "UPDATE events SET position = :there WHERE position = :here"
    with tampered(told.database) as connection:
        for here, there in ((5, 99), (6, 5), (99, 6)):
            connection.execute(text(swap), {"here": here, "there": there})
        assert (EVENTS, "order") in found(verify_on(connection, catalogue()))


def test_a_list_of_findings_ends_and_the_rest_is_counted(log: Log) -> None:
    tell(log, *[(CASE, LINKED)] * (FINDINGS_MAX + 5))
    report = after(log.database, "UPDATE events SET actor = 'worker:mallory'")
    assert (len(report.findings), report.more) == (FINDINGS_MAX, 5)


WHERE = {
    "events": [f"position = {n}" for n in range(EVENTS)],
    "streams": [f"stream = '{name}'" for name in (CASE, OTHER, "fund:eu")],
    "sealed_parts": [f"stream = '{CASE}' AND version = {v} AND compartment = 'story'" for v in (0, 2)],
    "log_head": ["id = 0"],
}
COLUMNS = {
    "events": [
        "position", "stream", "version", "type", "type_version", "occurred_at", "recorded_at", "actor", "mandate",
        "cause", "command_id", "definition", "body", "sealed", "previous", "link", "leaf", "answered", "place",
    ],
    "streams": ["stream", "version", "leaf", "mac"],
    "sealed_parts": ["stream", "version", "compartment", "person", "salt", "ciphertext"],
    "log_head": ["size", "placed", "place", "mac"],
}  # fmt: skip
NUMBERS = {"position", "version", "type_version", "size", "placed"}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str, str, Any]:
    table = draw(st.sampled_from(sorted(COLUMNS)))
    column = draw(st.sampled_from(COLUMNS[table]))
    values: st.SearchStrategy[Any] = st.binary(max_size=40) if column in BYTES else TEXT
    value = draw(st.integers(-5, 2**31 - 1) if column in NUMBERS else values)
    return table, draw(st.sampled_from(WHERE[table])), column, value


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes())
def test_any_one_changed_value_of_any_row_is_found(told: Log, change: tuple[str, str, str, Any]) -> None:
    table, where, column, value = change
    with tampered(told.database) as connection:
        before = connection.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalar_one()
        savepoint = connection.begin_nested()
        try:
            connection.execute(text(f"UPDATE {table} SET {column} = :value WHERE {where}"), {"value": value})
        except DBAPIError:  # two rows of one key: the database itself refuses that
            savepoint.rollback()
            return
        report = verify_on(connection, catalogue(), keys=told.keys)
        assert report.ok == (before == value), (before, report)


@pytest.fixture
def told_file(sqlite_file: Path) -> Iterator[Database]:
    prepare_at(f"sqlite:///{sqlite_file}")
    log = a_log(f"sqlite:///{sqlite_file}")
    small_history(log)
    yield log.database
    log.database.close()


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(0, EVENTS - 1), column=st.sampled_from(COLUMNS["events"]), value=st.binary(min_size=1) | TEXT)
def test_a_value_of_another_kind_is_found(told_file: Database, row: int, column: str, value: bytes | str) -> None:
    look = f"SELECT {column} FROM events WHERE rowid = {row + 1}"
    with tampered(told_file) as connection:
        before = connection.exec_driver_sql(look).scalar_one()
        connection.exec_driver_sql(f"UPDATE OR IGNORE events SET {column} = ? WHERE rowid = {row + 1}", (value,))
        same = repr(before) == repr(connection.exec_driver_sql(look).scalar_one())
        assert verify_on(connection, catalogue()).ok == same


def test_bytes_that_are_no_text_any_more_are_found(told_file: Database) -> None:
    for column in ("body", "sealed", "stream", "type", "command_id"):
        report = after(told_file, f"UPDATE events SET {column} = CAST(x'ff' AS TEXT) WHERE position = 2")
        assert (2, "unreadable") in found(report)
    assert after(told_file).ok
