"""`wayhome mine`: what begins My work, for whoever works at a terminal."""

from __future__ import annotations

from tests.kit.command_line import AS_ANNA, AS_BORIS, Wayhome


def test_who_is_in_danger_is_the_first_thing_it_lists(wayhome: Wayhome) -> None:
    number = wayhome.json("case", "open", "citizenships=MD", *AS_ANNA)["case_id"]
    wayhome.done("case", "record", number, "AssessRisk", "level=high", "safe_to_return=false", *AS_ANNA)
    told = wayhome.json("mine", "--all", *AS_BORIS)
    assert told["in_danger"] == 1
    first = told["rows"][0]
    assert (first["list"], first["case"], first["what"], first["do"]) == ("danger", number, "high_risk", "AssessRisk")
    assert "HIGH RISK" in wayhome.done("case", "list", *AS_ANNA)
    wayhome.done("case", "withdraw", number, *AS_ANNA)
    assert wayhome.json("mine", "--all", *AS_BORIS)["in_danger"] == 0
