"""Passkeys: registered once, answering only this house, only what was just asked, and never the same answer twice."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from console.accounts.sessions import Session
from console.accounts.sign_in import SignedIn, Wait, Wrong
from handlers.commanding.answers import Accepted
from tests.console.accounts.conftest import ANNA, HERE, OWN, Door
from tests.kit.authenticators import SoftwareApp, SoftwareKey
from workflow.reasons import Refused

Anna = tuple[str, SoftwareApp]


def registered(door: Door, session: Session, key: SoftwareKey) -> object:
    options = door.desk.factors.passkeys.registration_options(session, door.row(session.account))
    row = door.row(session.account)
    return door.desk.factors.add_passkey(session, row, key.made_for(options), "the key on my ring")


@pytest.fixture
def key(door: Door, anna: Anna) -> SoftwareKey:
    """Anna's key, registered beside her app."""
    made = SoftwareKey()
    assert isinstance(registered(door, door.session(anna[0]), made), Accepted)
    return made


def asked(door: Door, token: str) -> str:
    options = door.desk.sign_in.passkey_options(token)
    assert options is not None
    return options


def test_a_passkey_is_registered_and_signs_in(door: Door, anna: Anna, key: SoftwareKey) -> None:
    assert door.half(ANNA).kinds == {"totp", "passkey"}
    half = door.half(ANNA)
    done = door.desk.sign_in.passkey(half.token, key.signed(asked(door, half.token)), HERE)
    assert isinstance(done, SignedIn)
    session = door.session(done.token)
    assert session.account == ANNA
    assert door.desk.sessions.is_strong(session)
    assert [one.name for one in door.desk.factors.passkeys.of(door.row(ANNA))] == ["the key on my ring"]


def test_a_passkey_may_be_the_first_second_factor(door: Door) -> None:
    token = door.half(ANNA, door.opened(ANNA)).token
    assert door.desk.sign_in.set_password(token, OWN) is None
    session = door.desk.sign_in.setting_up(token)
    assert session is not None
    assert isinstance(registered(door, session, SoftwareKey()), Accepted)
    assert isinstance(door.desk.sign_in.set_up(token), SignedIn)


def test_a_passkey_is_asked_again_before_grave_deeds(door: Door, anna: Anna, key: SoftwareKey) -> None:
    token, _ = anna
    door.later(minutes=12)
    session = door.session(token)
    options = door.desk.factors.passkeys.authentication_options(session, door.row(ANNA))
    assert not door.desk.sessions.is_strong(session)
    again = door.desk.sign_in.strengthen(session, HERE, answer=key.signed(options))
    assert not isinstance(again, Wrong | Wait)
    assert door.desk.sessions.is_strong(door.session(token))


def test_the_page_of_another_address_gets_no_passkey_registered(door: Door, anna: Anna) -> None:
    for origin in ("https://wayhome.example", "http://localhost:9999", "https://localhost:8421"):
        refused = registered(door, door.session(anna[0]), SoftwareKey(origin))
        assert isinstance(refused, Refused)
        assert refused.codes == ("factor_is_proved",)
    assert door.row(ANNA).factors == {next(iter(door.row(ANNA).factors))}


def test_the_page_of_another_address_gets_no_passkey_to_sign_in(door: Door, anna: Anna, key: SoftwareKey) -> None:
    key.origin = "https://wayhome.example"
    half = door.half(ANNA)
    assert door.desk.sign_in.passkey(half.token, key.signed(asked(door, half.token)), HERE) == Wrong()


def test_a_passkey_of_another_host_is_not_taken(door: Door, anna: Anna, key: SoftwareKey) -> None:
    half = door.half(ANNA)
    options = json.dumps(json.loads(asked(door, half.token)) | {"rpId": "wayhome.example"})
    assert door.desk.sign_in.passkey(half.token, key.signed(options), HERE) == Wrong()


def test_an_answer_is_not_taken_a_second_time(door: Door, anna: Anna, key: SoftwareKey) -> None:
    half = door.half(ANNA)
    answer = key.signed(asked(door, half.token))
    assert isinstance(door.desk.sign_in.passkey(half.token, answer, HERE), SignedIn)
    again = door.half(ANNA)
    assert door.desk.sign_in.passkey(again.token, answer, HERE) == Wrong()
    asked(door, again.token)
    assert door.desk.sign_in.passkey(again.token, answer, HERE) == Wrong()


def test_a_wrong_answer_uses_up_what_was_asked(door: Door, anna: Anna, key: SoftwareKey) -> None:
    half = door.half(ANNA)
    options = asked(door, half.token)
    assert door.desk.sign_in.passkey(half.token, "{}", HERE) == Wrong()
    assert door.desk.sign_in.passkey(half.token, key.signed(options), HERE) == Wrong()


def test_what_one_session_was_asked_another_does_not_answer(door: Door, anna: Anna, key: SoftwareKey) -> None:
    one, other = door.half(ANNA), door.half(ANNA)
    options = asked(door, one.token)
    asked(door, other.token)
    assert door.desk.sign_in.passkey(other.token, key.signed(options), HERE) == Wrong()


def test_what_was_asked_is_answered_within_five_minutes(door: Door, anna: Anna, key: SoftwareKey) -> None:
    half = door.half(ANNA)
    options = asked(door, half.token)
    door.later(minutes=5)
    assert door.desk.sign_in.passkey(half.token, key.signed(options), HERE) == Wrong()


def test_a_copied_key_is_noticed_by_its_counter(door: Door, anna: Anna, key: SoftwareKey) -> None:
    for _ in range(2):
        half = door.half(ANNA)
        assert isinstance(door.desk.sign_in.passkey(half.token, key.signed(asked(door, half.token)), HERE), SignedIn)
    key.counter -= 1
    half = door.half(ANNA)
    assert door.desk.sign_in.passkey(half.token, key.signed(asked(door, half.token)), HERE) == Wrong()


def test_somebody_else_s_passkey_is_not_anna_s(door: Door, anna: Anna, key: SoftwareKey) -> None:
    token, _ = door.set_up("staff:boris", door.opened("staff:boris"))
    other = SoftwareKey()
    assert isinstance(registered(door, door.session(token), other), Accepted)
    assert isinstance(registered(door, door.session(token), key), Refused)
    half = door.half(ANNA)
    assert door.desk.sign_in.passkey(half.token, other.signed(asked(door, half.token)), HERE) == Wrong()


def test_a_passkey_is_registered_once(door: Door, anna: Anna, key: SoftwareKey) -> None:
    assert isinstance(registered(door, door.session(anna[0]), key), Refused)
    assert len(door.desk.factors.passkeys.of(door.row(ANNA))) == 1


def test_a_passkey_the_log_never_heard_of_counts_for_nothing_and_is_in_nobody_s_way(door: Door, anna: Anna) -> None:
    session, made = door.session(anna[0]), SoftwareKey()
    options = door.desk.factors.passkeys.registration_options(session, door.row(ANNA))
    assert door.desk.factors.passkeys.register(session, door.row(ANNA), made.made_for(options), "lost")
    half = door.half(ANNA)
    assert door.desk.sign_in.passkey(half.token, made.signed(asked(door, half.token)), HERE) == Wrong()
    assert isinstance(registered(door, session, made), Accepted)


def test_a_removed_passkey_signs_in_no_more(door: Door, anna: Anna, key: SoftwareKey) -> None:
    (passkey,) = door.desk.factors.passkeys.of(door.row(ANNA))
    assert isinstance(door.desk.factors.remove(door.session(anna[0]), "passkey", passkey.factor), Accepted)
    assert door.desk.factors.passkeys.of(door.row(ANNA)) == []
    half = door.half(ANNA)
    assert half.kinds == {"totp"}
    assert door.desk.sign_in.passkey(half.token, key.signed(asked(door, half.token)), HERE) == Wrong()


NO_ANSWERS = (
    "", "null", "[]", "{", "1" * 30_000, '{"id": 7}', '{"id": "é"}', '{"id": "AAAA"}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}',
)  # fmt: skip
SPOILT = ("", "AAAA", "é", 7, None, "oWFh", "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUEA")


def spoilt(answer: str) -> Iterator[str]:
    """Yield an answer with each of its parts spoilt in each way."""
    given = json.loads(answer)
    for part in given["response"]:
        for value in SPOILT:
            yield json.dumps(given | {"response": given["response"] | {part: value}})


def test_what_is_no_answer_is_wrong_and_no_bug(door: Door, anna: Anna, key: SoftwareKey) -> None:
    half = door.half(ANNA)
    for answer in (*NO_ANSWERS, *spoilt(key.signed(asked(door, half.token)))):
        door.later(seconds=60)
        half = door.half(ANNA)
        asked(door, half.token)
        assert door.desk.sign_in.passkey(half.token, answer, HERE) == Wrong(), answer


def test_what_registers_nothing_is_refused_and_no_bug(door: Door, anna: Anna) -> None:
    session, passkeys = door.session(anna[0]), door.desk.factors.passkeys
    made = SoftwareKey().made_for(passkeys.registration_options(session, door.row(ANNA)))
    for answer in (*NO_ANSWERS, *spoilt(made)):
        passkeys.registration_options(session, door.row(ANNA))
        assert isinstance(door.desk.factors.add_passkey(session, door.row(ANNA), answer, "x"), Refused), answer
