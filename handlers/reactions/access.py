"""What follows when the glass is broken or somebody is stopped: it is told at once, and somebody else looks at it."""

from events.facts.access import GlassBroken, LookingStopped
from events.instants import instant_text
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling
from workflow.subjects.access.emergency import EmergencyLetter
from workflow.subjects.access.looking import StopLetter
from workflow.values.calendars import working_days_later


def _broken(fact: GlassBroken, moment: ReactionContext) -> Follows:
    programme, days = moment.programme, moment.policies.glass_review_working_days
    due = working_days_later(moment.now, days, programme.home_country, programme.time_zone)
    until = instant_text(fact.until)
    letter = EmergencyLetter(
        glass_id=fact.glass_id, account=fact.account, mandate=fact.mandate, reason=fact.reason, until=until
    )
    yield moment.request_task("tell_of_glass", letter)
    yield moment.set_timer("glass_over", fact.until, glass_id=fact.glass_id)
    yield moment.set_timer("access_review", due, glass_id=fact.glass_id)


def _stopped(fact: LookingStopped, moment: ReactionContext) -> Follows:
    at = instant_text(moment.now)
    yield moment.request_task("tell_of_stop", StopLetter(account=fact.account, cases=str(fact.cases), at=at))


REACTIONS: Reactions = {
    "GlassBroken": _broken,
    "GlassMended": cancelling("glass_over", about="glass_id"),
    "LookingStopped": _stopped,
    "AccessReviewed": cancelling("access_review", about="glass_id"),
}
