"""What an item or a task is about, as something that can be named: a service, a grant with its sum, a course."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import orjson

from events.money import Money
from workflow.case.proposals import proposals_of
from workflow.case.state import Case
from workflow.subjects.access.state import access_of
from workflow.subjects.care.state import care_of
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.state import Grant, grants_of
from workflow.subjects.referrals.state import referrals_of


class ItemDescription(NamedTuple):
    """Something with a name, of a kind that has words; or a sum."""

    kind: str
    name: str
    amount: Money | None = None


Descriptions = tuple[ItemDescription, ...]
# The field of a subject, and the kind of word its value is.
_TELLING: Final[Mapping[str, str]] = {
    "service": "service", "provider": "provider", "booking": "booking", "host": "host", "escort": "actor",
    "meeter": "actor", "facility": "house", "course": "course", "month": "month", "purpose": "purpose",
}  # fmt: skip
# The items that name what they are about, and the kind of word it is.
_NAMED: Final[Mapping[str, str]] = {"escalation": "escalation", "visit": "month", "seat": "course", "duplicate": "case"}


def descriptions_of(item: str, case: Case) -> Descriptions:
    """Return what an item of the work list is about."""
    stem, _, about = item.partition(":")
    if stem == "task":
        task = case.tasks.get(about)
        return (ItemDescription("task", task.kind), *describe_subject(dict(task.subject))) if task is not None else ()
    if stem == "decision":
        return _decision(about, case)
    if stem == "escalation" and about == "appointment_unrecorded":
        return (ItemDescription("escalation", about), *_part(care_of(case).first, case, *_PARTS["appointment"]))
    if stem in _NAMED:
        return (ItemDescription(_NAMED[stem], about),)
    return _part(about, case, *_PARTS[stem]) if stem in _PARTS else ()


def describe_subject(subject: Mapping[str, str]) -> Descriptions:
    """Return what a task or a timer is about, without the numbers that tell a person nothing."""
    told = ((_TELLING[name], value) for name, value in subject.items() if name in _TELLING and value)
    return tuple(ItemDescription(kind, value) for kind, value in told)


def describe_due(subject: Mapping[str, str], case: Case) -> Descriptions:
    """Return what a timer of a case is about: which service an appointment is for, which document is due."""
    parts = (_part(subject[name], case, *_PARTS[part]) for name, part in _DUE_PARTS.items() if name in subject)
    found = (*describe_subject(subject), *(one for part in parts for one in part))
    return tuple(dict.fromkeys(one for one in found if one.name))


def _part(
    about: str, case: Case, parts: Callable[[Case], Mapping[str, Any]], fields: Mapping[str, str]
) -> Descriptions:
    one = parts(case).get(about)
    if one is None:
        return ()
    told = tuple(ItemDescription(kind, getattr(one, field)) for field, kind in fields.items())
    if isinstance(one, Grant):
        return (*told, ItemDescription("sum", "", Money(amount=one.amount, currency=one.currency)))
    return told


def _decision(about: str, case: Case) -> Descriptions:
    one = proposals_of(case).pending.get(about)
    if one is None:
        return ()
    trigger = orjson.loads(one.given).get("trigger")
    what = ItemDescription("trigger", trigger) if trigger else ItemDescription("command", one.command)
    return (what, ItemDescription("actor", one.proposer))


def _emergencies(case: Case) -> Mapping[str, Any]:
    return {**access_of(case).unreviewed, **access_of(case).glass}


# The items that name a part of the case: where it is kept, and which of its fields are told as which kind of word.
_PARTS: Final[Mapping[str, tuple[Callable[[Case], Mapping[str, Any]], Mapping[str, str]]]] = {
    "grant": (lambda case: grants_of(case).grants, {"kind": "grant"}),
    "referral": (lambda case: referrals_of(case).referrals, {"service": "service", "provider": "provider"}),
    "appointment": (lambda case: care_of(case).appointments, {"service": "service"}),
    "interpreter": (lambda case: care_of(case).appointments, {"service": "service"}),
    "document": (lambda case: documents_of(case).papers, {"path": "path"}),
    "glass": (_emergencies, {"account": "actor", "reason": "emergency"}),
    "review": (_emergencies, {"account": "actor", "reason": "emergency"}),
}
_DUE_PARTS: Final[Mapping[str, str]] = {
    "appointment": "appointment",
    "referral_id": "referral",
    "document_id": "document",
}
