"""Commands of the hotline and the consultation centres: anonymous, so none of them can hold a telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from workflow.command import OfficeCommand
from workflow.values.code_lists import Language
from workflow.values.text import CodeWord

_Outcome = Literal["advised", "referred", "call_back", "silent", "wrong_number", "emergency"]
_Topics = Annotated[tuple[CodeWord, ...], Field(max_length=10, description="what was asked about")]
_Groups = Annotated[tuple[CodeWord, ...], Field(max_length=7, description="the at-risk groups it concerned")]
_CallBackCode = Annotated[str, Field(pattern=r"^C-[0-9A-HJKMNP-TV-Z]{6}$", description="the caller's code")]

_BETWEEN_DIGITS = re.compile(r"[\s().+_:-]")
_NUMBER = re.compile(r"\d{7}")  # the shortest a telephone number is in practice


class DeskCommand(OfficeCommand):
    """Something wanted of the desk; a text with so many digits that it could be a telephone number is refused."""

    @property
    def stream(self) -> str:
        """Return the stream of the programme's desk."""
        return f"hotline:{self.programme}"

    @model_validator(mode="after")
    def _holds_no_number(self) -> DeskCommand:
        for name, text in _texts(self):
            if name != "code" and _NUMBER.search(_BETWEEN_DIGITS.sub("", text)):
                raise ValueError("holds what could be a telephone number; the hotline keeps none")
        return self


class TakeCall(DeskCommand, acts=("hotline.record",)):
    """Count a call that was taken: what it was about, never who called."""

    language: Language
    outcome: _Outcome
    topics: _Topics = ()
    at_risk_groups: _Groups = ()
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z]{1,3})?$")] | Literal[""] = ""  # ISO 3166-2, like RU-PRI
    minutes: int = Field(default=0, ge=0, le=600)

    @field_validator("minutes")
    @classmethod
    def _rounded(cls, value: int) -> int:
        """Round to five minutes: the exact length could be found again in a telephone bill."""
        return (value + 2) // 5 * 5


class RecordMissedCall(DeskCommand, acts=("hotline.record",)):
    """Count a call nobody could take; whoever wants one is given a code and asked to call at the next opening."""

    language: Language | Literal[""] = ""
    wants_call_back: bool = False


class MakeCallBack(TakeCall, acts=("hotline.record",)):
    """Count the call of somebody who called again and named the code."""

    code: _CallBackCode


class StrikeCallBacks(DeskCommand, acts=("hotline.record",)):
    """Strike off the call-backs that nobody made for as many working days as the programme says."""


class RecordConsultation(DeskCommand, acts=("hotline.record",)):
    """Count a consultation by a centre; it is not a case."""

    centre: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    how: Literal["visit", "phone"]
    language: Language
    topics: Annotated[_Topics, Field(min_length=1)]
    at_risk_groups: _Groups = ()


class PrintCaseCodes(DeskCommand, acts=("hotline.record",)):
    """Print a pad of codes to hand to people who may want a case: many at once, so that none belongs to a call."""

    count: int = Field(default=20, ge=10, le=100)


def _texts(command: OfficeCommand) -> Iterator[tuple[str, str]]:
    """Yield every text a command holds, with its field's name."""
    for name, value in command:
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str):
                yield name, text
