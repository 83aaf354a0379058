"""What waits for a second person in the directory: who proposed it, and what stands beside what would be."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from console.views.reader import Reader
from events.instants import instant
from workflow.case.proposals import Proposal
from workflow.programme.loading import Definition
from workflow.programme.office import OfficeContact
from workflow.programme.part import STOPPED
from workflow.reasons import Refused
from workflow.situation import Situation
from workflow.subjects.directory.commands import ChangeEntry, ListEntry, ProposeResumption
from workflow.subjects.directory.decisions import Asked, asked, beneath_a_stop
from workflow.subjects.directory.entries import KINDS, keys_of, part_of
from workflow.subjects.directory.published import office_keys
from workflow.subjects.directory.state import Directory, EntryKey, directory_stream, entry_of

_CHANGES: Final[Mapping[str, type[ListEntry | ChangeEntry]]] = {
    kind.__name__: kind for kind in (ListEntry, ChangeEntry)
}
_NOBODY: Final = {"command_id": UUID(int=0), "actor": "staff:nobody"}  # what is drawn here is given by nobody


class EntryProposal(NamedTuple):
    """Something that is proposed of an entry: by whom, until when it counts, and what the reader may do about it."""

    programme: str
    proposal_id: str
    command: str
    kind: str
    entry: str
    name: str
    proposer: str
    proposed_at: datetime
    expires_at: datetime
    may_confirm: bool
    own: bool

    @property
    def opens(self) -> bool:
        """Tell whether the reader may look at exactly what is proposed."""
        return self.may_confirm or self.own


class ComparedKey(NamedTuple):
    """A key of an entry as it stands and as it would be; None where there is none."""

    name: str
    now: Any
    then: Any


class ProposedEntry(NamedTuple):
    """One proposal with everything that would be another, and why, where a reason was given."""

    found: EntryProposal
    keys: tuple[ComparedKey, ...]
    reason: str
    is_listed: bool  # whether there is such an entry already


def entry_proposals(reader: Reader, directories: Mapping[str, Directory]) -> tuple[EntryProposal, ...]:
    """Return what waits and is for this reader to decide on, or theirs; the oldest first.

    Where nothing waits the directories are all that is looked at.
    """
    waiting = {name: one for name, one in directories.items() if one.pending}
    known = reader.own_programmes() if waiting else {}
    rows = (row for name, one in waiting.items() if name in known for row in proposals_of(reader, known[name], one))
    return tuple(sorted((row for row in rows if row.opens), key=lambda row: row.proposed_at))


def proposals_of(reader: Reader, definition: Definition, directory: Directory) -> Iterator[EntryProposal]:
    """Yield what waits in a directory, for whoever sees the directory."""
    for key, one in directory.pending.items():
        if reader.now < one.expires_at:
            yield _row(reader, definition, key, one)


def proposed_entry(reader: Reader, programme: str, proposal_id: str) -> ProposedEntry | None:
    """Return exactly what is proposed, or None when nothing of this id waits that is this reader's to look at.

    What is sealed of it is opened: whoever stands behind an address has read it.
    """
    definition = reader.own_programmes().get(programme)
    directory = reader.container.service.definitions.directories.of(programme)
    pending = directory.pending.get(proposal_id) if directory is not None else None
    if definition is None or directory is None or pending is None or reader.now >= pending.expires_at:
        return None
    found = _row(reader, definition, proposal_id, pending)
    if not found.opens:
        return None
    given = orjson.loads(pending.given)
    keys = tuple(_compared(reader, definition, directory, proposal_id, pending))
    is_listed = _part(definition, entry_of(pending)) is not None
    return ProposedEntry(found, keys, str(given.get("reason", "")), is_listed)


def _row(reader: Reader, definition: Definition, proposal_id: str, one: Proposal) -> EntryProposal:
    kind, entry = entry_of(one)
    own = one.proposer == reader.account.account
    may = not own and any(reader.may(act) for act in ("directory.confirm",) if act in one.confirmed_by)
    return EntryProposal(
        definition.programme.programme, proposal_id, one.command, kind, entry, _name(definition, (kind, entry)),
        one.proposer, instant(one.proposed_at), one.expires_at, may, own,
    )  # fmt: skip


def _name(definition: Definition, key: EntryKey) -> str:
    """Return what an entry is called where that tells of nobody."""
    part = _part(definition, key)
    is_person = key[0] in KINDS and "name" in KINDS[key[0]].sealed
    return key[1] if is_person or part is None else str(getattr(part, "name", "") or key[1])


def _part(definition: Definition, key: EntryKey) -> BaseModel | None:
    return part_of(definition.programme, key) if key[0] in KINDS else definition.programme.office


def _compared(
    reader: Reader, definition: Definition, directory: Directory, proposal_id: str, pending: Proposal
) -> Iterator[ComparedKey]:
    made = _made(reader, definition, directory, pending)
    key = entry_of(pending)
    stopped = part_of(definition.programme, key) if pending.command == ProposeResumption.__name__ else None
    if stopped is not None:
        yield ComparedKey("status", STOPPED, beneath_a_stop(stopped, directory.entries[key]).status)
    if made is None:
        return
    sealed = reader.container.service.definitions.directories.proposed(definition.programme.programme, proposal_id)
    now, then = _keys(made.before), {**_keys(made.made), **sealed}
    for name in dict.fromkeys((*then, *now)):
        if now.get(name) != then.get(name) and name != "id":
            yield ComparedKey(name, now.get(name), then.get(name))


def _made(reader: Reader, definition: Definition, directory: Directory, pending: Proposal) -> Asked | None:
    """Return the entry as it would be and as it stands; None where nothing of it but its stop would be another."""
    kind, programme = _CHANGES.get(pending.command), definition.programme
    if kind is None:
        return None
    try:
        command = kind.model_validate({**orjson.loads(pending.given), **_NOBODY, "programme": programme.programme})
    except ValidationError:
        return None
    shared = {directory_stream(programme.programme): directory}
    found = asked(command, Situation(None, programme, definition.journey, reader.now, shared=shared))
    return None if isinstance(found, Refused) else found


def _keys(part: BaseModel | None) -> dict[str, Any]:
    if part is None:
        return {}
    if isinstance(part, OfficeContact):
        return dict(office_keys(part))
    keys = keys_of(part)  # type: ignore[arg-type]
    return {"status": "active"} | keys
