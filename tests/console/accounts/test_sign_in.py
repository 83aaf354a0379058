"""The way in: the first time an own password and a second factor; what ends sessions, what is kept."""

from __future__ import annotations

import re

from sqlalchemy import select

from console.accounts.sign_in import HalfWay, Wrong
from events.log import Log
from handlers.projections.tables import metadata
from tests.console.accounts.conftest import ANNA, HERE, OWN, ROOT, Anna, Door
from tests.kit.authenticators import SoftwareApp
from tests.kit.officers import ZOYA
from tests.kit.offices import Office
from workflow.reasons import Refused

SECRETS = ("credentials", "authenticators", "passkeys", "sessions", "sign_in_attempts")


def everything_kept(office: Office) -> str:
    with office.database.reading() as connection:
        rows = [connection.execute(select(metadata.tables[name])).all() for name in SECRETS]
    return repr(rows)


def the_log(log: Log) -> str:
    return repr([event.envelope for page in log.pages() for event in page])


# -- the first time -------------------------------------------------------------------------------------------


def test_the_first_sign_in_ends_with_an_own_password_and_a_second_factor(door: Door) -> None:
    password = door.opened(ANNA)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", password)
    half = door.half("anna", password.lower().replace("-", " "))
    assert (half.account, half.setting_up, half.must_change, half.kinds) == (ANNA, True, True, frozenset())
    token, _ = door.set_up(ANNA, password)
    assert door.session(token).account == ANNA
    assert door.half(ANNA).kinds == {"totp"}
    assert door.desk.sign_in.password(ANNA, password, HERE) == Wrong()


def test_a_one_time_password_opens_nothing_by_itself(door: Door) -> None:
    half = door.half(ANNA, door.opened(ANNA))
    assert door.desk.sessions.find(half.token) is None
    assert door.desk.sign_in.set_up(half.token) == Wrong()
    assert door.desk.sign_in.code(half.token, "123456", HERE) == Wrong()


def test_the_own_password_comes_before_the_second_factor(door: Door) -> None:
    half = door.half(ANNA, door.opened(ANNA))
    session = door.desk.sign_in.setting_up(half.token)
    assert session is not None
    shown = door.desk.factors.codes.begin(ANNA)
    code = SoftwareApp(shown.secret).code(door.office.now)
    answer = door.desk.factors.add_code(session, shown.factor, code)
    assert isinstance(answer, Refused)
    assert answer.codes == ("password_is_own",)


def test_the_one_time_password_is_not_taken_as_an_own_one(door: Door) -> None:
    password = door.opened(ANNA)
    assert door.desk.sign_in.set_password(door.half(ANNA, password).token, password) == "common"


def test_a_one_time_password_is_good_for_three_days(door: Door) -> None:
    password = door.opened(ANNA)
    door.later(hours=71, minutes=59)
    door.half(ANNA, password)
    door.later(minutes=1)
    assert door.desk.sign_in.password(ANNA, password, HERE) == Wrong()


def test_whoever_knows_only_the_password_adds_no_factor_of_their_own(door: Door, anna: Anna) -> None:
    half = door.half(ANNA)
    assert not half.setting_up
    assert door.desk.sign_in.setting_up(half.token) is None
    assert door.desk.sign_in.set_password(half.token, "another long password") == Wrong()
    assert door.desk.sign_in.set_up(half.token) == Wrong()
    session = door.desk.sessions.half_way(half.token)
    assert session is not None
    answer = door.desk.factors.add_code(session, "totp-x", "000000")
    assert isinstance(answer, Refused)
    assert answer.codes == ("factor_is_first",)


# -- what is kept ---------------------------------------------------------------------------------------------


def test_nothing_kept_opens_anything(door: Door, anna: Anna) -> None:
    token, _ = anna
    shown = door.desk.factors.codes.begin(ANNA)
    password = door.opened("staff:boris")
    door.desk.sign_in.password("a password typed as a name", OWN, HERE)
    kept, logged = everything_kept(door.office), the_log(door.office.service.log)
    for secret in (token, OWN, shown.secret, password, HERE.address, "typed as a name"):
        assert secret not in kept
        assert secret not in logged
    assert "argon2id" in kept
    assert "argon2" not in logged


# -- once signed in -------------------------------------------------------------------------------------------


def test_changing_the_password_ends_every_other_session(door: Door, anna: Anna) -> None:
    first, app = anna
    second = door.signed_in(ANNA, app)
    session = door.session(second)
    change = door.desk.sign_in.change_password
    assert change(session, "wrong password", "another quiet river", HERE) == Wrong()
    assert change(session, OWN, "short", HERE) == "short"
    assert change(session, OWN, "another quiet river", HERE) is None
    assert door.desk.sessions.find(first) is None
    assert door.session(second)
    assert isinstance(door.desk.sign_in.password(ANNA, "another quiet river", HERE), HalfWay)


def test_after_a_reset_nothing_old_opens_anything(door: Door, anna: Anna) -> None:
    token, app = anna
    half = door.half(ANNA)
    door.reset(ANNA)
    assert door.desk.accounts.hand_over(ANNA, ROOT) == "", "not whoever proposed it"
    password = door.desk.accounts.hand_over(ANNA, ZOYA)
    assert password
    assert door.desk.sessions.find(token) is None
    assert door.desk.sign_in.half_way(half.token) is None
    assert door.desk.sign_in.password(ANNA, OWN, HERE) == Wrong()
    again = door.half(ANNA, password)
    assert again.setting_up
    door.later(seconds=30)
    assert door.desk.sign_in.code(again.token, app.code(door.office.now), HERE) == Wrong()
    assert door.desk.accounts.hand_over(ANNA, ZOYA) == "", "it is made once"


def test_a_reset_counts_even_when_the_machine_stopped_before_a_new_password_was_made(door: Door, anna: Anna) -> None:
    door.reset(ANNA)
    assert door.desk.sign_in.password(ANNA, OWN, HERE) == Wrong()
    assert door.half(ANNA, door.desk.accounts.hand_over(ANNA, ZOYA)).setting_up
