"""The desk of the hotline and the consultation centres: as it stands, and its counts made safe to hand out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from events.instants import instant_text
from events.log import END, Log
from handlers.queries.suppression import K, safe_count, suppress
from handlers.states.state_cache import fold_events
from workflow.programme.programme import Programme
from workflow.subjects.hotline.state import HotlineState, evolve

_WAYS = ("call_advised", "call_referred", "call_call_back", "call_silent", "call_wrong_number", "call_emergency",
         "visit", "phone")  # fmt: skip
_PAGE: Final = 200


class ConsultationReport(NamedTuple):
    """How many were advised in a year, about what and in which at-risk group; None is a count below k, or hides one.

    A consultation may name several topics and groups, so those lists need not add up to the total.
    """

    programme: str
    year: int
    k: int
    total: int | None
    missed: int | None
    converted: int | None
    how: Mapping[str, int | None]
    topics: Mapping[str, int | None]
    groups: Mapping[str, int | None]


def hotline_state_of(log: Log, programme: Programme) -> HotlineState:
    """Return a programme's desk as the log tells it."""
    stream = programme.hotline_stream
    found = fold_events(stream, log.stream(stream), log.fact).state
    return found if isinstance(found, HotlineState) else HotlineState()


def hotline_state_since(log: Log, programme: Programme, since: datetime) -> HotlineState:
    """Return a desk that knows only what was written down since an instant."""
    desk, before, begins = HotlineState(), END, instant_text(since)
    while True:
        page = log.latest(programme.hotline_stream, _PAGE, before=before)
        fresh = [event for event in page if event.envelope.recorded_at >= begins]
        for event in fresh:
            desk = evolve(desk, log.fact(event))
        if len(fresh) < _PAGE:
            return desk
        before = page[-1].envelope.version


def consultation_report(desk: HotlineState, programme: Programme, year: int, k: int = K) -> ConsultationReport:
    """Return the counts of a year with everything hidden that could tell of fewer than k people.

    Always of one year: of two years' counts and their sum, a hidden year would be the difference.
    """
    how = _all_of(_WAYS, desk.counted("how", year))
    topics = [topic.id for topic in programme.consultation_topics]
    groups = [group.id for group in programme.at_risk_groups]
    return ConsultationReport(
        programme.programme,
        year,
        k,
        total=safe_count(sum(how.values()), k),
        missed=safe_count(sum(desk.counted("missed", year).values()), k),
        converted=safe_count(sum(desk.counted("converted", year).values()), k),
        how=suppress(how, k),
        topics=suppress(_all_of((*topics, "none"), desk.counted("topic", year)), k),
        groups=suppress(_all_of((*groups, "none"), desk.counted("group", year)), k),
    )


def _all_of(names: Iterable[str], counted: Mapping[str, int]) -> dict[str, int]:
    """Return a count for every name, also for those of which there were none."""
    return {**dict.fromkeys(names, 0), **counted}
