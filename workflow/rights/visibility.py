"""Who sees a case: the organisation whose programme it is, and those it was referred or handed over to.

An actor's name begins with the organisation's own word (``redcross:olga``). A programme file that names the
word of its organisation is closed to everybody else; to them a case of it is as if it were not there.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from workflow.case.state import Case
from workflow.programme.programme import Programme
from workflow.subjects.closing.state import closing_of
from workflow.subjects.referrals.state import OPEN, referrals_of

# Wayhome's own hands: workers, timers, the bank's mail, imports. They act for whichever office runs them.
MACHINES: Final = frozenset({"worker", "system"})
_ACCEPTED: Final = frozenset({"accepted", "wait_listed", "served", "feedback", "closed"})
# Until the letter has gone a partner knows nothing; once it has, it must see what it is to answer.
_SHOWN: Final = OPEN - {"queued"}
_AGREED: Final = "referral"  # the purpose of the consent whose recipient is the provider
_WENT: Final = ("accepted", "elsewhere")  # how a hand-over may end in somebody taking the person on


def may_see(actor: str, case: Case, programme: Programme) -> bool:
    """Tell whether somebody may look at a case and act on it."""
    return speaks_for_office(actor, programme) or actor.partition(":")[0] in _received(case, programme)


def may_command(actor: str, referral_id: str, case: Case, programme: Programme) -> bool:
    """Tell whether somebody may give a command about a case.

    A partner speaks for the referrals sent to it, those it has not answered yet among them, and for no other's.
    """
    if speaks_for_office(actor, programme):
        return True
    if not referral_id:
        return may_see(actor, case, programme)
    word, referral = actor.partition(":")[0], referrals_of(case).referrals.get(referral_id)
    asked = programme.provider_of.get(referral.provider) if referral else None
    known = referral is not None and referral.status in _SHOWN | _ACCEPTED
    return known and asked is not None and asked.staff == word and word not in cut_off_words(programme)


def is_machine(actor: str) -> bool:
    """Tell whether an actor is one of Wayhome's own hands."""
    return actor.partition(":")[0] in MACHINES


def speaks_for_office(actor: str, programme: Programme) -> bool:
    """Tell whether somebody may speak for a programme's office: count its calls, close its houses, end it."""
    return speaks_for(actor, office_of(programme)) and actor.partition(":")[0] not in cut_off_words(programme)


def speaks_for(actor: str, office: str) -> bool:
    """Tell the same of an office that is named as ``office_of`` and the board's rows name it."""
    word, (own, named, _) = actor.partition(":")[0], office.partition(":")
    return bool(named) and (not own or word == own or word in MACHINES)


def office_of(programme: Programme) -> str:
    """Return whose a programme's cases are: the word its people's ids begin with, and the programme."""
    return f"{programme.organisation.staff if programme.organisation else ''}:{programme.programme}"


def offices_of(actor: str, programmes: Iterable[str]) -> tuple[str, ...]:
    """Return the offices somebody may speak for, of the programmes they work in: their organisation's and nobody's."""
    word = actor.partition(":")[0]
    return tuple(f"{staff}:{programme}" for programme in sorted(programmes) for staff in ("", word))


def organisations_shown(case: Case, programme: Programme, now: datetime) -> frozenset[str]:
    """Return the words of the organisations a case is shown to now.

    Those are asked or helping by a referral that lasts and that the person still agrees to, and those it was handed to;
    none of them when the directory has cut it off.
    """
    shown = organisations_shown_until(case, programme).items()
    return frozenset(word for word, until in shown if until is None or programme.day(now) <= until) - cut_off_words(
        programme
    )


def cut_off_words(programme: Programme) -> frozenset[str]:
    """Return the words of the organisations that see nothing: who works for one that was stopped works for all of it.

    Never the office's own: whoever stops a provider must be able to resume it.
    """
    own = programme.organisation.staff if programme.organisation else ""
    return programme.words_cut_off - {"", own, *MACHINES}


def organisations_shown_until(case: Case, programme: Programme) -> dict[str, date | None]:
    """Return to whom a case is shown and the last day of it, None when no end was agreed; a day may be past.

    It depends on the case and its own file only, as the lists kept of it do; whoever asks about now asks
    ``organisations_shown``.
    """
    found: dict[str, date | None] = {}
    for provider_id, until in _shown(case):
        provider = programme.provider_of.get(provider_id)
        if provider is None or not provider.staff:
            continue
        so_far = found.get(provider.staff, until)
        found[provider.staff] = None if until is None or so_far is None else max(until, so_far)
    return found


def _shown(case: Case) -> Iterator[tuple[str, date | None]]:
    for referral in referrals_of(case).referrals.values():
        if referral.status in _SHOWN and (_AGREED, referral.provider) in case.consents:
            yield referral.provider, case.consents[_AGREED, referral.provider]
    for one in closing_of(case).hand_overs.values():
        if one.outcome in _WENT:
            yield one.to, None


def _received(case: Case, programme: Programme) -> set[str]:
    """Return the words of the organisations that took the person on by referral or hand-over."""
    providers = {
        referral.provider for referral in referrals_of(case).referrals.values() if referral.status in _ACCEPTED
    }
    went = {one.to for one in closing_of(case).hand_overs.values() if one.outcome in _WENT}
    found = (programme.provider_of.get(name) for name in providers | went)
    staff = {provider.staff for provider in found if provider is not None and provider.staff}
    return staff - cut_off_words(programme)
