"""What the case knows of its erasure: whether it was asked for, when it was decided, when it was done."""

from datetime import date
from typing import Final, NamedTuple

from events.facts import erasure as facts
from events.instants import instant_text
from workflow.case.state import At, Case, Change, Part


class ErasureRequest(NamedTuple):
    """What was asked: by whom, and on which paper."""

    request_id: str
    asked_by: facts.AskedBy
    paper: str
    received_on: date


class Erasure(NamedTuple):
    """How far the erasure of the person has come; an instant is empty while it has not."""

    request: ErasureRequest | None = None
    erased_at: str = ""
    decided_in: str = ""  # the case in which it was decided
    completed_at: str = ""
    recalled: frozenset[str] = frozenset()  # referrals whose providers were written to


erasure_of: Final = Part("erasure", Erasure())


def is_erased(case: Case) -> bool:
    """Tell whether nothing of the person may be written or opened any more."""
    return erasure_of(case).erased_at != ""


def erased_at(case: Case) -> str:
    """Return when the person was erased, or nothing."""
    return erasure_of(case).erased_at


def request_of(case: Case) -> ErasureRequest | None:
    """Return what was asked for, or None while nobody has."""
    return erasure_of(case).request


def _requested(case: Case, fact: facts.ErasureRequested, at: At) -> Case:
    request = ErasureRequest(fact.request_id, fact.asked_by, fact.paper, fact.received_on)
    return erasure_of.changed(case, request=request)


def _erased(case: Case, fact: facts.PersonErased, at: At) -> Case:
    return erasure_of.changed(case.calm("retention_due"), erased_at=at.recorded_at, decided_in=fact.case_id)


def _erased_too(case: Case, fact: facts.CaseErasedToo, at: At) -> Case:
    return erasure_of.changed(case.calm("retention_due"), erased_at=at.recorded_at, decided_in=fact.decided_in)


def _replayed(case: Case, fact: facts.ErasureReplayed, at: At) -> Case:
    erased_at = instant_text(fact.destroyed_at)
    return erasure_of.changed(
        case.calm("retention_due"), erased_at=erased_at, decided_in=fact.case_id, completed_at=at.recorded_at
    )


def _recalled(case: Case, fact: facts.PartnerRecalled, _at: At) -> Case:
    return erasure_of.changed(case, recalled=erasure_of(case).recalled | {fact.referral_id})


CHANGES: dict[str, Change] = {
    "ErasureRequested": _requested,
    "ErasureRequestWithdrawn": lambda c, _f, _: erasure_of.changed(c, request=None),
    "PersonErased": _erased,
    "CaseErasedToo": _erased_too,
    "PartnerRecalled": _recalled,
    "ErasureCompleted": lambda c, _f, at: erasure_of.changed(c, completed_at=at.recorded_at),
    "ErasureReplayed": _replayed,
}
