"""What an item or a task is about, as something that can be named: a service, a grant with its sum, a course."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from events.money import Money
from handlers.states.case_reader import CaseSnapshot
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


def descriptions_of(item: str, kind: str, snapshot: CaseSnapshot) -> tuple[ItemDescription, ...]:
    """Return what an item of the work list is about."""
    found = _ABOUT.get(item.partition(":")[0])
    return tuple(found(item.partition(":")[2], snapshot)) if found else ()


def _escalation(about: str, snapshot: CaseSnapshot) -> Iterator[ItemDescription]:
    yield ItemDescription("escalation", about)


def _task(about: str, snapshot: CaseSnapshot) -> Iterator[ItemDescription]:
    task = snapshot.case.tasks.get(about)
    if task is not None:
        yield ItemDescription("task", task.kind)
        yield from describe_subject(dict(task.subject))


def describe_subject(subject: Mapping[str, str]) -> Iterator[ItemDescription]:
    """Yield what a task or a timer is about, without the numbers that tell a person nothing."""
    for name, value in subject.items():
        if name in _TELLING and value:
            yield ItemDescription(_TELLING[name], value)


# The field of a subject, and the kind of word its value is.
_TELLING: Final[Mapping[str, str]] = {
    "service": "service", "provider": "provider", "booking": "booking", "host": "host", "escort": "actor",
    "meeter": "actor", "facility": "house", "course": "course", "month": "month", "purpose": "purpose",
}  # fmt: skip


def _grant(about: str, snapshot: CaseSnapshot) -> Iterator[ItemDescription]:
    grant: Grant | None = grants_of(snapshot.case).grants.get(about)
    if grant is not None:
        yield ItemDescription("grant", grant.kind)
        yield ItemDescription("sum", "", Money(amount=grant.amount, currency=grant.currency))


def _referral(about: str, snapshot: CaseSnapshot) -> Iterator[ItemDescription]:
    one = referrals_of(snapshot.case).referrals.get(about)
    if one is not None:
        yield ItemDescription("service", one.service)
        yield ItemDescription("provider", one.provider)


def _appointment(about: str, snapshot: CaseSnapshot) -> Iterator[ItemDescription]:
    one = care_of(snapshot.case).appointments.get(about)
    if one is not None:
        yield ItemDescription("service", one.service)


def _document(about: str, snapshot: CaseSnapshot) -> Iterator[ItemDescription]:
    paper = documents_of(snapshot.case).papers.get(about)
    if paper is not None:
        yield ItemDescription("path", paper.path)


def _emergency(about: str, snapshot: CaseSnapshot) -> Iterator[ItemDescription]:
    broken = access_of(snapshot.case).glass.get(about) or access_of(snapshot.case).unreviewed.get(about)
    if broken is not None:
        yield ItemDescription("actor", broken.account)
        yield ItemDescription("emergency", broken.reason)


_ABOUT: Final[Mapping[str, Callable[[str, CaseSnapshot], Iterator[ItemDescription]]]] = {
    "escalation": _escalation,
    "task": _task,
    "grant": _grant,
    "referral": _referral,
    "appointment": _appointment,
    "interpreter": _appointment,
    "document": _document,
    "glass": _emergency,
    "review": _emergency,
    "visit": lambda about, _: iter((ItemDescription("month", about),)),
    "seat": lambda about, _: iter((ItemDescription("course", about),)),
    "duplicate": lambda about, _: iter((ItemDescription("case", about),)),
}
