"""What an older copy knows nothing of: it is listed, settled by two officers, and then the quarantine is lifted."""

from __future__ import annotations

from console.container import Container
from console.settings import Settings
from tests.kit.command_line import Wayhome
from tests.kit.officers import ROOT, ZOYA
from tests.kit.older_copies import ACCEPT, LOG, kept, opened, put_back
from tests.kit.people import ANNA


def test_two_officers_settle_what_was_found_and_lift_the_quarantine(wayhome: Wayhome) -> None:
    wayhome.open_account(ANNA, "case_manager")
    older = kept(wayhome, LOG)
    opened(wayhome)
    put_back(wayhome, older)
    wayhome.done(*ACCEPT)
    (orphan,) = wayhome.json("restore", "orphans")["orphans"]
    wayhome.by_two_officers("restore", "settle", orphan["id"], "lost", "--reason", "she was asked to come again")
    wayhome.by_two_officers("restore", "lift", "--reason", "everybody was asked")
    found = wayhome.json("restore", "orphans")
    assert (found["quarantine"], found["orphans"][0]["outcome"]) == (False, "lost")


def two_letters_lost(wayhome: Wayhome) -> tuple[str, str]:
    """Put an older copy in place after two letters went out; return the numbers under which they are listed."""
    older = kept(wayhome, LOG)
    opened(wayhome)
    (wayhome.data / "post").mkdir(exist_ok=True)
    for name in ("W-7K3P9QXM2D7K3P9Q", "W-8K3P9QXM2D7K3P9Q"):
        (wayhome.data / "post" / f"{name}.eml").write_text("Subject: a bed")
    put_back(wayhome, older)
    wayhome.done(*ACCEPT)
    first, second = (one["id"] for one in wayhome.json("restore", "orphans")["orphans"] if one["kind"] == "letter")
    return str(first), str(second)


def test_the_list_says_where_each_thing_lies_and_which_proposal_waits_for_it(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    proposal = wayhome.json("restore", "settle", first, "not_ours", "--reason", "the partner was asked")["proposal"]
    found = {one["id"]: one for one in wayhome.json("restore", "orphans")["orphans"]}
    assert (found[first]["place"], found[second]["place"]) == (
        f"post/{found[first]['reference']}.eml", f"post/{found[second]['reference']}.eml",
    )  # fmt: skip
    assert all((wayhome.data / found[key]["place"]).is_file() for key in (first, second))
    assert (found[first]["proposed"], found[first]["proposal"]) == ("not_ours", proposal)
    assert (found[second]["proposed"], found[second]["proposal"]) == ("", "")
    (person,) = (one for one in found.values() if one["kind"] == "person")
    assert person["place"] == ""
    told = wayhome.run("restore", "orphans", COLUMNS="300").stdout
    assert "beside the keys" in told
    assert f"proposed: not_ours ({proposal})" in told
    wayhome.done("officers", "withdraw", proposal)
    assert {one["proposal"] for one in wayhome.json("restore", "orphans")["orphans"]} == {""}


def test_several_are_settled_at_once_and_a_wrong_number_among_them_holds_up_no_other(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    several = ("restore", "settle", first, "O-NOBODYKNOWSIT", second, "lost", "--reason", "both came")
    answers = {one["orphan"]: one for one in wayhome.json(*several, code=1)}
    assert answers["O-NOBODYKNOWSIT"]["reasons"][0]["guard"] == "orphan_is_listed"
    proposals = [answers[key]["proposal"] for key in (first, second)]
    assert len(set(proposals)) == 2
    wayhome.signs_in(ZOYA)
    for proposal in proposals:
        wayhome.done("officers", "confirm", proposal)
    settled = {one["id"]: one["outcome"] for one in wayhome.json("restore", "orphans")["orphans"]}
    assert (settled[first], settled[second]) == ("lost", "lost")


def test_several_that_are_settled_again_by_the_same_id_are_settled_once(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    same = ("--command-id", "00000000-0000-4000-8000-000000000001")
    words = ("restore", "settle", first, second, "stopped", "--reason", "called back", *same)
    assert [one["proposal"] for one in wayhome.json(*words)] == [one["proposal"] for one in wayhome.json(*words)]
    assert "by itself" in wayhome.told_off("restore", "settle", first, second, "counted", "--grant", "G-1",
                                           "--reason", "x")  # fmt: skip


def test_officers_are_sent_to_their_own_verbs_and_not_to_a_case(wayhome: Wayhome) -> None:
    first, _ = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    settle = ("restore", "settle", first, "lost", "--reason", "it came")
    proposal = wayhome.json(*settle)["proposal"]
    again = wayhome.run(*settle)
    assert again.exit_code == 1
    assert f"wayhome officers confirm or decline {proposal}" in again.stdout
    own = wayhome.run("officers", "decline", proposal, "--reason", "a slip").stdout
    assert f"wayhome officers withdraw {proposal}" in own
    wayhome.signs_in(ZOYA)
    others = wayhome.run("officers", "withdraw", proposal).stdout
    assert f"wayhome officers decline {proposal}" in others
    nothing = wayhome.run("officers", "confirm", "D-7K3P9QXM2D7K3P9Q").stdout
    assert "wayhome officers list" in nothing
    assert "wayhome case" not in again.stdout + own + others + nothing


def test_the_list_of_officers_says_what_is_settled_and_what_comes_of_it(wayhome: Wayhome) -> None:
    first, second = two_letters_lost(wayhome)
    wayhome.signs_in(ROOT)
    wayhome.done("restore", "settle", first, "lost", "--reason", "it came")
    (waits,) = wayhome.json("officers", "list")
    reference = next(one for one in wayhome.json("restore", "orphans")["orphans"] if one["id"] == first)["reference"]
    assert waits["about"].startswith(f"{first}: letter {reference} in post/{reference}.eml is lost. It holds outside")
    assert waits["about"].endswith("Why: it came")
    wayhome.done("officers", "withdraw", waits["proposal"])
    others = [one["id"] for one in wayhome.json("restore", "orphans")["orphans"] if one["id"] != second]
    wayhome.by_two_officers("restore", "settle", second, "not_ours", "--reason", "asked")
    for one in others:
        wayhome.by_two_officers("restore", "settle", one, "lost", "--reason", "asked")
    wayhome.signs_in(ROOT)
    wayhome.done("restore", "lift", "--reason", "everybody was asked")
    (waits,) = wayhome.json("officers", "list")
    assert waits["about"].startswith("what waits leaves the house; 0 open")
    assert "1 not_ours" in waits["about"]
    assert "2 lost" in waits["about"]


def erased_since(wayhome: Wayhome) -> str:
    """Open a case, keep a copy of the log, and destroy the keys of its person; return the case's number."""
    wayhome.open_account(ANNA, "case_manager")
    (case_id,) = opened(wayhome)
    older = kept(wayhome, LOG)
    container = Container(Settings(data=wayhome.data))
    try:
        seen = container.cases.at(case_id)
        assert seen is not None
        container.keys.destroy([seen.case.person_id], container.log.now())
    finally:
        container.close()
    opened(wayhome)
    put_back(wayhome, older)
    wayhome.done(*ACCEPT)
    return case_id


def test_somebody_erased_since_whose_case_goes_on_in_the_older_copy_is_on_the_list(wayhome: Wayhome) -> None:
    case_id = erased_since(wayhome)
    found = wayhome.json("restore", "orphans")["orphans"]
    (going_on,) = (one for one in found if one["kind"] == "erased")
    assert (going_on["reference"], going_on["outcome"]) == (case_id, "")
    assert "settle each by two people" in wayhome.run("restore", "lift", "--reason", "everybody was asked").output
    for one in found:
        wayhome.by_two_officers("restore", "settle", one["id"], "stopped", "--reason", "the case was ended")
    wayhome.by_two_officers("restore", "lift", "--reason", "everybody was asked")
    assert not wayhome.json("restore", "orphans")["quarantine"]
