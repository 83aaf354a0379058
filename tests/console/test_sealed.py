"""What is sealed, at the command line: the mandate opens it, and a denial is said and recorded."""

from __future__ import annotations

from tests.kit.command_line import AS_ANNA, Wayhome

NOTE = "беременность, 12 недель"
DRIVER, DOCTOR = ("--as", "staff:driver"), ("--as", "staff:doctor")


def with_a_note(wayhome: Wayhome) -> str:
    case = str(wayhome.json("case", "open", "age_band=27-29", "citizenships=MD", *AS_ANNA)["case_id"])
    words = ("service=medical_exam", "attended=true", f"note={NOTE}")
    wayhome.done("case", "record", case, "RecordSession", *words, *DOCTOR, "--mandate", "medical")
    return case


def test_a_driver_is_told_no_and_that_it_was_recorded(wayhome: Wayhome) -> None:
    case = with_a_note(wayhome)
    look = ("case", "show", case, "--open", "medical", "--why", "which seat", *DRIVER, "--mandate", "transport")
    answer = wayhome.json(*look, code=1)
    assert [reason["guard"] for reason in answer["reasons"]] == ["mandate_opens_it"]
    result = wayhome.run(*look)
    assert result.exit_code == 1
    assert NOTE not in result.output
    assert "recorded" in result.output
    last = wayhome.json("case", "history", case)[-1]
    assert (last["type"], last["actor"]) == ("SealedDenied", "staff:driver")


def test_a_doctor_reads_it_and_a_case_manager_does_not(wayhome: Wayhome) -> None:
    case = with_a_note(wayhome)
    look = ("case", "show", case, "--open", "medical", "--why", "before the examination")
    assert NOTE in wayhome.done(*look, *DOCTOR, "--mandate", "medical")
    assert wayhome.run(*look, *AS_ANNA).exit_code == 1


def test_open_appointments_are_shown(wayhome: Wayhome) -> None:
    case = str(wayhome.json("case", "open", "age_band=27-29", "language=tg", *AS_ANNA)["case_id"])
    wayhome.done("case", "record", case, "GiveConsent", "purpose=assistance", *AS_ANNA)
    words = ("service=legal_advice", "at=2199-03-01T10:00+03:00")
    wayhome.done("case", "record", case, "BookAppointment", *words, *AS_ANNA)
    assert "legal-aid" in wayhome.done("case", "show", case)
    (one,) = wayhome.json("case", "show", case)["care"]["appointments"].values()
    assert (one["provider"], one["language"], one["at"][:10]) == ("legal-aid", "tg", "2199-03-01")
