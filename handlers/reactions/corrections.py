"""What follows from a correction: whoever was told what was wrong is told that it has changed, and not how."""

from events.facts.corrections import (
    AgeCorrected,
    CitizenshipsCorrected,
    DetailsCorrected,
    IdentityCorrected,
    RecordRetracted,
)
from handlers.reactions.moment import Follows, ReactionContext, Reactions
from workflow.subjects.corrections.letters import CorrectionLetter
from workflow.subjects.referrals.disclosure import SOURCES, is_said, parts_for_provider, sources_of
from workflow.subjects.referrals.sending import PURPOSE
from workflow.subjects.referrals.state import referrals_of

Corrected = IdentityCorrected | CitizenshipsCorrected | DetailsCorrected | AgeCorrected


def _corrected(fact: Corrected, moment: ReactionContext) -> Follows:
    """Tell the providers of open referrals that may see a part which has changed, or was filled in."""
    of = type(fact).__name__
    told = {part for part, source in sources_of(tuple(SOURCES)) if source.fact == of and is_said(fact, source)}
    yield from _told(told, moment)


def _retracted(fact: RecordRetracted, moment: ReactionContext) -> Follows:
    told = {part for part, sources in SOURCES.items() if any(source.fact == fact.of for source in sources)}
    yield from _told(told, moment)


def _told(parts: set[str], moment: ReactionContext) -> Follows:
    for referral_id, one in referrals_of(moment.after).referrals.items():
        listening = one.is_open and one.is_known and moment.is_consented(PURPOSE, one.provider)
        listed = one.provider in moment.programme.provider_of
        if listening and listed and parts.intersection(parts_for_provider(moment.programme, one.provider)):
            yield moment.request_task(
                "tell_correction", CorrectionLetter(provider=one.provider, referral_id=referral_id)
            )


REACTIONS: Reactions = {
    "IdentityCorrected": _corrected,
    "CitizenshipsCorrected": _corrected,
    "DetailsCorrected": _corrected,
    "AgeCorrected": _corrected,
    "RecordRetracted": _retracted,
}
