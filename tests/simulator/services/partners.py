"""Providers people are referred to: each answers as it pleases, by its own hand at its page, or by telephone.

A provider whose people sign in gives the command itself, and the case manager writes down what the others say. It
knows of nobody before the letter arrived. Now and then it answers late, not at all, first yes and then no, or both at
its page and by telephone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from console.simulation.managed_case import ManagedCase
from events.instants import instant
from workflow.command import CaseCommand
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    CloseReferral,
    DeclineReferral,
    DiscloseReferral,
    RecordReferralFeedback,
    RecordReferralServed,
    RevokeReferral,
    WaitlistReferral,
)
from workflow.subjects.referrals.state import Referral, referrals_of

ANSWERS: Final = (
    AcknowledgeReferral, AcceptReferral, DeclineReferral, WaitlistReferral, RecordReferralServed,
    RecordReferralFeedback, CloseReferral,
)  # fmt: skip
Arrived = Callable[[str], bool]  # whether the letter of a task lies at whoever it is for
Answer = tuple[type[CaseCommand], dict[str, Any]]
_NO: Final[Answer] = (DeclineReferral, {"reason": "no_staff"})
_WAITS: Final[Answer] = (WaitlistReferral, {})
_FIRST: Final[Mapping[str, Answer]] = {"asks_first": (AcknowledgeReferral, {}), "no": _NO, "full": _WAITS}
_HABITS: Final = {"yes": 10, "asks_first": 4, "no": 3, "full": 3, "silent": 2, "late": 2, "yes_and_no": 1}
_NOBODY_READS: Final = 0.12  # answers given twice


class Partners:
    """What providers say of everybody who was sent to them."""

    def __init__(self, seed: int, arrived: Arrived, order: Random) -> None:
        self._seed = seed
        self._arrived = arrived
        self._order = order

    def answers(self, managed: ManagedCase) -> Iterator[CaseCommand]:
        """Yield what is said of a person's referrals at this look."""
        for key, referral in referrals_of(managed.case).referrals.items():
            if not referral.is_open:
                continue
            if self._order.random() < 0.02:
                yield from self._of_the_office(managed, key)
            if (since := self._knows_since(managed, key, referral)) is not None:
                yield from self._answer(managed, key, referral, since)

    def _knows_since(self, managed: ManagedCase, key: str, referral: Referral) -> datetime | None:
        if referral.sent_at:
            return instant(referral.sent_at)
        letters = (one for one, task in managed.case.tasks.items() if dict(task.subject).get("referral_id") == key)
        return managed.now if any(self._arrived(task_id) for task_id in letters) else None

    def _of_the_office(self, managed: ManagedCase, key: str) -> Iterator[CaseCommand]:
        """The office tells the provider more, or takes the referral back."""
        if self._order.random() < 0.6:
            yield managed.make(DiscloseReferral, referral_id=key, why="they ask what happened")
        else:
            yield managed.make(RevokeReferral, referral_id=key, reason="moved_away")

    def _answer(self, managed: ManagedCase, key: str, referral: Referral, since: datetime) -> Iterator[CaseCommand]:
        drawn = Random(f"{self._seed}/provider/{key}")
        (habit,) = drawn.choices(list(_HABITS), list(_HABITS.values()))
        days = drawn.randrange(1, 4) + (10 if habit == "late" else 0)
        if managed.now < since + timedelta(days=days) and self._order.random() < 0.9:
            return
        for kind, fields in self._said(habit, referral.status, managed):
            yield from self._by_whom(managed, referral, kind, {"referral_id": key} | fields)

    def _said(self, habit: str, status: str, managed: ManagedCase) -> Iterator[Answer]:
        undecided = self._order.random() < 0.5
        if status in ("sent", "unanswered", "queued") and habit != "silent":
            yield _FIRST.get(habit) or (_WAITS if undecided else self._yes(managed))
        elif status in ("acknowledged", "wait_listed"):
            yield _WAITS if undecided and status == "acknowledged" else self._yes(managed)
        elif status == "accepted":
            yield _NO if habit == "yes_and_no" else (RecordReferralServed, {})
        elif status in ("served", "feedback"):
            outcome = self._order.choice(("helped", "partly_helped", "not_helped", "did_not_come"))
            yield RecordReferralFeedback, {"outcome": outcome, "note": "what they said of it"}
            yield CloseReferral, {}

    def _yes(self, managed: ManagedCase) -> Answer:
        meets = {"first_meeting": managed.now + timedelta(days=self._order.randrange(1, 9))}
        return AcceptReferral, meets if self._order.random() < 0.5 else {}

    def _by_whom(
        self, managed: ManagedCase, referral: Referral, kind: type[CaseCommand], fields: dict[str, Any]
    ) -> Iterator[CaseCommand]:
        provider = managed.programme.provider_of[referral.provider]
        if not provider.staff or kind is CloseReferral:
            yield managed.make(kind, **fields)
            return
        yield managed.make(kind, f"{provider.staff}:olga", mandate="partner", **fields)
        if self._order.random() < _NOBODY_READS:
            yield managed.make(kind, **fields)  # and somebody says so by telephone
