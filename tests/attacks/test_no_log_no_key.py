"""No log, no key: nobody is handed a person's key unless who opens what is recorded before, also when things fail."""

import ast
import random
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest
from sqlalchemy import select

from console.views.opening import sealed_values
from events.errors import EventsError, NotRecorded, StoreUnavailable
from events.ids import CaseId, case_stream
from events.keys import Owner
from events.receipts import RecordedOpening
from events.tables import events
from events.writing import Writing
from handlers.commanding.answers import Accepted
from handlers.projections.rebuild import rebuild
from handlers.projections.tables import looks
from handlers.queries.receipts import REBUILDING, ClaimedTask, OwnDirectory, RecordedDisclosure, RecordedRebuild
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from tests.kit.story import Story
from workflow.subjects.intake.commands import OpenSealed

NAME: Final = "Zlatovlaska"
ROOT: Final = Path(__file__).parent.parent.parent


class Counting:
    """What a key store hands out, counted: of persons, not of the house."""

    def __init__(self, office: Office) -> None:
        self.handed_out = list[Owner]()
        self._find = office.keys.find
        office.keys.find = self.find  # type: ignore[method-assign]

    def find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        found = self._find(owners)
        self.handed_out += [owner for owner in found if owner[0]]
        return found


def recorded(office: Office, case: Story, *parts: str) -> RecordedOpening:
    """Record that somebody opens these parts of a case."""
    command = OpenSealed.model_validate(
        {"command_id": office.uuid(), "actor": ANNA, "mandate": "case_manager", "case_id": case.case_id,
         "compartments": parts, "why": "to call her"}
    )  # fmt: skip
    answer = office.service.submit(command)
    assert isinstance(answer, Accepted), answer
    return RecordedOpening(str(command.command_id))


def opens(office: Office, case: Story, receipt: Any, *parts: str) -> bool:
    """Whether a receipt opens the name of a case; that it does not is said and hands no key out."""
    log, counting = office.service.log, Counting(office)
    try:
        found = log.opened_of(case_stream(CaseId(case.case_id)), parts or ("identity",), receipt)
    except NotRecorded:
        assert counting.handed_out == []
        return False
    return any(getattr(fact, "name", None) == NAME for _, fact in found)


@ON_BOTH_DATABASES
def test_only_a_recorded_opening_of_the_same_case_and_parts_in_these_minutes_opens(office: Office) -> None:
    case, other = Story(office, name=NAME, story="a cellar"), Story(office, name=NAME)
    receipt = recorded(office, case, "identity")
    assert opens(office, case, receipt)
    assert not opens(office, other, receipt), "of another case"
    assert not opens(office, case, receipt, "identity", "story"), "of more than was named"
    assert not opens(office, case, RecordedOpening(str(office.uuid()))), "made up"
    written = office.service.log.stream(case_stream(CaseId(case.case_id)))[0].envelope.command_id
    assert not opens(office, case, RecordedOpening(written)), "of another deed"
    office.pass_time(timedelta(minutes=11))
    assert not opens(office, case, receipt), "of before"


@ON_BOTH_DATABASES
def test_an_opening_that_was_denied_opens_nothing(office: Office) -> None:
    case = Story(office, name=NAME)
    command = case.command(OpenSealed, compartments=("identity",), why="curious", actor="staff:driver",
                           mandate="transport")  # fmt: skip
    office.service.submit(command)
    assert not opens(office, case, RecordedOpening(str(command.command_id)))


@ON_BOTH_DATABASES
def test_what_is_not_committed_yet_opens_nothing(office: Office) -> None:
    case = Story(office, name=NAME)
    finish, seen = Writing.finish, list[bool]()

    def peeking(writing: Writing, **_: bool) -> None:
        finish(writing)
        opened = select(events.c.command_id).where(events.c.type == "SealedOpened")
        if command_id := writing.connection.execute(opened).scalar_one_or_none():
            seen.append(opens(office, case, RecordedOpening(command_id)))

    with mock.patch.object(Writing, "finish", peeking):
        receipt = recorded(office, case, "identity")
    assert (seen, opens(office, case, receipt)) == ([False], True)


def test_machines_open_by_their_claim_by_the_disclosure_or_by_what_the_house_recorded(office: Office) -> None:
    case = Story(office, name=NAME)
    for made_up in (
        ClaimedTask("W-0000000000000000", 1), RecordedDisclosure(str(office.uuid())), OwnDirectory(),
        RecordedRebuild("2026-01-01T00:00:00.000000Z"),
    ):  # fmt: skip
        assert not opens(office, case, made_up), made_up
    task = next(iter(office.rows("tasks")), None)
    assert task is None or not opens(office, case, ClaimedTask(task["task_id"], task["epoch"])), "nobody claimed it"


def test_a_rebuild_says_before_that_it_opens_names_for_search_tokens(office: Office) -> None:
    Story(office, name=NAME)
    counting = Counting(office)
    rebuild(office.service.log)
    said = [row for row in office.rows(looks.name) if row["account"] == REBUILDING]
    assert len(said) == 1
    assert counting.handed_out, "and then it does"
    with mock.patch.object(type(office.database), "writing", side_effect=StoreUnavailable("down")):
        counting.handed_out.clear()
        with pytest.raises(StoreUnavailable):
            rebuild(office.service.log)
    assert counting.handed_out == []


@ON_BOTH_DATABASES
def test_keys_handed_out_are_exactly_what_was_recorded_whatever_fails(office: Office) -> None:
    """60 openings: the log fails before the record, in its commit, after it, or not at all."""
    cases, chance = [Story(office, name=NAME) for _ in range(4)], random.Random(10)
    counting, shown = Counting(office), 0
    for _ in range(60):
        case, fails = chance.choice(cases), chance.choice(["", "before", "commit", "reading"])
        command_id = office.uuid()
        try:
            with _failing(office, fails if fails in {"before", "commit"} else ""):
                office.service.submit(OpenSealed.model_validate(
                    {"command_id": command_id, "actor": ANNA, "mandate": "case_manager", "case_id": case.case_id,
                     "compartments": ("identity",), "why": "to call her"}
                ))  # fmt: skip
        except EventsError:
            pass
        try:
            with _failing(office, "reading" if fails == "reading" else ""):
                shown += bool(sealed_values(office.service.log, case.case_id, ("identity",), command_id))
        except EventsError:
            assert fails, "nothing failed"
    told = [e for case in cases for e in office.service.log.stream(case_stream(CaseId(case.case_id)))]
    openings = sum(e.envelope.type == "SealedOpened" for e in told)
    print(f"keys handed out={len(counting.handed_out)} shown={shown} recorded={openings}")
    assert len(counting.handed_out) == shown
    assert 0 < shown < openings <= 60, "what was recorded and then could not be read was not shown"


def _failing(office: Office, what: str) -> AbstractContextManager[Any]:
    down = StoreUnavailable("the log is down")
    database = type(office.database)
    if what == "before":
        return mock.patch.object(database, "writing", side_effect=down)
    if what == "commit":
        return mock.patch.object(Writing, "finish", side_effect=down)
    return mock.patch.object(database, "reading", side_effect=down) if what == "reading" else nullcontext()


# Who may ask the key store for a key at all: the log's own doors, what compares keys with what they sealed or counts
# those that are left of somebody erased, and secrets of the house.
_ASKS: Final = {
    "events/log.py", "events/keys_to_seal.py", "events/verify_beside.py", "events/key_check.py", "events/head_codes.py",
    "handlers/projections/row_signing.py", "handlers/erasing/stores.py", "console/opening_checks.py",
    "handlers/drafts/sealing.py",  # what somebody typed themselves and has not sent: no fact holds it
}  # fmt: skip


def test_nobody_but_the_log_asks_the_key_store_for_a_persons_key() -> None:
    asking = {
        str(file.relative_to(ROOT))
        for room in ("events", "workflow", "handlers", "workers", "console")
        for file in (ROOT / room).rglob("*.py")
        if any(_asks(node) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert asking == _ASKS


def _asks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "find":
        return False
    return ast.unparse(node.func.value).rpartition(".")[2].lstrip("_") in {"keys", "store"}
