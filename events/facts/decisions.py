"""What is told about decisions that two people make: one proposes, another confirms, and only then it has happened.

All of it stands in the stream of what is decided about, so that its history is whole. What such a decision seals is
sealed here, once; the fact that results from it names the proposal.
"""

from datetime import datetime

from events.catalogue import Contact, Fact, Identity, Story


class DecisionProposed(Fact):
    """Somebody wants something done that needs two people; nothing of it has happened yet.

    ``given`` is the command's open fields as JSON, ``pins`` the digest of what it rests on.
    """

    proposal_id: str
    command: str
    given: str
    confirmed_by: tuple[str, ...]  # acts of the table of rights, of which any one will do
    pins: str
    expires_at: datetime
    person_id: str
    content: Story = None
    # Of an entry of the directory: whom it is, and how they are reached.
    name: Identity = None
    email: Contact = None
    address: Contact = None


class DecisionConfirmed(Fact):
    """A second person confirmed what ``proposer`` had proposed; what follows from it stands right behind."""

    proposal_id: str
    proposer: str


class DecisionDeclined(Fact):
    """A second person said no to what was proposed."""

    proposal_id: str
    reason: str


class ProposalWithdrawn(Fact):
    """Whoever had proposed it took it back."""

    proposal_id: str


class ProposalLapsed(Fact):
    """Nobody decided in time, or the case ended first: it counts no more and would have to be proposed anew."""

    proposal_id: str
