"""Facts of documents and how a person comes by them. A document's number and what an office said are sealed."""

from datetime import date

from events.catalogue import Fact, Identity, Legal, TaskOutcome


class DocumentStarted(Fact):
    """A document was set about on a path of the programme; ``country`` is whose document it will be."""

    document_id: str
    path: str
    kind: str
    country: str
    next_step: str
    waits_for: str


class DocumentStepDone(Fact):
    """A step was done on a day; ``due_on`` is when the authority should be ready, if it is its turn now."""

    document_id: str
    step: str
    on: date
    next_step: str
    waits_for: str
    due_on: date | None = None


class DocumentRefused(Fact):
    """The authority will not issue the document."""

    person_id: str
    document_id: str
    reason: str
    note: Legal = None


class DocumentAppealed(Fact):
    """The refusal is contested: the authority looks at it again from a step of its own."""

    document_id: str
    reason: str
    step: str
    due_on: date


class DocumentWithdrawn(Fact):
    """The document is not sought any more."""

    document_id: str
    reason: str


class DocumentChased(TaskOutcome):
    """The authority was written to because it is late; the letter quotes the document's id and nothing else."""

    document_id: str
    receipt: str


class DocumentCollected(Fact):
    """The person has the document in hand."""

    person_id: str
    document_id: str
    kind: str
    country: str
    valid_until: date | None = None
    number: Identity = None
    recorded_on: date | None = None  # the programme's day; not told by older facts


class TravelDocumentRecorded(Fact):
    """A document that the person already has is in hand."""

    person_id: str
    kind: str
    valid_until: date
    country: str = ""
    number: Identity = None
    recorded_on: date | None = None


class DocumentLost(Fact):
    """The document in hand is gone: lost, stolen, or kept by somebody else."""

    kind: str
    how: str


class DocumentRanOut(Fact):
    """The document in hand is valid no more."""

    kind: str
    valid_until: date
