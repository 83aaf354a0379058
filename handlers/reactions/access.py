"""What follows when the glass is broken: it is told at once, ends by itself, and is looked at by somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from events.catalogue import Fact
from events.facts.access import AccessReviewed, GlassBroken, GlassMended
from handlers.reactions.moment import Reaction, ReactionContext, cancel_timers, request_task, set_timer
from workflow.subjects.access.emergency import EmergencyLetter
from workflow.values.calendars import working_days_later


def _broken(fact: GlassBroken, moment: ReactionContext) -> Iterator[Fact]:
    programme, about = moment.definition.programme, (("glass_id", fact.glass_id),)
    days = programme.policies.glass_review_working_days
    due = working_days_later(moment.now, days, programme.home_country, programme.time_zone)
    yield request_task(moment, "tell_of_glass", _said(fact))
    yield set_timer(moment, "glass_over", fact.until, about)
    yield set_timer(moment, "access_review", due, about)


def _said(fact: GlassBroken) -> EmergencyLetter:
    until = f"{fact.until:%Y-%m-%d %H:%M} UTC"
    return EmergencyLetter(
        glass_id=fact.glass_id, account=fact.account, mandate=fact.mandate, reason=fact.reason, until=until
    )


def _mended(fact: GlassMended, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "glass_over", glass_id=fact.glass_id)


def _reviewed(fact: AccessReviewed, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "access_review", glass_id=fact.glass_id)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "GlassBroken": _broken,
    "GlassMended": _mended,
    "AccessReviewed": _reviewed,
}
