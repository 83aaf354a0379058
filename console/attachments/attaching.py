"""Attaching a file: look at it, strip it, seal it, store it, and only then record it.

What was stored for a command that is refused is taken away again. A process that dies between storing and recording
leaves a ciphertext nobody names; `wayhome files sweep` finds it.
"""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from console.attachments.recognising import taken
from console.container import Container
from events.facts.attachments import FileKind
from events.ids import CaseId, case_stream
from events.sealed_content import ContentPlace, seal_content
from handlers.commanding.answers import Accepted, Answer
from workflow.case.state import Case
from workflow.command import Command
from workflow.situation import id_from
from workflow.subjects.attachments.commands import AttachFile
from workflow.subjects.attachments.provable import COMPARTMENT_OF_KIND

NAME_LONGEST = 120
TOLD_LONGEST = 500


class GivenFile(NamedTuple):
    """A file as somebody gave it, and what they say of it."""

    data: bytes
    name: str  # as the sender called it; it may name a person, and is sealed
    kind: FileKind
    compartment: str = ""  # as usual for the kind, when nobody says another
    told: str = ""
    proves: tuple[str, int] | None = None  # a fact of the case, and the version at which it was told


class Sender(NamedTuple):
    """Who attaches it, by which right, in which command."""

    command_id: UUID
    actor: str
    mandate: str


def attach(
    container: Container, case: Case, sender: Sender, given: GivenFile, submit: Callable[[Command], Answer]
) -> Answer:
    """Return what came of attaching a file; sent twice with one id it is attached once. ``submit`` records it.

    Raises NotTakenError for what is no file we take, CommandReused for an id that was used for another, and what the
    keys and the store raise: then nothing was attached.
    """
    found = taken(given.data)
    compartment = given.compartment or COMPARTMENT_OF_KIND[given.kind]
    file_id = id_from(sender.command_id, "F")
    place = ContentPlace(case.person_id, compartment, case_stream(CaseId(case.case_id)), file_id)
    sealed = seal_content(container.log, place, str(sender.command_id), found.content)
    proves, version = given.proves or ("", None)
    command = AttachFile.model_validate({
        **sender._asdict(), "case_id": case.case_id, "kind": given.kind, "compartment": compartment,
        "media_type": found.media_type, "size": len(found.content), "digest": sealed.digest,
        "fingerprint": sealed.fingerprint, "proves": proves, "proves_version": version, "told": _told(given),
    })  # fmt: skip
    if not container.log.of_command(str(sender.command_id)):  # else it was stored, and may have been destroyed since
        container.files.put(sealed.digest, sealed.ciphertext)
    answer = submit(command)
    if not isinstance(answer, Accepted):
        container.files.delete(sealed.digest)  # its bytes were this command's own: nobody else names them
    return answer


def _told(given: GivenFile) -> str:
    """Return what is sealed beside the file: what somebody wrote of it, and how the sender called it."""
    name, told = (_readable(text) for text in (given.name[-NAME_LONGEST:], given.told[:TOLD_LONGEST]))
    return " · ".join(part for part in (told, name) if part) or "–"


def _readable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
