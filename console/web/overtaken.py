"""What happened to a case since somebody looked at it, as far as they are told of such things."""

from collections.abc import Sequence
from typing import NamedTuple

from console.forms.context import FormContext
from console.subjects import MACHINERY, is_shown
from console.views.carrying_out import by_machines
from console.views.case import panels_of
from console.views.conflict_diff import Changed, changes
from console.web.request_context import RequestContext
from console.words.people import person
from events.envelope import RecordedEvent
from events.ids import CaseId, case_stream
from events.instants import instant
from handlers.projections.replay import replay_case


class Told(NamedTuple):
    """One line of what happened meanwhile."""

    what: str
    when: str
    who: str


def changes_of(context: RequestContext, about: FormContext, since: Sequence[RecordedEvent]) -> tuple[Changed, ...]:
    """Return what differs, for those who see the whole case."""
    if not since or "next" not in panels_of(context.reader, context.case):
        return ()
    container, case_id = context.web.container, context.case.case.case_id
    definitions = container.service.definitions
    before = replay_case(container.log, definitions, case_id, since[0].position - 1)  # type: ignore[arg-type]
    after = replay_case(container.log, definitions, case_id, since[-1].position)  # type: ignore[arg-type]
    return changes(before.case, after.case, about)


def told_of(context: RequestContext, events: Sequence[RecordedEvent]) -> list[Told]:
    """Return what happened, as far as the visitor is told of such things."""
    words, zone = context.words, context.case.definition.programme.time_zone
    panels, log, label = panels_of(context.reader, context.case), context.web.container.log, words.label
    told = (one for one in events if one.envelope.type not in MACHINERY and is_shown(type(log.fact(one)), panels))
    return [
        Told(
            label("fact", one.type),
            words.moment(instant(one.recorded_at), zone),
            person(one.actor, words, context.case.definition.programme),
        )
        for one in (event.envelope for event in told)
    ]


def since_version(context: RequestContext, version: int | None) -> list[RecordedEvent]:
    """Return what happened to the case since a version somebody saw, unless it was all Wayhome's own doing."""
    if version is None:
        return []
    stream = case_stream(CaseId(context.case.case.case_id))
    since = context.web.container.log.stream(stream, after=version)
    return [] if by_machines(since) else since
