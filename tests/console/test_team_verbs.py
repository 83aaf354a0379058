"""Handing over and caseloads at the command line."""

from __future__ import annotations

from tests.kit.command_line import AS_ANNA, Wayhome


def opened(wayhome: Wayhome) -> str:
    return str(wayhome.json("case", "open", "citizenships=MD", *AS_ANNA)["case_id"])


def test_several_cases_are_handed_over_and_of_each_it_is_told_what_came_of_it(wayhome: Wayhome) -> None:
    first, second = opened(wayhome), opened(wayhome)
    told = wayhome.json("case", "hand-over", "staff:boris", first, second, *AS_ANNA)
    assert [(one["case_id"], one["done"]) for one in told] == [(first, True), (second, True)]
    again = wayhome.run("case", "hand-over", "staff:boris", first, *AS_ANNA)
    assert again.exit_code == 1
    assert "already theirs" in again.output


def test_all_of_somebodys_open_cases_are_handed_over(wayhome: Wayhome) -> None:
    cases = {opened(wayhome) for _ in range(3)}
    told = wayhome.json("case", "hand-over", "staff:boris", "--from", "staff:anna", *AS_ANNA)
    assert {one["case_id"] for one in told} == cases
    loads = {one["account"]: one for one in wayhome.json("office", "caseloads", *AS_ANNA)}
    assert (loads["staff:boris"]["open"], "staff:anna" in loads) == (3, False)


def test_where_people_have_accounts_a_mistyped_name_gets_no_case(wayhome: Wayhome) -> None:
    number = opened(wayhome)
    wayhome.open_account("staff:boris", "case_manager")
    for line in (("hand-over", "staff:bros", number), ("hand-over", "staff:bros", "--from", "staff:anna"),
                 ("assign", number, "staff:bros")):  # fmt: skip
        (reason,) = wayhome.json("case", *line, *AS_ANNA, code=1)["reasons"]
        assert reason["guard"] == "owner_has_account"
    wayhome.done("case", "hand-over", "staff:boris", number, *AS_ANNA)


def test_cases_and_whose_are_not_named_together(wayhome: Wayhome) -> None:
    assert wayhome.run("case", "hand-over", "staff:boris", *AS_ANNA).exit_code == 2
