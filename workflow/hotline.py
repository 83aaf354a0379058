"""The hotline: calls are counted, never kept.

A call is taken while the hotline is open, by the hotline's own clock. No number is kept, so nobody can be called
back: a caller who is to call again is given a code, and the desk expects them at the next opening.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import count
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from events.catalogue import Fact
from events.facts import hotline as told
from workflow import commands as ask
from workflow.calendars import working_days_later
from workflow.deciding import Decide, Decision, Situation, Told, id_from
from workflow.desk import Desk
from workflow.programme import Programme
from workflow.programme.hotline import Hotline
from workflow.reasons import Reason, Refused, reason, refused

_NEEDS_A_TOPIC: Final = ("advised", "referred")


def take_call(command: ask.TakeCall, situation: Situation) -> Decision:
    """Return the call counted; a caller who is to call again also has a promise."""
    line = situation.programme.hotline
    if line is None:
        return no_hotline()
    reasons = [*_against_the_hour(command, situation, line), *_against_the_call(command, situation.programme)]
    if reasons:
        return Refused(tuple(reasons))
    at = ask.occurred(command, situation.now)
    facts = [_told(command, _taken(command, month_of(line, at)))]
    if command.outcome == "call_back":
        facts.append(_promise(command, situation, line.hours.next_opening(line.hours.closing(at))))
    return facts


def record_missed_call(command: ask.RecordMissedCall, situation: Situation) -> Decision:
    """Return the call counted as missed, and a promise for the next opening when the caller wants one."""
    line = situation.programme.hotline
    if line is None:
        return no_hotline()
    early = against_the_day(command, situation)
    if early:
        return Refused(tuple(early))
    at = ask.occurred(command, situation.now)
    facts = [_told(command, told.CallMissed(language=command.language, month=month_of(line, at)))]
    if command.wants_call_back:
        facts.append(_promise(command, situation, line.hours.next_opening(at)))
    return facts


def make_call_back(command: ask.MakeCallBack, situation: Situation) -> Decision:
    """Return the call counted and its code struck off the list."""
    if command.code not in desk_of(situation).call_backs:
        advice = "look at: wayhome hotline list; without a code it is a call like any other"
        return refused("call_back_is_promised", "no call-back with this code is open", advice)
    taken = take_call(command, situation)
    if isinstance(taken, Refused):
        return taken
    return [*taken, _told(command, told.CallBackMade(code=command.code))]


def strike_call_backs(command: ask.StrikeCallBacks, situation: Situation) -> Decision:
    """Return every call-back as expired that nobody made for so many working days."""
    line = situation.programme.hotline
    if line is None:
        return no_hotline()
    over = [code for code, due in desk_of(situation).call_backs.items() if _given_up(line, due) <= situation.now]
    if not over:
        said = f"no call-back has been due for {line.call_back_days} working days"
        return refused("call_back_is_long_due", said, "nothing needs to be done")
    return [_told(command, told.CallBackExpired(code=code)) for code in over]


def desk_of(situation: Situation) -> Desk:
    """Return the programme's desk."""
    return situation.shared.get(situation.programme.hotline_stream) or Desk()


def _told(command: ask.DeskCommand, fact: Fact) -> Told:
    return Told(command.stream, fact)


def _taken(command: ask.TakeCall, month: str) -> told.CallTaken:
    return told.CallTaken(
        language=command.language,
        outcome=command.outcome,
        topics=command.topics,
        at_risk_groups=command.at_risk_groups,
        region=command.region,
        minutes=command.minutes,
        month=month,
    )


def _promise(command: ask.DeskCommand, situation: Situation, due_at: datetime) -> Told:
    code = short_code("C", command.command_id, 0, desk_of(situation).call_backs)
    return _told(command, told.CallBackPromised(code=code, due_at=due_at))


def short_code(letter: str, command_id: UUID, number: int, taken: Collection[str]) -> str:
    """Return a code short enough to say over the telephone, and given to nobody else who still has one."""
    made = (f"{letter}-{id_from(command_id, letter, number, again)[2:8]}" for again in count())
    return next(code for code in made if code not in taken)


def month_of(line: Hotline, at: datetime) -> str:
    """Return the month of an instant by the hotline's own clock."""
    return f"{at.astimezone(ZoneInfo(line.hours.time_zone)):%Y-%m}"


def _given_up(line: Hotline, due: datetime) -> datetime:
    country = line.hours.holidays_of or ""
    return working_days_later(line.hours.closing(due), line.call_back_days, country, line.hours.time_zone)


def _against_the_hour(command: ask.TakeCall, situation: Situation, line: Hotline) -> Iterable[Reason]:
    at = ask.occurred(command, situation.now)
    if not line.hours.is_open(at):
        opens = line.hours.next_opening(at)
        advice = f"record RecordMissedCall; it opens at {opens:%Y-%m-%d %H:%M} UTC"
        yield reason("hotline_is_open", "the hotline is closed at that time", advice, at=at)
    yield from against_the_day(command, situation)


def against_the_day(command: ask.DeskCommand, situation: Situation) -> list[Reason]:
    """Return why nothing can have happened at a time: it is still to come, or the programme did not run."""
    at, runs = ask.occurred(command, situation.now), situation.programme.runs
    reasons = []
    if at > situation.now:
        reasons.append(reason("it_has_happened", "the time is still to come", "check the time", at=at))
    if at.date() < runs.since or (runs.until is not None and at.date() > runs.until):
        reasons.append(reason("programme_is_running", "the programme does not run on this day", "check the day", at=at))
    return reasons


def _against_the_call(command: ask.TakeCall, programme: Programme) -> Iterable[Reason]:
    if command.outcome in _NEEDS_A_TOPIC and not command.topics:
        topics = ", ".join(topic.id for topic in programme.consultation_topics)
        said = f"a call that was {command.outcome} was about something"
        yield reason("topic_is_named", said, f"name topics= of: {topics}")
    yield from against_words(command.topics, command.at_risk_groups, programme)


def against_words(topics: Iterable[str], groups: Iterable[str], programme: Programme) -> Iterable[Reason]:
    """Yield which of topics and groups are not on the programme's lists."""
    known_topics = [topic.id for topic in programme.consultation_topics]
    known_groups = [group.id for group in programme.at_risk_groups]
    if set(topics) - set(known_topics):
        yield reason("topic_is_known", "a topic is not on the programme's list", f"one of: {', '.join(known_topics)}")
    if set(groups) - set(known_groups):
        yield reason("group_is_known", "a group is not on the programme's list", f"one of: {', '.join(known_groups)}")


def no_hotline() -> Refused:
    """Return that there is no desk to count anything."""
    return refused("hotline_exists", "the programme has no hotline", "add hotline: to the programme file")


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.TakeCall: take_call,
    ask.RecordMissedCall: record_missed_call,
    ask.MakeCallBack: make_call_back,
    ask.StrikeCallBacks: strike_call_backs,
}
