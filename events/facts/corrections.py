"""Facts of putting right: what was known of a person and was wrong, and what was written down by a slip.

Nothing that was told before changes. A sealed value that was wrong stays sealed where it was said, and goes with the
person's keys like the right one.
"""

from datetime import date, datetime

from events.catalogue import Contact, Fact, Identity, TaskOutcome


class IdentityCorrected(Fact):
    """A name, birth date or telephone number was wrong or missing; ``fields`` says which, the values are sealed.

    ``child`` and ``of_age_from`` are what a birth date says of the age, ``waits`` that it makes somebody of age earlier
    than was known: until two people have confirmed that, the person goes on being treated as before. ``forgotten``
    says that the name was another person's, so that nobody finds the case by it any more.
    """

    person_id: str
    correction_id: str
    fields: tuple[str, ...]
    emptied: tuple[str, ...] = ()
    why: str
    evidence: str
    forgotten: bool = False
    age_band: str | None = None
    age_band_before: str | None = None
    child: bool | None = None
    of_age_from: date | None = None
    waits: bool = False
    name: Identity = None
    birth_date: Identity = None
    phone: Contact = None
    evidence_number: Identity = None


class CitizenshipsCorrected(Fact):
    """The citizenships were wrong or missing; two people stand behind it once a return rests on them."""

    person_id: str
    citizenships: tuple[str, ...]
    citizenships_before: tuple[str, ...]
    why: str
    evidence: str
    evidence_number: Identity = None
    second: str = ""
    proposal: str = ""  # the paper's number is sealed there


class DetailsCorrected(Fact):
    """What else was known of a person was wrong or missing; what is None was not corrected."""

    person_id: str
    correction_id: str
    why: str
    evidence: str
    gender: str | None = None
    gender_before: str | None = None
    language: str | None = None
    language_before: str | None = None
    age_band: str | None = None
    age_band_before: str | None = None
    child: bool | None = None
    waits: bool = False
    exploitation: tuple[str, ...] | None = None
    exploitation_before: tuple[str, ...] | None = None
    country_of_exploitation: str | None = None
    country_of_exploitation_before: str | None = None
    evidence_number: Identity = None


class AgeCorrected(Fact):
    """Two people confirmed what a correction says of the age; from now on the person is treated so."""

    correction_id: str
    child: bool
    of_age_from: date | None = None
    age_band: str | None = None
    second: str
    proposal: str


class RecordRetracted(Fact):
    """What was recorded as ``record`` of the case's own history was a slip, and counts no more.

    Whoever had recorded it retracts it soon after; anything else takes two people.
    """

    record: int
    of: str
    by: str
    recorded_at: datetime
    why: str
    second: str = ""
    proposal: str = ""


class CorrectionTold(TaskOutcome):
    """A provider was told that something it was told of a person has changed; the letter does not say what."""

    provider: str
    referral_id: str
    receipt: str
