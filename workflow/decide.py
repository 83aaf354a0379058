"""The single entrance to the rules: which rule decides a command, and which shared streams it looks at.

``decide`` is pure: the same command and situation give the same facts. Rules come from the registered subjects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow import advancing, tasks
from workflow.case.state import Case
from workflow.command import AdvanceCase, CancelTask, CaseCommand, Command, FinishTask, FireTimer, OfficeCommand
from workflow.programme.programme import Programme
from workflow.reasons import refused
from workflow.registry import SUBJECTS
from workflow.rights.visibility import may_say, runs
from workflow.situation import Decision, Situation
from workflow.subject import CommandRule

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
            return advancing.step_needs(command, case, programme)
        case FireTimer():
            return tasks.timer_needs(command, case, programme)
        case FinishTask() | CancelTask():
            return tasks.unsent_needs(command, case, programme)
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
    if isinstance(command, OfficeCommand) and not runs(command.actor, situation.programme):
        return refused("programme_is_yours", "this programme is another organisation's", "ask its own people")
    rule = RULES[type(command)]
    if isinstance(command, CaseCommand):
        # To whom a case is not to be seen it is not there.
        about = getattr(command, "referral_id", "")
        if situation.case is None or not may_say(command.actor, about, situation.case, situation.programme):
            return refused("case_exists", "there is no such case", "check the case number")
        if situation.journey.stage(situation.case.stage).ends and not rule.after_the_end:
            stage = situation.case.stage
            return refused(
                "case_is_open", f"the case has ended ({stage})", "reopen it, or open a new case", stage=stage
            )
    return rule.decide(command, situation)
