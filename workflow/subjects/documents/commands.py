"""Commands about documents."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from workflow.command import CaseCommand
from workflow.rights.acts import Acts
from workflow.values.countries import Country
from workflow.values.text import CodeWord, LongText, ReferenceToken, ShortText


class RecordTravelDocument(CaseCommand):
    """Record a document that the person already has in hand."""

    acts: ClassVar[Acts] = ("case.record",)
    kind: Literal["passport", "return_certificate", "identity_card", "laissez_passer"]
    valid_until: date
    country: Country | Literal[""] = ""
    number: ShortText | None = None
    sealed: ClassVar[bool] = True


class StartDocument(CaseCommand):
    """Set about a document; who has several citizenships says for which country, or on which path."""

    acts: ClassVar[Acts] = ("case.record",)
    path: str = Field(default="", pattern=r"^([a-z][a-z0-9-]{1,39})?$")
    country: Country | Literal[""] = ""


class RecordDocumentStep(CaseCommand):
    """Record that the next step towards a document was done; collecting it takes number and valid_until too."""

    acts: ClassVar[Acts] = ("case.record",)
    document_id: ReferenceToken
    step: Literal["police_report", "photos", "application", "identity_check", "issue", "collection"]
    on: date
    by: Literal["person", "other"] = "person"
    valid_until: date | None = None
    number: ShortText | None = None
    sealed: ClassVar[bool] = True


class RefuseDocument(CaseCommand):
    """Record that the authority will not issue a document."""

    acts: ClassVar[Acts] = ("case.record",)
    document_id: ReferenceToken
    reason: CodeWord
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class AppealDocument(CaseCommand):
    """Record that a refusal is contested; the authority looks at it again."""

    acts: ClassVar[Acts] = ("case.record",)
    document_id: ReferenceToken
    reason: CodeWord


class WithdrawDocument(CaseCommand):
    """Record that a document is not sought any more."""

    acts: ClassVar[Acts] = ("case.record",)
    document_id: ReferenceToken
    reason: CodeWord


class RecordDocumentLoss(CaseCommand):
    """Record that the document in hand is gone."""

    acts: ClassVar[Acts] = ("case.record",)
    how: Literal["lost", "stolen", "withheld"]
