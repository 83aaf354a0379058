"""The single entrance to the rules: which rule decides a command, and which shared streams it looks at.

``decide`` is pure: the same command and situation give the same facts. Rules come from the registered subjects.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from events.catalogue import seals
from events.ids import case_stream
from events.instants import instant
from workflow import advancing, case_decisions, retracting, tasks, two_people
from workflow.advancing import step_needs
from workflow.case.erasure import erased_at, is_erased
from workflow.case.state import Case
from workflow.case_decisions import context_of
from workflow.command import (
    AdvanceCase,
    CancelTask,
    CaseCommand,
    Command,
    ConfirmDecision,
    DeclineDecision,
    FinishTask,
    FireTimer,
    OfficeCommand,
    WithdrawProposal,
)
from workflow.happened import against_time
from workflow.programme.programme import Programme
from workflow.reasons import Refused, refused
from workflow.refusals import CASE_EXISTS, CASE_IS_OPEN, NOBODY_SIGNED_IN, PERSON_WAS_ERASED, PROGRAMME_IS_YOURS
from workflow.registry import SUBJECTS
from workflow.rights.acts import OPERATOR
from workflow.rights.visibility import may_command, speaks_for_office
from workflow.situation import Decision, Situation, case_of
from workflow.subject import CommandRule
from workflow.tasks import timer_needs, unsent_needs
from workflow.two_people import ProposalContext


def _confirmed(command: ConfirmDecision, situation: Situation) -> Decision:
    return two_people.confirm(command, command.proposal_id, _context(command, situation), situation)


def _declined(command: DeclineDecision, situation: Situation) -> Decision:
    return two_people.decline(command, command.proposal_id, command.reason, _context(command, situation))


def _withdrawn(command: WithdrawProposal, situation: Situation) -> Decision:
    return two_people.withdraw(command, command.proposal_id, _context(command, situation))


def _context(command: ConfirmDecision | DeclineDecision | WithdrawProposal, situation: Situation) -> ProposalContext:
    return context_of(situation, RULES, command.proposal_id)


# A confirmation does what it confirms: whatever that may take back or reach, it may.
_BY_TWO: Final = (
    CommandRule(ConfirmDecision, _confirmed, after_the_end=True, after_erasure=True, cancels=True),
    CommandRule(DeclineDecision, _declined, after_the_end=True, after_erasure=True),
    CommandRule(WithdrawProposal, _withdrawn, after_the_end=True, after_erasure=True),
)
RULES: Final[Mapping[type[Command], CommandRule]] = {
    rule.command: rule
    for rule in (
        *advancing.RULES,
        *retracting.RULES,
        *tasks.RULES,
        *_BY_TWO,
        *(rule for subject in SUBJECTS for rule in subject.rules),
    )
}


def _confirm_needs(command: ConfirmDecision, case: Case, programme: Programme) -> tuple[str, ...]:
    return case_decisions.confirm_needs(command, case, RULES, lambda inner: needs(inner, case, programme))


# What the engine's own commands look at is told by what they name, not only by the case.
_NEEDS: Final[Mapping[type[Command], Callable[[Any, Case, Programme], tuple[str, ...]]]] = {
    AdvanceCase: step_needs,
    FireTimer: timer_needs,
    FinishTask: unsent_needs,
    CancelTask: unsent_needs,
    ConfirmDecision: _confirm_needs,
    DeclineDecision: case_decisions.decline_needs,
}


def needs(command: Command, case: Case | None, programme: Programme) -> tuple[str, ...]:
    """Return the shared streams a decision looks at, so that they can be held still until it is stored."""
    rule = RULES[type(command)]
    if rule.office_needs is not None:
        return rule.office_needs(programme, command)
    if case is None:
        return (command.stream,) if isinstance(command, OfficeCommand) else ()
    own = _NEEDS.get(type(command))
    if own is not None:
        return own(command, case, programme)
    return rule.needs(programme, case) if rule.needs is not None else ()


def reaches(command: Command, situation: Situation) -> tuple[str, ...]:
    """Return the numbers of further cases a decision reaches, so that they can be held still too.

    Asked again with those it named before: they may name more.
    """
    inner = command
    if isinstance(command, ConfirmDecision) and situation.case is not None:
        inner = case_decisions.confirmed_by(command, situation.case, RULES) or command
    rule = RULES[type(inner)]
    return rule.reaches(inner, situation) if rule.reaches is not None else ()


def needs_people(kind: type[Command]) -> bool:
    """Tell whether a kind of command is one of the acts of several people that some decisions take."""
    rule = RULES.get(kind)
    return rule is not None and (rule.two_people is not None or rule.in_person or rule in _BY_TWO)


def cancels(command: Command) -> bool:
    """Tell whether a decision may take back tasks: it must know which of them a worker has already begun."""
    rule = RULES.get(type(command))
    return rule is not None and rule.cancels


def decide(command: Command, situation: Situation) -> Decision:
    """Return the facts of a command, or a refusal that lists every reason."""
    if isinstance(command, OfficeCommand) and not speaks_for_office(command.actor, situation.programme):
        return refused(PROGRAMME_IS_YOURS())
    rule = RULES[type(command)]
    if rule.in_person and command.mandate == OPERATOR:
        return refused(NOBODY_SIGNED_IN(actor=command.actor))
    return (
        _decide_about_case(command, rule, situation)
        if isinstance(command, CaseCommand)
        else _decided(command, rule, situation)
    )


def _decide_about_case(command: CaseCommand, rule: CommandRule, situation: Situation) -> Decision:
    # To whom a case is not to be seen it is not there.
    about = vars(command).get("referral_id", "")
    if situation.case is None or not may_command(command.actor, about, situation.case, situation.programme):
        return refused(CASE_EXISTS())
    ended = situation.journey.stage(situation.case.stage).ends
    if is_erased(situation.case):
        return _decide_about_erased(command, rule, situation, ended=ended)
    if ended and not rule.after_the_end:
        return refused(CASE_IS_OPEN(stage=situation.case.stage))
    return _in_its_time(_decided(command, rule, situation), command, rule, situation)


def _decide_about_erased(command: CaseCommand, rule: CommandRule, situation: Situation, *, ended: bool) -> Decision:
    """Return the decision about a case whose person was erased: work under way is finished, nothing is sealed any more.

    A case that goes on, because an older copy of the log was taken up again, is led to its end.
    """
    case = case_of(situation)
    if gone := refused_since_erasure(type(command), case, ended=ended):
        return gone
    decision = _in_its_time(_decided(command, rule, situation), command, rule, situation)
    told = () if isinstance(decision, Refused) else decision
    sealing = any(one.stream == case_stream(case.case_id) and seals(one.fact) for one in told)
    return refused(PERSON_WAS_ERASED(at=instant(erased_at(case)))) if sealing else decision


def refused_since_erasure(kind: type[Command], case: Case, *, ended: bool) -> Refused | None:
    """Return the refusal of whatever command of a kind since the person was erased; None while it may be given."""
    gone = erased_at(case)
    if not gone or not ended or RULES[kind].after_erasure:
        return None
    return refused(PERSON_WAS_ERASED(at=instant(gone)))


def _decided(command: Command, rule: CommandRule, situation: Situation) -> Decision:
    needed = rule.two_people
    if needed is None or not needed.when(command, situation):
        return rule.decide(command, situation)
    elsewhere = needed.context
    context = elsewhere(command, situation) if elsewhere is not None else context_of(situation, RULES)
    return two_people.propose(command, rule, context, situation)


def _in_its_time(decision: Decision, command: CaseCommand, rule: CommandRule, situation: Situation) -> Decision:
    """Return the decision, or with the rule's own reasons why it cannot have happened when the command says."""
    against = against_time(command, case_of(situation), situation.now)
    if not against or (rule.own_time and isinstance(decision, Refused)):
        return decision
    return Refused((*(decision.reasons if isinstance(decision, Refused) else ()), *against))
