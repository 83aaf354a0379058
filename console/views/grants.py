"""Grants as the three hands of finance see them: what waits for whom, why not, and never a story.

What stands against an approval or a release is what the engine itself would say to this reader now.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

from console.views.reader import Reader
from events.ids import RESTORE
from events.instants import instant
from events.money import Money
from handlers.projections.work_items import items_of
from handlers.queries import payments
from handlers.queries.payments import APPROVE, RELEASE, Answered, AtTheBank, Sending, Waiting, count_waiting_grants
from handlers.states.case_reader import CaseSnapshot
from workflow.command import CaseCommand
from workflow.decide import decide
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused
from workflow.rights.acts import Act
from workflow.rights.command_rights import right_to
from workflow.situation import Situation
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    DeclineGrant,
    PutPayeeOnHold,
    RecordEvidence,
    RecordPayment,
    ReleasePayee,
    ReleaseTranche,
    ReturnPayment,
    SettleBankAnswer,
)
from workflow.subjects.grants.definition import GrantKind
from workflow.subjects.grants.state import Grant, Tranche, grants_of
from workflow.subjects.reintegration.state import ReintegrationPlan, reintegration_of

MONEY: Final[tuple[Act, ...]] = ("money.request", "money.approve", "money.release", "money.record")
_DEED: Final[Mapping[str, type[CaseCommand]]] = {APPROVE: ApproveGrant, RELEASE: ReleaseTranche}
# A command that is only thought of: what would be said to it does not depend on its id.
_ONLY_ASKED: Final = UUID(int=0, version=4)
_SOMEBODY_ELSE: Final = frozenset({"approver_is_another", "releaser_is_a_third"})


class Queued(NamedTuple):
    """A grant in a queue, and what stands against this reader's deciding on it."""

    waiting: Waiting
    programme: Programme
    grant: Grant
    label: tuple[str, str]  # of its kind, in English and in Russian
    part: Decimal  # what would be decided on: all of it, or the part that goes next
    version: int
    may: bool  # it is their act at all
    against: tuple[Reason, ...]

    @property
    def since(self) -> datetime:
        """Return since when it waits."""
        return instant(self.waiting.since)

    @property
    def is_somebody_elses(self) -> bool:
        """Tell whether it waits for another person than this reader, and for nothing else."""
        return bool(self.against) and {reason.code for reason in self.against} <= _SOMEBODY_ELSE

    @property
    def is_ready(self) -> bool:
        """Tell whether this reader can decide now."""
        return self.may and not self.against


class GrantQueue(NamedTuple):
    """A part of a queue, and where the next one begins."""

    rows: tuple[Queued, ...]
    next: Waiting | None


class Payments(NamedTuple):
    """Payments on their way, and what came of the last ones."""

    to_send: tuple[Sending, ...]
    stopped: tuple[Sending, ...]
    at_the_bank: tuple[AtTheBank, ...]
    answered: tuple[Answered, ...]


class GrantView(NamedTuple):
    """One grant, and nothing of the person but the case number."""

    case_id: str
    grant_id: str
    programme: Programme
    version: int
    grant: Grant
    kind: GrantKind
    tranches: tuple[tuple[str, Tranche], ...]  # by number
    against_approval: tuple[Reason, ...] | None  # None: it is not their act, or nothing waits for it
    against_release: tuple[Reason, ...] | None
    commands: frozenset[str]  # the commands they may give about it at all
    plan: ReintegrationPlan
    others: tuple[tuple[GrantKind, Grant], ...]  # what else the person asked for or was paid

    @property
    def missing(self) -> dict[int, tuple[str, ...]]:
        """Return the evidence that is still missing of each paid part."""
        paid = (one for _, one in self.tranches if one.status == "paid")
        found = {one.number: tuple(paper for paper in self.kind.evidence if paper not in one.evidence) for one in paid}
        return {number: papers for number, papers in found.items() if papers}


def counts(reader: Reader) -> dict[str, int]:
    """Return how many grants wait for an approval, and how many for a release."""
    with reader.container.database.reading() as connection:
        return count_waiting_grants(connection, list(reader.own_programmes()))


def queue(reader: Reader, kind: str, after: Waiting | None = None, limit: int = 40) -> GrantQueue:
    """Return a part of what waits for an approval or a release, with what stands against it."""
    with reader.container.database.reading() as connection:
        rows = payments.waiting_grants(connection, list(reader.own_programmes()), kind, after=after, limit=limit + 1)
    snapshots = reader.cases(sorted({row.case_id for row in rows[:limit]}))
    funds = _funds(reader, snapshots.values())
    known = {case_id: grants_of(one.case).grants for case_id, one in snapshots.items()}
    found = tuple(
        _queued(row, snapshots[row.case_id], kind, funds, reader)
        for row in rows[:limit]
        if row.grant_id in known.get(row.case_id, ())
    )
    return GrantQueue(found, rows[limit - 1] if len(rows) > limit else None)


def payments_of(reader: Reader) -> Payments:
    """Return the payments on their way, and what the bank last answered."""
    programmes = reader.own_programmes()
    names = list(programmes)
    with reader.container.database.reading() as connection:
        settled = [payments.settled_payments(connection, d.programme.fund_stream) for d in programmes.values()]
        return Payments(
            to_send=tuple(payments.payments_to_send(connection, names)),
            stopped=tuple(payments.stopped_payments(connection, names)),
            at_the_bank=tuple(payments.payments_at_bank(connection, names)),
            answered=tuple(sorted(chain(*settled), key=lambda one: one.at, reverse=True)),
        )


def grant_view(reader: Reader, snapshot: CaseSnapshot, grant_id: str) -> GrantView | None:
    """Return one grant of a case, or None when it has none of this number."""
    grant = grants_of(snapshot.case).grants.get(grant_id)
    if grant is None:
        return None
    funds, programme = _funds(reader, [snapshot]), snapshot.definition.programme
    others = [one for key, one in grants_of(snapshot.case).grants.items() if key != grant_id]
    waits = items_of(snapshot.case).get(f"grant:{grant_id}", "")
    return GrantView(
        snapshot.case.case_id, grant_id, programme, snapshot.version, grant, programme.grant_kind[grant.kind],
        tranches=tuple(sorted(grant.tranches.items(), key=lambda one: one[1].number)),
        against_approval=_against(ApproveGrant, grant_id, snapshot, funds, reader) if waits == APPROVE else None,
        against_release=_against(ReleaseTranche, grant_id, snapshot, funds, reader) if waits == RELEASE else None,
        commands=frozenset(_commands(grant, snapshot, reader)),
        plan=reintegration_of(snapshot.case).plan,
        others=tuple((programme.grant_kind[one.kind], one) for one in others),
    )  # fmt: skip


def _commands(grant: Grant, snapshot: CaseSnapshot, reader: Reader) -> Iterator[str]:
    """Yield what this reader may do about a grant as it stands."""
    is_open = not grant.settled and not grant.declined
    is_paid = any(one.status == "paid" for one in grant.tranches.values())
    wanted: Iterable[tuple[type[CaseCommand], bool]] = (
        (DeclineGrant, is_open),
        (ChangePayee, is_open),
        (PutPayeeOnHold, is_open and not grant.on_hold),
        (ReleasePayee, grant.on_hold),
        (RecordEvidence, is_paid),
        (RecordPayment, grant.at_the_bank),
        (ReturnPayment, is_paid),
        (SettleBankAnswer, grant.disputed),
    )
    case, programme = snapshot.case, snapshot.definition.programme
    for kind, makes_sense in wanted:
        if makes_sense and right_to(reader.account, kind, case, programme, reader.now):
            yield kind.__name__


def _queued(row: Waiting, snapshot: CaseSnapshot, kind: str, funds: Mapping[str, Any], reader: Reader) -> Queued:
    grant, programme = grants_of(snapshot.case).grants[row.grant_id], snapshot.definition.programme
    policy = programme.grant_kind[grant.kind]
    against = _against(_DEED[kind], row.grant_id, snapshot, funds, reader)
    return Queued(
        row, programme, grant,
        label=(policy.label.en, policy.label.ru),
        part=grant.amount if kind == APPROVE else _next_part(grant, policy),
        version=snapshot.version, may=against is not None, against=against or (),
    )  # fmt: skip


def _next_part(grant: Grant, kind: GrantKind) -> Decimal:
    parts = Money(amount=grant.amount, currency=grant.currency).share(kind.tranches)
    return parts[grant.next_number - 1].amount if grant.next_number <= len(parts) else Decimal(0)


def _funds(reader: Reader, snapshots: Iterable[CaseSnapshot]) -> Mapping[str, Any]:
    funds = sorted({one.definition.programme.fund_stream for one in snapshots})
    streams = [*funds, RESTORE] if funds else []  # a payment that an older log lost is looked at too
    return {name: kept.state for name, kept in reader.container.cases.states(streams).items()}


def _against(
    kind: type[CaseCommand], grant_id: str, snapshot: CaseSnapshot, funds: Mapping[str, Any], reader: Reader
) -> tuple[Reason, ...] | None:
    """Return what the engine would say against this reader's doing it now; None when it is not their act."""
    programme = snapshot.definition.programme
    right = right_to(reader.account, kind, snapshot.case, programme, reader.now)
    if right is None:
        return None
    command = kind.model_validate({
        "command_id": _ONLY_ASKED, "actor": reader.account.account, "mandate": right.permit.mandate,
        "case_id": snapshot.case.case_id, "grant_id": grant_id,
    })  # fmt: skip
    situation = Situation(snapshot.case, programme, snapshot.definition.journey, reader.now, shared=funds)
    decision = decide(command, situation)
    return decision.reasons if isinstance(decision, Refused) else ()
