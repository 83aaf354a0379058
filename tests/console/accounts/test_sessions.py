"""Sessions end by themselves, at once when asked, and the moment the log says so; what is kept opens nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from console.accounts.sessions import Sessions
from console.accounts.sign_in import SignedIn
from events.instants import instant_text
from events.world import ManualClock
from handlers.projections.row_macs import RowMacs
from tests.console.accounts.conftest import ANNA, HERE, OLGA, ROOT, Door
from tests.kit.authenticators import SoftwareApp
from workflow.subjects.accounts.commands import (
    AccountCommand,
    ChangeRoles,
    CloseAccount,
    PlaceAccount,
    ResetCredentials,
    RevokeSessions,
)

Anna = tuple[str, SoftwareApp]


def test_a_session_ends_after_a_quarter_of_an_hour_without_a_page(door: Door, anna: Anna) -> None:
    token, _ = anna
    for _ in range(4):
        door.later(minutes=14)
        door.session(token)
    door.later(minutes=15)
    assert door.desk.sessions.find(token) is None


def test_a_page_that_only_listens_does_not_keep_a_session_alive(door: Door, anna: Anna) -> None:
    token, _ = anna
    for _ in range(14):
        door.later(minutes=1)
        assert door.desk.sessions.find(token, touch=False) is not None
    door.later(minutes=1)
    assert door.desk.sessions.find(token, touch=False) is None


def test_a_session_ends_after_eight_hours_in_any_case(door: Door, anna: Anna) -> None:
    token, _ = anna
    for _ in range(47):
        door.later(minutes=10)
        door.session(token)
    door.later(minutes=10)
    assert door.desk.sessions.find(token) is None


def test_being_seen_is_written_down_once_a_minute_at_most(door: Door, anna: Anna) -> None:
    token, _ = anna
    began = instant_text(door.office.now)
    for _ in range(5):
        door.later(seconds=10)
        door.session(token)
    assert [row["seen_at"] for row in door.office.rows("sessions", stage="open")] == [began]
    door.later(seconds=10)
    door.session(token)
    assert [row["seen_at"] for row in door.office.rows("sessions", stage="open")] == [instant_text(door.office.now)]


def test_whoever_signs_out_is_out_at_once(door: Door, anna: Anna) -> None:
    first, app = anna
    second = door.signed_in(ANNA, app)
    assert len(door.desk.sessions.of(ANNA)) == 2
    door.desk.sessions.end(first)
    door.desk.sessions.end(first)
    assert door.desk.sessions.find(first) is None
    door.session(second)
    door.desk.sessions.end_all(ANNA)
    assert door.desk.sessions.find(second) is None
    assert door.desk.sessions.of(ANNA) == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RevokeSessions, {"reason": "lost_device"}),
        (CloseAccount, {"reason": "left"}),
        (ChangeRoles, {"roles": ("medical",)}),
        (ResetCredentials, {}),
    ],
)
def test_what_the_log_says_ends_sessions_at_once(
    door: Door, anna: Anna, kind: type[AccountCommand], fields: dict[str, Any]
) -> None:
    token, _ = anna
    half = door.half(ANNA)
    door.command(kind, ANNA, **fields)
    assert door.desk.sessions.find(token) is None
    assert door.desk.sessions.half_way(half.token) is None
    assert door.desk.sessions.of(ANNA) == []


def test_a_session_whose_password_was_checked_before_a_revocation_does_not_outlive_it(door: Door, anna: Anna) -> None:
    known = door.desk.credentials.check(ANNA, "a quiet river in march")
    assert known is not None
    door.command(RevokeSessions, ANNA, reason="misuse")
    assert door.desk.sessions.find(door.desk.sessions.start(ANNA, known.row.epoch)) is None


def test_another_place_of_work_needs_no_new_sign_in(door: Door, anna: Anna) -> None:
    token, _ = anna
    door.command(PlaceAccount, ANNA, programmes=("moscow",), team="north")
    door.session(token)
    found = door.desk.accounts.find(ANNA)
    assert found is not None
    assert found.team == "north"


def test_a_stolen_table_of_sessions_opens_nothing(door: Door, anna: Anna) -> None:
    token, _ = anna
    for row in door.office.rows("sessions"):
        assert token not in repr(row)
        assert door.desk.sessions.find(row["token_hash"]) is None


def test_the_token_changes_when_somebody_is_fully_signed_in(door: Door, anna: Anna) -> None:
    _, app = anna
    door.later(minutes=1)
    half = door.half(ANNA)
    done = door.desk.sign_in.code(half.token, app.code(door.office.now), HERE)
    assert isinstance(done, SignedIn)
    assert done.token != half.token
    assert door.desk.sessions.half_way(half.token) is None
    assert door.desk.sessions.find(half.token) is None


def test_half_way_lasts_a_quarter_of_an_hour(door: Door, anna: Anna) -> None:
    half = door.half(ANNA)
    door.later(minutes=14, seconds=59)
    assert door.desk.sign_in.half_way(half.token) == half
    door.later(seconds=1)
    assert door.desk.sign_in.half_way(half.token) is None


def test_what_is_no_token_finds_nobody(door: Door, anna: Anna) -> None:
    for token in ("", "x", "a" * 100_000, "\x00", "тихо"):
        assert door.desk.sessions.find(token) is None
        assert door.desk.sessions.half_way(token) is None
        door.desk.sessions.end(token)
    door.session(anna[0])


def test_a_clock_put_back_by_hours_lets_nobody_stay(door: Door, anna: Anna) -> None:
    token, _ = anna
    early = ManualClock(door.office.now - timedelta(hours=3))
    office = door.office
    assert Sessions(office.database, early, office.chance, office.keys, RowMacs(office.keys)).find(token) is None
    door.session(token)


def test_rows_of_yesterday_are_gone(door: Door, anna: Anna) -> None:
    _, app = anna
    door.later(hours=25)
    door.signed_in(ANNA, app)
    stages = sorted(row["stage"] for row in door.office.rows("sessions"))
    assert stages == ["open", "password"]


def test_each_session_has_a_secret_of_its_own_for_its_forms(door: Door, anna: Anna) -> None:
    first, app = anna
    second = door.signed_in(ANNA, app)
    assert door.session(first).csrf != door.session(second).csrf
    assert len(door.session(first).csrf) >= 43


def test_an_administrator_is_signed_in_like_everybody_else(door: Door) -> None:
    token, _ = door.set_up(ROOT, door.opened(ROOT, "administrator"))
    assert door.session(token).account == ROOT


def test_one_session_of_several_is_ended_by_its_owner_only(door: Door, anna: Anna) -> None:
    first, app = anna
    second = door.signed_in(ANNA, app)
    door.desk.sessions.end_one(OLGA, door.session(first).token_hash)
    door.session(first)
    door.desk.sessions.end_one(ANNA, door.session(first).token_hash)
    assert door.desk.sessions.find(first) is None
    door.session(second)


def test_an_administrator_sees_when_each_account_was_last_seen(door: Door, anna: Anna) -> None:
    assert door.desk.sessions.last_seen() == {ANNA: door.office.now}
