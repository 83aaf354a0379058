"""What follows from a step of the journey, and from consent taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import case as told
from events.facts import work
from handlers.reactions.asking import Moment, Reaction, called_off, tasks_off, timer, timers, timers_over
from workflow.tasks import KIND_OF


def _opened(_fact: told.CaseOpened, moment: Moment) -> Iterator[Fact]:
    yield timer(moment, "idle", moment.now + _idle(moment))


def _entered(fact: told.StageEntered, moment: Moment) -> Iterator[Fact]:
    stage = moment.definition.journey.stage(fact.dest)
    if stage.ends:
        yield from _all_ended(moment, f"case {fact.dest}")
    elif not stage.idle:
        yield from timers_over(moment, "idle")
    elif not timers(moment.after, "idle"):
        yield timer(moment, "idle", moment.now + _idle(moment))


def _timer_fired(fact: work.TimerFired, moment: Moment) -> Iterator[Fact]:
    stage = moment.definition.journey.stage(moment.after.stage)
    if fact.kind == "idle" and stage.idle and not stage.ends:
        yield timer(moment, "idle", moment.now + _idle(moment))


def _consent_withdrawn(fact: told.ConsentWithdrawn, moment: Moment) -> Iterator[Fact]:
    """Stop at once what is queued under the consent that was taken back."""
    for key, given in moment.after.tasks.items():
        consent = KIND_OF[given.kind].consent
        under = consent(given, moment.definition.programme) if consent else None
        if under in (fact.purpose if not fact.recipient else None, (fact.purpose, fact.recipient)):
            yield from called_off(moment, key, given, f"consent to {fact.purpose} withdrawn")


def _all_ended(moment: Moment, why: str) -> Iterator[Fact]:
    """Leave nothing running for a case that ended; what was booked is still given back."""
    yield from tasks_off(moment, why)
    for key, (kind, _) in moment.after.timers.items():
        if kind not in OUTLIVE_THE_CASE:
            yield work.TimerCancelled(timer_id=key, kind=kind)


def _idle(moment: Moment) -> timedelta:
    return timedelta(days=moment.definition.programme.policies.idle_days)


# What is waited for though the case has ended: the bank's answer.
OUTLIVE_THE_CASE: Final = ("bank_answer",)

REACTIONS: Final[Mapping[str, Reaction]] = {
    "CaseOpened": _opened,
    "StageEntered": _entered,
    "TimerFired": _timer_fired,
    "ConsentWithdrawn": _consent_withdrawn,
}
