"""Which parts of a case a provider may see: by its kind's profile, and never without a live consent for it.

Each part names the facts it comes from, so that a fact added later discloses nothing until somebody says so here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from workflow.programme.programme import Programme
from workflow.subjects.referrals.definition import MEDICAL, AgencyKind, Disclosure


class Source(NamedTuple):
    """Where a part comes from: a fact, its field, and the compartment it is sealed in ("" when it is open)."""

    fact: str
    field: str
    compartment: str = ""


# The agency kinds in the words of the Human Trafficking Case Data Standard (org_Type); x_ marks our extensions.
ORG_TYPES: Final[Mapping[AgencyKind, tuple[str, ...]]] = {
    "government": ("CentralGovernmentOrganisation", "LocalGovernmentOrganisation"),
    "law_enforcement": ("LawEnforcement",),
    "health": ("HealthServiceOrganisation",),
    "social_support": ("LocalGovernmentOrganisation", "x_SocialSupportInstitution"),
    "ngo": ("NGO",),
    "international_organisation": ("x_InternationalOrganisation",),
}

SOURCES: Final[Mapping[str, tuple[Source, ...]]] = {
    "language": (Source("CaseOpened", "language"),),
    "gender": (Source("CaseOpened", "gender"),),
    "age_band": (Source("CaseOpened", "age_band"),),
    "child": (Source("CaseOpened", "child"), Source("AgeEstablished", "child")),
    "citizenships": (Source("CaseOpened", "citizenships"),),
    "exploitation": (Source("CaseOpened", "exploitation"),),
    "country_of_exploitation": (Source("CaseOpened", "country_of_exploitation"),),
    "name": (Source("CaseOpened", "name", "identity"),),
    "birth_date": (Source("CaseOpened", "birth_date", "identity"),),
    "phone": (Source("CaseOpened", "phone", "contact"),),
    "guardian": (Source("GuardianAppointed", "name", "identity"),),
    "document_number": (Source("TravelDocumentRecorded", "number", "identity"),),
    "medical": (Source("FitnessCertified", "note", "medical"), Source("SessionHeld", "medical_note", "medical")),
    "story": (Source("CaseOpened", "story", "story"),),
    "risk": (Source("RiskAssessed", "note", "story"),),
}


def parts_for(kind: AgencyKind, profiles: Disclosure) -> tuple[str, ...]:
    """Return what a kind of agency may see; the police get nothing medical even if a profile says so."""
    allowed = getattr(profiles, kind)
    never = MEDICAL if kind == "law_enforcement" else frozenset()
    return tuple(part for part in SOURCES if part in allowed and part not in never)


def parts_for_provider(programme: Programme, provider_id: str) -> tuple[str, ...]:
    """Return what a provider of the directory may see."""
    return parts_for(programme.provider_of[provider_id].kind, programme.disclosure)


def sources_of(parts: tuple[str, ...]) -> list[tuple[str, Source]]:
    """Return where parts come from, each with its part."""
    return [(part, source) for part in parts for source in SOURCES[part]]
