"""Referrals: those sent out, with the clock of whoever is to answer; who sent people here; and a partner's own.

A partner sees of a case nothing but what was asked of its own organisation.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple, cast
from uuid import UUID

from console.views.erased import commands_on
from console.views.opening import SHOWN_FOR, recorded
from console.views.reader import Reader
from console.views.suggested_actions import SuggestedAction
from events.facts.referrals import DisclosureMade
from events.instants import instant
from events.log import Log
from handlers.projections.case_access import PageRequest, cases_for
from handlers.queries import referrals as referred
from handlers.queries.referrals import Sender, meetings_due
from handlers.states.case_reader import CaseSnapshot
from workflow.programme.programme import Programme
from workflow.rights.command_rights import own_referrals
from workflow.subjects.referrals.moves import STATUS_CHANGES
from workflow.subjects.referrals.sending import PURPOSE, answer_due
from workflow.subjects.referrals.state import OPEN, Referral, referrals_of
from workflow.values.calendars import is_working_day

PAGE: Final = 50
PARTNER_MAX: Final = 200
State = Literal["due", "late", "none"]

# The answers a provider gives and what whoever referred the person does with them; to which status each leads.
_LEADS_TO: Final[Mapping[str, str]] = {
    "AcknowledgeReferral": "acknowledged",
    "AcceptReferral": "accepted",
    "WaitlistReferral": "wait_listed",
    "DeclineReferral": "declined",
    "RecordReferralServed": "served",
    "RecordReferralFeedback": "feedback",
    "CloseReferral": "closed",
    "RevokeReferral": "revoked",
}
_OVER: Final = frozenset({"declined", "unanswered"})  # somebody else may be asked


class Clock(NamedTuple):
    """By when something is to be heard: in how many working days, or how many days too late."""

    state: State
    due_at: datetime | None = None
    days: int = 0


class ReferralRow(NamedTuple):
    """One referral with what may be done about it."""

    case_id: str
    referral_id: str
    programme: str
    service: str
    provider: str
    status: str
    sent_at: datetime | None
    clock: Clock
    deeds: tuple[SuggestedAction, ...]
    may_disclose: bool
    elsewhere: bool  # somebody else may be asked

    @property
    def is_over(self) -> bool:
        """Tell whether nothing of it is still to come."""
        return self.status not in OPEN and not self.deeds


class ReferralBoard(NamedTuple):
    """What the page of referrals shows; ``after`` begins its next part, empty at the end."""

    stuck: tuple[ReferralRow, ...]
    sent: tuple[ReferralRow, ...]
    after: tuple[str, ...]
    senders: Sequence[Sender]


class Disclosure(NamedTuple):
    """What was recorded of a disclosure before anything was shown."""

    actor: str
    at: datetime
    referral_id: str
    provider: str
    parts: tuple[str, ...]
    why: str

    def lasts(self, now: datetime) -> bool:
        """Tell whether it may still be shown."""
        return now - self.at <= SHOWN_FOR


def board(reader: Reader, before: tuple[str, ...] = ()) -> ReferralBoard:
    """Return the referrals of the cases a reader may see, the latest first; as many questions however many there are.

    Those that are stuck stand at the top of the first part.
    """
    with reader.container.database.reading() as connection:
        letters = referred.referral_letters(connection, reader.account, reader.now, before=before, limit=PAGE + 1)
        late = [] if before else referred.cases_with_stuck_referral(connection, reader.account, reader.now)
        shown = letters[:PAGE]
        case_ids = list(dict.fromkeys([*late, *(letter.case_id for letter in shown)]))
        due = meetings_due(connection, case_ids)
        senders = referred.senders(connection, reader.account, reader.now)
    snapshots = reader.visible_cases(case_ids)
    known = {case_id: referrals_of(one.case).referrals for case_id, one in snapshots.items()}
    may = {case_id: commands_on(reader, one) for case_id, one in snapshots.items()}

    def row(case_id: str, referral_id: str) -> ReferralRow:
        return _row(reader, snapshots[case_id], referral_id, due, may[case_id])

    return ReferralBoard(
        stuck=tuple(one for key in late for number in known.get(key, ()) if _is_stuck(one := row(key, number))),
        sent=tuple(row(one.case_id, one.referral_id) for one in shown if one.referral_id in known.get(one.case_id, ())),
        after=shown[-1].place if len(letters) > PAGE else (),
        senders=senders,
    )


def own_rows(reader: Reader) -> tuple[ReferralRow, ...]:
    """Return what was asked of a partner's own organisation and lasts; nothing else of those cases."""
    word = reader.account.account.partition(":")[0]
    page = PageRequest(limit=PARTNER_MAX)
    with reader.container.database.reading() as connection:
        found = cases_for(connection, reader.account, reader.now, act="referral.answer", ended=None, page=page)
        case_ids = [row["case_id"] for row in found]
        due = meetings_due(connection, case_ids)
    rows = (row for one in reader.container.cases.at_many(case_ids) for row in _own(reader, one, word, due))
    return tuple(sorted(rows, key=lambda row: (row.clock.due_at or reader.now, row.referral_id)))


def own_row(reader: Reader, snapshot: CaseSnapshot, referral_id: str) -> ReferralRow | None:
    """Return one referral of a case that a reader may disclose of, or None when it is not theirs."""
    partner = reader.may("referral.disclose", snapshot)
    word = reader.account.account.partition(":")[0]
    case, programme = snapshot.case, snapshot.definition.programme
    is_partner = partner is not None and partner.relation == "partner"
    known = own_referrals(word, case, programme) if is_partner else referrals_of(case).referrals
    if partner is None or referral_id not in known:
        return None
    return _row(reader, snapshot, referral_id, {}, commands_on(reader, snapshot))


def disclosure_of(log: Log, case_id: str, command_id: UUID) -> Disclosure | None:
    """Return what the log says of a disclosure of this case, or None when there was none."""
    event = recorded(log, case_id, command_id, "DisclosureMade")
    if event is None:
        return None
    said, fact = event.envelope, cast("DisclosureMade", log.fact(event))
    return Disclosure(said.actor, instant(said.recorded_at), fact.referral_id, fact.provider, fact.parts, fact.why)


def agrees(snapshot: CaseSnapshot, referral_id: str, now: datetime) -> bool:
    """Tell whether the person still agrees that the provider of a referral that lasts is told about them.

    Of a provider that was stopped it does not matter: it is told nothing.
    """
    programme = snapshot.definition.programme
    referral = referrals_of(snapshot.case).referrals[referral_id]
    provider = programme.provider_of.get(referral.provider)
    if provider is None or provider.is_cut_off:
        return False
    return referral.is_open and snapshot.case.consents_to(PURPOSE, programme.day(now), referral.provider)


def clock_of(referral: Referral, programme: Programme, now: datetime, meeting: datetime | None = None) -> Clock:
    """Return by when something is to be heard of a referral: an answer in working days, then of the first meeting."""
    asked_at = meeting if referral.status in ("acknowledged", "accepted") else None
    due = referral.meets_at or asked_at
    if referral.status in ("sent", "unanswered") and referral.sent_at:
        due = asked_at = answer_due(instant(referral.sent_at), programme)
    if due is None:
        return Clock("none")
    today, day = programme.day(now), programme.day(due)
    if (asked_at or due) <= now:
        return Clock("late", due, (today - day).days)
    return Clock("due", due, 0 if due <= now else working_days(today, day, programme.home_country))


def working_days(since: date, until: date, country: str) -> int:
    """Return how many working days lie between two days; the first is not counted.

    >>> working_days(date(2026, 4, 30), date(2026, 5, 4), "RU")
    1
    """
    days = ((since + timedelta(days=number)) for number in range(1, (until - since).days + 1))
    return sum(is_working_day(day, country) for day in days)


def _own(reader: Reader, snapshot: CaseSnapshot, word: str, due: Mapping[str, datetime]) -> Iterator[ReferralRow]:
    may, programme = commands_on(reader, snapshot), snapshot.definition.programme
    for referral_id in sorted(own_referrals(word, snapshot.case, programme)):
        if agrees(snapshot, referral_id, reader.now) and referrals_of(snapshot.case).referrals[referral_id].is_known:
            yield _row(reader, snapshot, referral_id, due, may)


def _row(
    reader: Reader, snapshot: CaseSnapshot, referral_id: str, due: Mapping[str, datetime], may: frozenset[str]
) -> ReferralRow:
    case, programme = snapshot.case, snapshot.definition.programme
    one = referrals_of(case).referrals[referral_id]
    leads_on = [command for command, status in _LEADS_TO.items() if one.status in STATUS_CHANGES[status]]
    return ReferralRow(
        case.case_id, referral_id, case.programme, one.service, one.provider, one.status,
        sent_at=instant(one.sent_at) if one.sent_at else None,
        clock=clock_of(one, programme, reader.now, due.get(referral_id)),
        deeds=tuple(SuggestedAction(name, (("referral_id", referral_id),)) for name in leads_on if name in may),
        may_disclose="DiscloseReferral" in may and one.is_known and agrees(snapshot, referral_id, reader.now),
        elsewhere=one.status in _OVER and "SendReferral" in may,
    )  # fmt: skip


def _is_stuck(row: ReferralRow) -> bool:
    return row.clock.state == "late" or row.status in _OVER
