"""Facts of erasure: who asked for it, which two decided it, and what was destroyed. None of them identifies anybody.

``PersonErased`` is what the database asks for before it lets a sealed part go (migration 0012); the log keeps it, and
every leaf hash of what was erased, for ever.
"""

from datetime import date, datetime
from typing import Literal

from events.catalogue import Fact, TaskOutcome

AskedBy = Literal["person", "guardian", "lawyer", "retention"]


class ErasureRequested(Fact):
    """Somebody asked, for the person, that everything by which they can be known is destroyed.

    ``paper`` is the number of the paper in the office's book of letters: digits, so that no name can stand there.
    """

    request_id: str
    asked_by: AskedBy
    paper: str
    received_on: date


class ErasureRequestWithdrawn(Fact):
    """The person thought better of it before it was done."""

    request_id: str


class PersonErased(Fact):
    """Two people decided that a person is erased; from here on nothing is sealed for them, and nothing is opened."""

    person_id: str
    case_id: str
    request_id: str
    asked_by: AskedBy
    paper: str
    cases: tuple[str, ...]  # all of the person's, this one first
    second: str = ""
    proposal: str = ""


class CaseErasedToo(Fact):
    """An earlier case of a person who was erased; that was decided in ``decided_in``."""

    person_id: str
    decided_in: str


class PartnerRecalled(TaskOutcome):
    """A provider that had been told something was written to: destroy it, and say so."""

    referral_id: str
    provider: str
    receipt: str


class ErasureCompleted(TaskOutcome):
    """Keys, ciphertexts and everything drawn from them are destroyed; how much of each is told."""

    person_id: str
    destroyed: tuple[tuple[str, int], ...]


class ErasureReplayed(Fact):
    """An older copy of the log was taken up again, and whoever was erased since is erased in it too.

    That they were, and when, is kept beside the keys, where no copy of the log reaches.
    """

    person_id: str
    case_id: str
    destroyed_at: datetime
