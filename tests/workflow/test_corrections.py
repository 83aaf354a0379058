"""What was wrong of a person is put right by a fact beside it, and no one person makes a child an adult by it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events.facts.corrections import AgeCorrected, CitizenshipsCorrected, DetailsCorrected, IdentityCorrected
from events.facts.decisions import DecisionProposed, ProposalLapsed
from events.facts.tasks import TimerCancelled, TimerSet
from tests.kit.people import ANNA, BORIS, TAMARA
from tests.kit.roads import consents
from tests.kit.story import Story
from tests.kit.world import World
from workflow.case.proposals import proposals_of
from workflow.case.state import Case
from workflow.command import ConfirmDecision
from workflow.subjects.corrections.commands import (
    ConfirmCorrectedAge,
    CorrectCitizenships,
    CorrectDetails,
    CorrectIdentity,
)
from workflow.subjects.corrections.state import corrections_of
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.safety.commands import AppointGuardian, EndGuardianship, EstablishAge
from workflow.subjects.safety.state import NO_GUARDIAN
from workflow.subjects.travel.commands import DeclareReturn

BY = {"why": "paper_seen", "evidence": "passport"}
CHILD = {"age_band": ..., "birth_date": "1995-06-10"}  # eleven when the stories begin


def opened(**fields: Any) -> Story:
    return Story(World(), **fields)


def is_child(story: Story) -> bool:
    case: Case = story.case
    return case.is_child(story.place.definition.programme.day(story.place.now))


# -- values ----------------------------------------------------------------------------------------------------------


def test_a_misspelt_name_is_put_right_by_a_fact_that_says_why_and_by_which_paper() -> None:
    told = opened(name="Tsurcanu").does(CorrectIdentity, name="Țurcanu", evidence_number="A 123", **BY).now_told()
    (fact,) = told
    assert isinstance(fact, IdentityCorrected)
    assert (fact.fields, fact.name, fact.why, fact.evidence) == (("name",), "Țurcanu", "paper_seen", "passport")
    assert (fact.child, fact.forgotten, fact.evidence_number) == (None, False, "A 123")


def test_a_wrong_citizenship_is_put_right_and_the_return_goes_where_it_belongs() -> None:
    story = opened(citizenships=("UA",))
    story.when(DeclareReturn, destination="MD", signed_on="2007-03-05").then_refused("destination_is_home")
    story.does(CorrectCitizenships, citizenships=("MD",), **BY)
    (fact,) = story.now_told(CitizenshipsCorrected)
    assert (fact.citizenships, fact.citizenships_before, fact.second) == (("MD",), ("UA",), "")
    story.does(DeclareReturn, destination="MD", signed_on="2007-03-05")


def test_what_is_as_it_was_is_no_correction() -> None:
    story = opened(language="ro", gender="female")
    story.when(CorrectCitizenships, citizenships=("MD",), **BY).then_refused("correction_changes_something")
    story.when(CorrectDetails, language="ro", gender="female", **BY).then_refused("correction_changes_something")
    story.when(CorrectIdentity, **BY).then_refused("correction_changes_something")
    (fact,) = story.does(CorrectDetails, language="ro", gender="male", **BY).now_told()
    assert isinstance(fact, DetailsCorrected)
    assert (fact.language, fact.gender, fact.gender_before) == (None, "male", "female")


def test_a_correction_is_corrected_back() -> None:
    story = opened(language="ro").does(CorrectDetails, language="ru", **BY).does(CorrectDetails, language="ro", **BY)
    assert story.case.language == "ro"
    (fact,) = story.now_told()
    assert fact.language_before == "ru"


def test_a_citizenship_named_twice_and_a_birth_date_to_come_are_refused() -> None:
    story = opened()
    story.when(CorrectCitizenships, citizenships=("UA", "UA"), **BY).then_refused("citizenships_are_named_once")
    story.when(CorrectIdentity, birth_date="2031-01-01", **BY).then_refused("birth_date_is_past")
    story.when(CorrectIdentity, phone="+37322123456", no_phone=True, **BY).then_refused("phone_is_one")


def test_nobody_writes_where_they_may_not_read() -> None:
    story = opened()
    story.when(CorrectIdentity, name="X", mandate="transport", **BY).then_refused("corrector_may_read_it")
    story.when(CorrectCitizenships, citizenships=("UA",), mandate="operator", **BY).then_refused(
        "corrector_may_read_it"
    )


def test_somebody_erased_or_gone_is_not_corrected() -> None:
    story = opened().ends("withdraw")
    story.when(CorrectDetails, language="ru", **BY).then_refused("case_is_open")


# -- an age ----------------------------------------------------------------------------------------------------------


def test_one_person_makes_no_known_child_an_adult() -> None:
    story = opened(**CHILD).does(CorrectIdentity, birth_date="1985-06-10", **BY)
    corrected, proposed = story.now_told()[:2]
    assert (corrected.child, corrected.waits) == (False, True)
    assert isinstance(proposed, DecisionProposed)
    assert is_child(story)
    assert corrections_of(story.case).waiting is not None
    story.confirmed()
    (fact,) = story.now_told(AgeCorrected)
    assert (fact.child, fact.second) == (False, ANNA)
    assert not is_child(story)
    assert corrections_of(story.case).waiting is None


def test_who_was_said_to_be_a_minor_is_a_known_child_and_nobody_alone_says_otherwise() -> None:
    story = opened(age_band=..., majority="minor")
    story.when(EstablishAge, child=False, basis="looks older").then_refused("age_takes_two_people")
    opened(age_band=...).does(EstablishAge, child=False, basis="own papers")


@pytest.mark.parametrize("unknown", [True, False])
def test_no_guardian_is_looked_for_once_somebody_is_known_to_be_an_adult(*, unknown: bool) -> None:
    story = opened(**{"age_band": ...} if unknown else CHILD).does(AppointGuardian, kind="state")
    story.does(EndGuardianship, because="unable")
    assert NO_GUARDIAN in story.case.escalations
    if unknown:
        story.does(EstablishAge, child=False, basis="own papers")
    else:
        story.does(CorrectIdentity, birth_date="1985-06-10", **BY).confirmed()
    assert NO_GUARDIAN not in story.case.escalations


def test_who_corrected_an_age_does_not_confirm_it() -> None:
    story = opened(**CHILD).does(CorrectIdentity, birth_date="1985-06-10", **BY)
    (key,) = proposals_of(story.case).pending
    story.place.has_account(ANNA)
    story.when(ConfirmDecision, proposal_id=key).then_refused("second_person_agreed")
    assert is_child(story)


@pytest.mark.parametrize("detour", [{"age_band": "27-29"}])
def test_an_age_group_is_no_way_round(detour: dict[str, Any]) -> None:
    story = opened(age_band="9-17").does(CorrectDetails, **detour, **BY)
    assert is_child(story)
    story.confirmed()
    assert not is_child(story)


def test_establishing_an_age_is_no_way_round_either() -> None:
    opened(**CHILD).when(EstablishAge, child=False, basis="says so").then_refused("age_takes_two_people")
    opened(age_band="9-17").when(EstablishAge, child=False, basis="says so").then_refused("age_takes_two_people")
    unknown = opened(age_band=...).does(EstablishAge, child=False, basis="passport seen")
    assert not is_child(unknown)


def test_coming_of_age_earlier_waits_for_two_and_later_does_not() -> None:
    story = opened(**CHILD)
    before = story.case.of_age_from
    story.does(CorrectIdentity, birth_date="1989-04-01", **BY)
    assert story.case.of_age_from == before
    story.confirmed()
    assert story.case.of_age_from == date(2007, 4, 1)
    story.then_among_others(TimerCancelled, TimerSet)
    story.does(CorrectIdentity, birth_date="1999-04-01", **BY)
    assert story.case.of_age_from == date(2017, 4, 1)


def test_a_second_correction_takes_the_place_of_the_one_that_waits() -> None:
    story = opened(**CHILD).does(CorrectIdentity, birth_date="1985-06-10", **BY)
    story.does(CorrectIdentity, birth_date="1984-06-10", actor=BORIS, mandate="supervisor", **BY)
    story.then_among_others(ProposalLapsed, DecisionProposed)
    assert len(proposals_of(story.case).pending) == 1
    story.confirmed(by=TAMARA)
    assert not is_child(story)


def test_an_age_that_nobody_corrected_is_not_confirmed() -> None:
    opened(**CHILD).when(ConfirmCorrectedAge, correction_id="X-1").then_refused("corrected_age_waits")


def test_an_adult_who_is_a_child_after_all_needs_a_guardians_word_for_the_next_step() -> None:
    story = consents(opened(age_band=..., birth_date="1980-01-01"), "assistance")
    story.does(CorrectIdentity, birth_date="1995-06-10", **BY)
    assert is_child(story)
    codes = story.advance("receive").last.codes  # type: ignore[union-attr]
    assert "consent_to_assistance" in codes
    story.does(AppointGuardian, kind="state").does(GiveConsent, purpose="assistance", by="guardian")
    assert "consent_to_assistance" not in story.advance("receive").last.codes  # type: ignore[union-attr]


def test_an_age_group_that_contradicts_the_birth_date_is_refused() -> None:
    opened(**CHILD).when(CorrectDetails, age_band="27-29", **BY).then_refused("age_agrees")


def test_an_age_group_follows_the_birth_date() -> None:
    story = opened(age_band="27-29").does(CorrectIdentity, birth_date="1960-06-10", **BY)
    (fact,) = story.now_told()
    assert (fact.age_band, fact.age_band_before) == ("39-47", "27-29")
    assert story.case.age_band == "39-47"


# -- two people where a return rests on it ---------------------------------------------------------------------------


def test_one_person_turns_no_declared_return_to_another_country() -> None:
    story = opened().does(DeclareReturn, destination="MD", signed_on="2007-03-05")
    story.does(CorrectCitizenships, citizenships=("UA",), evidence_number="A 1", **BY)
    (proposed,) = story.now_told(DecisionProposed)
    assert "A 1" not in proposed.given
    assert proposed.content == "A 1"
    assert story.case.citizenships == ("MD",)
    story.confirmed()
    assert story.case.citizenships == ("UA",)


def test_a_name_is_not_corrected_to_what_the_person_is_called() -> None:
    story = Story(World(), name="Elena Surcani", handle="Mia")
    story.when(CorrectIdentity, name="Mia Turcanu", why="mistyped", evidence="passport").then_refused(
        "handle_is_of_the_name"
    )
