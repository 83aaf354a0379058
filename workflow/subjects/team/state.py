"""What those who work on a case are told of it: read off its own facts, so that it can be drawn anew at any time.

Of each notice only who, what and when is kept, and only of the last ones; whether they were read is nobody's history.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, Self

from events.facts.access import CaseAssigned
from events.facts.decisions import DecisionConfirmed, DecisionDeclined, DecisionProposed, ProposalLapsed
from workflow.case.state import NOTHING, At, Case, Change, Part, without
from workflow.rights.visibility import is_machine
from workflow.subjects.access.state import access_of

KEPT_MAX: Final = 6  # of each case and account; what is older is in its history


class Notice(NamedTuple):
    """That somebody is told of something that another did."""

    account: str
    kind: str
    by: str
    at: str
    number: int  # in the case


class Notices(NamedTuple):
    """The last notices of a case, and who proposed what waits."""

    notices: tuple[Notice, ...] = ()
    notices_told: int = 0
    proposers: Mapping[str, str] = NOTHING

    def numbered(self) -> Iterator[tuple[int, Notice]]:
        """Yield the notices that are kept, each with its number in the case."""
        return ((one.number, one) for one in self.notices)

    def telling(self, account: str, kind: str, at: At) -> Self:
        """Return them with one more: not of what somebody did themselves, and none is lost by what others are told."""
        if account in ("", at.actor):
            return self
        told, over = self.notices_told + 1, [one for one in self.notices if one.account == account][: 1 - KEPT_MAX]
        kept = tuple(one for one in self.notices if one not in over)
        return self._replace(notices=(*kept, Notice(account, kind, at.actor, at.recorded_at, told)), notices_told=told)


notices_of: Final = Part("team", Notices())
# What the one whose case it is hears of when somebody else did it; machines' daily work is not told.
_BY_OTHERS: Final = {
    "NoteAdded": "note",
    "StageEntered": "moved",
    "GlassBroken": "emergency",
    "GrantDeclined": "grant_declined",
    "ReferralAccepted": "referral_accepted",
    "ReferralDeclined": "referral_declined",
    "RecordRetracted": "retracted",
    **dict.fromkeys(("IdentityCorrected", "CitizenshipsCorrected", "DetailsCorrected"), "corrected"),
}


def _kept(case: Case, notices: Notices) -> Case:
    """Return the case with its notices; one of which nobody is told anything is as small as before."""
    if notices != Notices():
        return notices_of.put(case, notices)
    return case._replace(parts=without(case.parts, notices_of.name))


def _assigned(case: Case, fact: CaseAssigned, at: At) -> Case:
    before = access_of(case).owner  # still: this subject stands before that of access
    if fact.owner == before:
        return case
    return _kept(case, notices_of(case).telling(before, "taken", at).telling(fact.owner, "given", at))


def _proposed(case: Case, fact: DecisionProposed, at: At) -> Case:
    notices = notices_of(case)
    told = notices.telling(access_of(case).owner, "proposal_waits", at)
    return _kept(case, told._replace(proposers={**notices.proposers, fact.proposal_id: at.actor}))


def _decided(kind: str) -> Change:
    """Return how whoever proposed something hears what came of it."""

    def decided(case: Case, fact: DecisionConfirmed | DecisionDeclined | ProposalLapsed, at: At) -> Case:
        notices = notices_of(case)
        told = notices.telling(notices.proposers.get(fact.proposal_id, ""), kind, at)
        return _kept(case, told._replace(proposers=without(notices.proposers, fact.proposal_id)))

    return decided


def _taken_back(case: Case, fact: Any, _at: At) -> Case:
    notices = notices_of(case)
    return _kept(case, notices._replace(proposers=without(notices.proposers, fact.proposal_id)))


def _by_others(kind: str) -> Change:
    def done(case: Case, _fact: Any, at: At) -> Case:
        notices = notices_of(case)
        told = notices if is_machine(at.actor) else notices.telling(access_of(case).owner, kind, at)
        return case if told is notices else _kept(case, told)

    return done


def _erased(case: Case, _fact: Any, _at: At) -> Case:
    return _kept(case, Notices())


CHANGES: dict[str, Change] = {
    "CaseAssigned": _assigned,
    "DecisionProposed": _proposed,
    "DecisionConfirmed": _decided("confirmed"),
    "DecisionDeclined": _decided("declined"),
    "ProposalLapsed": _decided("lapsed"),
    "ProposalWithdrawn": _taken_back,
    **{fact: _by_others(kind) for fact, kind in _BY_OTHERS.items()},
    **dict.fromkeys(("PersonErased", "CaseErasedToo", "ErasureReplayed"), _erased),
}
