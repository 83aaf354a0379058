"""Whoever guesses is told nothing and slowed, and never locks anybody out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from console.accounts.passwords import HashingBusy, Passwords
from console.accounts.sign_in import HalfWay, SignedIn, Wait, Wrong
from console.accounts.throttle import ANYWHERE, FREE, PASSWORD, Source
from tests.console.accounts.conftest import ANNA, ELSEWHERE, HERE, OLGA, OWN, Anna, Door
from workflow.subjects.accounts.commands import CloseAccount


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
