"""When a file is attached to a case, and how one that does not belong there is taken away again.

What it shows was looked at, stripped and sealed at the door; the rules see its kind, its hash and what it proves.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from events.facts.attachments import FileAttached, FileDestroyed, FileRetracted
from events.instants import instant
from workflow.case.tasks import About
from workflow.reasons import Reason, refused
from workflow.rights.acts import OPERATOR
from workflow.situation import Decision, Situation, TaskKind, case_of, ends_in, person_of, said_by, unless
from workflow.subject import CommandRule, TwoPeople
from workflow.subjects.attachments import refusals
from workflow.subjects.attachments.commands import AttachFile, RetractFile
from workflow.subjects.attachments.state import AttachedFile, attachments_of

FILES_MAX: Final = 500  # of one case; a bound, so that no list of it grows without end
ALONE_FOR: Final = timedelta(days=1)  # as long a slip of one's own is put right without a second person


def attach_file(command: AttachFile, situation: Situation) -> Decision:
    """Return that the file is attached; what it was called is sealed in the file's own compartment."""
    sealed = {command.compartment: command.told}
    attached = said_by(command, FileAttached, person_id=person_of(situation), file_id=command.file_id, **sealed)
    return unless(_against(command, situation), situation.about_case(attached))


def _against(command: AttachFile, situation: Situation) -> Iterator[Reason]:
    attachments = attachments_of(case_of(situation))
    for file_id, one in attachments.live.items():
        if (one.fingerprint, one.compartment) == (command.fingerprint, command.compartment):
            yield refusals.FILE_IS_NEW(file_id=file_id)
    if len(attachments.files) >= FILES_MAX:
        yield refusals.FILES_ARE_FEW(count=FILES_MAX)


def retract_file(command: RetractFile, situation: Situation) -> Decision:
    """Return that the file does not belong here; the task that destroys its content follows."""
    file = attachments_of(case_of(situation)).live.get(command.file_id)
    if file is None:
        return refused(refusals.FILE_IS_THERE(file_id=command.file_id))
    retracted = FileRetracted(file_id=command.file_id, digest=file.digest, reason=command.reason, **situation.two)
    return situation.about_case(retracted)


def _takes_two(command: RetractFile, situation: Situation) -> bool:
    """Tell whether a second person has to agree: to whatever is not one's own slip of the last day."""
    file = attachments_of(case_of(situation)).live.get(command.file_id)
    if file is None or command.mandate == OPERATOR:
        return True
    return not is_own_slip(file, command.actor, situation.now)


def is_own_slip(file: AttachedFile, actor: str, now: datetime) -> bool:
    """Tell whether somebody takes a file away alone: they attached it themselves, and not long ago."""
    return file.by == actor and now < instant(file.at) + ALONE_FOR


class RetractedFile(About):
    """The file whose content is destroyed, and the name it lies under."""

    file_id: str
    digest: str


TASKS: Final = (TaskKind("destroy_file", RetractedFile, ends_in(FileDestroyed), gives_back=True, is_letter=False),)
RULES: Final = (
    CommandRule(AttachFile, attach_file, after_the_end=True),
    CommandRule(
        RetractFile, retract_file, after_the_end=True, two_people=TwoPeople(when=_takes_two, thing=("file_id",))
    ),
)
