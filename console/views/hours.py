"""Today by the hour, and what is soon: arrivals, appointments, departures, visits, calls, and days to act by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from console.views.expected import ASK_AFTERWARDS, expected_at
from console.views.item_descriptions import ItemDescription, describe_due
from console.views.reader import Reader
from console.views.suggested_actions import ACTIONS_AT, SuggestedAction, action_at, commands_for
from events.instants import instant
from handlers.queries.arrivals_departures import timers_due_for
from handlers.states.case_reader import CaseSnapshot
from workflow.rights.acts import Act
from workflow.rights.table import may_ever
from workflow.subjects.hotline.state import HotlineState
from workflow.subjects.referrals.sending import MEETING_ASKED_AFTER

TIMERS_MAX: Final = 400

# What goes off today and concerns people, not only Wayhome's own hands.
DUE_TODAY: Final = (*ACTIONS_AT, "departure_check")
_DUE_AT_ONCE: Final = tuple(kind for kind in DUE_TODAY if kind not in ASK_AFTERWARDS)
SOON: Final = timedelta(days=7)
SOON_MAX: Final = 50


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
    code: str = ""  # of somebody who asked the hotline to call back, instead of a case


class CallBackDue(NamedTuple):
    """Somebody who asked the hotline to call back; only the code they were given is known."""

    code: str
    due_at: datetime
    overdue: bool
    programme: str


def theirs(action: SuggestedAction | None, acts: frozenset[Act]) -> SuggestedAction | None:
    """Return an action for whoever may give its command, None for everybody else."""
    return action if action is not None and action.command in commands_for(acts) else None


def due_timers(connection: Connection, reader: Reader, owner: str) -> list[Any]:
    """Return the timers of today and of the days to come, the next first."""
    now, policies = reader.now, [definition.programme.policies for definition in reader.definitions()]
    if not policies:
        return []
    until = max(end_of_today(reader, one.programme.programme) for one in reader.definitions()) + SOON
    hours = max(max(one.appointment_record_hours, one.arrival_no_show_hours, one.hand_over_hours) for one in policies)
    # Whether somebody came is asked a while after an appointment: today's are found by what is asked by then.
    later = until + max(timedelta(hours=hours), MEETING_ASKED_AFTER)
    kinds = {until: _DUE_AT_ONCE, later: ASK_AFTERWARDS}
    return timers_due_for(connection, reader.account, now, kinds, owner=owner, limit=TIMERS_MAX)


def today_and_soon(
    rows: Sequence[Any], reader: Reader, snapshots: Mapping[str, CaseSnapshot]
) -> tuple[list[Due], list[Due]]:
    """Return what is due until the programme's day is over, and what within a week after it."""
    ends = {one.programme.programme: end_of_today(reader, one.programme.programme) for one in reader.definitions()}
    due, soon = list[Due](), list[Due]()
    for one in (_due_row(row, reader, snapshots[row["case_id"]]) for row in rows):
        end = ends.get(one.programme, reader.now)
        if one.due_at < end:
            due.append(one)
        elif one.due_at < end + SOON:
            soon.append(one)
    return due, sorted(soon, key=_hour)[:SOON_MAX]


def by_the_hour(due: Iterable[Due]) -> tuple[Due, ...]:
    """Return what is due in the order in which it comes."""
    return tuple(sorted(due, key=_hour))


def _hour(one: Due) -> tuple[datetime, str, str]:
    return one.due_at, one.case_id, one.kind


def call_due(one: CallBackDue) -> Due:
    """Return a call as something of the day."""
    return Due("", "call_back", (), one.programme, one.due_at, None, is_appointment=True, is_overdue=one.overdue,
               code=one.code)  # fmt: skip


def end_of_today(reader: Reader, programme: str) -> datetime:
    """Return when the day of a programme is over, by its own clocks; of one that is not theirs, now."""
    found = next((one.programme for one in reader.definitions() if one.programme.programme == programme), None)
    return found.end_of(found.day(reader.now)) if found else reader.now


def _due_row(row: Any, reader: Reader, snapshot: CaseSnapshot) -> Due:
    subject, asked_at = orjson.loads(row["subject"]), instant(row["due_at"])
    expected = expected_at(row["kind"], subject, snapshot.case, asked_at)
    deed = theirs(action_at(row["kind"], subject), reader.acts_on(snapshot))
    about = describe_due(subject, snapshot.case)
    return Due(
        row["case_id"], row["kind"], about, row["programme"], expected.at, deed, expected.is_appointment,
        is_overdue=asked_at < reader.now,
    )  # fmt: skip


def call_backs(reader: Reader) -> Iterable[CallBackDue]:
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
