"""The partners outside have books that outlive them, and tell in them what they really did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.agent import book_of
from tests.chaos.bank import Bank
from tests.chaos.clock import ChaosClock
from tests.chaos.habits import Habits
from tests.chaos.mail_sink import Delivered, Ledger
from tests.chaos.place import Place
from tests.workers.test_pain001 import order, payment
from workers.iso20022.pain001 import pain001

FILE, PAYMENT = "M-1.xml", "T-1"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(
        seed=1, folder=tmp_path, clock=tmp_path / "clock", database="", redis="", consoles=(), outside="127.0.0.1",
        mail_port=0, agent_port=0,
    )  # fmt: skip
    ChaosClock(place.clock)
    place.calm.touch()  # partners behave
    for name in ("out", "sent", "in"):
        (place.settings().bank_folder / name).mkdir(parents=True)
    return place


def put(place: Place) -> Path:
    file = place.settings().bank_folder / "out" / FILE
    file.write_bytes(pain001(order(payment())))
    return file


def test_a_bank_pays_what_it_fetched_once_and_answers(place: Place) -> None:
    put(place)
    bank = Bank(place)
    assert not bank.is_quiet
    assert bank.work()
    assert list(bank.books().paid.values()) == [1]
    assert [path.name for path in (place.settings().bank_folder / "in").iterdir()] == [FILE]


def test_a_bank_that_was_killed_before_it_took_the_file_out_pays_once(place: Place) -> None:
    put(place)
    Bank(place).work()
    (place.settings().bank_folder / "sent" / FILE).replace(place.settings().bank_folder / "out" / FILE)
    again = Bank(place)
    again.work()
    assert list(again.books().paid.values()) == [1]


def test_a_file_that_is_put_there_again_after_it_was_fetched_is_paid_twice_and_found(place: Place) -> None:
    put(place)
    Bank(place).work()
    put(place)
    Bank(place).work()
    assert list(Bank(place).books().paid.values()) == [2]


def test_a_letter_is_in_the_ledger_once_it_is_whole(place: Place) -> None:
    ledger, letter = Ledger(place), Delivered("t-1", "escort@example.org Travel assignment <trip.0@wayhome>")
    assert ledger.all() == []
    ledger.write(letter)
    with (place.ledgers / "mail.jsonl").open("ab") as file:
        file.write(b'["t-2", "broken o')
    assert ledger.all() == [letter]
    ledger.write(letter)
    assert ledger.all() == [letter, letter]


def test_habits_are_drawn_from_the_seed_and_end_when_all_is_to_be_calm(tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    first, again, other = Habits(1, calm), Habits(1, calm), Habits(2, calm)
    drawn = [first.at("order", f"t-{number}") for number in range(200)]
    assert drawn == [again.at("order", f"t-{number}") for number in range(200)]
    assert drawn != [other.at("order", f"t-{number}") for number in range(200)]
    assert {"away", "silent_done", "error_done", "late", ""} <= set(drawn)
    calm.touch()
    assert not any(first.at("order", f"t-{number}") for number in range(200))


def test_a_payment_that_is_stopped_before_its_file_is_fetched_is_never_paid(place: Place) -> None:
    put(place)
    bank = Bank(place)
    bank.take_back("M-1", PAYMENT)
    assert bank.work()
    assert bank.books().statement == {}
    assert bank.books().paid == {}
    assert bank.is_quiet


def test_a_payment_that_is_recalled_comes_back_and_the_bank_says_so_once(place: Place) -> None:
    put(place)
    bank = Bank(place)
    bank.work()
    assert list(bank.books().statement) == [PAYMENT]
    bank.take_back("M-1", PAYMENT)
    assert bank.work()
    assert not bank.work()
    assert bank.books().statement == Bank(place).books().statement == {}
    assert sorted(path.name for path in (place.settings().bank_folder / "in").iterdir()) == [FILE, "M-1~recalled.xml"]


def test_letters_that_are_void_do_not_count_and_what_is_written_afterwards_does(place: Place) -> None:
    ledger, letter = Ledger(place), Delivered("W-1", "a letter")
    ledger.write(letter)
    ledger.write(Delivered("party-1", "to somebody who works here"))
    assert ledger.of_tasks() == {"W-1"}
    ledger.void("W-1")
    ledger.void("W-1")
    assert ledger.of_tasks() == set()
    ledger.write(letter)
    assert [one.key for one in Ledger(place).all()] == ["party-1", "W-1"]


def test_an_order_that_was_called_off_is_in_no_book(place: Place) -> None:
    book = book_of(place)
    book.take([("t-1", "escort", "8234F-03J99", "now"), ("t-2", "escort", "8234F-03J99", "now")])
    book.call_off("t-1")
    assert [order.key for order in book.all()] == ["t-2"]
    assert not book.knows("t-1")
