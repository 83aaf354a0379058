"""The checker of histories finds each kind of lie: a history that is true, and one false one for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest

from tests.chaos.agent import Book
from tests.chaos.bank import Books
from tests.chaos.checker import Outside, done_twice, judgement
from tests.chaos.history import FOR_EVER, Operation, operations
from tests.chaos.mail_sink import Delivered
from tests.chaos.told import LogSeen, Stored, broken_promises
from workers.running.orders import Order

CASE: Final = "8234F-03J99"
ANNA, BORIS = "staff:anna", "staff:boris"


def sent(key: str, begun: int, ended: int = FOR_EVER, outcome: Any = "ok", **told: Any) -> Operation:
    usual = {"version": None, "facts": None, "case_id": CASE} | told
    who = usual.pop("client", ANNA)
    return Operation(0, who, "AddNote", key, begun, ended, outcome, **usual)


def look(version: int, begun: int, ended: int, stage: str = "referral") -> Operation:
    return Operation(0, ANNA, "look", CASE, begun, ended, "ok", version=version, stage=stage)


# What is true: opened, received, noted; the first two facts are of "open", one each of "receive" and "note".
LOG: Final = LogSeen(
    answered=frozenset({"open", "receive", "note"}),
    stored={"open": Stored(ANNA, 0, 1), "receive": Stored(ANNA, 2, 2), "note": Stored(ANNA, 3, 3)},
    said_by={CASE: ["open", "open", "receive", "note"]},
    stages={CASE: [(0, "referral"), (2, "reception")]},
    proposers={"p": ANNA},
    confirmers=[("p", BORIS)],
)
TRUE: Final = (
    sent("open", 0, 10, version=1),
    look(1, 11, 12),
    sent("receive", 20, outcome="unknown"),
    sent("receive", 30, 40, version=2),
    sent("never", 41, 42, "refused"),
    sent("perhaps", 43, outcome="unknown"),
    sent("note", 50, 60, version=3),
    look(3, 61, 70, "reception"),
)


def found(*more: Operation, log: LogSeen = LOG, instead: Sequence[Operation] = TRUE) -> list[tuple[str, str]]:
    return list(broken_promises([*instead, *more], log))


def promises(*more: Operation, **how: Any) -> set[str]:
    return {promise for promise, _ in found(*more, **how)}


def without(key: str) -> list[Operation]:
    return [one for one in TRUE if one.key != key]


def test_a_true_history_breaks_no_promise() -> None:
    assert found() == []


def test_what_was_acknowledged_and_is_not_there_is_lost() -> None:
    assert promises(sent("gone", 80, 90, version=4)) == {"lost"}


def test_what_was_refused_and_is_there_after_all_is_found() -> None:
    assert promises(sent("note", 50, 60, "refused"), instead=without("note")) == {"lost"}


def test_what_was_refused_once_and_sent_again_unheard_may_be_there() -> None:
    refused, unheard = sent("note", 50, 60, "refused"), sent("note", 61, outcome="unknown")
    assert promises(refused, unheard, instead=without("note")) == set()


def test_what_is_acknowledged_twice_in_other_words_is_found() -> None:
    assert promises(sent("note", 62, 64, version=2)) == {"lost"}
    assert promises(sent("note", 62, 64, version=3)) == set()


def test_an_act_in_the_name_of_somebody_else_is_found() -> None:
    assert promises(sent("note", 50, 60, version=3, client=BORIS), instead=without("note")) == {"illegal"}


def test_what_was_acknowledged_first_and_stands_later_is_found() -> None:
    early = sent("note", 1, 5, version=3)
    assert promises(early, instead=[sent("receive", 20, 30, version=2), sent("open", 0, 10, version=1)]) == {"lost"}


def test_what_was_under_way_at_the_same_time_may_stand_in_any_order() -> None:
    note, receive = sent("note", 50, 80, version=3), sent("receive", 60, 70, version=2)
    assert promises(note, receive, instead=[TRUE[0]]) == set()


def test_a_look_that_shows_less_than_was_told_before_is_found() -> None:
    assert promises(look(2, 61, 65, "reception")) == {"lost"}  # the note was acknowledged at 60
    assert promises(look(2, 59, 65, "reception")) == set()


def test_a_look_that_shows_less_than_a_look_at_the_other_console_before_is_found() -> None:
    unheard = [*without("note"), sent("note", 50, outcome="unknown"), look(3, 52, 54, "reception")]
    assert promises(look(2, 55, 57, "reception"), instead=unheard) == {"lost"}


def test_a_look_at_what_never_was_is_found() -> None:
    assert promises(look(4, 61, 65, "reception")) == {"lost"}
    assert promises(look(3, 61, 65, "care")) == {"illegal"}


def test_a_look_at_what_nobody_had_asked_for_yet_is_found() -> None:
    assert promises(look(3, 45, 48, "reception")) == {"illegal"}


@pytest.mark.parametrize("confirmed", [("p", ANNA), ("another", BORIS)])
def test_a_decision_of_two_with_one_act_is_found(confirmed: tuple[str, str]) -> None:
    assert promises(log=LOG._replace(confirmers=[confirmed])) == {"illegal"}


def outside(paid: dict[str, int] | None = None, orders: Any = (), letters: Any = ()) -> list[tuple[str, str]]:
    from collections import Counter

    return list(done_twice(Outside(Books({}, Counter(paid)), orders, letters)))


def test_what_was_done_twice_outside_is_found_in_its_ledgers() -> None:
    once, again = Order("t-1", "escort", CASE, "now"), Order("t-2", "escort", CASE, "now")
    letter = Delivered("t-1", "escort@example.org Travel assignment <trip.0@wayhome>")
    assert outside({"g-1": 1}, [once], [letter]) == []
    assert [promise for promise, _ in outside({"g-1": 2})] == ["doubled"]
    assert [promise for promise, _ in outside(orders=[once, again])] == ["doubled"]
    assert [promise for promise, _ in outside(letters=[letter, letter._replace(key="t-2")])] == ["doubled"]


def test_a_letter_that_came_twice_counts_twice_unless_somebody_had_it_written_again() -> None:
    from collections import Counter

    twice = Outside(Books({}, Counter()), (), [Delivered("t-1", "")] * 2)
    assert twice.performed(Counter()) == {"t-1": 2}
    assert twice.performed(Counter({"t-1": 1})) == {"t-1": 1}


def test_an_answer_that_never_came_is_unknown_and_has_no_end() -> None:
    begun = {"n": 1, "client": ANNA, "what": "AddNote", "key": "note", "door": "console-0", "about": "", "at": 5}
    (cut_off,) = operations([begun])
    assert (cut_off.outcome, cut_off.answered) == ("unknown", FOR_EVER)
    (heard,) = operations([begun, {"n": 1, "at": 9, "outcome": "ok", "version": 3, "facts": ["NoteAdded"]}])
    assert (heard.outcome, heard.answered, heard.version, heard.facts) == ("ok", 9, 3, ("NoteAdded",))


def test_an_order_that_comes_again_is_carried_out_once(tmp_path: Any) -> None:
    book, order = Book(tmp_path / "ledgers" / "agent.sqlite"), Order("t-1", "escort", CASE, "now")
    book.take([order])
    book.take([order])
    assert book.all() == [order]
    assert book.knows("t-1")
    assert not book.knows("t-2")


def test_findings_are_counted_by_promise_and_marks_say_whether_root_and_rows_hold() -> None:
    told = judgement(TRUE, [("lost", "a"), ("lost", "b"), ("root", "c"), ("replay", "d")])
    assert (told.zeros["lost"], told.zeros["doubled"], told.root, told.replay) == (2, 0, "BROKEN", "BROKEN")
    assert (told.commands, told.acks, told.looks) == (5, 4, 2)
    assert judgement(TRUE, []).root == "ok"
