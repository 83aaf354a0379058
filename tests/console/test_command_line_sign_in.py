"""Whose act it is that is typed: the operator's, on behalf of a name, until somebody proves who they are."""

from __future__ import annotations

import stat

import pytest

from console.settings import Settings
from tests.kit.command_line import AS_ANNA, AS_BORIS, PASSWORD, Wayhome, code_now
from tests.kit.people import ANNA, BORIS


@pytest.fixture
def case(wayhome: Wayhome) -> str:
    opened = wayhome.json("case", "open", "programme=moscow", "source=ngo", "age_band=27-29", *AS_ANNA)
    return str(opened["case_id"])


def codes(wayhome: Wayhome, *words: str) -> list[str]:
    return [reason["guard"] for reason in wayhome.json(*words, code=1)["reasons"]]


def last(wayhome: Wayhome, case: str, kind: str) -> dict[str, str]:
    found = [event for event in wayhome.json("case", "history", case, *AS_ANNA) if event["type"] == kind]
    return dict(found[-1])


TRANSFER = ("transfer", "--reason", "moved")


def test_what_is_typed_under_a_name_is_the_operators_act_on_behalf_of_it(wayhome: Wayhome, case: str) -> None:
    wayhome.done("case", "record", case, "AddNote", "note=she called", *AS_ANNA)
    told = last(wayhome, case, "NoteAdded")
    assert (told["actor"], told["mandate"]) == (ANNA, "operator")
    assert "(operator on behalf of staff:anna)" in wayhome.done("case", "history", case, *AS_ANNA)


def test_it_never_counts_as_one_of_two(wayhome: Wayhome, case: str) -> None:
    assert codes(wayhome, "case", "advance", case, *TRANSFER, *AS_ANNA) == ["somebody_signed_in"]
    claimed = ("AgreeCarePlan", "--mandate", "medical")
    assert codes(wayhome, "case", "record", case, *claimed, *AS_ANNA) == ["somebody_signed_in"]
    wayhome.signs_in(ANNA)
    proposal = wayhome.json("case", "advance", case, *TRANSFER)["proposal"]
    wayhome.signs_in(BORIS)
    wayhome.done("sign-out")
    assert "somebody_signed_in" in codes(wayhome, "case", "confirm", case, proposal, *AS_BORIS)
    assert "somebody_signed_in" in codes(wayhome, "case", "decline", case, proposal, "--reason", "no", *AS_BORIS)
    assert "somebody_signed_in" in codes(wayhome, "case", "take-back", case, proposal, *AS_ANNA)


def test_two_people_who_sign_in_one_after_the_other_decide(wayhome: Wayhome, case: str) -> None:
    wayhome.by_two(case, "case", "advance", case, *TRANSFER)
    entered = last(wayhome, case, "StageEntered")
    assert (entered["actor"], entered["mandate"]) == (BORIS, "case_manager")
    assert "I12 ok" in wayhome.done("verify", "--rules")


def test_who_has_signed_in_acts_under_no_other_name(wayhome: Wayhome, case: str) -> None:
    wayhome.signs_in(ANNA)
    line = wayhome.told_off("case", "record", case, "AddNote", "note=hers", *AS_BORIS)
    assert "you are signed in as staff:anna" in line
    wayhome.done("case", "record", case, "AddNote", "note=hers")
    assert last(wayhome, case, "NoteAdded")["mandate"] == "case_manager"


def test_a_closed_account_is_signed_out_at_once(wayhome: Wayhome, case: str) -> None:
    wayhome.signs_in(ANNA)
    proposal = wayhome.json("case", "advance", case, *TRANSFER)["proposal"]
    wayhome.signs_in(BORIS)
    close_account(wayhome, BORIS)
    assert "somebody_signed_in" in codes(wayhome, "case", "confirm", case, proposal, *AS_BORIS)


def close_account(wayhome: Wayhome, account: str) -> None:
    file = Settings(data=wayhome.data).sign_in_file
    token = file.read_text()
    file.unlink()
    wayhome.done("account", "close", account, "--reason", "misuse", "--as", "staff:root")
    file.write_text(token)


def test_password_and_code_are_asked_for_and_kept_nowhere(wayhome: Wayhome, case: str) -> None:
    secret = wayhome.set_up(ANNA)
    wrong = wayhome.typed("something else", "123456", words=("sign-in", "anna"))
    assert (wrong.exit_code, "do not go together" in wrong.stderr) == (2, True)
    done = wayhome.typed(PASSWORD, code_now(secret), words=("sign-in", "anna"))
    assert done.exit_code == 0, done.output
    assert "signed in as staff:anna, for 10 minutes" in done.stdout
    assert PASSWORD not in done.output
    file = Settings(data=wayhome.data).sign_in_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert wayhome.json("case", "advance", case, *TRANSFER)["proposal"]
    wayhome.done("sign-out")
    assert not file.exists()
    assert codes(wayhome, "case", "advance", case, "record_death", *AS_ANNA) == ["somebody_signed_in"]
