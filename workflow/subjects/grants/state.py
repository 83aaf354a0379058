"""Grants and their tranches as the case sees them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from events.facts import grants as facts
from events.facts.access import CasesJoined, CasesParted
from events.facts.travel import TripPlanned
from events.money import Money
from workflow.case.retraction import Instead, Retractable, Told
from workflow.case.state import NOTHING, At, Case, Change, Part, without
from workflow.reasons import Reason
from workflow.subjects.grants import refusals

Answer = facts.TranchePaid | facts.TrancheRejected | facts.TrancheReturned
IN_FLIGHT: Final = ("released", "instructed")
_NOT_PAID: Final = ("rejected", "returned")


class Tranche(NamedTuple):
    """A part of a grant on its way to the person."""

    number: int
    amount: Decimal
    released_by: str
    status: str = "released"  # released, instructed, paid, rejected, returned
    delivery: str = "cash"
    shares: facts.Shares = ()  # of what was paid: which lines bore it
    evidence: frozenset[str] = frozenset()
    unconfirmed: bool = False  # what became of it is somebody's word, and not yet the bank's own file's
    said_by: frozenset[str] = frozenset()  # who brought a file that says so
    disputed: bool = False  # the bank said one thing and then another


class Grant(NamedTuple):
    """A grant as the case sees it; amounts are in the grant's currency."""

    kind: str
    amount: Decimal
    currency: str
    requested_by: str
    approved_by: str = ""
    declined: bool = False
    tranches: Mapping[str, Tranche] = NOTHING
    return_id: str = ""  # the trip it is for
    accounts: tuple[str, ...] = ()  # the lines that bear it
    changed_by: str = ""  # who changed the payee, while nobody has approved that
    hands: tuple[str, ...] = ()  # by name: who asked for it, changed its payee or approved it
    changers: tuple[str, ...] = ()  # by name: who ever changed its payee
    refused: bool = False  # the bank refused a part, and nobody has approved it anew
    on_hold: bool = False  # its payee is
    returned: bool = False  # a payment came back and the payee is still the same

    @property
    def money(self) -> Money:
        """Return its whole amount."""
        return Money(amount=self.amount, currency=self.currency)

    @property
    def choosers(self) -> frozenset[str]:
        """Return who asked for it or ever changed its payee: they approve no payee of it."""
        return frozenset({*self.changers, self.requested_by})

    @property
    def released(self) -> Decimal:
        """Return how much of it has gone, or is on its way, to the bank."""
        return sum((t.amount for t in self.tranches.values() if t.status not in _NOT_PAID), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """Return how much of it the bank says it has paid."""
        return sum((t.amount for t in self.tranches.values() if t.status == "paid"), Decimal(0))

    @property
    def flying(self) -> Decimal:
        """Return how much of it is on its way to the bank or at the bank."""
        return sum((t.amount for t in self.tranches.values() if t.status in IN_FLIGHT), Decimal(0))

    @property
    def in_cash(self) -> Decimal:
        """Return how much of it was given, or is on its way, in cash."""
        live = [t for t in self.tranches.values() if t.status not in _NOT_PAID]
        return sum((t.amount for t in live if t.delivery == "cash"), Decimal(0))

    @property
    def at_the_bank(self) -> bool:
        """Tell whether a part of it is on its way, or the bank has not said one thing about it."""
        return any(tranche.status in IN_FLIGHT or tranche.disputed for tranche in self.tranches.values())

    @property
    def disputed(self) -> bool:
        """Tell whether the bank contradicted itself about a part of it."""
        return any(tranche.disputed for tranche in self.tranches.values())

    @property
    def unconfirmed(self) -> bool:
        """Tell whether the bank's own file has still to say what somebody recorded of a part."""
        return any(tranche.unconfirmed for tranche in self.tranches.values())

    @property
    def settled(self) -> bool:
        """Tell whether nothing of it is waiting for anybody."""
        return not self.disputed and (self.paid == self.amount or (self.declined and not self.at_the_bank))

    @property
    def awaits_approval(self) -> bool:
        """Tell whether somebody has yet to approve it, or its changed payee."""
        return not self.declined and (not self.approved_by or bool(self.changed_by) or self.refused)

    @property
    def next_number(self) -> int:
        """Return the number of the part that goes out next: the first that is neither paid nor on its way."""
        out = {tranche.number for tranche in self.tranches.values() if tranche.status not in _NOT_PAID}
        return next(number for number in range(1, len(out) + 2) if number not in out)


class Cost(NamedTuple):
    """A cost that counts; one reversed is no more in the case."""

    kind: str
    amount: Decimal
    currency: str
    shares: facts.Shares


class Grants(NamedTuple):
    """Grants and costs of a person, by id."""

    grants: Mapping[str, Grant] = NOTHING
    costs: Mapping[str, Cost] = NOTHING
    elsewhere: Mapping[str, tuple[Grant, ...]] = NOTHING  # in other cases of the same person, by their numbers

    def of_kind(self, kind: str, return_id: str) -> list[Grant]:
        """Return the person's grants of a kind for one return, in whichever of their cases they were given."""
        every = (*self.grants.values(), *(grant for granted in self.elsewhere.values() for grant in granted))
        return [one for one in every if (one.kind, one.return_id) == (kind, return_id)]


grants_of: Final = Part("grants", Grants())


def _grant(case: Case, grant_id: str, **changes: Any) -> Case:
    before = grants_of(case).grants
    return grants_of.changed(case, grants={**before, grant_id: before[grant_id]._replace(**changes)})


def _tranche(case: Case, grant_id: str, tranche_id: str, **changes: Any) -> Case:
    tranches = grants_of(case).grants[grant_id].tranches
    return _grant(case, grant_id, tranches={**tranches, tranche_id: tranches[tranche_id]._replace(**changes)})


def _looked_at(case: Case) -> Case:
    """Return the case without the worry about a payment that came back, once no grant waits for another payee."""
    waiting = any(grant.returned for grant in grants_of(case).grants.values())
    return case if waiting else case.calm("payment_returned")


def _grant_asked(case: Case, fact: facts.GrantRequested, at: At) -> Case:
    money, hands = fact.amount, (at.actor,)
    grant = Grant(fact.kind, money.amount, money.currency, at.actor, return_id=fact.return_id, hands=hands)
    return _looked_at(grants_of.changed(case, grants={**grants_of(case).grants, fact.grant_id: grant}))


def _with(hands: tuple[str, ...], actor: str) -> tuple[str, ...]:
    """Return these names and one more, each once and in order; a tuple is a quarter of a set."""
    return tuple(sorted({*hands, actor}))


def _in_hands_of(case: Case, grant_id: str, actor: str, **changes: Any) -> Case:
    """Return the grant changed by somebody: whoever had a hand in it does not release its parts."""
    return _grant(case, grant_id, hands=_with(grants_of(case).grants[grant_id].hands, actor), **changes)


def _approved(case: Case, fact: facts.GrantApproved, at: At) -> Case:
    accounts = tuple(name for name, _ in fact.shares)
    return _in_hands_of(case, fact.grant_id, at.actor, approved_by=at.actor, changed_by="", accounts=accounts)


def _payee_changed(case: Case, fact: facts.PayeeChanged, at: At) -> Case:
    changers = _with(grants_of(case).grants[fact.grant_id].changers, at.actor)
    changes = {"changed_by": at.actor, "returned": False, "changers": changers}
    return _looked_at(_in_hands_of(case, fact.grant_id, at.actor, **changes))


def _tranche_released(case: Case, fact: facts.TrancheReleased, at: At) -> Case:
    before = grants_of(case).grants[fact.grant_id].tranches
    tranche = Tranche(fact.number, fact.amount.amount, at.actor, delivery=fact.delivery)
    return _grant(case, fact.grant_id, tranches={**before, fact.tranche_id: tranche})


def _tranche_instructed(case: Case, fact: facts.TrancheInstructed, _at: At) -> Case:
    if grants_of(case).grants[fact.grant_id].tranches[fact.tranche_id].status != "released":
        return case  # the bank answered before its worker reported; an answer is never forgotten
    return _tranche(case, fact.grant_id, fact.tranche_id, status="instructed")


def _answered(case: Case, fact: Answer, at: At, status: str, **changes: Any) -> Case:
    """Return the tranche as the bank's answer leaves it; what only a person says waits for the bank's own file."""
    said_by = frozenset({at.actor} if fact.source == "upload" else ())
    changes |= {"unconfirmed": fact.source in ("upload", "hand"), "said_by": said_by}
    return _tranche(case.calm("bank_silent"), fact.grant_id, fact.tranche_id, status=status, **changes)


def _rejected(case: Case, fact: facts.TrancheRejected, at: At) -> Case:
    case = _answered(case, fact, at, "rejected")
    return _grant(case, fact.grant_id, refused=True) if fact.approve_anew else case


def _uploaded(case: Case, fact: facts.BankFileUploaded, at: At) -> Case:
    said_by = grants_of(case).grants[fact.grant_id].tranches[fact.tranche_id].said_by
    return _tranche(case, fact.grant_id, fact.tranche_id, said_by=said_by | {at.actor})


def _settled(case: Case, fact: facts.BankAnswerSettled, _at: At) -> Case:
    case = _tranche(case, fact.grant_id, fact.tranche_id, disputed=False, unconfirmed=False)
    paid = fact.outcome == "paid"
    returned = grants_of(case).grants[fact.grant_id].returned and not paid
    case = _looked_at(_grant(case, fact.grant_id, refused=not paid, returned=returned))
    return case if any(one.disputed for one in grants_of(case).grants.values()) else case.calm("bank_contradicts")


def _returned(case: Case, fact: facts.TrancheReturned, at: At) -> Case:
    case = _answered(case, fact, at, "returned")
    return _grant(case, fact.grant_id, returned=not grants_of(case).grants[fact.grant_id].declined)


def _shown(case: Case, fact: facts.EvidenceRecorded, _at: At) -> Case:
    tranche = grants_of(case).grants[fact.grant_id].tranches[fact.tranche_id]
    return _tranche(case, fact.grant_id, fact.tranche_id, evidence=tranche.evidence | {fact.kind})


def _spent(case: Case, fact: facts.CostRecorded, _at: At) -> Case:
    cost = Cost(fact.kind, fact.amount.amount, fact.amount.currency, fact.shares)
    return grants_of.changed(case, costs={**grants_of(case).costs, fact.cost_id: cost})


def _joined(case: Case, fact: CasesJoined, _at: At) -> Case:
    granted = tuple(
        Grant(kind, amount, currency, requested_by="", return_id=fact.return_id)
        for kind, amount, currency in fact.granted
    )
    return grants_of.changed(case, elsewhere={**grants_of(case).elsewhere, fact.other: granted}) if granted else case


def _parted(case: Case, fact: CasesParted, _at: At) -> Case:
    before = grants_of(case).elsewhere
    return grants_of.changed(case, elsewhere=without(before, fact.other)) if fact.other in before else case


def _return_begins(case: Case, fact: TripPlanned, _at: At) -> Case:
    """Let what was granted elsewhere, before there was a trip, count for the first one that is planned."""
    before = grants_of(case).elsewhere
    if not before:
        return case
    bound = {
        other: tuple(one if one.return_id else one._replace(return_id=fact.trip_id) for one in granted)
        for other, granted in before.items()
    }
    return grants_of.changed(case, elsewhere=bound)


def _evidence_of(case: Case, grant_id: str, tranche_id: str) -> frozenset[str]:
    grant = grants_of(case).grants.get(grant_id)
    return grant.tranches[tranche_id].evidence if grant and tranche_id in grant.tranches else frozenset()


def _not_shown(case: Case, told: Told) -> Case:
    said = dict(told.about)
    left = _evidence_of(case, said["grant_id"], said["tranche_id"]) - {said["kind"]}
    was_there = {said["kind"]} if said["kind"] in told.before else set()
    return _tranche(case, said["grant_id"], said["tranche_id"], evidence=left | was_there)


def _next_part_rests_on_it(case: Case, told: Told) -> list[Reason]:
    """Return that a later part went out on the strength of the paper."""
    grant = grants_of(case).grants[dict(told.about)["grant_id"]]
    number = grant.tranches[dict(told.about)["tranche_id"]].number
    later = [one.number for one in grant.tranches.values() if one.number > number and one.status not in _NOT_PAID]
    return [refusals.NEXT_PART_RESTS_ON_IT(numbers=later)] if later else []


RETRACTABLE: Final = (
    Retractable(
        facts.EvidenceRecorded, "RecordEvidence", _not_shown,
        about=lambda f: (("grant_id", f.grant_id), ("tranche_id", f.tranche_id), ("kind", f.kind)),
        keeps=lambda c, f: _evidence_of(c, f.grant_id, f.tranche_id), after_the_end=True,
        against=_next_part_rests_on_it,
    ),
)  # fmt: skip
INSTEAD: Final = {
    "CostRecorded": Instead(back="ReverseCost", anew="RecordCost"),
    "CostReversed": Instead(("RecordCost",)),
    "GrantRequested": Instead(("ChangePayee",), "DeclineGrant", "RequestGrant"),
    "GrantDeclined": Instead(("RequestGrant",)),
    "PayeeChanged": Instead(("ChangePayee",)),
    "PayeePutOnHold": Instead(("ReleasePayee",)),
    "PayeeReleased": Instead(("PutPayeeOnHold",)),
    "TrancheReleased": Instead(("PutPayeeOnHold",)),
}
CHANGES: dict[str, Change] = {
    "CasesJoined": _joined,
    "CasesParted": _parted,
    "TripPlanned": _return_begins,
    "GrantRequested": _grant_asked,
    "GrantApproved": _approved,
    "GrantDeclined": lambda c, f, _: _looked_at(_grant(c, f.grant_id, declined=True, returned=False)),
    "PayeeChanged": _payee_changed,
    "PayeeApproved": lambda c, f, at: _in_hands_of(
        c, f.grant_id, at.actor, approved_by=at.actor, changed_by="", refused=False
    ),
    "GrantApprovedAnew": lambda c, f, at: _in_hands_of(c, f.grant_id, at.actor, approved_by=at.actor, refused=False),
    "PayeePutOnHold": lambda c, f, _: _grant(c, f.grant_id, on_hold=True),
    "PayeeReleased": lambda c, f, _: _grant(c, f.grant_id, on_hold=False),
    "EvidenceRecorded": _shown,
    "TrancheReleased": _tranche_released,
    "TrancheInstructed": _tranche_instructed,
    "TranchePaid": lambda c, f, at: _answered(c, f, at, "paid", shares=f.shares),
    "TrancheRejected": _rejected,
    "BankFileUploaded": _uploaded,
    "BankAnswerConfirmed": lambda c, f, _: _tranche(c, f.grant_id, f.tranche_id, unconfirmed=False),
    "BankContradicted": lambda c, f, _: _tranche(c, f.grant_id, f.tranche_id, disputed=True),
    "BankAnswerSettled": _settled,
    "TrancheReturned": _returned,
    "CostRecorded": _spent,
    "CostReversed": lambda c, f, _: grants_of.changed(c, costs=without(grants_of(c).costs, f.cost_id)),
}
