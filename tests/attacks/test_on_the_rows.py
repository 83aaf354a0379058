"""Somebody who may write the database, and has no key file, gains nothing at the door; and it is told."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, update

from console.accounts.sign_in import AuthServices, HalfWay, Wrong, open_auth_services
from events.envelope import leaf_of
from events.errors import StreamForged
from events.ids import account_stream
from events.instants import instant_text
from events.log import recorded_event
from events.tables import events
from handlers.checks.walk import check_log
from handlers.projections.account_marks import vouch_for
from handlers.projections.rebuild import rebuild
from handlers.projections.row_macs import RowMacs
from handlers.projections.row_signing import altered_accounts, altered_rows, code_proofs_of, code_rows_once
from handlers.projections.tables import account_marks, accounts, authenticators, credentials, sessions
from tests.console.accounts.conftest import ANNA, HERE, OWN, Door
from tests.kit.authenticators import SoftwareApp
from tests.kit.offices import Office
from workflow.subjects.accounts.commands import ChangeRoles, ChooseLanguage, CloseAccount, RevokeSessions

BORIS, MALLORY, ROOT, ZOYA = "staff:boris", "staff:mallory", "staff:root", "staff:zoya"
NEW = "an old boat on the other shore"


class Attacked(Door):
    """An office with a supervisor, Boris, and Mallory, a case manager who can write the database."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.opened(ROOT, "administrator")
        self.boris, self.boris_app = self.set_up(BORIS, self.opened(BORIS, "supervisor"))
        self.later(minutes=1)
        self.mallory, self.mallory_app = self.set_up(MALLORY, self.opened(MALLORY))

    def writes(self, statement: Any, *rows: Mapping[str, Any]) -> None:
        with self.office.database.writing() as connection:
            connection.execute(statement, list(rows) or None)

    def row_of(self, table: Table, account: str) -> dict[str, Any]:
        live = {"ended_at": ""} if table is sessions else {}
        (row,) = self.office.rows(table.name, account=account, **live)
        return row

    def altered(self) -> dict[str, int]:
        with self.office.database.reading() as connection:
            return dict(altered_rows(connection, self.office.keys))

    def who(self, token: str) -> str | None:
        found = self.desk.sessions.signed_in(token)
        return found and found[1].account.account

    def another_process(self) -> AuthServices:
        office = self.office
        return open_auth_services(office.another_service(), office.clock, office.chance, hashing=_cheap())

    def told(self) -> list[str]:
        """Return what `verify --rules` says of the rows."""
        checks = check_log(self.office.service.log, now=self.office.now)
        return [fault for one in checks if one.name == "I15" for fault in one.faults]

    def forges_event(self, account: str, kind: str, body: str) -> None:
        """Put an event behind an account's history that fits in every hash: there is no secret in those."""
        stream = account_stream(account)
        with self.office.database.writing() as connection:
            query = select(events).where(events.c.stream == stream).order_by(events.c.version.desc()).limit(1)
            last = connection.execute(query).mappings().one()
            size = connection.execute(select(func.max(events.c.position))).scalar_one() + 1
            forged = {**last, "position": size, "version": last["version"] + 1, "type": kind, "body": body,
                      "previous": last["leaf"], "answered": None, "place": None}  # fmt: skip
            event = recorded_event(tuple(forged[column.name] for column in events.columns))
            connection.execute(insert(events).values({**forged, "leaf": leaf_of(event.envelope)}))
            connection.exec_driver_sql(f"UPDATE log_head SET size = {size + 1}")
            connection.exec_driver_sql(f"UPDATE streams SET version = {forged['version']} WHERE stream = '{stream}'")


def _cheap() -> Any:
    from console.accounts.passwords import CHEAP

    return CHEAP


@pytest.fixture
def door(office: Office) -> Attacked:
    return Attacked(office)


# -- sessions ----------------------------------------------------------------------------------------------------


def test_a_session_of_the_supervisor_that_somebody_put_there_opens_nothing(
    door: Attacked, caplog: pytest.LogCaptureFixture
) -> None:
    now, token = instant_text(door.office.now), "a token of my own"
    like = door.row_of(sessions, BORIS) | {"token_hash": hashlib.sha256(token.encode()).hexdigest()}
    door.writes(insert(sessions).values({**like, "seen_at": now, "strong_at": now}))
    with caplog.at_level(logging.ERROR):
        assert [door.who(token), door.who(token), door.another_process().sessions.find(token)] == [None] * 3
    said = "a row of sessions was not written by Wayhome, or was changed since; it does not count"
    assert [record.message for record in caplog.records] == [said] * 2, "once in each process, and nothing of the row"
    assert door.altered() == {"sessions": 1}
    assert door.told() == ["sessions: 1 rows were not written by Wayhome, or were changed since; they do not count"]
    assert door.who(door.boris) == BORIS, "his own is his own"


@pytest.mark.parametrize("changed", ["account", "created_at", "seen_at", "strong_at", "epoch", "csrf", "challenge"])
def test_a_session_of_ones_own_is_not_made_into_another_one(door: Attacked, changed: str) -> None:
    later = instant_text(door.office.now)
    values = {"account": BORIS, "epoch": 7, "csrf": "mine", "challenge": f"{later} bWluZQ"}
    door.writes(
        update(sessions).where(sessions.c.account == MALLORY).values({changed: values.get(changed, _older(later))})
    )
    assert door.who(door.mallory) is None
    assert door.altered() == {"sessions": 1}


def _older(instant: str) -> str:
    return instant.replace("2", "1", 1)


def test_a_session_that_was_signed_out_is_not_brought_back_by_its_row(door: Attacked) -> None:
    before = door.row_of(sessions, BORIS)
    door.desk.sessions.end(door.boris)
    door.writes(delete(sessions).where(sessions.c.token_hash == before["token_hash"]))
    door.writes(insert(sessions).values(before))
    assert door.who(door.boris) is None
    assert door.another_process().sessions.find(door.boris) is None


def test_a_session_that_the_log_ended_is_not_brought_back_with_all_rows_of_that_day(door: Attacked) -> None:
    before = [(table, door.row_of(table, BORIS)) for table in (sessions, accounts, account_marks)]
    door.command(RevokeSessions, BORIS, reason="lost_device")
    for table, row in before:
        door.writes(delete(table).where(table.c.account == BORIS))
        door.writes(insert(table).values(row))
    assert door.who(door.boris) is None
    assert door.altered() == {"accounts": 1}


# -- what proves who signs in ------------------------------------------------------------------------------------


def test_ones_own_password_does_not_open_the_account_of_another(door: Attacked) -> None:
    mine = door.row_of(credentials, MALLORY)
    for row in (
        {**mine, "account": BORIS},
        {**door.row_of(credentials, BORIS), "password_hash": mine["password_hash"]},
    ):
        door.writes(delete(credentials).where(credentials.c.account == BORIS))
        door.writes(insert(credentials).values(row))
        assert isinstance(door.desk.sign_in.password(BORIS, OWN, HERE), Wrong)
    assert door.altered() == {"credentials": 1}


def test_a_password_that_was_replaced_is_not_brought_back(door: Attacked) -> None:
    before = door.row_of(credentials, BORIS)
    assert door.desk.sign_in.change_password(door.session(door.boris), OWN, NEW, HERE) is None
    door.writes(delete(credentials).where(credentials.c.account == BORIS))
    door.writes(insert(credentials).values(before))
    assert isinstance(door.desk.sign_in.password(BORIS, OWN, HERE), Wrong)


def test_a_password_whose_row_was_taken_away_is_not_handed_over_anew(door: Attacked) -> None:
    door.writes(delete(credentials).where(credentials.c.account == BORIS))
    assert [door.another_process().accounts.hand_over(BORIS, officer) for officer in (ZOYA, ROOT, "")] == ["", "", ""]


def test_a_password_that_was_replaced_opens_while_nobody_touches_it(door: Attacked) -> None:
    assert door.desk.sign_in.change_password(door.session(door.boris), OWN, NEW, HERE) is None
    assert isinstance(door.desk.sign_in.password(BORIS, NEW, HERE), HalfWay)


@pytest.mark.parametrize("swap", [{"secret"}, {"account", "factor"}, {"last_step"}])
def test_a_second_factor_is_not_swapped(door: Attacked, swap: set[str]) -> None:
    mine, his = door.row_of(authenticators, MALLORY), door.row_of(authenticators, BORIS)
    row = {name: his[name] if name in swap and name != "last_step" else mine[name] for name in mine}
    row = {**his, "secret": mine["secret"]} if swap == {"secret"} else row
    row = {**his, "last_step": 0} if swap == {"last_step"} else row
    door.writes(delete(authenticators).where(authenticators.c.account == BORIS))
    door.writes(insert(authenticators).values(row))
    half = door.half(BORIS)
    door.later(seconds=30)
    app: SoftwareApp = door.boris_app if swap == {"last_step"} else door.mallory_app
    assert isinstance(door.desk.sign_in.code(half.token, app.code(door.office.now), HERE), Wrong)
    assert door.altered() == {"authenticators": 1}


# -- accounts: rights come from the log, as far as commands of ours stored it -----------------------------------------


@pytest.mark.parametrize(
    "values", [{"roles": "supervisor"}, {"programmes": "moscow"}, {"team": "north"}, {"facilities": "shelter-north"}]
)
def test_roles_written_into_a_row_give_nothing(door: Attacked, values: dict[str, str]) -> None:
    door.writes(update(accounts).where(accounts.c.account == MALLORY).values(values))
    assert door.who(door.mallory) is None
    assert isinstance(door.desk.sign_in.password(MALLORY, OWN, HERE), Wrong)
    assert door.altered() == {"accounts": 1}
    rebuild(door.office.service.log)
    assert door.who(door.mallory) == MALLORY, "drawn from the log, the row is the one that Wayhome vouched for"


def test_a_closed_account_stays_closed_whatever_its_row_says(door: Attacked) -> None:
    before = [(table, door.row_of(table, BORIS)) for table in (accounts, account_marks)]
    door.command(CloseAccount, BORIS, reason="misuse")
    door.writes(update(accounts).where(accounts.c.account == BORIS).values(closed=False))
    assert isinstance(door.desk.sign_in.password(BORIS, OWN, HERE), Wrong)
    for table, row in before:
        door.writes(delete(table).where(table.c.account == BORIS))
        door.writes(insert(table).values(row))
    assert isinstance(door.desk.sign_in.password(BORIS, OWN, HERE), Wrong), "nor with its row and mark of before"
    assert door.desk.accounts.find(BORIS) is None


def test_roles_written_into_the_log_itself_give_nothing(door: Attacked, caplog: pytest.LogCaptureFixture) -> None:
    door.forges_event(MALLORY, "RolesChanged", '{"roles":["supervisor"]}')
    assert door.who(door.mallory) is None
    own = {"command_id": door.office.uuid(), "actor": MALLORY, "account": MALLORY, "language": "ru"}
    with pytest.raises(StreamForged):  # the next command does not believe what stood before it
        door.office.service.submit(ChooseLanguage.model_validate(own))
    assert door.who(door.mallory) is None
    rebuild(door.office.service.log)
    assert door.desk.accounts.find(MALLORY) is None, "nor does drawing the rows anew"
    with pytest.raises(StreamForged):
        door.command(CloseAccount, MALLORY, reason="misuse")
    assert door.desk.accounts.find(MALLORY) is None
    assert MALLORY not in caplog.text
    with door.office.database.reading() as connection:
        assert altered_accounts(connection, door.office.keys) == [MALLORY]


def test_an_account_that_was_only_written_into_the_log_is_nobody(door: Attacked) -> None:
    with door.office.database.writing() as connection:
        connection.execute(delete(account_marks).where(account_marks.c.account == MALLORY))
    assert door.desk.accounts.find(MALLORY) is None
    assert [row.account.account for row in door.desk.accounts.list()] == [BORIS, ROOT, ZOYA]


# -- what stays possible ------------------------------------------------------------------------------------------


def test_honest_changes_keep_everything_vouched_for(door: Attacked) -> None:
    door.command(ChangeRoles, BORIS, roles=("case_manager", "supervisor"))
    door.signed_in(BORIS, door.boris_app)
    door.desk.sessions.end_all(MALLORY)
    assert door.altered() == {}
    assert door.told() == []
    assert [row.account.account for row in door.desk.accounts.list()] == [BORIS, MALLORY, ROOT, ZOYA]


def test_an_account_counts_again_once_somebody_with_the_keys_vouches_for_its_history(door: Attacked) -> None:
    door.forges_event(MALLORY, "LanguageChosen", '{"language":"ru"}')
    assert door.who(door.mallory) is None
    log, macs = door.office.service.log, RowMacs(door.office.keys)
    rebuild(log)
    with door.office.database.writing() as connection:
        assert vouch_for(log, connection, macs, MALLORY) == 1
    assert door.who(door.mallory) == MALLORY
    assert door.altered() == {}


def test_after_a_backup_from_before_was_restored_the_operator_vouches_for_proofs_too(door: Attacked) -> None:
    for table in (credentials, authenticators):
        door.writes(update(table).values(mac=b""))
    door.writes(delete(account_marks))
    log, macs = door.office.service.log, RowMacs(door.office.keys)
    with door.office.database.writing() as connection:
        vouch_for(log, connection, macs, BORIS)
        code_proofs_of(connection, macs, BORIS)
    assert door.who(door.signed_in(BORIS, door.boris_app)) == BORIS
    assert isinstance(door.desk.sign_in.password(MALLORY, OWN, HERE), Wrong), "nobody else's"


def test_rows_of_an_older_wayhome_count_once_its_keys_have_seen_them(door: Attacked) -> None:
    for table in (credentials, authenticators, sessions):
        door.writes(update(table).values(mac=b""))
    door.writes(delete(account_marks))
    assert isinstance(door.desk.sign_in.password(BORIS, OWN, HERE), Wrong)
    assert code_rows_once(door.office.service.log)
    assert (door.who(door.boris), door.who(door.signed_in(BORIS, door.boris_app))) == (BORIS, BORIS)
    door.writes(update(credentials).values(mac=b""))
    assert not code_rows_once(door.office.service.log), "and nobody has it done again"
    assert isinstance(door.desk.sign_in.password(BORIS, OWN, HERE), Wrong)


def test_the_code_of_one_table_is_none_of_another_and_none_of_another_installation(office: Office) -> None:
    macs, row = RowMacs(office.keys), {"account": ANNA, "number": 1, "closed": False, "secret": b"x"}
    code = macs.of("credentials", row)
    assert macs.is_right("credentials", {**row, "mac": code})
    assert not macs.is_right("sessions", {**row, "mac": code})
    changes: list[Callable[[], dict[str, Any]]] = [
        lambda: {**row, "account": "staff:boris"}, lambda: {**row, "number": 2}, lambda: {**row, "closed": True},
        lambda: {**row, "number": True}, lambda: {**row, "secret": "x"}, lambda: {"number": 1, "closed": False},
    ]  # fmt: skip
    assert not any(macs.is_right("credentials", {**made(), "mac": code}) for made in changes)
