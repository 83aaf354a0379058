"""How somebody may stand to cases, as conditions on the tables that list them; ``case_access`` asks by them.

The table of rights decides: this module looks up to which cases somebody stands as it says.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, Text, and_, bindparam, literal, select, union

from handlers.projections.tables import case_board, case_relations
from workflow.rights.acts import NOT_BY_STAND_INS, Act
from workflow.rights.table import Account, Relation, StandIn, relations_for
from workflow.rights.visibility import offices_of


class Asker(NamedTuple):
    """Somebody who asks for a list, and the conditions on its table under which they may do the act."""

    account: Account
    act: Act
    table: Table
    now: ColumnElement[str] = bindparam("now", type_=Text())

    @property
    def _allowed(self) -> frozenset[Relation]:
        return relations_for(self.account, self.act)

    @property
    def _offices(self) -> tuple[str, ...]:
        return offices_of(self.account.account, self.account.programmes)

    def broad(self) -> list[ColumnElement[bool]]:
        """Return the ways of standing to very many cases, no case by two of them: all of an office's, or the team's."""
        here = self.table.c
        if "programme" in self._allowed:
            return [here.office == office for office in self._offices]
        if "team" not in self._allowed:
            return []
        teams = dict.fromkeys(("", self.account.team))
        return [and_(here.office == office, here.team == team) for office in self._offices for team in teams]

    def own(self) -> list[ColumnElement[bool]]:
        """Return the condition that a case is theirs, unless they see the whole office's."""
        if "owner" not in self._allowed or "programme" in self._allowed:
            return []
        here = self.table.c
        theirs = [and_(here.owner == self.account.account, here.office.in_(self._offices))]
        days = self.account.stands_in if self.act not in NOT_BY_STAND_INS else ()
        return theirs + [self._stood_in_for(one) for one in days]

    def _stood_in_for(self, one: StandIn) -> ColumnElement[bool]:
        """Return the condition that a case is a colleague's for whom they stand in at the moment of asking."""
        here, offices = self.table.c, [office for office in self._offices if office.endswith(f":{one.programme}")]
        lasts = and_(literal(one.begins) <= self.now, self.now < literal(one.ends))
        return and_(here.owner == one.owner, here.office.in_(offices), lasts)

    def few(self) -> list[ColumnElement[bool]]:
        """Return the ways of standing to so few cases that they are all looked at."""
        account, here, found = self.account, self.table.c, list[ColumnElement[bool]]()
        if "facility" in self._allowed and "programme" not in self._allowed and account.facilities:
            living = case_board.c.facility.in_(sorted(account.facilities))
            there = living if self.table is case_board else here.case_id.in_(select(case_board.c.case_id).where(living))
            found.append(and_(there, here.office.in_(self._offices)))
        if "partner" in self._allowed:
            found.append(here.case_id.in_(_related("partner", account.account.partition(":")[0], self.now)))
        if "glass" in self._allowed:
            found.append(here.case_id.in_(_related("glass", account.account, self.now)))
        return found


def page_of(asker: Asker, where: Sequence[ColumnElement[bool]], key: Sequence[Any], limit: int) -> Select[Any] | None:
    """Return what asks for the first of what several ways of standing to a case give, each read by an index of its own.

    What is large comes sorted from its index and is cut off there. What is small is not sorted by the database's
    choice of an index that would walk through everybody else's.
    """
    rows = select(asker.table).where(*where)
    sorted_ones = [rows.where(standing).order_by(*key).limit(limit) for standing in (*asker.broad(), *asker.own())]
    pages = [select(one.subquery()) for one in (*sorted_ones, *(rows.where(standing) for standing in asker.few()))]
    if not pages:
        return None
    found = union(*pages).subquery()
    return select(found).order_by(*[found.c[column.name] for column in key]).limit(limit)


def _related(relation: Relation, who: str, now: ColumnElement[str]) -> Select[tuple[str]]:
    related = case_relations.c
    return select(related.case_id).where(related.relation == relation, related.who == who, related.until > now)
