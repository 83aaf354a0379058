"""Who pays, for what and up to how much, and the kinds of grant."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from events.money import Money
from workflow.programme.part import Label, Name, ProgrammePart, Slug

WHOLE_BUDGET: Final = "all"  # the only line of a funder that keeps none
COST_KINDS: Final = ("travel", "medical", "accommodation", "documents", "other")


def _written_as_text(value: object) -> object:
    return Money.parse(value) if isinstance(value, str) else value


Amount = Annotated[Money, BeforeValidator(_written_as_text)]


class BudgetLine(ProgrammePart):
    """A part of a funder's budget that is kept for some kinds of grant and of cost."""

    id: Slug
    title: str
    amount: Amount
    pays_for: tuple[Name, ...] = Field(min_length=1, alias="for")


class Funder(ProgrammePart):
    """Who pays, from when to when, up to how much, and which weight of everything they bear."""

    id: Slug
    name: str
    budget: Amount
    weight: int = Field(default=1, ge=1, le=1000)
    since: date | None = None
    until: date | None = None
    lines: tuple[BudgetLine, ...] = ()

    def pays_on(self, day: date) -> bool:
        """Tell whether a day lies within the funder's own."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def line_for(self, kind: str) -> str | None:
        """Return the line that pays for a kind of grant or cost; without lines the whole budget pays for everything."""
        if not self.lines:
            return WHOLE_BUDGET
        return next((line.id for line in self.lines if kind in line.pays_for), None)

    @property
    def amounts(self) -> dict[str, Money]:
        """Return what each line holds."""
        return {line.id: line.amount for line in self.lines} or {WHOLE_BUDGET: self.budget}


class GrantKind(ProgrammePart):
    """A kind of grant: its ceiling, how it is paid out and who decides. Amounts are policy of the office, not law."""

    kind: Name
    label: Label
    cap: Amount
    tranches: tuple[int, ...] = Field(min_length=1, max_length=12)  # per cent each, together 100
    during: tuple[Name, ...] = Field(min_length=1)  # the stages in which it may be asked for
    needs_plan: bool = False  # nothing is paid before a second person approved the reintegration plan
    delivery: Literal["cash", "in_kind"] = "cash"  # how a part is given when nobody says otherwise
    cash_share: int = Field(default=100, ge=0, le=100)  # how much of a grant may be cash, per cent
    evidence: tuple[Name, ...] = ()  # what must be there of each part before the next one goes out
    approvers: tuple[Name, ...] = ()  # by which rights it may be approved; none named: by any
    once_per_return: bool = True  # a second one for the same return is refused


LocatedFault = tuple[tuple[str | int, ...], str]


def faults(funders: Sequence[Funder], grants: Sequence[GrantKind], costs: Sequence[str]) -> Iterator[LocatedFault]:
    """Find lines that hold more than their budget, pay for what nobody knows, or leave a grant without money."""
    known = {*costs, *(grant.kind for grant in grants)}
    for number, funder in enumerate(funders):
        yield from _faults_of_funder(funder, ("funders", number), known)
    for number, grant in enumerate(grants):
        if not any(funder.line_for(grant.kind) for funder in funders):
            yield ("grants", number, "kind"), f"no budget line pays for {grant.kind}"
        if grant.delivery == "cash" and grant.cash_share < 100:
            yield ("grants", number, "cash_share"), f"{grant.kind} is given in cash, so all of it may be"


def _faults_of_funder(funder: Funder, at: tuple[str | int, ...], known: Collection[str]) -> Iterator[LocatedFault]:
    if funder.since is not None and funder.until is not None and funder.until < funder.since:
        yield (*at, "until"), f"{funder.id} pays until before it begins"
    held = sum((line.amount.amount for line in funder.lines), Decimal(0))
    if held > funder.budget.amount:
        yield (*at, "lines"), f"the lines of {funder.id} hold {held}, its budget is {funder.budget}"
    named: set[str] = set()
    for number, line in enumerate(funder.lines):
        place = (*at, "lines", number)
        if line.amount.currency != funder.budget.currency:
            yield (*place, "amount"), f"{line.id} is not in {funder.budget.currency}, as the budget is"
        if line.id in [other.id for other in funder.lines[:number]]:
            yield (*place, "id"), f"{line.id} is listed twice"
        for kind in line.pays_for:
            if kind not in known:
                yield (*place, "for"), f"unknown grant or cost {kind}"
            if kind in named:
                yield (*place, "for"), f"{funder.id} pays for {kind} from two lines"
            named.add(kind)
