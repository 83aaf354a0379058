"""What may still be done about a case: of somebody who was erased nothing is written or opened any more."""

from console.views.reader import Reader
from console.views.suggested_actions import commands_for
from handlers.states.case_reader import CaseSnapshot
from workflow.case.erasure import is_erased
from workflow.command import CaseCommand, Command
from workflow.decide import refused_since_erasure
from workflow.reasons import Reason
from workflow.rights.command_rights import ACTS_OF
from workflow.subjects.intake.commands import OpenSealed


def against_erased(kind: type[Command], snapshot: CaseSnapshot) -> tuple[Reason, ...]:
    """Return why no command of this kind is taken since the person was erased; nothing while it may be."""
    ended = snapshot.definition.journey.stage(snapshot.case.stage).ends
    gone = refused_since_erasure(kind, snapshot.case, ended=ended)
    return gone.reasons if gone else ()


def commands_on(reader: Reader, snapshot: CaseSnapshot) -> frozenset[str]:
    """Return the names of the commands somebody may give on a case as it stands."""
    may = commands_for(reader.acts_on(snapshot))
    if not is_erased(snapshot.case):
        return may
    # A case that goes on, in an older copy of the log, is led to its end; what was sealed is gone there too.
    about_cases = (kind for kind in ACTS_OF if issubclass(kind, CaseCommand))
    gone = {kind.__name__ for kind in about_cases if kind is OpenSealed or against_erased(kind, snapshot)}
    return may - gone
