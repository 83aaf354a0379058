"""How many people a provider has taken on: never more than it has room for, whichever cases they are."""

from typing import NamedTuple

from events.catalogue import Fact
from events.facts.referrals import ProviderPlaceFreed, ProviderPlaceTaken
from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.subjects.referrals.state import referrals_of


class Caseload(NamedTuple):
    """The referrals a provider has accepted and not yet ended."""

    referrals: frozenset[str] = frozenset()

    def has_room(self, capacity: int | None) -> bool:
        """Tell whether one more can be accepted."""
        return capacity is None or len(self.referrals) < capacity


def provider_stream(provider: str) -> str:
    """Return the stream that counts a provider's referrals."""
    return f"provider:{provider}"


def evolve(load: Caseload, fact: Fact) -> Caseload:
    """Return a provider's load after a fact."""
    match fact:
        case ProviderPlaceTaken():
            return Caseload(load.referrals | {fact.referral_id})
        case ProviderPlaceFreed():
            return Caseload(load.referrals - {fact.referral_id})
        case _:
            return load


def open_providers(_programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the streams of the providers of open referrals."""
    return tuple(
        dict.fromkeys(provider_stream(one.provider) for one in referrals_of(case).referrals.values() if one.is_open)
    )
