"""What people have on paper, apart from the office: what they were told, and what the lost part of a log was about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from events.facts.erasure import PersonErased
from events.facts.grants import GrantRequested, TrancheReleased
from events.ids import case_of_stream
from events.log import Log
from handlers.checks.check_results import Acknowledgement

_OF_GRANTS = frozenset({"GrantRequested", "TrancheReleased", "PersonErased"})


class Told(NamedTuple):
    """What people had been told at one moment."""

    acknowledged: Mapping[UUID, Acknowledgement]
    refused: Mapping[UUID, str]


class Part(NamedTuple):
    """A part of a grant as it stands on the receipt: whose, which grant of theirs, and which part of it."""

    case_id: str
    kind: str
    number: int
    grant_id: str


class Paper(NamedTuple):
    """What is known of all histories there were: payments by their id at the bank, and who was erased."""

    parts: Mapping[str, Part] = {}
    erased: frozenset[str] = frozenset()  # cases

    def with_more(self, more: Paper) -> Paper:
        """Return it with what another history tells."""
        return Paper({**self.parts, **more.parts}, self.erased | more.erased)


def paper_of(log: Log) -> Paper:
    """Return what a log tells of payments and erasures."""
    kinds: dict[str, str] = {}
    parts: dict[str, Part] = {}
    erased: set[str] = set()
    for event in (one for page in log.pages() for one in page if one.envelope.type in _OF_GRANTS):
        fact, case_id = log.fact(event), str(case_of_stream(event.envelope.stream))
        if isinstance(fact, GrantRequested):
            kinds[fact.grant_id] = fact.kind
        elif isinstance(fact, TrancheReleased):
            parts[fact.tranche_id] = Part(case_id, kinds[fact.grant_id], fact.number, fact.grant_id)
        elif isinstance(fact, PersonErased):
            erased.update(fact.cases)
    return Paper(parts, frozenset(erased))
