"""All victims, regardless of age and gender: no rule may turn anybody away, children only need a guardian."""

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.roads import bring, departed, handed_over, ready_to_be_received, ready_to_depart
from tests.kit.story import story
from workflow.subjects.intake.commands import EARLIEST_BIRTH, GiveConsent, OpenCase
from workflow.subjects.safety.commands import AppointGuardian, DecideBestInterests

BANDS = [None, *get_args(get_args(OpenCase.model_fields["age_band"].annotation)[0])]
GENDERS = st.sampled_from([None, "female", "male", "transgender", "non_conforming", "other", "unknown"])
CITIZENSHIPS = st.lists(st.sampled_from(["RU", "MD", "UZ", "NA", "NG", "US", "CH"]), max_size=5, unique=True)


@settings(max_examples=150)
@given(gender=GENDERS, band=st.sampled_from(BANDS), citizenships=CITIZENSHIPS)
def test_whoever_is_referred_is_taken_in(gender: str | None, band: str | None, citizenships: list[str]) -> None:
    case = story(gender=gender, age_band=band, citizenships=citizenships)
    if case.case.is_child(case.place.now.date()):
        case.when(GiveConsent, purpose="assistance").then_refused("guardian_consents")
        case.does(AppointGuardian, kind="state")
    ready_to_be_received(case)
    case.advance("receive").then_at("reception")


@settings(max_examples=30)
@given(gender=GENDERS, citizenships=CITIZENSHIPS.filter(bool), band=st.sampled_from(BANDS[1:]))
def test_whoever_is_taken_in_can_come_all_the_way(gender: str | None, band: str, citizenships: list[str]) -> None:
    case = story(gender=gender, age_band=band, citizenships=citizenships)
    if case.case.child:
        case.does(AppointGuardian, kind="state").does(
            DecideBestInterests, outcome="return", decided_by="board"
        ).confirmed()
    bring(case, "documents")
    bring_home = {"destination": citizenships[0]}
    handed_over(departed(ready_to_depart(case, **bring_home))).goes("come_home")


@settings(max_examples=60)
@given(
    band=st.sampled_from(BANDS),
    born=st.one_of(st.none(), st.dates(min_value=EARLIEST_BIRTH, max_value=story().place.now.date())),
)
def test_age_never_keeps_a_case_from_being_opened(band: str | None, born: object) -> None:
    assert story(age_band=band).case.stage == "referral"
    assert story(birth_date=born, age_band=None).case.stage == "referral"
