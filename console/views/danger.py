"""Who is in danger, and what is asked of somebody by their role: the first things in *My work*.

A case that somebody else looks after is counted and one click away; one that nobody looks after, or an account that
cannot, is in the list of everybody who may see it: giving a case away hides nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from console.views.item_descriptions import ItemDescription
from console.views.reader import Reader
from console.views.suggested_actions import SuggestedAction
from events.instants import instant, instant_text
from handlers.projections.case_alerts import DANGERS, Alert, alerts_of
from handlers.queries.case_alerts import ROWS_MAX, asked_of, dangers_for
from handlers.states.case_reader import CaseSnapshot

LOOKS_AFTER: Final = frozenset({"case_manager", "supervisor"})  # they also see what waits for others
CASES_MAX: Final = 100  # shown at once; whoever has more in danger sees the most urgent and how many there are


class Danger(NamedTuple):
    """One reason why somebody is in danger: since when, and until when somebody should have acted."""

    kind: str
    since: datetime
    due_at: datetime | None


class InDanger(NamedTuple):
    """A case in danger with all reasons, the most urgent first, and the one thing to do about it."""

    case_id: str
    programme: str
    stage: str
    child: bool
    owner: str
    is_unowned: bool  # nobody looks after it, or somebody who cannot: the account is closed, or is no case manager's
    dangers: tuple[Danger, ...]
    deed: SuggestedAction | None
    handle: str = ""  # what the person is called here: only who may see the case is told of the danger

    @property
    def told(self) -> tuple[Danger, ...]:
        """Return the reasons that are shown."""
        return shown_of(self.dangers)


def shown_of(dangers: tuple[Danger, ...]) -> tuple[Danger, ...]:
    """Return dangers without those that another one says already: a line is read at a glance."""
    kinds = {one.kind for one in dangers}
    return tuple(one for one in dangers if _SAID_BY.get(one.kind) not in kinds)


# A high risk without a plan is a high risk; of who did not arrive, nobody asks any more who was to meet them.
_SAID_BY: Final[Mapping[str, str]] = {
    "high_risk": "no_safety_plan", "nobody_meets": "did_not_arrive", "nobody_receives": "not_handed_over",
}  # fmt: skip


class DangerList(NamedTuple):
    """Who is in danger: those shown, how many more there are in this list, and how many are others' to look after."""

    cases: tuple[InDanger, ...] = ()
    hidden: int = 0
    others: int = 0
    more: bool = False  # there are more reasons than were read

    def has(self, case_id: str, kind: str) -> bool:
        """Tell whether a reason is shown of a case."""
        return any(one.case_id == case_id and kind in {danger.kind for danger in one.dangers} for one in self.cases)


class Asked(NamedTuple):
    """Something asked of a role about one case, until when it is needed, and the form that does it."""

    case_id: str
    kind: str
    about: tuple[ItemDescription, ...]
    programme: str
    due_at: datetime | None
    deed: SuggestedAction
    sees_case: bool


def danger_list(connection: Connection, reader: Reader, owner: str = "") -> DangerList:
    """Return who is in danger of those somebody may see; with an owner, theirs and nobody's, and how many others."""
    rows = dangers_for(connection, reader.account, reader.now)
    cases = [_in_danger(list(of_case)) for of_case in _by_case(rows)]
    shown = [one for one in cases if not owner or one.is_unowned or one.owner == owner]
    return DangerList(
        tuple(shown[:CASES_MAX]), len(shown[CASES_MAX:]), len(cases) - len(shown), more=len(rows) >= ROWS_MAX
    )


def _by_case(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Return the rows case by case, the case with the most urgent reason first."""
    place = {case_id: n for n, case_id in enumerate(dict.fromkeys(row["case_id"] for row in rows))}
    ordered = sorted(rows, key=lambda row: place[row["case_id"]])
    return [tuple(of_case) for _, of_case in groupby(ordered, key=lambda row: row["case_id"])]


def _in_danger(rows: Sequence[Any]) -> InDanger:
    first = rows[0]
    dangers = tuple(Danger(row["kind"], instant(row["since"]), due_of(row["due_at"])) for row in rows)
    deed = deed_against(dangers[0]) if first["records"] else None
    named = {name: first[name] for name in ("case_id", "programme", "stage", "child", "owner", "handle")}
    return InDanger(**named, is_unowned=not _is_looked_after(first), dangers=dangers, deed=deed)


def _is_looked_after(row: Any) -> bool:
    """Tell whether the owner of a case can look after it: signs in, and leads cases of its programme."""
    if not row["owner"] or row["closed"] is not False:
        return False
    return bool(LOOKS_AFTER & {*row["roles"].split()}) and row["programme"] in row["programmes"].split()


def deed_against(danger: Danger) -> SuggestedAction:
    """Return the one thing to do about a danger."""
    if danger.kind == "nobody_meets" and danger.due_at is None:  # no arrival is planned any more
        return SuggestedAction("PlanArrival")
    return SuggestedAction(_DEEDS[danger.kind])


_DEEDS: Final[Mapping[str, str]] = {
    "did_not_arrive": "MeetPerson", "not_handed_over": "HandOver", "nobody_meets": "DelayArrival",
    "nobody_receives": "AskHost", "no_safety_plan": "AgreeSafetyPlan", "high_risk": "AssessRisk",
    "no_care_plan": "AgreeCarePlan",
}  # fmt: skip


def asked_list(connection: Connection, reader: Reader) -> tuple[Asked, ...]:
    """Return what is asked of somebody by what they are, the soonest needed first."""
    return tuple(_asked(row) for row in asked_of(connection, reader.account, reader.now))


def _asked(row: Any) -> Asked:
    deed, about = deed_asked(row["kind"], row["item"])
    return Asked(row["case_id"], row["kind"], about, row["programme"], due_of(row["due_at"]), deed, bool(row["sees"]))


def deed_asked(kind: str, item: str) -> tuple[SuggestedAction, tuple[ItemDescription, ...]]:
    """Return the form that does what is asked, and what it is about."""
    if kind != "receipt_missing":
        return SuggestedAction("CertifyFitness"), ()
    _, grant_id, tranche_id, paper = item.split(":", 3)
    given = (("grant_id", grant_id), ("tranche_id", tranche_id), ("kind", paper))
    return SuggestedAction("RecordEvidence", given), (ItemDescription("evidence", paper),)


def alerts_on(reader: Reader, snapshot: CaseSnapshot) -> tuple[Alert, ...]:
    """Return what counts now of one case, by the file it is pinned to, as *My work* does; the case itself is read."""
    case, pinned = snapshot.case, reader.container.service.definitions
    found = alerts_of(case, pinned.of(case.programme, case.definition).programme)
    return tuple(one for one in found if one.since <= instant_text(reader.now))


def dangers_in(alerts: Iterable[Alert]) -> tuple[Danger, ...]:
    """Return the dangers among them, the most urgent first."""
    found = [one for one in alerts if one.kind in DANGERS]
    return tuple(
        Danger(one.kind, instant(one.since), due_of(one.due_at))
        for one in sorted(found, key=lambda one: DANGERS.index(one.kind))
    )


def due_of(text: str) -> datetime | None:
    """Return until when an alert says that somebody should have acted, if it says so."""
    return instant(text) if text else None
