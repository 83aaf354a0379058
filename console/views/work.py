"""My work: first who is in danger, then today by the hour, what is asked of this person, what is late, what is soon."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from console.views.danger import LOOKS_AFTER, Asked, DangerList, asked_list, danger_list
from console.views.directory_entries import (
    StoppedEntry,
    directories_of,
    stopped_entries,
)
from console.views.entry_proposals import EntryProposal, entry_proposals
from console.views.hours import (
    CallBackDue,
    Due,
    by_the_hour,
    call_backs,
    call_due,
    due_timers,
    end_of_today,
    theirs,
    today_and_soon,
)
from console.views.item_descriptions import ItemDescription, descriptions_of
from console.views.officers import AccountNews, HouseProposal, house_proposals, news_for
from console.views.reader import Reader
from console.views.suggested_actions import APPROVALS, SuggestedAction, action_for
from events.instants import instant
from handlers.projections.case_access import (
    PageRequest,
    WorkAsked,
    board_told,
    cases_for,
    work_of_all,
)
from handlers.states.case_reader import CaseSnapshot
from workflow.case.proposals import proposals_of
from workflow.rights.acts import Act
from workflow.rights.table import may_ever
from workflow.subjects.access.state import EmergencyAccess, access_of
from workflow.subjects.care.state import care_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.state import handle_of
from workflow.subjects.referrals.state import referrals_of

ROWS_MAX: Final = 200  # of each kind of work; whoever has more sees the oldest and is told so
_PAGE: Final = PageRequest(limit=ROWS_MAX)
# What waits for a second person, whoever looks after the case.
_SECONDS: Final = tuple(sorted(APPROVALS))
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


class MyWork(NamedTuple):
    """Everything that waits for one person."""

    danger: DangerList
    asked: tuple[Asked, ...]  # by what they are, whatever cases they look after
    groups: Mapping[str, tuple[Item, ...]]
    due: tuple[Due, ...]
    soon: tuple[Due, ...]  # within a week
    notices: tuple[Notice, ...]
    answers: tuple[ReferralToAnswer, ...]
    call_backs: tuple[CallBackDue, ...]
    officers: tuple[HouseProposal, ...]
    news: tuple[AccountNews, ...]
    stopped: tuple[StoppedEntry, ...]  # of the directory, with the cases that somebody has to look after
    entries: tuple[EntryProposal, ...]  # of the directory, proposed and waiting for a second person
    cases: int | None  # how many cases they may see, for those who see any
    more: bool
    version: int
    handles: Mapping[str, str]  # by number: of cases they may see; of others read along, none

    @property
    def nothing(self) -> bool:
        """Tell whether nothing waits at all."""
        rest = (
            self.danger.cases, self.danger.others, self.asked, self.due, self.soon, self.notices, self.answers,
            self.call_backs, self.officers, self.stopped, self.entries,
        )  # fmt: skip
        return not any((*self.groups.values(), *rest))


def my_work(reader: Reader, *, mine: bool = False, version: int | None = None) -> MyWork:
    """Return what waits for somebody; with ``mine`` on the cases they look after themselves.

    Then too they see who is in danger and looked after by nobody, and what waits for their yes or no. ``version`` is
    the log's size from before anything is read, so that what comes in meanwhile is noticed.
    """
    version = reader.container.log.size() if version is None else version
    owner = reader.account.account if mine else ""
    with reader.container.database.reading() as connection:
        danger = danger_list(connection, reader, owner)
        asked = asked_list(connection, reader)
        rows = _rows(connection, reader, owner)
        timers = due_timers(connection, reader, owner) if may_ever(reader.account.roles, "case.see") else []
        partners = _partner_cases(connection, reader)
        told = board_told(connection, reader.account, reader.now, "owner" if owner else "stage", owner)
    snapshots = reader.cases(dict.fromkeys([*(row["case_id"] for row in (*rows, *timers)), *partners]))
    items = [one for one in _items(reader, rows, snapshots) if not _is_told(one, danger)]
    due, soon = today_and_soon(timers, reader, snapshots)
    due = [one for one in due if not (one.is_overdue and danger.has(one.case_id, _SAME.get(one.kind, "")))]
    calls, directories = list(call_backs(reader)), directories_of(reader)
    today = [one for one in calls if one.due_at < end_of_today(reader, one.programme)]
    return MyWork(
        danger=danger,
        asked=asked,
        groups=_grouped(items),
        due=by_the_hour([*due, *map(call_due, today)]),
        soon=by_the_hour(soon),
        notices=tuple(_notices(reader, rows, snapshots)),
        answers=tuple(_answers(reader, [snapshots[case_id] for case_id in partners])),
        call_backs=tuple(one for one in calls if one not in today),
        officers=house_proposals(reader),
        news=news_for(reader),
        stopped=tuple(stopped_entries(reader, directories)) if may_ever(reader.account.roles, "case.see") else (),
        entries=entry_proposals(reader, directories),
        cases=sum(told.of("owner" if owner else "stage").values())
        if may_ever(reader.account.roles, "cases.see")
        else None,
        more=len(rows) >= ROWS_MAX,
        version=version,
        handles={one.case_id: one.handle for one in danger.cases} | dict(_handles(reader, snapshots.values())),
    )


# What is said among the dangers of a case is not said a second time: an escalation, or a timer that is overdue.
_SAME: Final[Mapping[str, str]] = {
    "no_show": "did_not_arrive", "nobody_to_meet": "nobody_meets", "no_host": "nobody_receives",
    "not_handed_over": "not_handed_over", "safety_plan_overdue": "no_safety_plan", "risk_review": "high_risk",
    "safety_plan_due": "no_safety_plan", "hand_over_due": "not_handed_over",
}  # fmt: skip


def _is_told(item: Item, danger: DangerList) -> bool:
    kind = _SAME.get(item.item.partition(":")[2]) if item.kind == "escalation" else None
    return kind is not None and danger.has(item.case_id, kind)


# Who does not see cases still sees, by number, what they have to decide.
_BY_ACT: Final[tuple[tuple[Act, tuple[str, ...]], ...]] = (
    ("case.see", ()),
    ("money.approve", ("approve_grant", "settle_bank_answer")),
    ("money.release", ("release_tranche",)),
    ("case.review", ("review_access", "glass_broken", "review_stop")),
    ("case.confirm_erasure", ("erasure_to_confirm",)),
)


def _rows(connection: Connection, reader: Reader, owner: str) -> list[Any]:
    """Return the rows of the work list somebody has to do with, each once, oldest first.

    A second person is asked whoever looks after the case: what waits for a yes or no is theirs in every list.
    """
    lists = [WorkAsked(act, kinds, owner) for act, kinds in _BY_ACT] + ([WorkAsked(kinds=_SECONDS)] if owner else [])
    asked = tuple(one for one in lists if may_ever(reader.account.roles, one.act))
    rows = work_of_all(connection, reader.account, reader.now, asked, _PAGE)
    found = {(row["case_id"], row["item"]): row for row in rows}
    return sorted(found.values(), key=lambda row: (row["since"], row["case_id"], row["item"]))[:ROWS_MAX]


def _partner_cases(connection: Connection, reader: Reader) -> list[str]:
    if "partner" not in reader.account.roles:
        return []
    rows = cases_for(connection, reader.account, reader.now, act="referral.answer", ended=None, page=_PAGE)
    return [row["case_id"] for row in rows]


def _handles(reader: Reader, snapshots: Iterable[CaseSnapshot]) -> Iterable[tuple[str, str]]:
    for one in snapshots:
        yield one.case.case_id, handle_of(one.case, one.definition.programme) if reader.may("case.see", one) else ""


def _items(reader: Reader, rows: Sequence[Any], snapshots: Mapping[str, CaseSnapshot]) -> list[Item]:
    acts = {key: reader.acts_on(one) for key, one in snapshots.items()}
    found = (_item(reader, row, snapshots[row["case_id"]], acts[row["case_id"]]) for row in rows)
    return [item for item in found if item is not None]


def _item(reader: Reader, row: Any, snapshot: CaseSnapshot, acts: frozenset[Act]) -> Item | None:
    """Return a row as this person sees it, None for what is not theirs to see or to do."""
    case = snapshot.case
    if not is_theirs_to_hold(reader, row, snapshot):
        return None
    deed, sees = theirs(action_for(row["item"], row["kind"], case), acts), "case.see" in acts
    if deed is None and not (sees and reader.account.roles & LOOKS_AFTER):
        return None
    return Item(
        case.case_id, row["item"], row["kind"], descriptions_of(row["item"], case), case.programme,
        instant(row["since"]), deed, sees, has_own_hand(reader, row, snapshot),
    )  # fmt: skip


# Whose work an appointment of a kind is, for those whose work is one kind of care.
_BOOKED_BY: Final[Mapping[str, frozenset[str | None]]] = {
    "medical": frozenset({"medical", "psychological"}), "legal": frozenset({"legal", "social"}),
}  # fmt: skip


def is_theirs_to_hold(reader: Reader, row: Any, snapshot: CaseSnapshot) -> bool:
    """Tell whether an appointment is to be booked or recorded by somebody: a lawyer is not asked for a doctor's."""
    care, about = care_of(snapshot.case), row["item"].partition(":")[2]
    appointment = care.appointments.get(care.first if about == "appointment_unrecorded" else about)
    waits = row["kind"] == "appointment_to_book" or about == "appointment_unrecorded"
    if not waits or appointment is None or reader.account.roles & LOOKS_AFTER:
        return True
    service = snapshot.definition.programme.service_of.get(appointment.service)
    kind = service.kind if service is not None else None
    return any(kind in kinds for role, kinds in _BOOKED_BY.items() if role in reader.account.roles)


def has_own_hand(reader: Reader, row: Any, snapshot: CaseSnapshot) -> bool:
    """Tell whether somebody had a hand in what waits for a yes or no, so that somebody else must give it."""
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
