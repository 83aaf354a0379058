"""What of a case was written down and could be a slip: who recorded it, what rests on it, and how it is undone.

The engine knows no fact by name. A subject says of each of its facts that can be retracted what undoing it means in
its own state (``Subject.retractable``); what it does not list is not retracted,
and what two people decided is not: they decide it again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from events.catalogue import Fact
from events.facts.corrections import RecordRetracted
from events.facts.journey import StageEntered
from events.facts.tasks import ServiceProvided
from workflow.case.state import NOTHING, At, Case, Change, Pairs, Part, without
from workflow.reasons import Reason


class Told(NamedTuple):
    """Something that was recorded and can still be retracted."""

    of: str  # the fact
    by: str
    at: str  # when it was recorded
    about: Pairs = ()  # what it is of, in open words
    before: Any = None  # what its subject needs to undo it
    step: str = ""  # the first step of the case that looked at it


class Records(NamedTuple):
    """What could be retracted, by its number in the case's history; what was; which services were given how often.

    A service that was given once is not listed.
    """

    standing: Mapping[int, Told] = NOTHING
    retracted: frozenset[int] = frozenset()
    services: Mapping[str, int] = NOTHING


records_of: Final = Part("records", Records())


class Retractable(NamedTuple):
    """A kind of fact that can be retracted: what it is of, what is kept to undo it, and what rests on it.

    ``guards`` are those that look at it: a step that asked one of them stands on it. ``in_turn`` says that a later
    record of the same stands on an earlier one, ``after_the_end`` that it is also retracted of a case that has ended.
    ``against`` is what else of the subject stands on it, and ``takes_two`` when nobody retracts it alone.
    """

    fact: type[Fact]
    anew: str = ""  # the command that recorded it, by which it is written anew
    undone: Callable[[Case, Told], Case] = lambda case, _told: case
    about: Callable[[Any], Pairs] = lambda _fact: ()
    keeps: Callable[[Case, Any], Any] = lambda _case, _fact: None
    guards: frozenset[str] = frozenset()
    in_turn: bool = True
    after_the_end: bool = False
    against: Callable[[Case, Told], Iterable[Reason]] = lambda _case, _told: ()
    takes_two: Callable[[Case, Told], bool] = lambda _case, _told: False


class Instead(NamedTuple):
    """How a fact that is not retracted is put right: changed where it stands, or taken back and then written anew."""

    change: tuple[str, ...] = ()
    back: str = ""
    anew: str = ""


def later_than(case: Case, record: int) -> Iterable[tuple[int, Told]]:
    """Yield the later records of the same as a record, with their numbers."""
    standing = records_of(case).standing
    told = standing[record]
    for number, other in standing.items():
        if number > record and (other.of, other.about) == (told.of, told.about):
            yield number, other


def given_once_less(case: Case, service: str) -> Case:
    """Return the case in which a service was given once less; given by nothing else, it was not given at all."""
    left, services = records_of(case).services.get(service, 1) - 1, records_of(case).services
    if not left:
        return case._replace(provided=case.provided - {service})
    others = without(services, service)
    return records_of.changed(case, services={**others, service: left} if left > 1 else others)


def changes_of(retractable: Iterable[Retractable]) -> list[tuple[str, Change]]:
    """Return what keeps the records of a case, fact by fact: before any other change of the same fact."""
    by_name = {one.fact.__name__: one for one in retractable}
    noting = [(name, _noted(one)) for name, one in by_name.items()]
    return [
        *noting,
        ("ServiceProvided", _given),
        ("StageEntered", _rested_on(by_name)),
        ("RecordRetracted", _retracted(by_name)),
    ]


def _noted(kind: Retractable) -> Change:
    def change(case: Case, fact: Any, at: At) -> Case:
        told = Told(kind.fact.__name__, at.actor, at.recorded_at, kind.about(fact), kind.keeps(case, fact))
        return records_of.changed(case, standing={**records_of(case).standing, at.version: told})

    return change


def _given(case: Case, fact: ServiceProvided, _at: At) -> Case:
    if fact.service not in case.provided:
        return case
    services = records_of(case).services
    return records_of.changed(case, services={**services, fact.service: services.get(fact.service, 1) + 1})


def _rested_on(kinds: Mapping[str, Retractable]) -> Change:
    def change(case: Case, fact: StageEntered, _at: At) -> Case:
        standing, asked = records_of(case).standing, {*fact.checked}
        rests = {number: one for number, one in standing.items() if not one.step and kinds[one.of].guards & asked}
        if not rests:
            return case
        marked = {number: one._replace(step=fact.trigger) for number, one in rests.items()}
        return records_of.changed(case, standing={**standing, **marked})

    return change


def _retracted(kinds: Mapping[str, Retractable]) -> Change:
    def change(case: Case, fact: RecordRetracted, _at: At) -> Case:
        told = records_of(case).standing.get(fact.record)
        if told is None:  # a moment in which it had not happened yet
            return case
        case = kinds[told.of].undone(case, told)
        kept = records_of(case)
        left = without(kept.standing, fact.record)
        return records_of.changed(case, standing=left, retracted=kept.retracted | {fact.record})

    return change
