"""What follows from a step of the journey."""

from datetime import timedelta
from typing import Final

from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.tasks import TimerCancelled, TimerFired
from handlers.reactions.moment import Follows, ReactionContext, Reactions


def _opened(_fact: CaseOpened, moment: ReactionContext) -> Follows:
    yield moment.set_timer("idle", moment.now + _idle(moment))


def _entered(fact: StageEntered, moment: ReactionContext) -> Follows:
    stage = moment.definition.journey.stage(fact.dest)
    if stage.ends:
        yield from _all_ended(moment, f"case {fact.dest}")
    elif not stage.idle:
        yield from moment.cancel_timers("idle")
    elif not moment.timers_of("idle"):
        yield moment.set_timer("idle", moment.now + _idle(moment))


def _timer_fired(fact: TimerFired, moment: ReactionContext) -> Follows:
    stage = moment.definition.journey.stage(moment.after.stage)
    if fact.kind == "idle" and stage.idle and not stage.ends:
        yield moment.set_timer("idle", moment.now + _idle(moment))


def _all_ended(moment: ReactionContext, why: str) -> Follows:
    """Leave nothing running for a case that ended; what was booked is still given back."""
    yield from moment.call_off_tasks(why)
    for key, (kind, _) in moment.after.timers.items():
        if kind not in OUTLIVE_THE_CASE:
            yield TimerCancelled(timer_id=key, kind=kind)


def _idle(moment: ReactionContext) -> timedelta:
    return timedelta(days=moment.policies.idle_days)


# What is waited for though the case has ended: the bank's answer, the day its data are to go, and that whoever
# opened it in an emergency is shut out and answers for it.
OUTLIVE_THE_CASE: Final = ("bank_answer", "retention", "glass_over", "access_review")

REACTIONS: Reactions = {"CaseOpened": _opened, "StageEntered": _entered, "TimerFired": _timer_fired}
