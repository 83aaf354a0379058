"""A group is begun, joined, left. It decides nothing for anybody: whoever belongs to it keeps what is their own."""

from collections.abc import Iterator
from typing import Final

from events.facts import groups as facts
from workflow.case.erasure import is_erased
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from
from workflow.subject import CommandRule
from workflow.subjects.groups import refusals
from workflow.subjects.groups.commands import FormGroup, JoinGroup, LeaveGroup
from workflow.subjects.groups.state import belonging_of, group_stream, own_group


def form_group(command: FormGroup, situation: Situation) -> Decision:
    """Return a group with this person in it."""
    case = case_of(situation)
    if belonging_of(case).group_id:
        return refused(refusals.BELONGS_TO_NO_GROUP())
    group_id = id_from(command.command_id, "F")
    formed = facts.GroupFormed(group_id=group_id, kind=command.kind, programme=case.programme, case_id=case.case_id)
    joined = situation.about_case(facts.GroupJoined(group_id=group_id, kind=command.kind))
    return [StreamFact(group_stream(group_id), formed), *joined]


def join_group(command: JoinGroup, situation: Situation) -> Decision:
    """Return that the person belongs where somebody else does already, and as what."""
    reasons = tuple(_against_joining(command, situation))
    if reasons:
        return Refused(reasons)
    case, theirs = case_of(situation), belonging_of(situation.cases[command.with_case])
    said = {"relation": command.relation, "to": command.with_case}
    joined = facts.GroupJoined(group_id=theirs.group_id, kind=theirs.kind, **said)
    member = facts.MemberJoined(case_id=case.case_id, **said)
    return [*situation.about_case(joined), StreamFact(group_stream(theirs.group_id), member)]


def _against_joining(command: JoinGroup, situation: Situation) -> Iterator[Reason]:
    case, other = case_of(situation), situation.cases.get(command.with_case)
    if other is None or is_erased(other):
        yield refusals.MEMBER_EXISTS()
    elif other.case_id == case.case_id:
        yield refusals.MEMBER_IS_ANOTHER()
    elif other.programme != case.programme:
        yield refusals.MEMBER_IS_OF_THE_PROGRAMME()
    elif situation.has_ended(other):
        yield refusals.MEMBERS_CASE_IS_OPEN()
    elif not belonging_of(other).group_id:
        yield refusals.MEMBER_IS_IN_A_GROUP(case=other.case_id)
    elif belonging_of(case).group_id not in ("", belonging_of(other).group_id):
        yield refusals.BELONGS_TO_NO_GROUP()


def leave_group(command: LeaveGroup, situation: Situation) -> Decision:
    """Return that the person goes on alone; what is booked stays booked, for them and for the others."""
    case = case_of(situation)
    group_id = belonging_of(case).group_id
    if not group_id:
        return refused(refusals.IS_IN_A_GROUP())
    left = situation.about_case(facts.GroupLeft(group_id=group_id, reason=command.reason))
    member = facts.MemberLeft(case_id=case.case_id, reason=command.reason)
    return [*left, StreamFact(group_stream(group_id), member)]


RULES: Final = (
    CommandRule(FormGroup, form_group),
    CommandRule(JoinGroup, join_group, reaches=lambda command, _situation: (command.with_case,)),
    CommandRule(LeaveGroup, leave_group, needs=own_group, after_the_end=True, after_erasure=True),
)
