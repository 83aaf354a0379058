"""Commands about people who belong together."""

from typing import Final, Literal

from workflow.command import CaseCommand
from workflow.values.case_numbers import CaseNumber
from workflow.values.text import ShortText

COMPANY_MAX: Final = 300  # people of one group, each by a command of their own in the same breath
GroupKind = Literal["family", "couple", "siblings", "travelling"]
Relation = Literal["parent", "child", "partner", "sibling", "relative", "companion"]


class FormGroup(CaseCommand, acts=("case.record",)):
    """Begin a group with this person, so that others can join it."""

    kind: GroupKind = "family"


class JoinGroup(CaseCommand, acts=("case.record",)):
    """Record that the person belongs with somebody of a group; told again, what they are to each other is put right."""

    with_case: CaseNumber
    relation: Relation


class LeaveGroup(CaseCommand, acts=("case.record",)):
    """Let the person go on alone; bed, ticket and consents stay their own."""

    reason: ShortText
