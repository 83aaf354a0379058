"""Facts of files: a scan, a photo or a receipt that proves something, attached, taken away again, destroyed.

What a file shows lies outside the log, sealed under the person's key; the log keeps the hash of that ciphertext, so
that a file which was changed, exchanged or lost is noticed for ever.
"""

from typing import Literal

from events.catalogue import Contact, Fact, Financial, Identity, Legal, Medical, Story, TaskOutcome

FileKind = Literal[
    "declaration", "consent", "identity_document", "travel_document", "official_letter", "medical_paper", "receipt",
    "certificate", "photo", "other",
]  # fmt: skip
MediaType = Literal["image/jpeg", "image/png", "application/pdf"]
WhyRetracted = Literal["wrong_case", "wrong_file", "unreadable", "person_asked"]


class FileAttached(Fact):
    """A file was attached to a case, and says what it proves: a fact of the case by its version, if one.

    ``digest`` is the SHA-256 of the ciphertext and names it in the store; ``fingerprint`` is a keyed hash of the
    content, by which the same file is known again for the same person. What it was called and what somebody wrote
    beside it is sealed in the file's own compartment, so one of the six is filled.
    """

    person_id: str
    file_id: str
    kind: FileKind
    compartment: str
    media_type: MediaType
    size: int
    digest: str
    fingerprint: str
    proves: str = ""
    proves_version: int | None = None
    identity: Identity = None
    contact: Contact = None
    medical: Medical = None
    legal: Legal = None
    money: Financial = None
    story: Story = None


class FileRetracted(Fact):
    """The file does not belong here; it is not shown any more, and its content is destroyed."""

    file_id: str
    digest: str
    reason: WhyRetracted
    second: str = ""
    proposal: str = ""


class FileDestroyed(TaskOutcome):
    """The content of a file that was taken away is out of the store."""

    file_id: str
    receipt: str
