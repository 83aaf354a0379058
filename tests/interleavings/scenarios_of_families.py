"""Families that come together, part and are met while they do; providers that are asked for their last place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from events.notes import LOG, SigningKey
from events.sealer import Sealer
from events.verify import verify
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from tests.interleavings.stage import Transaction
from tests.interleavings.theatre import Play, Scenario, Theatre
from tests.kit.referrals import number
from tests.kit.roads import consents, referred
from tests.kit.story import Story
from workflow.command import Command
from workflow.subjects.groups.commands import FormGroup, JoinGroup, LeaveGroup
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.referrals.commands import AcceptReferral, DeclineReferral

KEY: Final = SigningKey("way-home.example/log", LOG, b"\x07" * 32)


def _family(theatre: Theatre) -> list[Story]:
    """Return a parent and a child who belong together."""
    parent, child = (consents(theatre.case(), "assistance", "travel") for _ in range(2))
    parent.does(FormGroup)
    child.does(JoinGroup, with_case=parent.case_id, relation="child")
    return [parent, child]


def _members(theatre: Theatre, case: Story) -> set[str]:
    group_id = belonging_of(case.case).group_id
    return set(theatre.office.state(f"group:{group_id}").members) if group_id else set()


def left_while_joined(theatre: Theatre) -> Play:
    """One leaves a family while another comes to it by naming just that one: each is where their own case says."""
    parent, child = _family(theatre)
    comes = consents(theatre.case(), "assistance")
    leave = child.command(LeaveGroup, reason="moved out")
    join = comes.command(JoinGroup, with_case=child.case_id, relation="sibling")

    def judge(cast: Sequence[Transaction]) -> None:
        assert isinstance(cast[0].result, Accepted), "nobody is kept in a family"
        has_come = isinstance(cast[1].result, Accepted)
        assert belonging_of(child.case).group_id == "", "who has left is still in it"
        there = {parent.case_id} | ({comes.case_id} if has_come else set())
        assert _members(theatre, parent) == there, "the family is not those whose cases say so"
        assert bool(belonging_of(comes.case).group_id) == has_come

    return Play(_submitted(theatre.services, leave, join), judge)


def split_while_met(theatre: Theatre) -> Play:
    """A family is to be met together while one of them leaves it: both are met, or neither, and by one car."""
    parent, child = _family(theatre)
    _, plan = theatre.to_arrive()
    assert isinstance(plan, PlanArrival)
    said = {"at": plan.at + timedelta(hours=1), "place": "SVO", "means": "flight", "number": "SU 1491", "company": 2}
    plans = [one.command(PlanArrival, **said) for one in (parent, child)]
    leave = child.command(LeaveGroup, reason="goes to an aunt")

    def judge(cast: Sequence[Transaction]) -> None:
        together = all(isinstance(answer, Accepted) for answer in cast[0].result.answers)
        assert isinstance(cast[1].result, Accepted)
        met = [theatre.facts(one, "ArrivalPlanned") for one in (parent, child)]
        assert [len(facts) for facts in met] == [int(together)] * 2, "one of a family is met, and the other is not"
        assert len({facts[0].party for facts in met if facts}) <= 1, "a family is met by two cars"

    does: list[Any] = [partial(theatre.services[0].submit_together, plans), partial(theatre.services[1].submit, leave)]
    return Play(does, judge)


def answered_twice(theatre: Theatre) -> Play:
    """A provider says yes in two windows at once: it has taken on one person."""
    case = _asked(theatre)
    yes = [case.command(AcceptReferral, referral_id=number(case)) for _ in range(2)]

    def judge(cast: Sequence[Transaction]) -> None:
        assert Counter(type(one.result).__name__ for one in cast) == {"Accepted": 1, "Refused": 1}
        assert len(theatre.facts(case, "ReferralAccepted")) == 1
        assert theatre.office.state("provider:harbour").referrals == {number(case)}

    return Play(_submitted(theatre.services, *yes), judge, partial(_given_back, [case]))


def last_place(theatre: Theatre) -> Play:
    """A provider with one place says yes to two: one has it."""
    cases = [_asked(theatre) for _ in range(2)]
    yes = [case.command(AcceptReferral, referral_id=number(case)) for case in cases]

    def judge(cast: Sequence[Transaction]) -> None:
        found = Counter(type(one.result).__name__ for one in cast)
        assert found == {"Accepted": 1, "Refused": 1}, f"there was one place, and {found}"
        assert len(theatre.office.state("provider:harbour").referrals) == 1

    return Play(_submitted(theatre.services, *yes), judge, partial(_given_back, cases))


def sealed_while_written(theatre: Theatre) -> Play:
    """The history is sealed while somebody writes: what is signed is the history up to some event, whole."""
    case = theatre.case()
    before = theatre.office.service.log.size()
    sealer = Sealer(theatre.services[0].log, KEY)

    def judge(cast: Sequence[Transaction]) -> None:
        sealed, log = cast[0].result, theatre.office.service.log
        assert isinstance(cast[1].result, Accepted)
        assert before <= sealed.checkpoint.size <= log.size(), "something else was signed than there is"
        again = Sealer(log, KEY).seal()
        assert again is not None
        assert again.checkpoint.size == log.size(), "the next seal does not go on from this one"
        assert verify(log).ok, "tree and events do not go together"

    does: list[Any] = [sealer.seal, partial(theatre.services[1].submit, case.command(AddNote, note="seen"))]
    return Play(does, judge)


def _asked(theatre: Theatre) -> Story:
    case = consents(Story(theatre.office, citizenships=("RU",), language="ru"), "assistance")
    referred(case, "harbour")
    return case


def _given_back(cases: Sequence[Story]) -> None:
    for case in cases:
        case.when(DeclineReferral, referral_id=number(case), reason="full")


def _submitted(services: Sequence[CommandService], *commands: Command) -> list[Any]:
    return [partial(service.submit, command) for service, command in zip(services, commands, strict=False)]


OF_FAMILIES: Final[Mapping[str, Scenario]] = {
    "left while joined": left_while_joined,
    "split while met": split_while_met,
    "answered twice": answered_twice,
    "last place": last_place,
    "sealed while written": sealed_while_written,
}
