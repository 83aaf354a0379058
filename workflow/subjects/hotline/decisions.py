"""The hotline: calls are counted, never kept.

A call is taken while the hotline is open, by the hotline's own clock. No number is kept, so nobody can be called
back: a caller who is to call again is given a code, and the desk expects them at the next opening.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import count
from typing import Final
from uuid import UUID

from events.catalogue import Fact
from events.facts.hotline import CallBackExpired, CallBackMade, CallBackPromised, CallMissed, CallTaken
from workflow.command import occurred
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import IT_HAS_HAPPENED
from workflow.situation import Decision, Situation, StreamFact, id_from, said_by
from workflow.subject import CommandRule, LocatedFault, given
from workflow.subjects.hotline import refusals
from workflow.subjects.hotline.commands import DeskCommand, MakeCallBack, RecordMissedCall, StrikeCallBacks, TakeCall
from workflow.subjects.hotline.definition import Hotline
from workflow.subjects.hotline.state import HotlineState
from workflow.values.calendars import working_days_later
from workflow.values.days import month_of

_NEEDS_A_TOPIC: Final = ("advised", "referred")


def desk(_command: DeskCommand, situation: Situation) -> Hotline | Refused:
    """Return the programme's hotline; without one there is no desk to count anything."""
    return situation.programme.hotline or refused(refusals.HOTLINE_EXISTS())


def take_call(command: TakeCall, line: Hotline, situation: Situation) -> Decision:
    """Return the call counted; a caller who is to call again also has a promise."""
    reasons = [*_against_the_hour(command, situation, line), *_against_the_call(command, situation.programme)]
    if reasons:
        return Refused(tuple(reasons))
    at = occurred(command, situation.now)
    facts = [_told(command, said_by(command, CallTaken, month=counted_in(line, at)))]
    if command.outcome == "call_back":
        facts.append(_promise(command, situation, line.hours.next_opening(line.hours.closing(at))))
    return facts


def record_missed_call(command: RecordMissedCall, line: Hotline, situation: Situation) -> Decision:
    """Return the call counted as missed, and a promise for the next opening when the caller wants one."""
    early = against_the_day(command, situation)
    if early:
        return Refused(tuple(early))
    at = occurred(command, situation.now)
    facts = [_told(command, CallMissed(language=command.language, month=counted_in(line, at)))]
    if command.wants_call_back:
        facts.append(_promise(command, situation, line.hours.next_opening(at)))
    return facts


def make_call_back(command: MakeCallBack, situation: Situation) -> Decision:
    """Return the call counted and its code struck off the list."""
    if command.code not in hotline_state(situation).call_backs:
        return refused(refusals.CALL_BACK_IS_PROMISED())
    taken = given(desk, take_call)(command, situation)
    if isinstance(taken, Refused):
        return taken
    return [*taken, _told(command, CallBackMade(code=command.code))]


def strike_call_backs(command: StrikeCallBacks, line: Hotline, situation: Situation) -> Decision:
    """Return every call-back as expired that nobody made for so many working days."""
    over = [code for code, due in hotline_state(situation).call_backs.items() if _given_up(line, due) <= situation.now]
    if not over:
        return refused(refusals.CALL_BACK_IS_LONG_DUE(days=line.call_back_days))
    return [_told(command, CallBackExpired(code=code)) for code in over]


def hotline_state(situation: Situation) -> HotlineState:
    """Return the programme's desk."""
    return situation.state_of(situation.programme.hotline_stream, HotlineState)


def _told(command: DeskCommand, fact: Fact) -> StreamFact:
    return StreamFact(command.stream, fact)


def _promise(command: DeskCommand, situation: Situation, due_at: datetime) -> StreamFact:
    code = short_code("C", command.command_id, 0, hotline_state(situation).call_backs)
    return _told(command, CallBackPromised(code=code, due_at=due_at))


def short_code(letter: str, command_id: UUID, number: int, taken: Collection[str]) -> str:
    """Return a code short enough to say over the telephone, and given to nobody else who still has one."""
    made = (f"{letter}-{id_from(command_id, letter, number, again)[2:8]}" for again in count())
    return next(code for code in made if code not in taken)


def counted_in(line: Hotline, at: datetime) -> str:
    """Return the month of an instant by the hotline's own clock."""
    return month_of(at, line.hours.time_zone)


def _given_up(line: Hotline, due: datetime) -> datetime:
    country = line.hours.holidays_of or ""
    return working_days_later(line.hours.closing(due), line.call_back_days, country, line.hours.time_zone)


def _against_the_hour(command: TakeCall, situation: Situation, line: Hotline) -> Iterable[Reason]:
    at = occurred(command, situation.now)
    if not line.hours.is_open(at):
        opens = line.hours.next_opening(at)
        yield refusals.HOTLINE_IS_OPEN(opens=opens, at=at)
    yield from against_the_day(command, situation)


def against_the_day(command: DeskCommand, situation: Situation) -> list[Reason]:
    """Return why nothing can have happened at a time: it is still to come, or the programme did not run."""
    at, runs = occurred(command, situation.now), situation.programme.runs
    reasons = []
    if at > situation.now:
        reasons.append(IT_HAS_HAPPENED(at=at))
    day = situation.programme.day(at)
    if day < runs.since or (runs.until is not None and day > runs.until):
        reasons.append(refusals.PROGRAMME_DOES_NOT_RUN(at=at))
    return reasons


def _against_the_call(command: TakeCall, programme: Programme) -> Iterable[Reason]:
    if command.outcome in _NEEDS_A_TOPIC and not command.topics:
        yield refusals.TOPIC_IS_NAMED(
            outcome=command.outcome, topics=(topic.id for topic in programme.consultation_topics)
        )
    yield from against_words(command.topics, command.at_risk_groups, programme)


def against_words(topics: Iterable[str], groups: Iterable[str], programme: Programme) -> Iterable[Reason]:
    """Yield which of topics and groups are not on the programme's lists."""
    known_topics = [topic.id for topic in programme.consultation_topics]
    known_groups = [group.id for group in programme.at_risk_groups]
    if set(topics) - set(known_topics):
        yield refusals.TOPIC_IS_KNOWN(known=known_topics)
    if set(groups) - set(known_groups):
        yield refusals.GROUP_IS_KNOWN(known=known_groups)


RULES: Final = (
    CommandRule(TakeCall, given(desk, take_call)),
    CommandRule(RecordMissedCall, given(desk, record_missed_call)),
    CommandRule(MakeCallBack, make_call_back),
    CommandRule(StrikeCallBacks, given(desk, strike_call_backs)),
)


def faults(programme: Programme) -> Iterator[LocatedFault]:
    """Find a hotline that asks for consent to a purpose nobody declared."""
    if programme.hotline is not None and programme.hotline.consent not in programme.purposes:
        yield ("hotline", "consent"), f"unknown purpose {programme.hotline.consent}"
