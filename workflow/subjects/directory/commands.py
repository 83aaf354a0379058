"""Commands about the directory: entries are listed, changed, ended, and stopped at once; what widens, two people do."""

from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import Field, field_validator

from workflow.command import OfficeCommand
from workflow.programme.part import Slug
from workflow.subjects.directory.state import directory_stream
from workflow.values.phones import Phone
from workflow.values.text import ActorId, LongText, PersonName, ReferenceToken, ShortText

Listed = Literal["provider", "host", "escort", "meeter", "facility", "course", "team"]
_Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
_Keys = Annotated[LongText, Field(description="further keys as in a programme file, one a line: languages: [ru, uk]")]
_NOT_KEYS: Final = "must be keys as in a programme file, one a line, like languages: [ru, uk]"


class DirectoryCommand(OfficeCommand):
    """Something wanted of a programme's directory."""

    @property
    def stream(self) -> str:
        """Return the stream of the programme's directory."""
        return directory_stream(self.programme)


class ListEntry(DirectoryCommand, acts=("directory.edit",), sealed=True):
    """Add somebody or something to the directory, to be chosen for older cases too, once a colleague confirmed it."""

    kind: Listed
    entry: Slug
    name: PersonName
    email: _Email | Literal[""] = ""
    phone: Phone | Literal[""] = ""
    address: ShortText | Literal[""] = ""
    places: int | None = Field(default=None, ge=1, le=10_000)
    more: _Keys | Literal[""] = ""

    @field_validator("more")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        keys_in(value)
        return value


class ChangeEntry(DirectoryCommand, acts=("directory.edit",), sealed=True):
    """Change an entry for every case; what shows it more, or sends letters elsewhere, once a colleague confirmed it."""

    kind: Literal[Listed, "office"]
    entry: Slug
    name: PersonName | Literal[""] = ""
    email: _Email | Literal[""] = ""
    phone: Phone | Literal[""] = ""
    address: ShortText | Literal[""] = ""
    places: int | None = Field(default=None, ge=1, le=10_000)
    status: Literal["", "active", "inactive", "defunct", "temporarily_closed"] = ""
    more: _Keys | Literal[""] = ""

    @field_validator("more")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        keys_in(value)
        return value


class EndEntry(DirectoryCommand, acts=("directory.edit",)):
    """Choose an entry for nothing new; what it was chosen for goes on."""

    kind: Listed
    entry: Slug
    reason: ShortText


class StopEntry(DirectoryCommand, acts=("directory.stop",), undone_by="ProposeResumption"):
    """Stop at once everything that is sent to an entry, shown to it or told about it."""

    kind: Listed
    entry: Slug
    reason: ShortText


class ProposeResumption(DirectoryCommand, acts=("directory.stop",)):
    """Say that an entry that was stopped may be used again, once a colleague confirmed it."""

    kind: Listed
    entry: Slug
    reason: ShortText


class EntryProposalCommand(DirectoryCommand):
    """Something said about what a colleague proposed of an entry."""

    kind: Literal[Listed, "office"]
    entry: Slug
    proposal_id: ReferenceToken


class ConfirmEntry(EntryProposalCommand, acts=("directory.confirm",)):
    """Stand behind what a colleague proposed of an entry: with it, it happens."""

    proposer: ActorId  # whom one stands behind; their account is looked at as well as one's own


class DeclineEntry(EntryProposalCommand, acts=("directory.confirm",)):
    """Say no to what a colleague proposed of an entry, and why."""

    reason: ShortText


class WithdrawEntry(EntryProposalCommand, acts=("directory.stop", "directory.edit")):
    """Take back what one proposed of an entry and nobody has decided on."""


def keys_in(text: str) -> dict[str, Any]:
    """Return what was written as lines of a programme file; raises ValueError when it is none.

    >>> keys_in("languages: [ru, uk]")
    {'languages': ['ru', 'uk']}
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise ValueError(_NOT_KEYS)  # a name for what stands elsewhere could make very much of a little
        found = yaml.safe_load(text) if text else {}
    except (yaml.YAMLError, RecursionError):
        raise ValueError(_NOT_KEYS) from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise ValueError(_NOT_KEYS)
    return found
