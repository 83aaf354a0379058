"""Which parts of a case a provider may see: by its kind's profile, and never without a live consent for it.

Each part names the facts it comes from, so that a fact added later discloses nothing until somebody says so here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from events.catalogue import Fact
from events.facts.corrections import IdentityCorrected
from workflow.programme.programme import Programme
from workflow.subjects.referrals.definition import MEDICAL, AgencyKind, DisclosurePolicy


class PartSource(NamedTuple):
    """Where a part comes from: a fact, its field, and the compartment it is sealed in ("" when it is open)."""

    fact: str
    field: str
    compartment: str = ""


def _corrected(field: str, *facts: str) -> tuple[PartSource, ...]:
    return tuple(PartSource(fact, field) for fact in facts)


# The agency kinds in the words of the Human Trafficking Case Data Standard (org_Type); x_ marks our extensions.
ORG_TYPES: Final[Mapping[AgencyKind, tuple[str, ...]]] = {
    "government": ("CentralGovernmentOrganisation", "LocalGovernmentOrganisation"),
    "law_enforcement": ("LawEnforcement",),
    "health": ("HealthServiceOrganisation",),
    "social_support": ("LocalGovernmentOrganisation", "x_SocialSupportInstitution"),
    "ngo": ("NGO",),
    "international_organisation": ("x_InternationalOrganisation",),
}

SOURCES: Final[Mapping[str, tuple[PartSource, ...]]] = {
    "language": (PartSource("CaseOpened", "language"), PartSource("DetailsCorrected", "language")),
    "gender": (PartSource("CaseOpened", "gender"), PartSource("DetailsCorrected", "gender")),
    "age_band": (
        PartSource("CaseOpened", "age_band"),
        *_corrected("age_band", "IdentityCorrected", "DetailsCorrected", "AgeCorrected"),
    ),
    "child": (
        PartSource("CaseOpened", "child"),
        PartSource("AgeEstablished", "child"),
        *_corrected("child", "IdentityCorrected", "DetailsCorrected", "AgeCorrected"),
    ),
    "citizenships": (PartSource("CaseOpened", "citizenships"), PartSource("CitizenshipsCorrected", "citizenships")),
    "exploitation": (PartSource("CaseOpened", "exploitation"), PartSource("DetailsCorrected", "exploitation")),
    "country_of_exploitation": (
        PartSource("CaseOpened", "country_of_exploitation"),
        PartSource("DetailsCorrected", "country_of_exploitation"),
    ),
    "name": (PartSource("CaseOpened", "name", "identity"), PartSource("IdentityCorrected", "name", "identity")),
    "birth_date": (
        PartSource("CaseOpened", "birth_date", "identity"),
        PartSource("IdentityCorrected", "birth_date", "identity"),
    ),
    "phone": (PartSource("CaseOpened", "phone", "contact"), PartSource("IdentityCorrected", "phone", "contact")),
    "guardian": (PartSource("GuardianAppointed", "name", "identity"),),
    "document_number": (PartSource("TravelDocumentRecorded", "number", "identity"),),
    "medical": (
        PartSource("FitnessCertified", "note", "medical"),
        PartSource("SessionHeld", "medical_note", "medical"),
    ),
    "story": (PartSource("CaseOpened", "story", "story"),),
    "risk": (PartSource("RiskAssessed", "level"),),  # what was noted of it stays with us
}


def parts_for(kind: AgencyKind, profiles: DisclosurePolicy) -> tuple[str, ...]:
    """Return what a kind of agency may see; the police get nothing medical even if a profile says so."""
    allowed = getattr(profiles, kind)
    never = MEDICAL if kind == "law_enforcement" else frozenset()
    return tuple(part for part in SOURCES if part in allowed and part not in never)


def parts_for_provider(programme: Programme, provider_id: str) -> tuple[str, ...]:
    """Return what a provider of the directory may see."""
    return parts_for(programme.provider_of[provider_id].kind, programme.disclosure)


def is_said(fact: Fact, source: PartSource) -> bool:
    """Tell whether a fact says a part; an age that waits for a second person is not told yet.

    A fact that has its sealed values closed tells by their names which of them it holds.
    """
    if getattr(fact, "waits", False) and source.field in ("child", "age_band"):
        return False
    if isinstance(fact, IdentityCorrected) and source.compartment:
        return source.field in fact.fields
    return getattr(fact, source.field) not in (None, "", ())


def sources_of(parts: tuple[str, ...]) -> list[tuple[str, PartSource]]:
    """Return where parts come from, each with its part."""
    return [(part, source) for part in parts for source in SOURCES[part]]
