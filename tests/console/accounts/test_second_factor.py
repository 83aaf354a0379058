"""A second factor: a code is taken once, a secret counts once it is answered, grave deeds ask again."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from console.accounts.sign_in import SignedIn, Wait, Wrong
from handlers.commanding.answers import Accepted
from tests.console.accounts.conftest import ANNA, HERE, OLGA, OWN, Anna, Door
from tests.kit.authenticators import SoftwareApp
from workflow.reasons import Refused

# -- codes ----------------------------------------------------------------------------------------------------


def test_a_code_is_taken_once(door: Door, anna: Anna) -> None:
    _, app = anna
    door.later(seconds=30)
    code = app.code(door.office.now)
    assert isinstance(door.desk.sign_in.code(door.half(ANNA).token, code, HERE), SignedIn)
    assert door.desk.sign_in.code(door.half(ANNA).token, code, HERE) == Wrong()


def test_the_code_that_proved_the_app_does_not_sign_in_too(door: Door, anna: Anna) -> None:
    _, app = anna
    assert door.desk.sign_in.code(door.half(ANNA).token, app.code(door.office.now), HERE) == Wrong()


@pytest.mark.parametrize(("off_s", "taken"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_telephone_may_be_half_a_minute_off(door: Door, anna: Anna, off_s: int, taken: object) -> None:
    _, app = anna
    door.later(minutes=5)
    code = app.code(door.office.now + timedelta(seconds=off_s))
    assert isinstance(door.desk.sign_in.code(door.half(ANNA).token, code, HERE), SignedIn) is taken


def test_what_is_no_code_is_wrong(door: Door, anna: Anna) -> None:
    for code in ("", "000000", "12345", "１２３４５６", "six666", "1" * 5000, "\x00"):
        door.later(minutes=5)
        assert door.desk.sign_in.code(door.half(ANNA).token, code, HERE) == Wrong(), code


def test_a_code_needs_a_password_first(door: Door, anna: Anna) -> None:
    token, app = anna
    door.later(minutes=5)
    for other in ("", "no-such-token", token):
        assert door.desk.sign_in.code(other, app.code(door.office.now), HERE) == Wrong()


def test_the_picture_to_scan_holds_no_style_and_no_script(door: Door) -> None:
    shown = door.desk.factors.codes.begin(ANNA)
    assert shown.uri.startswith("otpauth://totp/Wayhome:")
    assert f"secret={shown.secret}" in shown.uri
    drawn = ET.fromstring(shown.qr_svg)
    assert {name for one in drawn.iter() for name in one.attrib}.isdisjoint({"style", "onload", "href"})
    assert "viewBox" in drawn.attrib


def test_a_secret_nobody_answered_counts_for_nothing(door: Door, anna: Anna) -> None:
    shown = door.desk.factors.codes.begin(ANNA)
    door.later(minutes=5)
    assert door.desk.factors.codes.shown_again(ANNA, shown.factor) == shown
    assert door.desk.factors.codes.shown_again(OLGA, shown.factor) is None
    code = SoftwareApp(shown.secret).code(door.office.now)
    assert door.desk.sign_in.code(door.half(ANNA).token, code, HERE) == Wrong()
    door.later(minutes=11)
    late = SoftwareApp(shown.secret).code(door.office.now)
    assert not door.desk.factors.codes.confirm(ANNA, shown.factor, late)
    assert not door.desk.factors.codes.confirm(OLGA, shown.factor, late)
    assert door.desk.factors.codes.shown_again(ANNA, shown.factor) is None
    door.desk.factors.codes.begin(ANNA)
    assert shown.factor not in repr(door.office.rows("authenticators"))


def test_a_secret_that_counts_is_never_shown_again(door: Door, anna: Anna) -> None:
    ((_, factor),) = door.row(ANNA).factors
    assert door.desk.factors.codes.shown_again(ANNA, factor) is None


# -- once signed in -------------------------------------------------------------------------------------------


def test_grave_deeds_ask_for_the_second_factor_again(door: Door, anna: Anna) -> None:
    token, app = anna
    assert door.desk.sessions.is_strong(door.session(token))
    door.later(minutes=10)
    session = door.session(token)
    assert not door.desk.sessions.is_strong(session)
    assert door.desk.sign_in.strengthen(session, HERE, code="000000") == Wrong()
    assert not door.desk.sessions.is_strong(door.session(token))
    again = door.desk.sign_in.strengthen(session, HERE, code=app.code(door.office.now))
    assert not isinstance(again, Wrong | Wait)
    assert door.desk.sessions.is_strong(door.session(token))


def test_a_second_factor_is_added_and_removed_only_by_whoever_just_gave_one(door: Door, anna: Anna) -> None:
    token, app = anna
    (old,) = door.row(ANNA).factors
    door.later(minutes=10)
    shown = door.desk.factors.codes.begin(ANNA)
    new = SoftwareApp(shown.secret)
    add = door.desk.factors.add_code
    refused = add(door.session(token), shown.factor, new.code(door.office.now))
    assert isinstance(refused, Refused)
    assert refused.codes == ("factor_is_fresh",)
    assert door.desk.factors.remove(door.session(token), *old) == refused
    door.desk.sign_in.strengthen(door.session(token), HERE, code=app.code(door.office.now))
    assert isinstance(add(door.session(token), shown.factor, "000000"), Refused)
    assert isinstance(add(door.session(token), shown.factor, new.code(door.office.now)), Accepted)
    assert isinstance(door.desk.factors.remove(door.session(token), *old), Accepted)
    assert door.desk.sessions.find(token) is None
    door.later(minutes=1)
    half = door.half(ANNA)
    assert door.desk.sign_in.code(half.token, app.code(door.office.now), HERE) == Wrong()
    assert isinstance(door.desk.sign_in.code(half.token, new.code(door.office.now), HERE), SignedIn)


def test_a_second_person_vouches_with_both_factors(door: Door, anna: Anna) -> None:
    _, app = anna
    door.later(minutes=5)
    vouch = door.desk.sign_in.vouch
    assert vouch(ANNA, OWN, "000000", HERE) == Wrong()
    assert vouch(ANNA, "wrong password", app.code(door.office.now), HERE) == Wrong()
    found = vouch("anna", OWN, app.code(door.office.now), HERE)
    assert not isinstance(found, Wrong | Wait)
    assert found.account.account == ANNA
    assert len(door.desk.sessions.of(ANNA)) == 1
