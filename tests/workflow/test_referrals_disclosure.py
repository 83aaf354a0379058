"""What a provider or an agency is told of a person: what its profile says, recorded first, and nothing else."""

from typing import get_args

import pytest

from events.facts import catalogue
from events.facts.referrals import (
    DisclosureMade,
    ReferrerAnswered,
)
from tests.kit.referrals import asked, number, somebody
from tests.kit.roads import agreed_to_be_told
from tests.kit.story import story
from tests.kit.world import moscow
from workflow.programme.errors import ProgrammeFaulty
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.referrals.commands import (
    DiscloseReferral,
    SendReferral,
)
from workflow.subjects.referrals.definition import AgencyKind, DisclosurePolicy
from workflow.subjects.referrals.disclosure import ORG_TYPES, SOURCES, parts_for

KINDS: tuple[AgencyKind, ...] = get_args(AgencyKind)

# -- what a provider may see -----------------------------------------------------------------------------------------


def test_the_police_profile_never_holds_medical_data_whatever_a_file_says() -> None:
    wrong = "law_enforcement: [language, medical, "
    text = shipped_programme_text("moscow").replace("law_enforcement: [language, ", wrong)
    with pytest.raises(ProgrammeFaulty, match="police never get medical data"):
        load_definition(text)
    forged = DisclosurePolicy.model_construct(law_enforcement=("name", "medical"))
    assert parts_for("law_enforcement", forged) == ("name",)


def test_each_part_comes_from_facts_that_exist_and_is_sealed_where_it_says() -> None:
    shapes = catalogue().shapes
    for part, sources in SOURCES.items():
        for source in sources:
            shape = shapes[source.fact]
            assert source.field in shape.fact.model_fields, part
            sealed = {name: compartment for compartment, names in shape.sealed for name in names}
            assert sealed.get(source.field, "") == source.compartment, part
            assert (source.compartment == "medical") == (part == "medical")


def test_a_disclosure_needs_a_live_consent_and_a_referral_that_goes_on() -> None:
    case = asked(somebody())
    shows = {"referral_id": number(case), "why": "first meeting"}
    (made,) = case.when(DiscloseReferral, **shows).now_told(DisclosureMade)
    assert made.parts == parts_for("ngo", moscow().programme.disclosure)
    case.does(WithdrawConsent, purpose="referral", recipient="harbour")
    case.when(DiscloseReferral, **shows).then_refused("referral_is_open", "consent_to_referral")


def test_nothing_is_disclosed_before_the_letter_is_out_or_after_consent_ran_out() -> None:
    case = somebody()
    case.does(GiveConsent, purpose="referral", recipient="harbour", until=case.place.now.date())
    case.does(SendReferral, service="local_referral")
    shows = {"referral_id": number(case), "why": "first meeting"}
    case.when(DiscloseReferral, **shows).then_refused("referral_is_open")
    case.finish(case.task(kind="send_referral")).accepted()
    case.later(days=1).when(DiscloseReferral, **shows).then_refused("consent_to_referral")


def test_each_kind_of_agency_has_a_word_of_the_data_standard() -> None:
    assert set(ORG_TYPES) == set(KINDS)
    assert all(ORG_TYPES[kind] for kind in KINDS)


def test_consent_is_given_for_somebody_the_directory_knows() -> None:
    somebody().when(GiveConsent, purpose="referral", recipient="Красный Крест").then_refused("recipient_is_known")


# -- in --------------------------------------------------------------------------------------------------------------


def test_whoever_sent_the_person_is_told_once_and_only_with_consent() -> None:
    case = somebody(referred_by="harbour", reference="H-77")
    assert case.case.referred_by == "harbour"
    agreed_to_be_told(case, "new-start")
    assert not case.tasks(kind="answer_referrer")
    agreed_to_be_told(case, "harbour")
    case.finish(case.task(kind="answer_referrer")).then(ReferrerAnswered)
    agreed_to_be_told(case, "harbour")
    assert not case.tasks(kind="answer_referrer")


def test_an_agency_of_the_directory_is_of_the_kind_the_source_says() -> None:
    story(source="health", referred_by="harbour").then_refused("source_is_the_agencys")
    story(source="ngo", referred_by="somebody-else").accepted()
