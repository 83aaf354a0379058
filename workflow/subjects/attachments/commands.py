"""Commands about files that prove something."""

from typing import Annotated, Literal

from pydantic import Field

from events.facts.attachments import FileKind, MediaType, WhyRetracted
from workflow.command import CaseCommand
from workflow.situation import id_from
from workflow.values.text import LongText

FILE_BYTES_MAX = 9_900_000  # of what was sent; a form of 10 MB holds it
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileId = Annotated[str, Field(pattern=r"^F-[0-9A-HJKMNP-TV-Z]{16}$")]


class AttachFile(CaseCommand, acts=("case.record", "case.medical", "case.legal"), is_recorded=False, sealed=True):
    """Attach a file that was looked at, stripped, sealed and stored before; by the doors that do that."""

    kind: FileKind
    compartment: Literal["identity", "contact", "medical", "legal", "money", "story"]
    media_type: MediaType
    size: int = Field(gt=0, le=FILE_BYTES_MAX)
    digest: Hash
    fingerprint: str = Field(pattern=r"^[0-9a-f]{32}$")
    # A fact of the case and the version at which it was told; the door found it there, and what is told never changes.
    proves: str = Field(default="", pattern=r"^([A-Z][A-Za-z]{1,39})?$")
    proves_version: int | None = Field(default=None, ge=0)
    told: LongText  # what the file was called and what was written beside it

    @property
    def file_id(self) -> str:
        """Return the number the file will have."""
        return id_from(self.command_id, "F")


class RetractFile(CaseCommand, acts=("case.record", "case.medical", "case.legal")):
    """Take a file away that does not belong here; its content is destroyed."""

    file_id: FileId
    reason: WhyRetracted
