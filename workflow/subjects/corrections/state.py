"""What of a person's data the rules keep for corrections: what was said last, and an age that two have to see."""

from datetime import date
from typing import Final, NamedTuple

from events.facts import corrections as facts
from events.facts.intake import CaseOpened, ConsentGiven
from events.facts.safety import AgeEstablished
from workflow.case.state import At, Case, Change, Part
from workflow.subjects.safety.state import safety_of, settled_by_age
from workflow.values.ages import CHILD_BANDS
from workflow.values.days import utc_day


class AgeSaid(NamedTuple):
    """What a correction says of the age."""

    correction_id: str
    child: bool
    of_age_from: date | None = None
    age_band: str | None = None


class Corrections(NamedTuple):
    """What the core of the case does not keep of its person, and what still waits for two people."""

    exploitation: tuple[str, ...] = ()
    country_of_exploitation: str = ""
    known_child: bool = False  # by what was said of the age or decided, and not only because nobody knows
    waiting: AgeSaid | None = None
    corrected: frozenset[str] = frozenset()  # what others may have arranged something by
    own_word: frozenset[str] = frozenset()  # purposes agreed to as an adult, by who is now known to be a child


corrections_of: Final = Part("corrections", Corrections())


def _opened(case: Case, fact: CaseOpened, _at: At) -> Case:
    known_child = fact.of_age_from is not None or fact.age_band in CHILD_BANDS or fact.majority == "minor"
    told = Corrections(fact.exploitation, fact.country_of_exploitation or "", known_child)
    return case if told == Corrections() else corrections_of.put(case, told)


def _established(case: Case, fact: AgeEstablished, _at: At) -> Case:
    """Return the case with what was decided; an age that waited for two people waits no more."""
    before = corrections_of(case)
    if (before.known_child, before.waiting) == (fact.child, None):
        return case
    return corrections_of.changed(case, known_child=fact.child, waiting=None)


def _identity(case: Case, fact: facts.IdentityCorrected, at: At) -> Case:
    if fact.child is None:
        return case
    return _aged(case, AgeSaid(fact.correction_id, fact.child, fact.of_age_from, fact.age_band), at, waits=fact.waits)


def _details(case: Case, fact: facts.DetailsCorrected, at: At) -> Case:
    said = {name: value for name in ("gender", "language") if (value := getattr(fact, name)) is not None}
    kept = ("exploitation", "country_of_exploitation")
    case = corrections_of.changed(case._replace(**said), **{n: v for n in kept if (v := getattr(fact, n)) is not None})
    if fact.language is not None:
        case = corrections_of.changed(case, corrected=corrections_of(case).corrected | {"language"})
    if fact.child is None:
        return case
    return _aged(case, AgeSaid(fact.correction_id, fact.child, None, fact.age_band), at, waits=fact.waits)


def _citizenships(case: Case, fact: facts.CitizenshipsCorrected, _at: At) -> Case:
    corrected = corrections_of(case).corrected | {"citizenships"}
    return corrections_of.changed(case._replace(citizenships=fact.citizenships), corrected=corrected)


def _age(case: Case, fact: facts.AgeCorrected, at: At) -> Case:
    return _aged(case, AgeSaid(fact.correction_id, fact.child, fact.of_age_from, fact.age_band), at, waits=False)


def _aged(case: Case, said: AgeSaid, at: At, *, waits: bool) -> Case:
    """Return the case with the age in force, or with the age that waits for two people and all else as before."""
    if waits:
        return corrections_of.changed(case, waiting=said)
    was_adult = not case.is_child(utc_day(at.recorded_at))
    own = {purpose for purpose, to in case.consents if not to} if was_adult and said.child else set()
    own -= {purpose for purpose, to in safety_of(case).by_guardian if not to}
    before = corrections_of(case)
    return corrections_of.changed(
        settled_by_age(case, child=said.child)._replace(
            child=said.child, of_age_from=said.of_age_from, age_band=said.age_band or case.age_band
        ),
        known_child=said.child, waiting=None,
        own_word=before.own_word | own if said.child else frozenset(),
    )  # fmt: skip


def _consented(case: Case, fact: ConsentGiven, _at: At) -> Case:
    own = corrections_of(case).own_word
    return corrections_of.changed(case, own_word=own - {fact.purpose}) if fact.purpose in own else case


CHANGES: dict[str, Change] = {
    "CaseOpened": _opened,
    "AgeEstablished": _established,
    "IdentityCorrected": _identity,
    "CitizenshipsCorrected": _citizenships,
    "DetailsCorrected": _details,
    "AgeCorrected": _age,
    "ConsentGiven": _consented,
}
