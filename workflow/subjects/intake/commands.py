"""Commands about the case itself: open it, move it on, agree, write down, look inside."""

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from events.ids import CaseId, case_id_of
from workflow.command import CaseCommand, Command
from workflow.values.ages import AgeBand
from workflow.values.case_numbers import CaseNumber
from workflow.values.code_lists import Exploitation, Gender, Language
from workflow.values.countries import Country
from workflow.values.handles import Handle
from workflow.values.text import CodeWord, LongText, PersonName, ReferenceToken, ShortText, TeamWord

EARLIEST_BIRTH = date(1900, 1, 1)


class OpenCase(Command, acts=("case.open",), sealed=True):
    """Open a case for a referral that came in."""

    programme: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    source: Literal[
        "government", "law_enforcement", "health", "social_support", "ngo", "international_organisation",
        "hotline", "self", "case_management",
    ]  # fmt: skip
    previous_case: CaseNumber | None = None
    # Which agency referred the person, best by its id in the directory; its own reference is sealed, it may be a name.
    referred_by: str = Field(default="", pattern=r"^([a-z][a-z0-9-]{1,39})?$")
    reference: ReferenceToken | None = None
    team: TeamWord | Literal[""] = (
        ""  # whose people may see the case beside its owner; the whole programme's when empty
    )
    handle: Handle | None = None  # a name they choose to be called here, never their own; two words when left out
    consultation: str | None = Field(default=None, pattern=r"^K-[0-9A-HJKMNP-TV-Z]{6}$")  # on their slip
    consent: bool = False  # whether the person agreed that a consultation becomes a case
    citizenships: tuple[Country, ...] = Field(default=(), max_length=5)
    gender: Gender | None = None
    age_band: AgeBand | None = None
    majority: Literal["adult", "minor"] | None = None  # when no birth date or age band is known
    language: Language | None = None
    exploitation: tuple[Exploitation, ...] = Field(default=(), max_length=20)
    country_of_exploitation: Country | None = None
    registered_year: int | None = Field(default=None, ge=1990, le=2100)
    name: PersonName | None = None
    birth_date: date | None = None
    phone: str | None = Field(default=None, pattern=r"^\+[1-9]\d{5,14}$")
    story: LongText | None = None

    @field_validator("birth_date")
    @classmethod
    def _not_before_1900(cls, value: date | None) -> date | None:
        if value is not None and value < EARLIEST_BIRTH:
            raise ValueError("is before 1900; check the year")
        return value

    @property
    def case_id(self) -> CaseId:
        """Return the number the case will have."""
        return case_id_of(self.command_id)


class GiveConsent(CaseCommand, acts=("case.consent",)):
    """Record that the person (or a guardian) agreed to a purpose."""

    purpose: CodeWord
    recipient: ShortText | Literal[""] = ""
    by: Literal["person", "guardian"] = "person"
    until: date | None = None
    of_age: bool = False  # the day on which the person turns 18 has come


class WithdrawConsent(CaseCommand, acts=("case.consent",)):
    """Record that the person took an agreement back."""

    purpose: CodeWord
    recipient: ShortText | Literal[""] = ""


class ChangeHandle(CaseCommand, acts=("case.record",), sealed=True):
    """Call the person something else here; the handle they had goes on finding the case."""

    handle: Handle | None = None  # as they choose it, never a part of their name; two other words when left out
    why: Literal["their_wish", "says_who_they_are", "mixed_up", "mistyped"]


class AddNote(CaseCommand, acts=("case.record", "case.medical", "case.legal"), sealed=True):
    """Write something down about the case."""

    note: LongText


class OpenSealed(CaseCommand, acts=("case.open_sealed",), is_recorded=False):
    """Open what is sealed of the case; who and why is recorded before anything is shown."""

    compartments: tuple[Literal["identity", "contact", "medical", "legal", "money", "story"], ...] = Field(min_length=1)
    why: ShortText
    file_id: str = Field(default="", pattern=r"^(F-[0-9A-HJKMNP-TV-Z]{16})?$")  # one file, and nothing else of the part
