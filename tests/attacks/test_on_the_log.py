"""Somebody who may write the database, or the key file, and spoils a real log in one way: `verify` says where and what.

The log is one that was lived through the service; whatever is done to it is undone after each attack.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, text

from events.database import Database, sqlite_url
from events.envelope import leaf_of
from events.facts import catalogue
from events.keys import MemoryKeys, Owner
from events.log import Log, recorded_event
from events.noted_heads import NotedHead
from events.order import BEFORE_ALL, place_after
from events.verify import LogProof, verify, verify_on
from events.world import ManualClock, SeededEntropy
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from tests.kit.histories import Lives, Witnessed
from tests.kit.logs import tampered
from tests.kit.offices import Office
from tests.kit.people import ANNA, START
from tests.recorded.unpacking import unpacked
from workflow.subjects.intake.commands import OpenCase

# Two events somewhere in the middle: of two cases, and far apart.
EARLIER, LATER = 60, 200
Found = set[tuple[int | None, str]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnessed]:
    if request.param == "sqlite":
        living = Witnessed(sqlite_url(tmp_path_factory.mktemp("attacked") / "wayhome.sqlite"))
        Lives(living).lived()
        yield living
        living.close()
        return
    server = request.getfixturevalue("postgres")
    url = server.fresh_database()
    living = Witnessed(url)
    Lives(living).lived()
    yield living
    living.close()
    server.drop_database(url)


class Attack:
    """The hand of somebody who owns the tables, with the fences down."""

    def __init__(self, connection: Connection, office: Witnessed) -> None:
        self._connection = connection
        self._office = office

    def does(self, statement: str, **values: Any) -> None:
        assert self._connection.execute(text(statement), values).rowcount, "nothing was attacked"

    def event(self, position: int) -> Row[Any]:
        return self._connection.execute(text("SELECT * FROM events WHERE position = :p"), {"p": position}).one()

    def exchanges(self, one: int, other: int) -> None:
        for here, there in ((one, 10_000), (other, one), (10_000, other)):
            self.does("UPDATE events SET position = :there WHERE position = :here", here=here, there=there)

    def counts_down(self, after: int) -> None:
        """Close the gap an event has left, one by one: no two may have one position, not even for a moment."""
        for position in range(after + 1, self._office.log.size()):
            self.does("UPDATE events SET position = position - 1 WHERE position = :p", p=position)
        self.does("UPDATE log_head SET size = size - 1, placed = placed - 1")

    def proved(self, *held_to: NotedHead) -> LogProof:
        return verify_on(self._connection, catalogue(), keys=self._office.keys, held_to=held_to)


@pytest.fixture
def attack(office: Witnessed) -> Iterator[Attack]:
    with tampered(office.database) as connection:
        yield Attack(connection, office)


def found(report: LogProof) -> Found:
    return {(finding.position, finding.code) for finding in report.findings}


def sealed_at(office: Witnessed) -> tuple[int, str, int]:
    """Where a case's story is sealed: position, stream and version."""
    event = next(event for event in office.events() if event.envelope.type == "CaseOpened")
    return event.position, event.envelope.stream, event.envelope.version


def test_an_untouched_log_with_its_keys_is_whole(office: Witnessed) -> None:
    report = verify(office.log)
    assert report.findings == ()
    assert (report.unplaced, report.placed_from, report.missing_parts) == (0, 0, 0)


# -- what is sealed, and its keys -------------------------------------------------------------------------------


def test_a_sealed_part_that_was_deleted_is_missed(office: Witnessed, attack: Attack) -> None:
    position, stream, version = sealed_at(office)
    attack.does("DELETE FROM sealed_parts WHERE stream = :s AND version = :v", s=stream, v=version)
    report = attack.proved()
    assert found(report) == {(position, "part")}
    assert {(one.stream, one.version) for one in report.findings} == {(stream, version)}
    assert "is gone, and no fact says that it was erased" in report.findings[0].text


def test_all_of_one_person_that_was_deleted_is_missed(office: Witnessed, attack: Attack) -> None:
    _, stream, _ = sealed_at(office)
    attack.does("DELETE FROM sealed_parts WHERE stream = :s", s=stream)
    parts = sum(len(event.envelope.sealed) for event in office.log.stream(stream))
    report = attack.proved()
    assert (len(report.findings), report.missing_parts) == (parts, parts)


class SpoiltKeys(MemoryKeys):
    """The office's keys, with one taken away or put in place of another."""

    def __init__(self, keys: MemoryKeys, spoil: Callable[[dict[Owner, bytes]], None]) -> None:
        super().__init__(SeededEntropy(1))
        self._keys = dict(keys._keys)
        spoil(self._keys)


def test_a_key_that_was_deleted_is_missed_at_every_part_it_sealed(office: Witnessed) -> None:
    owner = next(owner for owner in office.keys._keys if owner[0])
    report = _proved_with(office, lambda keys: keys.pop(owner))
    assert found(report) == {(position, "key") for position in _sealed_with(office, owner)}
    assert "its key is missing" in report.findings[0].text


def test_a_key_that_was_replaced_is_found_at_every_part_it_sealed(office: Witnessed) -> None:
    owner = next(owner for owner in office.keys._keys if owner[0])
    report = _proved_with(office, lambda keys: keys.update({owner: bytes(32)}))
    assert found(report) == {(position, "key") for position in _sealed_with(office, owner)}
    assert "its key is not the one that sealed it" in report.findings[0].text


def test_who_has_no_keys_is_told_nothing_of_them(office: Witnessed) -> None:
    with office.database.reading() as connection:
        assert verify_on(connection, catalogue()).ok


def _proved_with(office: Witnessed, spoil: Callable[[dict[Owner, bytes]], Any]) -> LogProof:
    with office.database.reading() as connection:
        return verify_on(connection, catalogue(), keys=SpoiltKeys(office.keys, spoil))


def _sealed_with(office: Witnessed, owner: Owner) -> set[int]:
    return {
        event.position
        for event in office.events()
        for part in event.envelope.sealed
        if (part.person, part.compartment) == owner
    }


# -- the order --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [1, LATER - EARLIER])
def test_two_events_that_changed_places_are_found_where_they_stand(attack: Attack, apart: int) -> None:
    attack.exchanges(EARLIER, EARLIER + apart)
    assert {(EARLIER, "order"), (EARLIER + apart, "order")} <= found(attack.proved())


def test_exchanged_events_without_their_places_are_found_at_the_next_that_has_one(attack: Attack) -> None:
    """Whoever takes the places away says that an older Wayhome wrote the events; the chain goes on all the same."""
    attack.exchanges(EARLIER, EARLIER + 1)
    attack.does("UPDATE events SET place = NULL WHERE position BETWEEN :a AND :b", a=EARLIER, b=EARLIER + 1)
    assert (EARLIER + 2, "order") in found(attack.proved())


def test_an_event_taken_from_the_middle_is_missed_though_all_others_moved_up(office: Witnessed, attack: Attack) -> None:
    """The most careful thief: the last event of a stream, its row, its command and every number after it set right."""
    position = _last_of_a_shared_stream(office)
    gone = attack.event(position)
    before = office.log.stream(gone.stream)[gone.version - 1]
    attack.does("DELETE FROM events WHERE position = :p", p=position)
    attack.counts_down(position)
    attack.does(
        "UPDATE streams SET version = version - 1, leaf = :leaf WHERE stream = :s", leaf=before.leaf, s=gone.stream
    )
    report = attack.proved()
    assert (position, "order") in found(report)
    assert [finding.code for finding in report.findings].count("order") == 1


def _last_of_a_shared_stream(office: Witnessed) -> int:
    """An event in the middle that nothing but the order holds: no later one names it."""
    last = {event.envelope.stream: event for event in office.events()}
    return next(e.position for e in last.values() if e.envelope.version > 0 and e.position < office.log.size() - 20)


def test_an_event_slipped_in_between_is_found(office: Witnessed, attack: Attack) -> None:
    for position in reversed(range(EARLIER, office.log.size())):
        attack.does("UPDATE events SET position = position + 1 WHERE position = :p", p=position)
    forged = recorded_event(attack.event(EARLIER - 1)).envelope._replace(stream="note:slipped-in", version=0)
    forged = forged._replace(previous=None, link=None, sealed=())
    columns = ", ".join(f":{name}" for name in forged._fields)
    values = forged._asdict() | {"sealed": "[]"}
    attack.does(
        f"INSERT INTO events VALUES ({EARLIER}, {columns}, :leaf, NULL, :place)",
        **values, leaf=leaf_of(forged), place=b"x" * 32,
    )  # fmt: skip
    attack.does("UPDATE log_head SET size = size + 1, placed = placed + 1")
    assert {(EARLIER, "order"), (EARLIER + 1, "order")} <= found(attack.proved())


def test_a_clock_that_was_set_back_is_found_where_it_was(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_url(tmp_path_factory.mktemp("clock") / "wayhome.sqlite"))
    _opens(office.service, office)
    office.clock.advance(timedelta(seconds=30))
    early = Log(office.database, catalogue(), office.keys, office.chance, ManualClock(START))
    _opens(CommandService(early), office)
    assert verify(office.service.log).ok, "two processes that write at once"
    set_back = Log(office.database, catalogue(), office.keys, office.chance, ManualClock(START - timedelta(hours=1)))
    monkeypatch.setattr(set_back, "moments", set_back._as_the_clock_says)  # as a program before this one wrote
    position = office.service.log.size()
    _opens(CommandService(set_back), office)
    report = verify(office.service.log)
    assert found(report) == {(position, "time")}
    assert "the clock was set back" in report.findings[0].text
    office.close()


def _opens(service: CommandService, office: Office) -> None:
    asked: dict[str, Any] = {"programme": "moscow", "source": "ngo", "citizenships": ("MD",), "name": "N N"}
    assert isinstance(service.submit(OpenCase(command_id=office.uuid(), actor=ANNA, **asked)), Accepted)


# -- what commands were told --------------------------------------------------------------------------------------


def test_a_command_taken_away_is_missed_where_it_led_to_something(attack: Attack) -> None:
    attack.does("DELETE FROM commands WHERE command_id = :c", c=attack.event(EARLIER).command_id)
    assert {code for _, code in found(attack.proved())} == {"command"}


@pytest.mark.parametrize("column", ["digest", "answer"])
def test_a_command_that_is_told_otherwise_is_found(attack: Attack, column: str) -> None:
    command_id = attack.event(EARLIER).command_id
    attack.does(f"UPDATE commands SET {column} = {column} || ' ' WHERE command_id = :c", c=command_id)
    report = attack.proved()
    assert [finding.code for finding in report.findings] == ["command"]
    assert f"the row of its command {command_id}" in report.findings[0].text


def test_a_command_that_says_it_did_what_nobody_did_is_found(attack: Attack) -> None:
    answer = '{"case":"","version":0,"facts":["TranchePaid"]}'
    attack.does("INSERT INTO commands VALUES ('invented', 'x', :answer)", answer=answer)
    assert found(attack.proved()) == {(None, "command")}


# -- what only somebody outside can find --------------------------------------------------------------------------


def test_a_log_written_anew_agrees_with_itself_and_not_with_a_leaf_noted_before(
    office: Witnessed, attack: Attack
) -> None:
    """Said plainly by `verify`, and in docs/auditor.md: no log can prove against itself that it is not another."""
    noted = verify(office.log)
    last = attack.event(office.log.size() - 1)
    forged = recorded_event(last).envelope._replace(actor="staff:somebody-else")
    leaf = leaf_of(forged)
    before = attack.event(last.position - 1).place
    place = place_after(bytes(before), leaf, last.answered)
    attack.does(
        "UPDATE events SET actor = :a, leaf = :leaf, place = :place WHERE position = :p",
        a=forged.actor, leaf=leaf, place=place, p=last.position,
    )  # fmt: skip
    attack.does("UPDATE streams SET leaf = :leaf WHERE stream = :s", leaf=leaf, s=last.stream)
    attack.does("UPDATE log_head SET place = :place", place=place)
    assert found(attack.proved()) == {(last.position, "code")}, "the end of its stream and of the log"
    codes = office.log.codes  # and now with the keys as well
    attack.does("UPDATE streams SET mac = :m WHERE stream = :s", m=codes.of_stream(last.stream, last.version, leaf),
                s=last.stream)  # fmt: skip
    attack.does("UPDATE log_head SET mac = :m", m=codes.of_log(last.position + 1, place))
    report = attack.proved()
    assert report.ok
    assert report.head != noted.head
    held = attack.proved(NotedHead(noted.events, noted.head or b"", noted.place))
    assert found(held) == {(0, "noted")}
    before_it = NotedHead(last.position, place=bytes(before))
    held = attack.proved(before_it, NotedHead(noted.events, place=noted.place))
    assert (found(held), held.held_until) == ({(last.position, "noted")}, last.position), "named, between two heads"


def test_places_are_what_an_auditor_recomputes(office: Witnessed, attack: Attack) -> None:
    place = BEFORE_ALL
    for position in range(office.log.size()):
        row = attack.event(position)
        place = place_after(place, row.leaf, row.answered)
        assert bytes(row.place) == place


# -- a log an older Wayhome wrote ---------------------------------------------------------------------------------


def test_of_an_older_log_it_is_said_from_where_its_order_is_proved(tmp_path_factory: pytest.TempPathFactory) -> None:
    wayhome, database = unpacked(tmp_path_factory.mktemp("older") / "data")
    said = wayhome.done("verify").splitlines()
    assert said[0].endswith("nothing was changed, left out or added")
    assert said[1].startswith("not proved: that the 2941 events an older Wayhome wrote before position 2941")
    assert said[2].startswith("not provable from within: that its end was not cut off, or all of it written anew")
    wayhome.done("case", "open", "citizenships=MD", "--as", ANNA)
    assert wayhome.json("verify")["order_from"] == 2941
    with tampered(Database(sqlite_url(Path(database)))) as connection:
        for here, there in ((1000, -1), (1001, 1000), (-1, 1001)):
            connection.exec_driver_sql(f"UPDATE events SET position = {there} WHERE position = {here}")
        assert (2941, "order") in found(verify_on(connection, catalogue())), (
            "held since the first write of this version"
        )
