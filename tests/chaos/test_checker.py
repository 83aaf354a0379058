"""The checker of histories finds each kind of lie: a history that is true, and one false one for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from events.keys import MemoryKeys
from events.world import SystemEntropy
from tests.chaos.agent import Book
from tests.chaos.bank import Books
from tests.chaos.checker import Outside, broken_words, done_twice, judgement
from tests.chaos.history import FOR_EVER, Operation, operations
from tests.chaos.mail_sink import Delivered
from tests.chaos.restored import Restored, as_it_counts, counting, counts, note, restores
from tests.chaos.told import LogSeen, Stored, broken_promises
from tests.simulator.paper import Paper, Part
from tests.simulator.restores import known_again, paid_twice
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


# -- an older copy is put back ----------------------------------------------------------------------------------------


def put_back(begun: int, at: int) -> Restored:
    return Restored(begun, at, 4, 2, Paper(), frozenset())


def broken(*more: Operation, copies: Sequence[Restored]) -> set[str]:
    return {promise for promise, _ in broken_words([*TRUE, *more], copies, LOG)}


def test_what_was_acknowledged_since_the_copy_and_before_it_was_put_back_is_excused_and_nothing_else() -> None:
    copies = [put_back(100, 200)]
    assert broken(sent("gone", 110, 150, version=4), copies=copies) == set()
    assert broken(sent("gone", 90, 150, version=4), copies=copies) == set()  # asked for before, and answered after
    assert broken(sent("gone", 80, 99, version=4), copies=copies) == {"lost"}  # the copy has it
    assert broken(sent("gone", 210, 220, version=4), copies=copies) == {"lost"}
    assert broken(sent("gone", 150, 200, version=4), copies=copies) == {"lost"}  # nobody is answered before they begin
    assert broken(sent("gone", 110, 150, version=4), copies=[]) == {"lost"}


def test_what_was_acknowledged_before_the_copy_and_is_missing_after_it_is_found() -> None:
    without_note = LOG._replace(answered=LOG.answered - {"note"}, said_by={CASE: LOG.said_by[CASE][:3]})
    found = {promise for promise, _ in broken_words(TRUE, [put_back(100, 200)], without_note)}
    assert found == {"lost"}
    assert not list(broken_words(TRUE, [put_back(45, 200)], without_note))  # a copy from before the note


def test_a_look_at_what_a_copy_lost_is_excused_only_in_between() -> None:
    copies = [put_back(100, 200)]
    assert broken(look(4, 120, 130, "reception"), copies=copies) == set()
    assert broken(look(4, 210, 230, "reception"), copies=copies) == {"lost"}
    assert broken(look(2, 210, 230, "reception"), copies=copies) == {"lost"}  # what counts was told: 3


def test_a_look_that_showed_less_than_was_told_before_is_found_in_a_lost_part_too() -> None:
    later, less = sent("gone", 110, 120, version=5), look(4, 130, 140, "reception")
    assert broken(later, less, copies=[put_back(100, 200)]) == {"lost"}
    assert broken(later, look(3, 210, 220, "reception"), copies=[put_back(100, 200)]) == set()


def test_a_newer_copy_after_an_older_one_brings_back_what_was_told_before_it_was_begun() -> None:
    older, newer = put_back(100, 300), put_back(200, 400)  # both were made in the first history
    assert counting([older]) == [(300, FOR_EVER), (0, 100)]
    assert counting([older, newer]) == [(400, FOR_EVER), (0, 200)]
    assert counting([older, newer], 350) == [(300, 350), (0, 100)]
    assert broken(sent("gone", 110, 150, version=4), copies=[older, newer]) == {"lost"}
    assert broken(sent("gone", 310, 350, version=4), copies=[older, newer]) == set()


def test_a_copy_that_was_made_after_another_was_put_back_holds_what_that_one_held() -> None:
    first, second = put_back(100, 200), put_back(250, 300)
    assert counting([first, second]) == [(300, FOR_EVER), (200, 250), (0, 100)]
    assert [counts(instant, [first, second]) for instant in (50, 150, 220, 270, 400)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert broken(sent("gone", 210, 240, version=4), copies=[first, second]) == {"lost"}
    assert broken(sent("gone", 120, 150, version=4), copies=[first, second]) == set()


def test_what_was_refused_stays_refused_whatever_is_put_back() -> None:
    refused = sent("note", 110, 120, "refused")
    assert as_it_counts([refused], counting([put_back(100, 200)])) == [refused]


def test_a_part_of_a_grant_that_was_paid_in_two_histories_is_found() -> None:
    first, anew = Part(CASE, "start", 1, "G-1"), Part(CASE, "start", 1, "G-2")
    paper = Paper({"T-1": first}).with_more(Paper({"T-2": anew, "T-3": anew._replace(number=2)}))
    assert list(paid_twice(paper, ["T-1", "T-3"])) == []
    assert [promise for promise, _ in paid_twice(paper, ["T-1", "T-2", "T-3"])] == ["doubled"]


def test_who_was_erased_in_a_lost_part_and_is_known_again_is_found() -> None:
    keys = MemoryKeys(SystemEntropy())
    keys.ensure([("P-1", "person"), ("P-2", "person")])
    keys.destroy(["P-2"], "2026-12-01")
    assert list(known_again({"P-2"}, keys)) == []
    assert [promise for promise, _ in known_again({"P-1"}, keys)] == ["illegal"]
    assert [promise for promise, _ in known_again({"P-3"}, keys)] == ["illegal"]  # nobody remembers it was destroyed


def test_what_is_noted_of_a_copy_is_read_again(tmp_path: Path) -> None:
    paper = Paper({"T-1": Part(CASE, "start", 1, "G-1")}, frozenset({CASE}))
    noted = [Restored(1, 2, 3, 4, paper, frozenset({"P-1"})), put_back(5, 6)]
    for one in noted:
        note(tmp_path, one)
    assert restores(tmp_path) == noted
    assert restores(tmp_path / "another") == []


def test_what_was_answered_and_is_excused_is_counted() -> None:
    assert judgement(TRUE, [], [put_back(45, 65)]).excused == 1  # the note; the look ended after it
    assert judgement(TRUE, []).excused == 0


# -- outside ----------------------------------------------------------------------------------------------------------


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
    assert twice._replace(letters=()).performed(Counter({"t-1": 1})) == {}  # none came, or what came is void


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
