"""Three people, three providers with little room: asked, answered, answered twice, silent, taken back, in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.kit.erasures import with_officers
from tests.kit.offices import Office
from tests.kit.roads import consents
from tests.kit.story import Story
from tests.machines.finding import steps_to
from tests.machines.grounds import Databases, Ground, InMemory, InOffices
from tests.machines.machine import TIMES, WHO, Machine, runs
from tests.machines.models.referrals import ANSWERS, PROVIDERS, ROOM, Desk
from workflow.command import CaseCommand, FireTimer
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.referrals import caseload, decisions, moves
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    CloseReferral,
    DeclineReferral,
    RecordReferralFeedback,
    RecordReferralServed,
    RevokeReferral,
    SendReferral,
    WaitlistReferral,
)
from workflow.subjects.referrals.state import referrals_of

pytestmark = pytest.mark.timeout(600 * TIMES)  # a busy machine takes its time
LITTLE_ROOM: Final = (
    shipped_programme_text("moscow").replace("capacity: 60", "capacity: 1").replace("capacity: 200", "capacity: 1")
)
LETTER: Final = st.sampled_from(["done", "done", "unknown", ""])
SOUGHT: Final = st.sampled_from(("harbour", *PROVIDERS))  # where most want to go there is one place
WHICH: Final = st.integers(0, 20)
SILENT_FOR: Final = timedelta(days=8)  # three working days are over by then, whatever is celebrated
COMMANDS: Final[dict[str, tuple[type[CaseCommand], dict[str, str]]]] = {
    "acknowledged": (AcknowledgeReferral, {}),
    "accepted": (AcceptReferral, {}),
    "wait_listed": (WaitlistReferral, {}),
    "declined": (DeclineReferral, {"reason": "full"}),
    "served": (RecordReferralServed, {}),
    "feedback": (RecordReferralFeedback, {"outcome": "helped"}),
    "closed": (CloseReferral, {}),
}


def three_who_look_for_help(place: Any) -> list[Story]:
    if isinstance(place, Office):
        with_officers(place)
    return [consents(Story(place, citizenships=("RU",), language="ru"), "assistance") for _ in range(3)]


class Referrals(Machine):
    """What three people, their case manager and the providers do."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.desk = Desk({}, {one.case_id: set() for one in self.people})
        self.erased: set[str] = set()

    def a_referral(self, which: int) -> tuple[Story, str]:
        """Return a referral, one that is open more often than one that is over."""
        live = [key for key, one in self.desk.asked.items() if one.is_open]
        keys = live if live and which % 4 else list(self.desk.asked)
        key = keys[which % len(keys)]
        return next(one for one in self.people if one.case_id == self.desk.asked[key].who), key

    @rule(who=WHO, provider=st.sampled_from(PROVIDERS), sure=st.integers(0, 2))
    def agree_or_not(self, who: int, provider: str, sure: int) -> None:
        me, agreed = self.person(who).case_id, self.desk.agreed
        if me in agreed and provider in agreed[me] and sure == 0:
            assert not self.asks(self.person(who), WithdrawConsent, purpose="referral", recipient=provider)
            self.desk.takes_consent_back(me, provider)
        elif me in agreed and provider not in agreed[me]:
            assert not self.asks(self.person(who), GiveConsent, purpose="referral", recipient=provider)
            agreed[me].add(provider)

    @rule(who=WHO, provider=SOUGHT, agrees=st.booleans(), letter=LETTER)
    def send(self, who: int, provider: str, letter: str, *, agrees: bool) -> None:
        case, me = self.person(who), self.person(who).case_id
        if agrees:
            self.agree_or_not(who, provider, 1)
        refused = self.asks(case, SendReferral, service="local_referral", provider=provider)
        assert (not refused) == self.desk.may_be_sent(me, provider)
        if not refused:
            key = list(referrals_of(case.case).referrals)[-1]
            self.desk.is_sent(me, provider, key)
            self._is_written(case, key, letter)

    @precondition(lambda self: self.desk.asked)
    @rule(which=WHICH, letter=LETTER)
    def a_letter_is_sent(self, which: int, letter: str) -> None:
        self._is_written(*self.a_referral(which), letter)

    def _is_written(self, case: Story, key: str, letter: str) -> None:
        for task_id in case.tasks(kind="send_referral", referral_id=key) if letter else ():
            case.finish(task_id, letter).accepted()
            if letter == "done":
                self.desk.letter_arrives(key, self.place.now)
            else:
                self.desk.asked[key].letter = "unknown"

    @precondition(lambda self: self.desk.asked)
    @rule(which=WHICH, how=st.integers(0, 20))
    def answer_it(self, which: int, how: int) -> None:
        """Somebody answers: two of three times what may come next, room and consent left aside, else anything."""
        case, key = self.a_referral(which)
        fitting = [name for name, sources in ANSWERS.items() if self.desk.asked[key].stands in sources]
        answers = fitting if fitting and how % 3 else list(ANSWERS)
        self._answers(case, key, answers[how % len(answers)])

    @precondition(lambda self: self.desk.asked)
    @rule(who=WHO)
    def all_who_were_asked_say_yes(self, who: int) -> None:
        """Whoever was asked says yes, to one person after another: the first has the place."""
        for case in (*self.people[who % 3 :], *self.people[: who % 3]):
            for key, one in self.desk.of(case.case_id).items():
                if one.stands in ANSWERS["accepted"]:
                    self._answers(case, key, "accepted")

    def _answers(self, case: Story, key: str, answer: str) -> None:
        kind, fields = COMMANDS[answer]
        may = self.desk.may_be_answered(key, answer)
        assert (not self.asks(case, kind, referral_id=key, **fields)) == may
        if may:
            self.desk.is_answered(key, answer)

    @precondition(lambda self: self.desk.asked)
    @rule(which=WHICH)
    def take_it_back(self, which: int) -> None:
        case, key = self.a_referral(which)
        may = self.desk.may_be_revoked(key)
        assert (not self.asks(case, RevokeReferral, referral_id=key, reason="changed")) == may
        if may:
            self.desk.is_revoked(key)

    @precondition(lambda self: self.desk.asked)
    @rule(which=WHICH, waits=st.booleans())
    def nobody_answers(self, which: int, *, waits: bool) -> None:
        case, key = self.a_referral(which)
        one = self.desk.asked[key]
        timers = [
            name
            for name, (kind, about) in case.case.timers.items()
            if kind == "referral_answer" and dict(about)["referral_id"] == key
        ]
        assert bool(timers) == (one.status == "sent"), "who does not answer is looked after"
        if waits and timers:
            self.place.pass_time(SILENT_FOR)
        if not timers or one.sent_at is None or self.place.now < one.sent_at + SILENT_FOR:
            return
        before, instead = list(referrals_of(case.case).referrals), self.desk.might_be_asked_instead(key)
        assert not self.asks(case, FireTimer, timer_id=timers[0], due_at=self.place.now, actor="system:timer")
        new = [name for name in referrals_of(case.case).referrals if name not in before]
        to = referrals_of(case.case).referrals[new[0]].provider if new else ""
        assert bool(new) == bool(instead), "somebody else is asked whom the person agreed to"
        assert to in (instead or {""})
        self.desk.is_silent(key, new[0] if new else "", to)

    @rule(who=WHO, sure=st.integers(0, 9))
    def withdraw(self, who: int, sure: int) -> None:
        """Somebody withdraws; whoever has is erased when nothing of theirs is under way any more."""
        case = self.person(who)
        if sure < 2 and case.case_id in self.desk.agreed:
            case.ends("withdraw", reason="declined")
            self.desk.case_ends(case.case_id)
        elif case.case_id not in {*self.desk.agreed, *self.erased} and sure < 5 and isinstance(self.place, Office):
            self.erased |= {case.case_id} if self.may_erase(case) else set()

    # -- what must hold --------------------------------------------------------------------------------------

    @invariant()
    def everything_stands_as_the_model_says(self) -> None:
        for case in self.people:
            found = {key: (one.provider, one.status) for key, one in referrals_of(case.case).referrals.items()}
            assert found == {key: (one.provider, one.status) for key, one in self.desk.of(case.case_id).items()}
            for key in found:
                told = len(case.tasks(kind="revoke_referral", referral_id=key))
                assert told == self.desk.told_off.get(key, 0) <= 1, (
                    "whoever has heard of it is told once that it is over"
                )

    @invariant()
    def nobody_takes_more_than_they_have_room_for(self) -> None:
        for provider, room in ROOM.items():
            load = self.shared(f"provider:{provider}", caseload.Caseload())
            assert load.referrals == self.desk.places(provider)
            assert len(load.referrals) <= room

    @invariant()
    def nobody_is_asked_about_anybody_who_does_not_agree(self) -> None:
        for one in self.desk.asked.values():
            assert not one.is_open or one.provider in self.desk.agreed[one.who]


def a_place_is_never_free_again(patch: pytest.MonkeyPatch) -> None:
    """A provider is as full as ever when somebody it helped needs no more help."""
    patch.setattr(moves, "place_freed", lambda *_: [])


def room_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """Whoever was asked may say yes, however many it has."""
    patch.setattr(decisions, "has_room", lambda *_: True)


PLANTED: Final = (a_place_is_never_free_again, room_is_not_looked_at)


def test_nobody_is_promised_help_twice_or_without_their_consent_by_the_rules_alone() -> None:
    ground = InMemory(LITTLE_ROOM, three_who_look_for_help)
    runs(Referrals, ground, times=200, steps=50)


def test_nobody_is_promised_help_twice_or_without_their_consent_in_an_office(
    databases: Databases, tmp_path: Path
) -> None:
    ground = InOffices(databases, tmp_path, LITTLE_ROOM, three_who_look_for_help)
    runs(Referrals, ground, times=12, steps=35)


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.__name__)
def test_the_machine_finds(bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    ground = InMemory(LITTLE_ROOM, three_who_look_for_help)
    bug(monkeypatch)
    assert 0 < len(steps_to(Referrals, ground, monkeypatch, times=1000, steps=50)) < 50
