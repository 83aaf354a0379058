"""What is told about a case from its first day: opened, agreed to, written down."""

from datetime import date

from events.catalogue import Contact, Fact, Identity, Story


class CaseOpened(Fact):
    """A referral came in and became a case.

    ``of_age_from`` is set for a child whose birth date is known: the day they are 18, moved on to the first
    of the next month so that the open log does not hold a birthday.
    """

    case_id: str
    person_id: str
    programme: str
    source: str
    stage: str
    previous_case: str | None = None
    consultation: str = ""
    citizenships: tuple[str, ...] = ()
    gender: str | None = None
    age_band: str | None = None
    child: bool = True
    of_age_from: date | None = None
    majority: str | None = None  # as it was said; a minor is a known child, where nothing was said one is presumed
    language: str | None = None
    exploitation: tuple[str, ...] = ()
    country_of_exploitation: str | None = None
    registered_year: int | None = None
    referred_by: str = ""
    owner: str = ""  # whoever opened it, unless a machine did
    team: str = ""  # everybody of the programme when empty
    handle: str = ""  # what they are called where others hear it; never their name
    name: Identity = None
    birth_date: Identity = None
    phone: Contact = None
    story: Story = None
    their_reference: Identity = None


class HandleChanged(Fact):
    """From now on the person is called something else; the handle before it goes on finding the case."""

    handle: str
    before: str
    why: str


class HandleTaken(Fact):
    """A handle is somebody's, and is given to nobody else of the programme any more."""

    case_id: str
    handle: str


class CaseLinked(Fact):
    """The same person came to harm again and has a new case."""

    next_case: str


class ConsentGiven(Fact):
    """The person (or guardian) agreed to a purpose, for one recipient or for the programme itself."""

    purpose: str
    recipient: str = ""
    by: str = "person"
    until: date | None = None


class ConsentWithdrawn(Fact):
    """The person took back an agreement; it holds from this moment."""

    purpose: str
    recipient: str = ""


class NoteAdded(Fact):
    """Somebody wrote something down about the case."""

    person_id: str
    note: Story = None


class SealedOpened(Fact):
    """Somebody opened what is sealed of the case, and said why; recorded before the key is handed out.

    With a ``file_id`` it was that file and nothing else.
    """

    compartments: tuple[str, ...]
    why: str
    file_id: str = ""
