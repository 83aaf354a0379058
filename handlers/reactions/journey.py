"""What follows from a step of the journey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.tasks import TimerCancelled, TimerFired
from handlers.reactions.moment import Reaction, ReactionContext, call_off_tasks, cancel_timers, set_timer, timers_of


def _opened(_fact: CaseOpened, moment: ReactionContext) -> Iterator[Fact]:
    yield set_timer(moment, "idle", moment.now + _idle(moment))


def _entered(fact: StageEntered, moment: ReactionContext) -> Iterator[Fact]:
    stage = moment.definition.journey.stage(fact.dest)
    if stage.ends:
        yield from _all_ended(moment, f"case {fact.dest}")
    elif not stage.idle:
        yield from cancel_timers(moment, "idle")
    elif not timers_of(moment.after, "idle"):
        yield set_timer(moment, "idle", moment.now + _idle(moment))


def _timer_fired(fact: TimerFired, moment: ReactionContext) -> Iterator[Fact]:
    stage = moment.definition.journey.stage(moment.after.stage)
    if fact.kind == "idle" and stage.idle and not stage.ends:
        yield set_timer(moment, "idle", moment.now + _idle(moment))


def _all_ended(moment: ReactionContext, why: str) -> Iterator[Fact]:
    """Leave nothing running for a case that ended; what was booked is still given back."""
    yield from call_off_tasks(moment, why)
    for key, (kind, _) in moment.after.timers.items():
        if kind not in OUTLIVE_THE_CASE:
            yield TimerCancelled(timer_id=key, kind=kind)


def _idle(moment: ReactionContext) -> timedelta:
    return timedelta(days=moment.definition.programme.policies.idle_days)


# What is waited for though the case has ended: the bank's answer, the day its data are to go, and that whoever
# opened it in an emergency is shut out and answers for it.
OUTLIVE_THE_CASE: Final = ("bank_answer", "retention", "glass_over", "access_review")

REACTIONS: Final[Mapping[str, Reaction]] = {
    "CaseOpened": _opened,
    "StageEntered": _entered,
    "TimerFired": _timer_fired,
}
