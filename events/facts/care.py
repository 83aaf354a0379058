"""Facts of care: appointments, sessions, certificates and plans. What was said in a session is sealed."""

from datetime import date, datetime

from events.catalogue import Fact, Legal, Medical, Story, TaskOutcome


class AppointmentNeeded(Fact):
    """The person needs an appointment for a service; ``needs_interpreter``: the provider lacks their language."""

    appointment: str
    service: str
    provider: str = ""
    language: str = ""
    needs_interpreter: bool = False
    interpreter: str = ""


class AppointmentRequested(TaskOutcome):
    """The provider was written to."""

    appointment: str
    reference: str


class InterpreterRequested(TaskOutcome):
    """Interpreters were written to."""

    appointment: str
    reference: str


class AppointmentBooked(Fact):
    """Somebody is expected at a provider's at a time."""

    appointment: str
    service: str
    provider: str
    at: datetime
    language: str = ""
    needs_interpreter: bool = False
    interpreter: str = ""


class AppointmentMoved(Fact):
    """The appointment is at another time."""

    appointment: str
    at: datetime


class AppointmentTold(TaskOutcome):
    """Whoever takes part in an appointment was told when it is."""

    appointment: str
    to: str
    reference: str


class AppointmentCancelled(Fact):
    """The appointment will not take place; whoever knew of it is told, each once."""

    appointment: str
    reason: str


class AppointmentTakenBack(TaskOutcome):
    """Somebody who expected the person was told not to."""

    appointment: str
    to: str
    reference: str


class SessionHeld(Fact):
    """The person came, or did not; what was found or said is sealed in the compartment of the kind of care."""

    person_id: str
    appointment: str
    service: str
    attended: bool
    medical_note: Medical = None
    note: Story = None
    legal_note: Legal = None


class LegalReferenceAssigned(Fact):
    """A court, an authority or a lawyer keeps a file on the matter; its number is sealed."""

    person_id: str
    matter: str
    reference: Legal = None


class CarePlanAgreed(Fact):
    """The plan of care stands, approved by a second person; its content is sealed."""

    person_id: str
    second: str
    plan: Story = None
    proposal: str = ""  # the plan is sealed there


class FitnessCertified(Fact):
    """A doctor says whether the person may travel, as seen on a day, and who must go along."""

    person_id: str
    certified_on: date
    valid_until: date
    escort: str
    note: Medical = None
