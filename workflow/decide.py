"""The single entrance to the rules: which rule decides a command, and which shared streams it looks at.

``decide`` is pure: the same command and situation give the same facts. Rules come from the registered subjects.
"""

from collections.abc import Mapping
from typing import Final

from workflow import advancing, tasks
from workflow.advancing import step_needs
from workflow.case.state import Case
from workflow.command import AdvanceCase, CancelTask, CaseCommand, Command, FinishTask, FireTimer, OfficeCommand
from workflow.programme.programme import Programme
from workflow.reasons import refused
from workflow.refusals import CASE_EXISTS, CASE_IS_OPEN, PROGRAMME_IS_YOURS
from workflow.registry import SUBJECTS
from workflow.rights.visibility import may_command, speaks_for_office
from workflow.situation import Decision, Situation
from workflow.subject import CommandRule
from workflow.tasks import timer_needs, unsent_needs

RULES: Final[Mapping[type[Command], CommandRule]] = {
    rule.command: rule
    for rule in (*advancing.RULES, *tasks.RULES, *(rule for subject in SUBJECTS for rule in subject.rules))
}


def needs(command: Command, case: Case | None, programme: Programme) -> tuple[str, ...]:
    """Return the shared streams a decision looks at, so that they can be held still until it is stored."""
    rule = RULES[type(command)]
    if rule.office_needs is not None:
        return rule.office_needs(programme, command)
    match command:
        case _ if case is None:
            return (command.stream,) if isinstance(command, OfficeCommand) else ()
        case AdvanceCase():
            return step_needs(command, case, programme)
        case FireTimer():
            return timer_needs(command, case, programme)
        case FinishTask() | CancelTask():
            return unsent_needs(command, case, programme)
    return rule.needs(programme, case) if rule.needs is not None else ()


def reaches(command: Command, situation: Situation) -> tuple[str, ...]:
    """Return the numbers of further cases a decision reaches, so that they can be held still too."""
    rule = RULES[type(command)]
    return rule.reaches(command, situation) if rule.reaches is not None else ()


def cancels(command: Command) -> bool:
    """Tell whether a decision may take back tasks: it must know which of them a worker has already begun."""
    rule = RULES.get(type(command))
    return rule is not None and rule.cancels


def decide(command: Command, situation: Situation) -> Decision:
    """Return the facts of a command, or a refusal that lists every reason."""
    if isinstance(command, OfficeCommand) and not speaks_for_office(command.actor, situation.programme):
        return refused(PROGRAMME_IS_YOURS())
    rule = RULES[type(command)]
    if isinstance(command, CaseCommand):
        # To whom a case is not to be seen it is not there.
        about = vars(command).get("referral_id", "")
        if situation.case is None or not may_command(command.actor, about, situation.case, situation.programme):
            return refused(CASE_EXISTS())
        if situation.journey.stage(situation.case.stage).ends and not rule.after_the_end:
            return refused(CASE_IS_OPEN(stage=situation.case.stage))
    return rule.decide(command, situation)
