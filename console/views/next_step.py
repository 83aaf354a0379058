"""The next steps of a case, the one that comes first before all: derived, so that no list is kept in step by hand.

In this order: who is in danger, what a role is asked for, what is overdue, what is due today, what waits for somebody,
what the guards of the way on would be helped by, and what comes later. Nothing here asks the database.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from console.forms.helping import help_given, helping
from console.views.ahead import DueTimer
from console.views.danger import Danger, alerts_on, dangers_in, deed_against, deed_asked, due_of, shown_of
from console.views.item_descriptions import ItemDescription, descriptions_of
from console.views.reader import Reader
from console.views.suggested_actions import APPROVALS, SuggestedAction, action_for
from console.views.ways_on import WayOn
from console.views.work import has_own_hand, is_theirs_to_hold
from handlers.projections.case_alerts import Alert
from handlers.projections.work_items import items_of
from handlers.queries.case_alerts import ASKED_BY
from handlers.states.case_reader import CaseSnapshot
from workflow.case.proposals import proposed
from workflow.reasons import Reason


class Step(NamedTuple):
    """Something to do: what it is called (a word of a kind, or a reason), the form that does it, and by when."""

    kind: str
    name: str
    action: SuggestedAction
    about: tuple[ItemDescription, ...] = ()
    due_at: datetime | None = None
    reason: Reason | None = None


class Standing(NamedTuple):
    """All that the next step is derived from, as one reader sees it."""

    reader: Reader
    snapshot: CaseSnapshot
    may: Collection[str]
    alerts: tuple[Alert, ...]
    ahead: Sequence[DueTimer] = ()
    way: WayOn | None = None  # on which the person is led; None for who does not see the journey

    @property
    def dangers(self) -> tuple[Danger, ...]:
        """Return the dangers that are shown, the most urgent first."""
        return shown_of(dangers_in(self.alerts))

    @property
    def end_of_today(self) -> datetime:
        """Return when the programme's day is over."""
        programme = self.snapshot.definition.programme
        return programme.end_of(programme.day(self.reader.now))


def standing_of(
    reader: Reader,
    snapshot: CaseSnapshot,
    may: Collection[str],
    ahead: Sequence[DueTimer] = (),
    way: WayOn | None = None,
) -> Standing:
    """Return how a case stands for somebody who may see it."""
    return Standing(reader, snapshot, may, alerts_on(reader, snapshot), ahead, way)


def next_step(standing: Standing) -> Step | None:
    """Return the one next step for this reader, with its deadline if it has one."""
    step = next(steps_of(standing), None)
    return step if step is None or step.due_at else step._replace(due_at=_deadline(step, standing.ahead))


def steps_of(standing: Standing) -> Iterator[Step]:
    """Yield the steps somebody may take, and that were not proposed already."""
    for step in _steps(standing):
        is_asked = step.action.command != "AdvanceCase" and proposed(standing.snapshot.case, step.action.command)
        if step.action.command in standing.may and not is_asked:
            yield step


def _steps(standing: Standing) -> Iterator[Step]:
    items = list(_items(standing))
    today = [one for one in standing.ahead if one.due_at < standing.end_of_today]
    yield from _dangers(standing)
    yield from _asked(standing)
    yield from (step for step in items if step.kind == "escalation")
    yield from _due(today)
    yield from (step for step in items if step.kind != "escalation")
    yield from _onward(standing.way)
    yield from _due(one for one in standing.ahead if one not in today)


def _dangers(standing: Standing) -> Iterator[Step]:
    for one in standing.dangers:
        yield Step("danger", one.kind, deed_against(one), due_at=one.due_at)


def _asked(standing: Standing) -> Iterator[Step]:
    acts = standing.reader.acts_on(standing.snapshot)
    for one in standing.alerts:
        if one.kind in ASKED_BY and ASKED_BY[one.kind] in acts:
            deed, about = deed_asked(one.kind, one.item)
            yield Step("asked", one.kind, deed, about, due_of(one.due_at))


def _items(standing: Standing) -> Iterator[Step]:
    """Yield what waits for somebody, a yes or no of this reader's first."""
    reader, snapshot = standing.reader, standing.snapshot
    rows = [{"item": item, "kind": kind} for item, kind in items_of(snapshot.case).items()]
    for row in sorted(rows, key=lambda row: row["kind"] not in APPROVALS):
        action = action_for(row["item"], row["kind"], snapshot.case)
        is_theirs = is_theirs_to_hold(reader, row, snapshot) and not has_own_hand(reader, row, snapshot)
        if action is None or not is_theirs:
            continue
        if row["kind"] == "escalation":
            yield Step("escalation", row["item"].partition(":")[2], action)
        else:
            yield Step("item", row["kind"], action, descriptions_of(row["item"], snapshot.case))


def _due(ahead: Iterable[DueTimer]) -> Iterator[Step]:
    for one in ahead:
        if one.action is not None:
            yield Step(one.worded_as, one.kind, one.action, one.about, one.due_at)


def _onward(way: WayOn | None) -> Iterator[Step]:
    """Yield the step on if nothing is against it; otherwise what would help, reason by reason."""
    if way is None or way.proposal:
        return
    if way.open:
        yield Step("trigger", way.trigger, SuggestedAction("AdvanceCase", (("trigger", way.trigger),)))
    for reason in way.against:
        for command in helping(reason, reason.helps_with):
            action = SuggestedAction(command, help_given(command, reason))
            yield Step("reason", reason.code, action, reason=reason)


def _deadline(step: Step, ahead: Sequence[DueTimer]) -> datetime | None:
    """Return by when a step is to be taken, where something that is to come reminds of it."""
    return next((one.due_at for one in ahead if _reminds(one, step.action)), None)


def _reminds(one: DueTimer, action: SuggestedAction) -> bool:
    """Tell whether what is to come is about this very thing: not another appointment, not another month's visit."""
    if one.action is None or one.action.command != action.command:
        return False
    named = {*one.action.given, *((part.kind, part.name) for part in one.about)}
    return not one.action.given or named >= set(action.given)
