"""Facts about whose case it is, who opened it in an emergency, and what was said of that afterwards."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from events.catalogue import Fact, Story, TaskOutcome

Emergency = Literal[
    "danger_to_life", "medical_emergency", "child_at_risk", "owner_cannot_be_reached", "court_or_police"
]


class CaseAssigned(Fact):
    """The case is somebody's, and a team's; the one who had it before has it no more."""

    owner: str
    team: str = ""
    person_id: str = ""  # whose key seals the note; empty where there is none
    note: Story = None  # what whoever gives it wants the next to know


class CasesExported(Fact):
    """Somebody took the list of a programme's cases out as a file: numbers and handles, and no name."""

    programme: str
    filters: str  # as the list's address has them: open words only
    columns: tuple[str, ...]
    cases: int
    file: Literal["csv", "xlsx"]


class GlassBroken(Fact):
    """Somebody who had no part in the case opened it in an emergency; recorded before anything was shown.

    The chosen word is for everybody who counts emergencies; what was written beside it may identify, and is sealed.
    """

    glass_id: str
    person_id: str
    account: str
    mandate: str
    reason: Emergency
    until: datetime
    why: Story = None


class GlassMended(Fact):
    """The emergency is over: the time ran out, or somebody ended it before."""

    glass_id: str
    account: str
    early: bool = False


class GlassTold(TaskOutcome):
    """Somebody was written to that the glass was broken."""

    glass_id: str
    receipt: str


class AccessReviewed(Fact):
    """Somebody else looked at why the glass was broken, and said whether it was right."""

    glass_id: str
    person_id: str
    account: str
    outcome: Literal["justified", "not_justified"]
    note: Story = None


class LookingStopped(Fact):
    """Somebody opened more cases within an hour than their work needs: this one, and every other, was not shown.

    It stands with the case that was one too many, so that its people and the officer learn of it.
    """

    account: str
    cases: int  # that had been opened within the hour


class StopTold(TaskOutcome):
    """The data-protection officer was written to that somebody was stopped."""

    account: str
    receipt: str


class StopReviewed(Fact):
    """Somebody else looked into what a stopped account had opened; if it was justified, cases are shown to it again."""

    account: str
    person_id: str
    outcome: Literal["justified", "not_justified"]
    note: Story = None


class DuplicateSuspected(Fact):
    """Another case was opened that may be of the same person; told to this case's people and to nobody else."""

    other: str


class DuplicateDecided(Fact):
    """Somebody compared the two cases, and said whether they are one person's."""

    other: str
    same: bool


Granted = tuple[tuple[str, Decimal, str], ...]  # what was granted: the kind, how much, in which currency


class CasesJoined(Fact):
    """Two people decided that another case, which has ended, is this person's too: this one leads from here on.

    Nothing moves between the two; who sees them stays as it was. What was granted there counts here, for the return
    that is under way (``return_id``) or the next one.
    """

    other: str
    granted: Granted = ()
    return_id: str = ""
    second: str = ""
    proposal: str = ""


class CaseLed(Fact):
    """Another case is the same person's and leads: nothing new is begun here. It was decided there."""

    leading: str


class CasesParted(Fact):
    """Two people decided that the two are not one person's after all; what was recorded since stays where it is."""

    other: str
    second: str = ""
    proposal: str = ""


class CaseLedNoMore(Fact):
    """The case is on its own again; that was decided in the one that led."""

    leading: str
