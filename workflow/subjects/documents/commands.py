"""Commands about documents."""

from datetime import date
from typing import Literal

from pydantic import Field

from workflow.command import CaseCommand
from workflow.values.countries import Country
from workflow.values.text import CodeWord, LongText, ReferenceToken, ShortText


class RecordTravelDocument(CaseCommand, acts=("case.record",), sealed=True):
    """Record a document that the person already has in hand."""

    kind: Literal["passport", "return_certificate", "identity_card", "laissez_passer"]
    valid_until: date
    country: Country | Literal[""] = ""
    number: ShortText | None = None


class StartDocument(CaseCommand, acts=("case.record",)):
    """Set about a document; who has several citizenships says for which country, or on which path."""

    path: str = Field(default="", pattern=r"^([a-z][a-z0-9-]{1,39})?$")
    country: Country | Literal[""] = ""


class RecordDocumentStep(CaseCommand, acts=("case.record",), sealed=True):
    """Record that the next step towards a document was done; collecting it takes number and valid_until too."""

    document_id: ReferenceToken
    step: Literal["police_report", "photos", "application", "identity_check", "issue", "collection"]
    on: date
    by: Literal["person", "other"] = "person"
    valid_until: date | None = None
    number: ShortText | None = None


class RefuseDocument(CaseCommand, acts=("case.record",), sealed=True):
    """Record that the authority will not issue a document."""

    document_id: ReferenceToken
    reason: CodeWord
    note: LongText | None = None


class AppealDocument(CaseCommand, acts=("case.record",)):
    """Record that a refusal is contested; the authority looks at it again."""

    document_id: ReferenceToken
    reason: CodeWord


class WithdrawDocument(CaseCommand, acts=("case.record",)):
    """Record that a document is not sought any more."""

    document_id: ReferenceToken
    reason: CodeWord


class RecordDocumentLoss(CaseCommand, acts=("case.record",)):
    """Record that the document in hand is gone."""

    how: Literal["lost", "stolen", "withheld"]
