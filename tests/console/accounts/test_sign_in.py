"""The way in: two factors, each taken once; the first time an own password; nothing told to whoever guesses."""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from console.accounts.passwords import CHEAP, HashingBusy, Passwords, weakness
from console.accounts.sign_in import HalfWay, SignedIn, Wait, Wrong, open_auth_services
from console.accounts.throttle import ANYWHERE, FREE, PASSWORD, Source
from events.log import Log
from handlers.commanding.answers import Accepted
from handlers.projections.tables import metadata
from tests.console.accounts.conftest import ANNA, ELSEWHERE, HERE, OLGA, OWN, ROOT, Door
from tests.kit.authenticators import SoftwareApp
from tests.kit.officers import ZOYA
from tests.kit.offices import Office
from workflow.reasons import Refused
from workflow.subjects.accounts.commands import CloseAccount

Anna = tuple[str, SoftwareApp]
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


# -- what is said to whoever guesses --------------------------------------------------------------------------


def test_an_account_nobody_has_is_answered_like_a_wrong_password(door: Door, anna: Anna) -> None:
    assert door.desk.sign_in.password(ANNA, "wrong password", HERE) == Wrong()
    for name in ("staff:nobody", "no name?", "", "a" * 10_000, "staff:anna\nstaff:root", "\ud800"):
        door.later(minutes=1)
        assert door.desk.sign_in.password(name, OWN, HERE) == Wrong(), name[:20]


def test_an_account_nobody_has_costs_as_much(door: Door, anna: Anna, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = Passwords.matches

    def counted(self: Passwords, kept: str | None, password: str) -> bool:
        asked.append(kept is not None)
        return real(self, kept, password)

    monkeypatch.setattr(Passwords, "matches", counted)
    door.desk.sign_in.password("staff:nobody", OWN, HERE)
    door.desk.sign_in.password(ANNA, OWN, HERE)
    assert asked == [False, True]


def test_a_closed_account_is_answered_like_one_nobody_has(door: Door, anna: Anna) -> None:
    door.command(CloseAccount, ANNA, reason="left")
    assert door.desk.sign_in.password(ANNA, OWN, HERE) == Wrong()


def test_guessing_is_slowed_and_never_locked(door: Door, anna: Anna) -> None:
    waits = []
    for _ in range(FREE + 8):
        answer = door.desk.sign_in.password(ANNA, "wrong password", ELSEWHERE)
        if isinstance(answer, Wait):
            waits.append(answer.seconds)
            door.later(seconds=answer.seconds)
            assert door.desk.sign_in.password(ANNA, "wrong password", ELSEWHERE) == Wrong()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    door.later(seconds=60)
    door.half(ANNA, source=ELSEWHERE)
    assert door.desk.sign_in.password(ANNA, "wrong password", ELSEWHERE) == Wrong()


def test_a_try_while_waiting_is_not_looked_at_and_not_counted(door: Door, anna: Anna) -> None:
    for _ in range(FREE):
        door.desk.sign_in.password(ANNA, "wrong password", ELSEWHERE)
    assert door.desk.sign_in.password(ANNA, OWN, ELSEWHERE) == Wait(1)
    assert door.desk.sign_in.password(ANNA, OWN, ELSEWHERE) == Wait(1)
    door.later(seconds=1)
    door.half(ANNA, source=ELSEWHERE)


def test_a_crowd_of_tries_at_the_same_moment_is_counted_one_by_one(door: Door, anna: Anna) -> None:
    def guess(number: int) -> object:
        return door.desk.sign_in.password(ANNA, f"wrong password {number}", ELSEWHERE)

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(guess, range(16)))
    assert answers.count(Wrong()) == FREE
    assert answers.count(Wait(1)) == 16 - FREE


def test_one_source_that_tries_many_names_is_slowed(door: Door, anna: Anna) -> None:
    for number in range(FREE):
        assert door.desk.sign_in.password(f"staff:nobody{number}", OWN, ELSEWHERE) == Wrong()
    assert door.desk.sign_in.password("staff:another", OWN, ELSEWHERE) == Wait(1)
    assert door.desk.sign_in.password("staff:another", OWN, Source("203.0.113.1")) == Wrong()


def test_whoever_guesses_elsewhere_does_not_slow_anna_at_her_own_desk(door: Door, anna: Anna) -> None:
    _, app = anna
    door.signed_in(ANNA, app)
    for _ in range(FREE):
        door.desk.sign_in.password(ANNA, "wrong password", ELSEWHERE)
    assert isinstance(door.desk.sign_in.password(ANNA, OWN, ELSEWHERE), Wait)
    door.half(ANNA, source=HERE)


@pytest.fixture
def _soon_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fewer tries from anywhere be too many than there really may be; what follows is the same."""
    monkeypatch.setitem(ANYWHERE, PASSWORD, FREE + 1)


def from_anywhere(door: Door, account: str = ANNA) -> None:
    """Have somebody guess at a password from so many addresses that nobody else who is not known gets through."""
    for number in range(ANYWHERE[PASSWORD]):
        door.desk.sign_in.password(account, "wrong password", Source(f"203.0.113.{number}"))
    assert isinstance(door.desk.sign_in.password(account, OWN, Source("203.0.113.99")), Wait)


@pytest.mark.usefixtures("_soon_too_many")
def test_whoever_guesses_from_anywhere_does_not_slow_anna_on_her_own_device(door: Door, anna: Anna) -> None:
    """She has her telephone with her, and is at an address she was never at."""
    _, app = anna
    door.later(seconds=30)
    done = door.desk.sign_in.code(door.half(ANNA).token, app.code(door.office.now), HERE)
    assert isinstance(done, SignedIn)
    from_anywhere(door)
    hers = Source("192.0.2.200", ("no mark", done.mark.value))
    door.later(seconds=30)
    half = door.half(ANNA, source=hers)
    assert isinstance(door.desk.sign_in.code(half.token, app.code(door.office.now), hers), SignedIn)
    door.later(days=91)
    from_anywhere(door)
    assert isinstance(door.desk.sign_in.password(ANNA, OWN, hers), Wait), "a mark is good for ninety days"


def test_whoever_guesses_from_three_addresses_does_not_keep_anna_out_wherever_she_is(door: Door, anna: Anna) -> None:
    """At a new telephone and an address nobody knows: their waits are theirs, and she may mistype it too."""
    for _ in range(FREE + 20):
        for address in ("203.0.113.1", "203.0.113.2", "2001:db8::1"):
            answer = door.desk.sign_in.password(ANNA, "wrong password", Source(address))
        if isinstance(answer, Wait):
            door.later(seconds=answer.seconds)
    hers = Source("192.0.2.200")
    assert door.desk.sign_in.password(ANNA, "a quiet river in May", hers) == Wrong()
    door.half(ANNA, source=hers)


def test_whoever_has_a_network_of_addresses_has_the_tries_of_one(door: Door, anna: Anna) -> None:
    for number in range(FREE):
        assert door.desk.sign_in.password(ANNA, "wrong password", Source(f"2001:db8::{number}")) == Wrong()
    assert door.desk.sign_in.password(ANNA, OWN, Source("2001:db8::ffff")) == Wait(1)
    door.half(ANNA, source=Source("2001:db8:0:1::1"))


def test_a_device_has_tries_of_its_own_and_no_more_than_others(door: Door, anna: Anna) -> None:
    _, app = anna
    door.later(seconds=30)
    done = door.desk.sign_in.code(door.half(ANNA).token, app.code(door.office.now), HERE)
    assert isinstance(done, SignedIn)
    stolen = Source("203.0.113.1", (done.mark.value,))
    for _ in range(FREE):
        assert door.desk.sign_in.password(ANNA, "wrong password", stolen) == Wrong()
    assert door.desk.sign_in.password(ANNA, OWN, stolen._replace(address="203.0.113.2")) == Wait(1)


@pytest.mark.usefixtures("_soon_too_many")
def test_a_mark_is_good_for_its_account_only_and_nobody_can_make_one(door: Door, anna: Anna) -> None:
    _, app = anna
    door.later(seconds=30)
    done = door.desk.sign_in.code(door.half(ANNA).token, app.code(door.office.now), HERE)
    assert isinstance(done, SignedIn)
    from_anywhere(door)
    fields, _, code = done.mark.value.rpartition(".")
    forged = (f"{fields}.{'0' * 64}", f"00{fields[2:]}.{code}", "..", "", "é.1.é", f"{fields}.")
    assert isinstance(door.desk.sign_in.password(ANNA, OWN, Source("203.0.113.5", forged)), Wait)
    from_anywhere(door, OLGA)
    assert isinstance(door.desk.sign_in.password(OLGA, OWN, Source("203.0.113.6", (done.mark.value,))), Wait)
    assert ANNA not in done.mark.name + done.mark.value


def test_somebody_who_signs_in_as_themselves_does_not_begin_to_guess_at_others_anew(door: Door, anna: Anna) -> None:
    """Anna guesses at one colleague after another, and signs in as herself in between."""
    tried = 0
    for number in range(40):
        answer = door.desk.sign_in.password(f"staff:colleague{number}", "Wayhome2026!", ELSEWHERE)
        tried += answer == Wrong()
        own = door.desk.sign_in.password(ANNA, OWN, ELSEWHERE)
        assert isinstance(own, HalfWay | Wait)
    assert tried == FREE, "her own password, right each time, gives her no further tries at others"


def test_a_password_alone_does_not_make_a_place_known(door: Door, anna: Anna) -> None:
    for number in range(FREE):
        half = door.half(ANNA, source=Source(f"198.51.100.{number}"))
        assert door.desk.sign_in.code(half.token, "000000", Source(f"198.51.100.{number}")) == Wrong()
    half = door.half(ANNA, source=Source("198.51.100.77"))
    assert door.desk.sign_in.code(half.token, "000000", Source("198.51.100.77")) == Wait(1)


def test_a_crowd_of_strangers_leaves_room_for_whoever_signed_in_here_before(door: Door, anna: Anna) -> None:
    _, app = anna
    door.signed_in(ANNA, app)
    with ExitStack() as crowd:
        with suppress(HashingBusy):
            while True:
                crowd.enter_context(door.desk.credentials.line.place(known=False))
        for _ in range(FREE + 1):
            with pytest.raises(HashingBusy):
                door.desk.sign_in.password(ANNA, OWN, ELSEWHERE)
        door.half(ANNA, source=HERE)
    door.half(ANNA, source=ELSEWHERE)  # nothing was counted while there was no room


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


# -- passwords ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"), ("a" * 257, "long"), ("passwordpassword", "common"), ("password2024", "common"),
        ("qwertyuiop12", "common"), ("qwertyuiopas", "common"), ("123456789012", "common"), ("aaaaaaaaaaaaa", "common"),
        ("парольпароль", "common"), ("йцукенгшщзхъ", "common"), ("солнышко2026", "common"), ("привет123456", "common"),
        ("Trustno1-2024", "common"), ("wayhome-2026", "common"), ("1qaz2wsx3edc", "common"),
        ("annaannaanna", "named"), ("Anna-2024-2025", "named"),
        ("staff:anna 2024", "named"), ("anna likes long walks", None), ("тихая река в марте", None),
        ("🌊🌊🌊 a quiet one", None),
    ],
)  # fmt: skip
def test_a_password_is_long_and_not_known_to_everybody(password: str, why: str | None) -> None:
    assert weakness(password, ANNA) == why


def test_a_password_is_the_same_however_the_keyboard_spells_it(office: Office) -> None:
    passwords, typed = Passwords(office.chance, CHEAP), "ёлка у тихой реки, й"
    decomposed = unicodedata.normalize("NFD", typed)
    assert decomposed != typed
    assert passwords.matches(passwords.hash(typed), decomposed)


def test_a_password_hashed_when_it_cost_less_is_hashed_again(door: Door, anna: Anna) -> None:

    dearer = open_auth_services(
        door.office.service, door.office.clock, door.office.chance, hashing=CHEAP._replace(time_cost=2)
    )
    assert isinstance(dearer.sign_in.password(ANNA, OWN, HERE), HalfWay)
    assert "t=2" in door.office.rows("credentials", account=ANNA)[0]["password_hash"]
    assert isinstance(door.desk.sign_in.password(ANNA, OWN, HERE), HalfWay)
