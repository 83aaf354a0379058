"""The subjects of Wayhome, listed once; every list of commands, tasks, timers and guards is derived from here.

A subject's package is empty but for its modules, so that its state can be imported without its decisions. The
order is that in which subjects settle their part of a step, and in which people read about them.
"""

from collections.abc import Mapping
from typing import Any, Final

from events.catalogue import Fact
from workflow import command as engine
from workflow.case.erasure import erasure_of
from workflow.case.proposals import evolve_office, proposals_of
from workflow.case.retraction import records_of
from workflow.case.state import At, Part
from workflow.command import CaseCommand, Command, OfficeCommand
from workflow.subject import Subject, commands_in
from workflow.subjects.access.subject import SUBJECT as ACCESS
from workflow.subjects.accommodation.subject import SUBJECT as ACCOMMODATION
from workflow.subjects.accounts.subject import SUBJECT as ACCOUNTS
from workflow.subjects.attachments.subject import SUBJECT as ATTACHMENTS
from workflow.subjects.care.subject import SUBJECT as CARE
from workflow.subjects.closing.subject import SUBJECT as CLOSING
from workflow.subjects.corrections.subject import SUBJECT as CORRECTIONS
from workflow.subjects.directory.subject import SUBJECT as DIRECTORY
from workflow.subjects.documents.subject import SUBJECT as DOCUMENTS
from workflow.subjects.erasure.subject import SUBJECT as ERASURE
from workflow.subjects.grants.subject import SUBJECT as GRANTS
from workflow.subjects.groups.subject import SUBJECT as GROUPS
from workflow.subjects.hotline.subject import SUBJECT as HOTLINE
from workflow.subjects.intake.subject import SUBJECT as INTAKE
from workflow.subjects.reception.subject import SUBJECT as RECEPTION
from workflow.subjects.referrals.subject import SUBJECT as REFERRALS
from workflow.subjects.reintegration.subject import SUBJECT as REINTEGRATION
from workflow.subjects.restore.subject import SUBJECT as RESTORE
from workflow.subjects.safety.subject import SUBJECT as SAFETY
from workflow.subjects.team.subject import SUBJECT as TEAM
from workflow.subjects.trafficking_routes.subject import SUBJECT as TRAFFICKING_ROUTES
from workflow.subjects.travel.subject import SUBJECT as TRAVEL

SUBJECTS: Final[tuple[Subject, ...]] = (
    INTAKE, SAFETY, GROUPS, RECEPTION, ACCOMMODATION, CARE, DOCUMENTS, TRAFFICKING_ROUTES, TRAVEL, REFERRALS,
    GRANTS, REINTEGRATION, CORRECTIONS, DIRECTORY, HOTLINE, CLOSING, TEAM, ACCESS, ATTACHMENTS, ERASURE, ACCOUNTS,
    RESTORE,
)  # fmt: skip

COMMANDS: Final[tuple[type[Command], ...]] = (
    *commands_in(engine),
    *(command for subject in SUBJECTS for command in subject.commands),
)
# What `wayhome case record` offers: what people do about a case, but for what has a verb of its own.
HUMAN: Final[tuple[type[CaseCommand], ...]] = tuple(
    kind for kind in COMMANDS if issubclass(kind, CaseCommand) and kind.acts and kind.is_recorded
)
OFFICE: Final[tuple[type[OfficeCommand], ...]] = tuple(
    kind for kind in COMMANDS if issubclass(kind, OfficeCommand) and kind.acts and kind.is_recorded
)
PARTS: Final[Mapping[str, Part[Any]]] = {
    part.name: part
    for part in (proposals_of, erasure_of, records_of, *(subject.part for subject in SUBJECTS))
    if part is not None
}
_AGGREGATES: Final = {
    "decisions": evolve_office,
    **{one.word: one.evolve for subject in SUBJECTS for one in subject.aggregates},
}


def evolve_shared(word: str, state: Any, fact: Fact, at: At) -> Any:
    """Return the state of a stream that cases share after a fact; ``word`` is what the stream begins with."""
    return _AGGREGATES[word](state, fact, at)
