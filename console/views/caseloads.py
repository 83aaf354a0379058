"""Those who look after cases, beside each other: how many each has, where, and how much of it presses."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from console.views.reader import Reader
from events.instants import instant, instant_text
from handlers.projections.accounts import AccountRow
from handlers.queries.caseloads import OwnedCases, owned_cases
from workflow.rights.table import Account, StandIn, may_ever
from workflow.rights.visibility import office_of
from workflow.subjects.safety.state import safety_of


class StandsIn(NamedTuple):
    """That somebody stands in for somebody, now or later."""

    stand_in: str
    time: StandIn
    lasts: bool  # at this moment; otherwise it is still to come


class Caseload(NamedTuple):
    """One person's cases of the programmes somebody works for; without an account those that are nobody's."""

    account: str
    language: str
    team: str
    stages: Mapping[str, int]
    danger: int  # cases whose risk was last found to be high
    overdue: int
    given_at: datetime | None
    stand_ins: tuple[StandsIn, ...]  # for them
    stands_in: tuple[StandsIn, ...]  # they for others

    @property
    def total(self) -> int:
        """Return how many open cases they have."""
        return sum(self.stages.values())


def caseloads(reader: Reader, rows: Iterable[AccountRow], programmes: Iterable[str] = ()) -> tuple[Caseload, ...]:
    """Return everybody's cases side by side, the longest list first; those that are nobody's at the end.

    Of all programmes of the reader's own organisation, or only of those named.
    """
    wanted = {name: one for name, one in reader.own_programmes().items() if not programmes or name in programmes}
    offices = [office_of(one.programme) for one in wanted.values()]
    with reader.container.database.reading() as connection:
        owned = owned_cases(connection, offices)
    danger = _in_danger(reader, owned)
    people = [row.account for row in rows if not row.account.closed and _looks_after(row.account, wanted)]
    stands = tuple(_stand_ins(reader, people))
    found = [_caseload(owned, danger, stands, one.account, one.language, one.team) for one in people]
    gone = [name for name in sorted(owned.by_stage) if name not in {one.account for one in found}]
    found += [_caseload(owned, danger, stands, name, "", "") for name in gone]
    return tuple(sorted(found, key=lambda one: (not one.account, -one.total, one.account)))


def stand_ins_about(reader: Reader, rows: Iterable[AccountRow]) -> tuple[StandsIn, ...]:
    """Return who stands in for the reader, and for whom the reader does: now and later."""
    own = reader.account.account
    found = _stand_ins(reader, [row.account for row in rows])
    return tuple(one for one in found if own in (one.stand_in, one.time.owner))


def team_names(reader: Reader) -> dict[str, str]:
    """Return what the teams of somebody's programmes are called."""
    return {one.id: one.name for found in reader.own_programmes().values() for one in found.programme.teams}


def house_names(reader: Reader) -> dict[str, str]:
    """Return what the houses of somebody's programmes are called."""
    return {one.id: one.name for found in reader.own_programmes().values() for one in found.programme.facilities}


def looks_after_cases(account: Account, programmes: Mapping[str, object]) -> bool:
    """Tell whether somebody may be given cases of one of these programmes."""
    return not account.closed and _looks_after(account, programmes)


def _looks_after(account: Account, programmes: Mapping[str, object]) -> bool:
    return may_ever(account.roles, "case.advance") and not account.programmes.isdisjoint(programmes)


def _in_danger(reader: Reader, owned: OwnedCases) -> dict[str, int]:
    """Return of everybody how many of their cases are of high risk; all cases are read in one question to the log."""
    owner_of = {case_id: owner for owner, case_ids in owned.case_ids.items() for case_id in case_ids}
    found: dict[str, int] = {}
    for case_id, snapshot in reader.cases(owner_of).items():
        risk = safety_of(snapshot.case).risk
        if risk is not None and risk.level == "high":
            found[owner_of[case_id]] = found.get(owner_of[case_id], 0) + 1
    return found


def _stand_ins(reader: Reader, people: Iterable[Account]) -> Iterator[StandsIn]:
    now = instant_text(reader.now)
    for account in people:
        for one in account.stands_in:
            if one.ends > now:
                yield StandsIn(account.account, one, one.begins <= now)


def _caseload(
    owned: OwnedCases, danger: Mapping[str, int], stands: tuple[StandsIn, ...], who: str, language: str, team: str
) -> Caseload:
    given = owned.given_at.get(who)
    return Caseload(
        who, language, team, owned.by_stage.get(who, {}), danger.get(who, 0), owned.overdue.get(who, 0),
        instant(given) if given else None,
        tuple(one for one in stands if one.time.owner == who),
        tuple(one for one in stands if one.stand_in == who),
    )  # fmt: skip
