"""The files of a case as a reader sees them, which facts one may prove, and what a file holds for who looks at it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from console.attachments.recognising import ENDING
from console.container import Container
from console.subjects import Panel, is_shown
from events.envelope import RecordedEvent
from events.facts.attachments import FileAttached
from events.ids import case_stream
from events.log import Log
from events.receipts import RecordedFileOpening
from events.sealed_content import open_content
from handlers.queries.attached_files import attached_event
from handlers.states.case_reader import CaseSnapshot
from workflow.case.erasure import is_erased
from workflow.rights.compartments import COMPARTMENTS_OF_ROLE
from workflow.subjects.attachments.provable import PROVABLE, SAYS
from workflow.subjects.attachments.state import AttachedFile, attachments_of


class FileRow(NamedTuple):
    """A file of a case, without what is sealed of it."""

    file_id: str
    kind: str
    compartment: str
    media_type: str
    size: int
    by: str
    at: str
    proves: str
    proves_version: int | None
    opens: bool  # whether this reader may look at it


class ProvableFact(NamedTuple):
    """A fact of the case that a paper may prove: when it was told, and the word it is told apart by."""

    version: int
    fact: str
    told_at: str
    about: tuple[str, str] = ("", "")  # field and value

    @property
    def usual_kind(self) -> str:
        """Return the kind of paper that usually proves it."""
        return PROVABLE[self.fact]


def file_rows(snapshot: CaseSnapshot, roles: Iterable[str], panels: Sequence[Panel]) -> tuple[FileRow, ...]:
    """Return the files of a case, the last first.

    Who has the whole case in hand sees that there is one they may not open; others see only what they may.
    """
    opens = {part for role in roles for part in COMPARTMENTS_OF_ROLE.get(role, ())}
    gone = is_erased(snapshot.case)
    found = [
        _row(file_id, one, opens=one.compartment in opens and not gone)
        for file_id, one in attachments_of(snapshot.case).live.items()
        if one.compartment in opens or "running" in panels
    ]
    return tuple(reversed(found))


def _row(file_id: str, one: AttachedFile, *, opens: bool) -> FileRow:
    return FileRow(
        file_id, one.kind, one.compartment, one.media_type, one.size, one.by, one.at, one.proves, one.proves_version,
        opens,
    )  # fmt: skip


def provable_facts(log: Log, case_id: str, panels: Sequence[Panel] | None = None) -> tuple[ProvableFact, ...]:
    """Return the facts of a case that a paper may prove and this reader is told of, the last first."""
    shapes = log.catalogue.shapes
    kinds = [kind for kind in PROVABLE if panels is None or is_shown(shapes[kind].fact, tuple(panels))]
    events = log.of_types(case_stream(case_id), tuple(kinds))
    return tuple(_provable(event, log.fact(event)) for event in reversed(events))


def _provable(event: RecordedEvent, fact: Any) -> ProvableFact:
    said = event.envelope
    about = next(((name, str(getattr(fact, name))) for name in SAYS if getattr(fact, name, "")), ("", ""))
    return ProvableFact(said.version, said.type, said.recorded_at, about)


class OpenedFile(NamedTuple):
    """What somebody was shown: the file as it was attached, its name for saving it, and its bytes."""

    media_type: str
    save_as: str
    content: bytes


def opened_file(container: Container, case_id: str, file_id: str, command_id: UUID) -> OpenedFile | None:
    """Return what a file holds, by the look this command recorded; None when there is no such file.

    Raises NotRecorded, ContentAltered, PersonErased, KeysMissing, and a StoreProblem when the store does not answer.
    """
    event = attached_event(container.log, case_id, file_id)
    if event is None:
        return None
    fact = container.log.fact(event)
    assert isinstance(fact, FileAttached), "the event was asked for by its type"
    receipt = RecordedFileOpening(str(command_id), file_id)
    content = open_content(container.log, event, receipt, container.files.get(fact.digest))
    save_as = f"{fact.kind.replace('_', '-')}-{fact.file_id}.{ENDING[fact.media_type]}"
    return OpenedFile(fact.media_type, save_as, content)


def told_of_file(container: Container, case_id: str, file_id: str, command_id: UUID) -> str:
    """Return what is sealed beside a file: what was written of it and how it was called; by the same recorded look."""
    event = attached_event(container.log, case_id, file_id)
    assert event is not None, "a look at a file was recorded, so it is there"
    closed = container.log.fact(event)
    assert isinstance(closed, FileAttached), "the event was asked for by its type"
    receipt = RecordedFileOpening(str(command_id), file_id)
    return str(getattr(container.log.opened(event, (closed.compartment,), receipt), closed.compartment))
