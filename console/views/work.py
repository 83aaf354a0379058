"""My work: what waits for this person, by what they may do about it; the oldest first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from console.views.directory_entries import StoppedEntry, stopped_entries
from console.views.expected import ASK_AFTERWARDS, expected_at
from console.views.item_descriptions import ItemDescription, describe_subject, descriptions_of
from console.views.officers import AccountNews, HouseProposal, house_proposals, news_for
from console.views.reader import Reader
from console.views.suggested_actions import ACTIONS_AT, APPROVALS, SuggestedAction, action_at, action_for, commands_for
from events.instants import instant
from handlers.projections.case_access import CaseFilter, PageRequest, cases_for, count_by_stage, work_for
from handlers.queries.arrivals_departures import timers_due_for
from handlers.states.case_reader import CaseSnapshot
from workflow.case.proposals import proposals_of
from workflow.programme.programme import Programme
from workflow.rights.acts import Act
from workflow.rights.table import may_ever
from workflow.subjects.access.state import EmergencyAccess, access_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.hotline.state import HotlineState
from workflow.subjects.referrals.sending import MEETING_ASKED_AFTER
from workflow.subjects.referrals.state import referrals_of

ROWS_MAX: Final = 200  # of each kind of work; whoever has more sees the oldest and is told so
_PAGE: Final = PageRequest(limit=ROWS_MAX)
# What goes off today and concerns people, not only Wayhome's own hands.
DUE_TODAY: Final = (*ACTIONS_AT, "departure_check")
_DUE_AT_ONCE: Final = tuple(kind for kind in DUE_TODAY if kind not in ASK_AFTERWARDS)
GROUPS: Final = ("overdue", "approvals", "waiting", "others")


class Item(NamedTuple):
    """One thing that waits: on which case, since when, and the form that settles it."""

    case_id: str
    item: str
    kind: str
    about: tuple[ItemDescription, ...]
    programme: str
    since: datetime
    deed: SuggestedAction | None
    sees_case: bool
    own_hand: bool  # they had a hand in it, so somebody else must do this


class Due(NamedTuple):
    """Something that is due today."""

    case_id: str
    kind: str
    about: tuple[ItemDescription, ...]
    programme: str
    due_at: datetime
    deed: SuggestedAction | None
    is_appointment: bool = False  # it takes place at that time; of all else it is the time by which to act
    is_overdue: bool = False


class Notice(NamedTuple):
    """A case of theirs that somebody opened in an emergency."""

    case_id: str
    programme: str
    glass: EmergencyAccess


class ReferralToAnswer(NamedTuple):
    """A referral a partner has to answer or to report on."""

    case_id: str
    referral_id: str
    service: str
    status: str
    sent_at: datetime | None
    programme: str
    deed: SuggestedAction | None


class CallBackDue(NamedTuple):
    """Somebody who asked the hotline to call back; only the code they were given is known."""

    code: str
    due_at: datetime
    overdue: bool
    programme: str


class MyWork(NamedTuple):
    """Everything that waits for one person."""

    groups: Mapping[str, tuple[Item, ...]]
    due: tuple[Due, ...]
    notices: tuple[Notice, ...]
    answers: tuple[ReferralToAnswer, ...]
    call_backs: tuple[CallBackDue, ...]
    officers: tuple[HouseProposal, ...]
    news: tuple[AccountNews, ...]
    stopped: tuple[StoppedEntry, ...]  # of the directory, with the cases that somebody has to look after
    cases: int | None  # how many cases they may see, for those who see any
    more: bool
    version: int

    @property
    def nothing(self) -> bool:
        """Tell whether nothing waits at all."""
        rest = (self.due, self.notices, self.answers, self.call_backs, self.officers, self.stopped)
        return not any((*self.groups.values(), *rest))


def my_work(reader: Reader, *, mine: bool = False) -> MyWork:
    """Return what waits for somebody; with ``mine`` only on the cases they look after themselves."""
    version = reader.container.log.size()  # before anything is read, so that what comes in meanwhile is noticed
    owner = reader.account.account if mine else ""
    with reader.container.database.reading() as connection:
        rows = _rows(connection, reader, owner)
        due = _due(connection, reader, owner) if may_ever(reader.account.roles, "case.see") else []
        partners = _partner_cases(connection, reader)
        counts = count_by_stage(connection, reader.account, reader.now, only=CaseFilter(owner=owner))
    snapshots = reader.cases(dict.fromkeys([*(row["case_id"] for row in (*rows, *due)), *partners]))
    items = _items(reader, rows, snapshots)
    return MyWork(
        groups=_grouped(items),
        due=_due_today(due, reader, snapshots),
        notices=tuple(_notices(reader, rows, snapshots)),
        answers=tuple(_answers(reader, [snapshots[case_id] for case_id in partners])),
        call_backs=tuple(_call_backs(reader)),
        officers=house_proposals(reader),
        news=news_for(reader),
        stopped=tuple(stopped_entries(reader)) if may_ever(reader.account.roles, "case.see") else (),
        cases=sum(counts.values()) if may_ever(reader.account.roles, "cases.see") else None,
        more=len(rows) >= ROWS_MAX,
        version=version,
    )


# Who does not see cases still sees, by number, what they have to decide.
_BY_ACT: Final[tuple[tuple[Act, tuple[str, ...]], ...]] = (
    ("case.see", ()),
    ("money.approve", ("approve_grant", "settle_bank_answer")),
    ("money.release", ("release_tranche",)),
    ("case.review", ("review_access", "glass_broken", "review_stop")),
    ("case.confirm_erasure", ("erasure_to_confirm",)),
)


def _rows(connection: Connection, reader: Reader, owner: str) -> list[Any]:
    """Return the rows of the work list somebody has to do with, each once, oldest first."""
    found: dict[tuple[str, str], Any] = {}
    for act, kinds in _BY_ACT:
        if may_ever(reader.account.roles, act):
            rows = work_for(connection, reader.account, reader.now, act=act, kinds=kinds, owner=owner, page=_PAGE)
            found |= {(row["case_id"], row["item"]): row for row in rows}
    return sorted(found.values(), key=lambda row: (row["since"], row["case_id"], row["item"]))[:ROWS_MAX]


def _due(connection: Connection, reader: Reader, owner: str) -> list[Any]:
    now, programmes = reader.now, [definition.programme for definition in reader.definitions()]
    if not programmes:
        return []
    until = max(programme.end_of(programme.day(now)) for programme in programmes)
    hours = max(programme.policies.appointment_record_hours for programme in programmes)
    asked = partial(timers_due_for, connection, reader.account, now, owner=owner, limit=ROWS_MAX)
    # Whether somebody came is asked a while after an appointment: today's are found by what is asked by then.
    later = until + max(timedelta(hours=hours), MEETING_ASKED_AFTER)
    return asked(until, kinds=_DUE_AT_ONCE) + asked(later, kinds=ASK_AFTERWARDS)


def _partner_cases(connection: Connection, reader: Reader) -> list[str]:
    if "partner" not in reader.account.roles:
        return []
    rows = cases_for(connection, reader.account, reader.now, act="referral.answer", ended=None, page=_PAGE)
    return [row["case_id"] for row in rows]


def _items(reader: Reader, rows: Sequence[Any], snapshots: Mapping[str, CaseSnapshot]) -> list[Item]:
    acts = {key: reader.acts_on(one) for key, one in snapshots.items()}
    found = (_item(reader, row, snapshots[row["case_id"]], acts[row["case_id"]]) for row in rows)
    return [item for item in found if item is not None]


def _item(reader: Reader, row: Any, snapshot: CaseSnapshot, acts: frozenset[Act]) -> Item | None:
    """Return a row as this person sees it, None for what is not theirs to see or to do."""
    case = snapshot.case
    deed, sees = _theirs(action_for(row["item"], row["kind"], case), acts), "case.see" in acts
    if deed is None and not (sees and reader.account.roles & _LOOKS_AFTER):
        return None
    return Item(
        case.case_id, row["item"], row["kind"], descriptions_of(row["item"], case), case.programme,
        instant(row["since"]), deed, sees, _own_hand(reader, row, snapshot),
    )  # fmt: skip


def _theirs(action: SuggestedAction | None, acts: frozenset[Act]) -> SuggestedAction | None:
    return action if action is not None and action.command in commands_for(acts) else None


_LOOKS_AFTER: Final = frozenset({"case_manager", "supervisor"})  # they also see what waits for others


def _own_hand(reader: Reader, row: Any, snapshot: CaseSnapshot) -> bool:
    kind, about = row["kind"], row["item"].partition(":")[2]
    if kind in ("approve_grant", "release_tranche"):
        grant = grants_of(snapshot.case).grants.get(about)
        return grant is not None and reader.account.account in grant.hands
    if kind in ("decision_to_confirm", "erasure_to_confirm"):
        proposal = proposals_of(snapshot.case).pending.get(about)
        return proposal is not None and proposal.proposer == reader.account.account
    if kind == "review_access":
        broken = access_of(snapshot.case).unreviewed.get(about)
        return broken is not None and broken.account == reader.account.account
    return kind == "review_stop" and bool(about == reader.account.account)


def _grouped(items: Sequence[Item]) -> Mapping[str, tuple[Item, ...]]:
    groups = [(_group_of(item), item) for item in items]
    return {name: tuple(item for group, item in groups if group == name) for name in GROUPS}


def _group_of(item: Item) -> str:
    if item.kind == "escalation" or item.kind in ("task_dead", "task_refused", "task_unknown"):
        return "overdue"
    if item.own_hand:
        return "others"
    if item.kind in APPROVALS and item.deed is not None:
        return "approvals"
    return "waiting" if item.deed is not None or item.kind == "glass_broken" else "others"


def _due_today(rows: Sequence[Any], reader: Reader, snapshots: Mapping[str, CaseSnapshot]) -> tuple[Due, ...]:
    """Return what is due today, and today's appointments, in the order in which they come."""
    found = (_due_row(row, reader, snapshots[row["case_id"]]) for row in rows)
    ends = {one.programme.programme: one.programme for one in reader.definitions()}
    today = [one for one in found if one.due_at < _end_of_today(ends.get(one.programme), reader.now)]
    return tuple(sorted(today, key=lambda one: (one.due_at, one.case_id, one.kind)))


def _end_of_today(programme: Programme | None, now: datetime) -> datetime:
    return programme.end_of(programme.day(now)) if programme else now


def _due_row(row: Any, reader: Reader, snapshot: CaseSnapshot) -> Due:
    subject, asked_at = orjson.loads(row["subject"]), instant(row["due_at"])
    expected = expected_at(row["kind"], subject, snapshot.case, asked_at)
    deed = _theirs(action_at(row["kind"], subject), reader.acts_on(snapshot))
    about = describe_subject(subject)
    return Due(
        row["case_id"], row["kind"], about, row["programme"], expected.at, deed, expected.is_appointment,
        is_overdue=asked_at < reader.now,
    )  # fmt: skip


def _notices(reader: Reader, rows: Sequence[Any], snapshots: Mapping[str, CaseSnapshot]) -> Iterable[Notice]:
    for case_id in dict.fromkeys(row["case_id"] for row in rows if row["kind"] == "glass_broken"):
        case = snapshots[case_id].case
        for emergency in access_of(case).glass.values():
            if access_of(case).owner == reader.account.account != emergency.account:
                yield Notice(case_id, case.programme, emergency)


def _answers(reader: Reader, cases: Sequence[CaseSnapshot]) -> Iterable[ReferralToAnswer]:
    """Yield the referrals sent to somebody's organisation that still want something of it."""
    word = reader.account.account.partition(":")[0]
    for snapshot in cases:
        case, providers = snapshot.case, snapshot.definition.programme.provider_of
        for key, one in referrals_of(case).referrals.items():
            provider = providers.get(one.provider)
            if provider is not None and provider.staff == word and one.status in _NEXT_ANSWER:
                sent = instant(one.sent_at) if one.sent_at else None
                action = SuggestedAction(_NEXT_ANSWER[one.status], (("referral_id", key),))
                yield ReferralToAnswer(case.case_id, key, one.service, one.status, sent, case.programme, action)


_NEXT_ANSWER: Final[Mapping[str, str]] = {
    "sent": "AcknowledgeReferral",
    "unanswered": "AcknowledgeReferral",
    "acknowledged": "AcceptReferral",
    "wait_listed": "AcceptReferral",
    "accepted": "RecordReferralServed",
    "served": "RecordReferralFeedback",
}


def _call_backs(reader: Reader) -> Iterable[CallBackDue]:
    """Yield the call-backs that are open, the longest due first, from one question to the log."""
    if not may_ever(reader.account.roles, "hotline.record"):
        return
    lines = {d.programme.hotline_stream: d.programme for d in reader.definitions() if d.programme.hotline}
    for stream, kept in (reader.container.cases.states(lines) if lines else {}).items():
        programme, desk = lines[stream], kept.state or HotlineState()
        assert programme.hotline is not None, "only programmes with a hotline are asked about"
        overdue = desk.overdue(reader.now, programme.hotline.hours)
        for code, due_at in sorted(desk.call_backs.items(), key=lambda one: one[1]):
            yield CallBackDue(code, due_at, code in overdue, programme.programme)
