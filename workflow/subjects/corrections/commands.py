"""Commands that put right what is known of a person: values, why, and by which paper."""

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from workflow.command import CaseCommand
from workflow.subjects.intake.commands import EARLIEST_BIRTH
from workflow.values.ages import AgeBand
from workflow.values.code_lists import Exploitation, Gender, Language
from workflow.values.countries import Country
from workflow.values.text import PersonName, ReferenceToken, ShortText

Why = Literal["mistyped", "misheard", "paper_seen", "not_known_before", "has_changed", "another_persons"]
Evidence = Literal[
    "persons_word", "own_papers", "passport", "identity_card", "birth_certificate", "return_certificate",
    "residence_permit", "official_letter", "age_assessment",
]  # fmt: skip


class CorrectIdentity(CaseCommand, acts=("case.record",), sealed=True):
    """Put right a name, a birth date or a telephone number; what is left out stays as it is."""

    name: PersonName | None = None
    birth_date: date | None = None
    phone: str | None = Field(default=None, pattern=r"^\+[1-9]\d{5,14}$")
    no_phone: bool = False  # the number is wrong and no other is known
    why: Why
    evidence: Evidence
    evidence_number: ShortText | None = None

    @field_validator("birth_date")
    @classmethod
    def _not_before_1900(cls, value: date | None) -> date | None:
        if value is not None and value < EARLIEST_BIRTH:
            raise ValueError("is before 1900; check the year")
        return value


class CorrectCitizenships(CaseCommand, acts=("case.record",), sealed=True):
    """Put the citizenships right: all of them, as they are to stand; two people once a return rests on them."""

    citizenships: tuple[Country, ...] = Field(min_length=1, max_length=5)
    why: Why
    evidence: Evidence
    evidence_number: ShortText | None = None


class CorrectDetails(CaseCommand, acts=("case.record",), sealed=True):
    """Put right what else is known of a person; what is left out stays as it is."""

    gender: Gender | None = None
    language: Language | None = None
    age_band: AgeBand | None = None
    exploitation: tuple[Exploitation, ...] = Field(default=(), max_length=20)
    country_of_exploitation: Country | None = None
    why: Why
    evidence: Evidence
    evidence_number: ShortText | None = None


class ConfirmCorrectedAge(CaseCommand, acts=("case.record",)):
    """Propose to treat the person as the corrected birth date or age group says; a second person confirms it."""

    correction_id: ReferenceToken
