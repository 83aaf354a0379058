"""What was wrong is put right for everybody: search, providers, counts, openings; and the history shows both."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from console.views.opening import sealed_values, values_in_force
from handlers.checks.repair import differences_now
from handlers.checks.walk import check_log
from handlers.projections.rebuild import rebuild
from handlers.queries.person_matches import search_people
from handlers.queries.referrals import disclosed_fields
from handlers.queries.reports import stage_statistics
from tests.kit.audits import audited
from tests.kit.erasures import ended, erased
from tests.kit.offices import ON_BOTH_DATABASES, Office, overtaken
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bring
from tests.kit.roads import referred as referred_to
from tests.kit.story import Story
from tests.kit.workshop import Workshop
from workflow.case.retraction import records_of
from workflow.command import RetractRecord
from workflow.rights.table import Account
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.corrections.commands import CorrectCitizenships, CorrectDetails, CorrectIdentity
from workflow.subjects.intake.commands import AddNote, OpenSealed, WithdrawConsent
from workflow.subjects.referrals.commands import DiscloseReferral
from workflow.subjects.reintegration.commands import RecordFollowUp

BY = {"why": "mistyped", "evidence": "passport"}
MANAGER = Account(ANNA, frozenset({"case_manager"}), frozenset({"moscow"}))


def found(office: Office, **asked: Any) -> list[str]:
    with office.database.reading() as connection:
        matches = search_people(office.service.log, connection, MANAGER, office.now, **asked)
    return [match.case_id for match in matches]


def known(office: Office, **fields: Any) -> Story:
    return Story(office, **{"name": "Elena Surcani", "birth_date": "1980-01-02", "phone": "+37322111111"} | fields)


# -- search ----------------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_the_right_name_finds_somebody_and_the_misspelt_one_still_does(office: Office) -> None:
    case = known(office)
    assert found(office, name="Borodina") == []
    case.does(CorrectIdentity, name="Elena Borodina", **BY)
    assert found(office, name="Borodina") == found(office, name="Elena Surcani") == [case.case_id]
    assert differences_now(office.service.log) == []


@ON_BOTH_DATABASES
def test_a_wrong_number_and_birth_date_find_nobody_any_more(office: Office) -> None:
    case = known(office).does(CorrectIdentity, phone="+37322222222", birth_date="1981-01-02", **BY)
    assert found(office, phone="+37322111111") == []
    assert found(office, phone="+37322222222") == [case.case_id]
    assert found(office, name="Elena", birth_date=date(1980, 1, 2)) == []
    assert found(office, name="Elena", birth_date=date(1981, 1, 2)) == [case.case_id]
    case.does(CorrectIdentity, no_phone=True, **BY)
    assert found(office, phone="+37322222222") == []
    assert differences_now(office.service.log) == []
    before = office.rows("name_tokens")
    rebuild(office.service.log)
    assert sorted(map(str, office.rows("name_tokens"))) == sorted(map(str, before))


def test_a_name_that_was_another_persons_finds_the_case_no_more(office: Office) -> None:
    case = known(office).does(CorrectIdentity, name="Maria Popa", why="another_persons", evidence="persons_word")
    assert found(office, name="Elena Surcani") == []
    assert found(office, name="Maria Popa") == [case.case_id]
    assert differences_now(office.service.log) == []


# -- two at once -----------------------------------------------------------------------------------------------------


def test_of_two_who_correct_one_field_at_once_the_second_is_told_of_the_first(office: Office) -> None:
    case = known(office)
    seen = {"case_id": case.case_id, "expected": office.service.folds.get(f"case:{case.case_id}").version}
    first = office.submit(CorrectIdentity, name="Elena Țurcanu", actor=ANNA, **seen, **BY)
    assert "IdentityCorrected" in getattr(first, "facts", ())
    answer = overtaken(office.submit(CorrectIdentity, name="Elena Turcan", actor=BORIS, **seen, **BY))
    assert [event.envelope.type for event in answer.since] == ["IdentityCorrected"]


def test_a_correction_sent_twice_is_told_once(office: Office) -> None:
    case = known(office)
    command = case.command(CorrectIdentity, name="Elena Țurcanu", **BY)
    case.when(command).accepted()
    case.when(command).accepted()
    told = [event for event in office.service.log.stream(f"case:{case.case_id}") if "Corrected" in event.envelope.type]
    assert len(told) == 1


# -- providers -------------------------------------------------------------------------------------------------------


@pytest.fixture
def referred(office: Office, tmp_path: Path) -> Any:
    """Somebody referred to a provider that has the letter, and the post."""
    case = bring(known(office, age_band=...), "reintegration")
    referral_id = referred_to(case, "harbour")
    shop = Workshop(office, tmp_path)
    yield case, referral_id, shop
    shop.close()


def works(shop: Workshop) -> None:
    """Let a worker do everything that is due."""
    shop.worker().performer.perform([row["task_id"] for row in shop.office.rows("tasks", status="waiting")])


def shown(office: Office, case: Story, referral_id: str) -> dict[str, str]:
    show = case.command(DiscloseReferral, referral_id=referral_id, why="meeting")
    case.when(show).accepted()
    return disclosed_fields(office.service.log, case.case_id, show.command_id)


def test_a_provider_is_told_that_something_changed_and_shown_what_is_right(office: Office, referred: Any) -> None:
    case, referral_id, shop = referred
    assert shown(office, case, referral_id)["name"] == "Elena Surcani"
    before = len(shop.mails())
    case.does(CorrectIdentity, name="Elena Țurcanu", phone="+37322222222", **BY)
    works(shop)
    (letter,) = shop.mails()[before:]
    text = str(letter)
    assert referral_id in text
    assert not {"Țurcanu", "Surcani", "+37322222222"} & {*text.split()}
    now = shown(office, case, referral_id)
    assert (now["name"], now["phone"]) == ("Elena Țurcanu", "+37322222222")
    case.does(CorrectIdentity, no_phone=True, **BY)
    assert "phone" not in shown(office, case, referral_id)


def test_nobody_is_told_who_may_not_see_it_or_without_consent(office: Office, referred: Any) -> None:
    case, _, shop = referred
    before = len(shop.mails())
    case.does(AddNote, note="x").does(CorrectDetails, country_of_exploitation="RU", **BY)
    assert case.tasks(kind="tell_correction") == {}, "an NGO is not shown where it happened"
    case.does(CorrectDetails, language="ru", **BY)
    case.does(WithdrawConsent, purpose="referral", recipient="harbour")
    works(shop)
    assert not [mail for mail in shop.mails()[before:] if "has changed" in str(mail["Subject"])]


def test_a_retracted_finding_is_shown_to_no_provider(office: Office) -> None:
    case = bring(known(office), "care")
    valid = office.now.date().replace(month=office.now.month + 1)
    doctor = {"actor": "staff:doctor", "mandate": "medical"}
    case.does(CertifyFitness, valid_until=valid, escort="none", note="somebody else's rib", **doctor)
    number = max(records_of(case.case).standing)
    case.does(RetractRecord, record=number, why="wrong_case", **doctor)
    referral_id = referred_to(case, "clinic-north", "medical_exam")
    assert "medical" not in shown(office, case, referral_id)


# -- what is counted, and what holds ---------------------------------------------------------------------------------


def test_a_retracted_visit_is_not_counted(office: Office) -> None:
    case = bring(known(office), "follow_up").later(days=120)
    case.does(RecordFollowUp, month=3, how="visit", outcome="well")
    programme, year = office.definition.programme, office.now.year
    assert stage_statistics(office.service.log, programme, year).visits == {(3, "well"): 1}
    case.does(RetractRecord, record=max(records_of(case.case).standing), why="wrong_day")
    assert stage_statistics(office.service.log, programme, year).visits == {}


def test_all_that_must_hold_holds_with_corrections_and_retractions(office: Office) -> None:
    case = known(office, age_band=..., birth_date="1995-06-10")
    case.does(CorrectIdentity, birth_date="1985-06-10", **BY).confirmed()
    case.does(CorrectCitizenships, citizenships=("UA",), **BY).does(AddNote, note="x")
    case.does(RetractRecord, record=max(records_of(case.case).standing), why="wrong_case")
    case.does(AddNote, note="y").when(
        RetractRecord, record=max(records_of(case.case).standing), why="wrong_case", actor=BORIS, mandate="supervisor"
    )
    case.confirmed()
    failing = [one for one in check_log(office.service.log, now=office.now) if not one.ok]
    assert not failing, [one.faults for one in failing]


def test_what_was_corrected_is_opened_with_what_it_was_and_marked(office: Office) -> None:
    case = known(office).does(CorrectIdentity, name="Elena Țurcanu", evidence_number="A 123", **BY)
    show = case.command(OpenSealed, compartments=("identity", "contact"), why="check")
    case.when(show).accepted()
    log, number = office.service.log, case.case_id
    values = sealed_values(log, number, ("identity",), show.command_id)
    assert [(one.value, one.holds) for one in values if one.name == "name"] == [
        ("Elena Surcani", False), ("Elena Țurcanu", True),
    ]  # fmt: skip
    assert values_in_force(log, number, show.command_id)["name"] == "Elena Țurcanu"


def test_an_auditors_bundle_of_a_case_with_corrections_and_retractions_is_proved(office: Office) -> None:
    case = known(office, age_band=..., birth_date="1995-06-10")
    case.does(CorrectIdentity, birth_date="1985-06-10", **BY).confirmed()
    case.does(CorrectCitizenships, citizenships=("UA",), **BY).does(AddNote, note="x")
    case.does(RetractRecord, record=max(records_of(case.case).standing), why="wrong_case")
    found_in = audited(office.service.log, case.case_id, int(office.now.timestamp()))
    code, notes, rows = found_in.checked()
    assert code == 0, notes
    assert {"IdentityCorrected", "AgeCorrected", "CitizenshipsCorrected", "RecordRetracted"} <= {row[3] for row in rows}
    assert b"1985-06-10" not in found_in.data


def test_of_somebody_erased_nothing_is_corrected_or_retracted(office: Office) -> None:
    case = ended(office).does(AddNote, note="x")
    number = max(records_of(case.case).standing)
    erased(case)
    case.when(CorrectIdentity, name="Elena", **BY).then_refused("person_is_not_erased")
    case.when(RetractRecord, record=number, why="wrong_case").then_refused("person_is_not_erased")
