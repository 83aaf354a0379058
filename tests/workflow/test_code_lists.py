"""What is typed of a list that others keep is of it, with a suggestion for a slip, and does not contradict itself."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from tests.kit.people import ANNA
from tests.kit.world import World
from workflow.reasons import Refused
from workflow.subjects.hotline.commands import TakeCall
from workflow.subjects.intake.commands import OpenCase
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.referrals.commands import SendReferral
from workflow.values.ages import CHILD_BANDS
from workflow.values.code_lists import EXPLOITATIONS, GENDERS, languages
from workflow.values.countries import countries

HEAD = {"command_id": UUID(int=5, version=4), "actor": ANNA}


def opened(**fields: Any) -> OpenCase:
    return OpenCase(**{**HEAD, "programme": "moscow", "source": "ngo", **fields})


def said(**fields: Any) -> str:
    with pytest.raises(ValidationError) as problem:
        opened(**fields)
    return str(problem.value)


@pytest.mark.parametrize(("typed", "meant"), [
    ("ua", "uk"), ("kz", "kk"), ("md", "ro"), ("by", "be"), ("tj", "tg"), ("ge", "ka"), ("vn", "vi"), ("cn", "zh"),
    ("cz", "cs"), ("rs", "sr"), ("ph", "fil"),
])  # fmt: skip
def test_a_country_where_a_language_is_asked_for_gets_its_language_as_a_suggestion(typed: str, meant: str) -> None:
    assert f"is not a language; did you mean {meant}?" in said(language=typed)


@pytest.mark.parametrize(("typed", "kept"), [("ukr", "uk"), ("rus", "ru"), ("ger", "de"), ("uk", "uk"), ("dng", "dng"),
                                             ("tl", "tl")])  # fmt: skip
def test_a_language_of_iso_639_2_is_the_same_language(typed: str, kept: str) -> None:
    if kept == "dng":
        assert "is not a language" in said(language=typed)
    else:
        assert opened(language=typed).language == kept


@pytest.mark.parametrize("typed", ["Ukrainian", "UK", "u", "", "русский", "xx", "a" * 4000, "Ольга"])
def test_what_is_no_code_of_a_language_is_not_repeated(typed: str) -> None:
    text = said(language=typed)
    assert "is not a language" in text


@pytest.mark.parametrize(("typed", "meant"), [
    ("women", "female"), ("Female", "female"), ("f", "female"), ("men", "male"), ("nonbinary", "non_binary"),
    ("femal", "female"),
])  # fmt: skip
def test_another_word_for_gender_gets_ours_as_a_suggestion(typed: str, meant: str) -> None:
    assert f"did you mean {meant}?" in said(gender=typed)


@pytest.mark.parametrize(("typed", "kept"), [("Feminine", "female"), ("TransgenderMasculine", "transgender_masculine"),
                                             ("NonSpecifiedUnknown", "unknown")])  # fmt: skip
def test_words_of_htcds_are_understood(typed: str, kept: str) -> None:
    assert opened(gender=typed).gender == kept


@pytest.mark.parametrize(("typed", "meant"), [
    ("forced labour", "ForcedLabour"), ("Begging", "ForcedBegging"), ("sexual exploitation", "SexualExploitation"),
    ("prostitution", "SexualExploitation"), ("OrganRemval", "OrganRemoval"),
])  # fmt: skip
def test_another_word_for_exploitation_gets_that_of_htcds_as_a_suggestion(typed: str, meant: str) -> None:
    assert f"did you mean {meant}?" in said(exploitation=[typed])


def test_everything_on_the_lists_is_taken() -> None:
    assert all(opened(gender=word).gender == word for word in GENDERS)
    assert opened(exploitation=EXPLOITATIONS).exploitation == EXPLOITATIONS
    assert all(opened(language=code).language == code for code in languages())
    assert len(languages()) > 500
    assert not languages() & {country.lower() for country in countries() if country in ("UA", "KZ", "MD", "BY", "TJ")}


def test_every_door_for_a_language_has_the_same_list() -> None:
    for kind, fields in (
        (TakeCall, {"programme": "moscow", "outcome": "advised"}),
        (PlanArrival, {"case_id": "7K3P9-QXM2D", "at": "2007-03-06T10:00Z", "place": "SVO", "means": "train"}),
        (SendReferral, {"case_id": "7K3P9-QXM2D", "service": "legal_aid"}),
    ):
        with pytest.raises(ValidationError, match="did you mean uk"):
            kind(**HEAD, **fields, language="ua")  # type: ignore[arg-type]


# -- age, told in three ways (it is 5 March 2007) ------------------------------------------------------------------


def refused(**fields: Any) -> list[str]:
    decision = World().carry_out(opened(**fields))
    return [reason.kind.key for reason in decision.reasons] if isinstance(decision, Refused) else []


@pytest.mark.parametrize("fields", [
    {"birth_date": "1970-05-05", "age_band": "9-17"},
    {"birth_date": "1970-05-05", "majority": "minor"},
    {"birth_date": "1999-05-05", "majority": "adult"},
    {"age_band": "9-17", "majority": "adult"},
    {"age_band": "30-38", "majority": "minor"},
    {"birth_date": "1970-05-05", "age_band": "9-17", "majority": "minor"},
])  # fmt: skip
def test_ages_that_contradict_each_other_are_refused(fields: dict[str, Any]) -> None:
    assert all(key.startswith("age_is_one/") for key in refused(**fields))
    assert refused(**fields)


@pytest.mark.parametrize("fields", [
    {"birth_date": "1989-03-05", "age_band": "18-20", "majority": "adult"},  # eighteen today
    {"birth_date": "1989-03-20", "age_band": "9-17", "majority": "minor"},  # in two weeks
    {"birth_date": "1989-01-01", "age_band": "9-17"},  # whoever does not know the day
    {"birth_date": "1989-01-01", "age_band": "18-20"},
    {"birth_date": "1970-05-05", "age_band": "27-29", "registered_year": 1998},
    {"birth_date": "1970-05-05", "age_band": "27-29", "registered_year": 1999},
    {"age_band": "0-8", "majority": "minor"},
])  # fmt: skip
def test_ages_that_agree_are_taken(fields: dict[str, Any]) -> None:
    assert refused(**fields) == []


def test_the_bands_of_children_are_the_standards() -> None:
    assert CHILD_BANDS == ("0-8", "9-17")
