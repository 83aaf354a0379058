"""What is told about safety: age, identification, time to reflect, risk, and who decides with a child."""

from datetime import date

from events.catalogue import Fact, Identity, Story


class ChildAssented(Fact):
    """A child was asked in their own language: agrees, refuses, or cannot form a view yet."""

    to: str
    answer: str


class ConsentExpired(Fact):
    """A consent ended by itself: its last day has passed, or the case it was given for had ended."""

    purpose: str
    recipient: str = ""


class SafetyPlanAgreed(Fact):
    """What is done about the dangers of this level, agreed by a second person; the plan itself is sealed."""

    person_id: str
    level: str
    second: str
    plan: Story = None
    proposal: str = ""  # the plan is sealed there


class SealedDenied(Fact):
    """Somebody asked for sealed parts that their mandate does not open; nothing was shown."""

    compartments: tuple[str, ...]
    mandate: str
    why: str


class AgeEstablished(Fact):
    """Somebody whose age was unknown is now known to be an adult, or a child."""

    child: bool
    of_age_from: date | None = None
    basis: str


class VictimIdentified(Fact):
    """A body decided on the person's trafficking status (HTCDS vic_TraffickingStatus)."""

    status: str
    decided_by: str
    decided_on: date


class ReflectionStarted(Fact):
    """The recovery and reflection period runs from formal identification."""

    until: date


class ReflectionEnded(Fact):
    """The person decided before the period was over, or it ran out."""

    why: str


class RiskAssessed(Fact):
    """The dangers were gone through with the person."""

    person_id: str
    level: str
    safe_to_return: bool
    note: Story = None
    second: str = ""  # who proposed it, where less danger was found than a high one
    proposal: str = ""  # the note is sealed there
    lowers: str = ""  # when the finding of a high risk was recorded that this one takes the place of


class GuardianAppointed(Fact):
    """A child has somebody who decides with and for them."""

    person_id: str
    kind: str
    name: Identity = None


class GuardianAgreed(Fact):
    """Two people decided that somebody of a child's own group decides with and for it; ``member`` is their case."""

    person_id: str
    kind: str
    member: str
    second: str
    proposal: str = ""  # the name is sealed there


class GuardianEnded(Fact):
    """Whoever decided for a child does not any more; ``member`` is their own case, where they have one here."""

    because: str
    member: str = ""


class BestInterestsDecided(Fact):
    """A body decided what is best for the child: to return or to stay."""

    outcome: str
    decided_by: str
    second: str = ""
    proposal: str = ""
