"""What follows from a fact: tasks, timers, and their cancelling. Pure: nothing is sent, facts come out.

What is asked for is itself recorded, so the history shows every task and timer with its cause, and a later
change of these rules never changes what an old history meant.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from events.catalogue import Fact
from handlers.reactions import (
    access,
    accommodation,
    care,
    closing,
    documents,
    grants,
    intake,
    journey,
    reception,
    referrals,
    reintegration,
    safety,
    training,
    travel,
)
from handlers.reactions.moment import Moment, Reaction

_SUBJECTS: Final = (
    referrals,
    closing,
    journey,
    intake,
    care,
    reception,
    accommodation,
    safety,
    travel,
    grants,
    reintegration,
    training,
    documents,
    access,
)
_REACTIONS: dict[str, list[Reaction]] = defaultdict(list)
for _subject in _SUBJECTS:
    for _name, _reaction in _subject.REACTIONS.items():
        _REACTIONS[_name].append(_reaction)


def react(fact: Fact, moment: Moment) -> list[Fact]:
    """Return what follows from a fact of a case, subject by subject; what two subjects ask for is told once."""
    found = (follow for reaction in _REACTIONS.get(type(fact).__name__, ()) for follow in reaction(fact, moment))
    return list({(type(follow), _about(follow)): follow for follow in found}.values())


def _about(follow: Fact) -> object:
    return getattr(follow, "task_id", None) or getattr(follow, "timer_id", None) or follow
