"""Facts of what cases share: beds, escorts, money, and the programme itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from events.catalogue import Fact, Sealed
from events.money import Money

Secret = Annotated[str | None, Sealed("money")]
Shares = tuple[tuple[str, Money], ...]  # account (funder/line), how much of it


class ProgrammePublished(Fact):
    """A programme file is in force; cases opened from now on run under it."""

    programme: str
    definition: str
    text: str


class BedHeld(Fact):
    """A bed waits for somebody until a time."""

    case_id: str
    bed: int
    until: datetime


class BedTaken(Fact):
    """Somebody moved in."""

    case_id: str
    bed: int
    at: datetime


class BedReleased(Fact):
    """A bed is free again, since a time."""

    case_id: str
    bed: int
    reason: str
    at: datetime


class BedAssigned(Fact):
    """The case's side of a bed held."""

    facility: str
    bed: int
    until: datetime


class MovedIn(Fact):
    """The case's side of a bed taken: since when, and until which day it is planned."""

    facility: str
    bed: int
    at: datetime
    until: date | None = None


class BedGivenUp(Fact):
    """The case's side of a bed released; ``awaited`` says that others wait for it."""

    facility: str
    bed: int
    reason: str
    awaited: bool = False


class EscortReserved(Fact):
    """An escort is taken for a trip and the way back."""

    escort: str
    case_id: str
    trip_id: str
    leaves_at: datetime
    back_at: datetime


class EscortFreed(Fact):
    """An escort is not needed for that trip any more."""

    escort: str
    case_id: str
    trip_id: str
    reason: str


class GrantRequested(Fact):
    """Somebody asked for a grant for the person; the payee is sealed."""

    person_id: str
    grant_id: str
    kind: str
    amount: Money
    return_id: str = ""  # the trip it is for; nothing when the person stays
    payee_name: Secret = None
    payee_account: Secret = None


class GrantApproved(Fact):
    """Somebody else approved it, and each funder's share of it is set aside."""

    grant_id: str
    shares: Shares


class GrantDeclined(Fact):
    """Somebody decided against the grant, or it is not needed any more."""

    grant_id: str
    reason: str


class TrancheReleased(Fact):
    """A third person let a part of the grant go to the bank."""

    grant_id: str
    tranche_id: str
    number: int
    amount: Money
    delivery: str = "cash"  # or in_kind


class TrancheInstructed(Fact):
    """The bank was told to pay, in a file with this message id."""

    task_id: str
    grant_id: str
    tranche_id: str
    message_id: str


class TranchePaid(Fact):
    """The bank says it paid; ``shares`` says which lines bore it."""

    grant_id: str
    tranche_id: str
    reference: str
    shares: Shares = ()


class TrancheRejected(Fact):
    """The bank says it did not pay, and why (ISO 20022 external status reason)."""

    grant_id: str
    tranche_id: str
    reason: str


class FundsCommitted(Fact):
    """Money of each funder is set aside for a grant."""

    case_id: str
    grant_id: str
    shares: Shares


class FundsFreed(Fact):
    """Money set aside is free again."""

    case_id: str
    grant_id: str
    shares: Shares


class FundsDisbursed(Fact):
    """Money set aside has been paid."""

    case_id: str
    grant_id: str
    tranche_id: str
    shares: Shares


class KeysChosen(Fact):
    """The first fact of a log: which key file it is sealed with, as a fingerprint that opens nothing."""

    fingerprint: str
