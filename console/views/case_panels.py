"""What of a case's page each role sees: one table, so that nobody has to look for it in templates.

A sheet that is not named for a role is not drawn for it, and the timeline tells it nothing of that sheet's subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from workflow.rights.acts import Role

Sheet = Literal[
    "next", "waiting", "person", "safety", "place", "care", "consents", "documents", "travel", "life", "money",
    "referrals", "running", "notes", "access",
]  # fmt: skip
ALL: Final[tuple[Sheet, ...]] = get_args(Sheet)

SHEETS: Final[Mapping[Role, tuple[Sheet, ...]]] = {
    "case_manager": ALL,
    "supervisor": ALL,
    "medical": ("person", "care", "place", "consents", "notes"),
    "legal": ("person", "safety", "documents", "consents", "referrals", "notes"),
    "hotline": ("consents",),  # who took the call sees that it went on, and how it is agreed to
}

# Which sheet a fact belongs to, by the file of facts it is written in; what is named here by its own name, goes there.
_OF_SUBJECT: Final[Mapping[str, Sheet]] = {
    "case": "next",
    "safety": "safety",
    "care": "care",
    "papers": "documents",
    "places": "place",
    "reception": "travel",
    "travel": "travel",
    "routes": "travel",
    "grants": "money",
    "funding": "money",
    "shared": "money",
    "referrals": "referrals",
    "reintegration": "life",
    "closing": "next",
    "work": "running",
    "access": "access",
    "hotline": "consents",
}
_OF_FACT: Final[Mapping[str, Sheet]] = {
    "ConsentGiven": "consents",
    "ConsentWithdrawn": "consents",
    "ConsentExpired": "consents",
    "ChildAssented": "consents",
    "GuardianAppointed": "consents",
    "AgeEstablished": "safety",
    "BestInterestsDecided": "safety",
    "ReflectionEnded": "safety",
    "ReflectionStarted": "safety",
    "RiskAssessed": "safety",
    "VictimIdentified": "safety",
    "NoteAdded": "notes",
    "SealedOpened": "access",
    "SealedDenied": "access",
    "CarePlanAgreed": "care",
    "FitnessCertified": "care",
    "ServiceProvided": "care",
    "LegalReferenceAssigned": "safety",
    "ArrivalPlanned": "travel",
    "EscortAnswered": "travel",
    "EscortInvited": "travel",
    "ReturnDeclared": "travel",
    "StayChosen": "travel",
    "TripPlanned": "travel",
    "TripCancelled": "travel",
    "BedAssigned": "place",
    "BedGivenUp": "place",
    "MovedIn": "place",
    "DisclosureMade": "access",
}
FOR_EVERYBODY: Final = frozenset({"CaseOpened", "StageEntered", "CaseLinked", "CaseAssigned"})
# Alarm clocks being set and work being handed out: true, kept for ever, and not what anybody looks for first.
MACHINERY: Final = ("TimerSet", "TimerCancelled", "TimerFired", "TaskRequested", "TaskUnwanted")


def sheets_for(role: str) -> tuple[Sheet, ...]:
    """Return the sheets a role sees, in the order of the page; none for a role that sees no case."""
    return SHEETS.get(role, ())  # type: ignore[call-overload, no-any-return]


def sheet_of(fact: str, subject: str) -> Sheet | None:
    """Return the sheet a fact belongs to, by its name and the file it is written in."""
    return _OF_FACT.get(fact) or _OF_SUBJECT.get(subject)


def is_told(fact: str, subject: str, sheets: tuple[Sheet, ...]) -> bool:
    """Tell whether somebody with these sheets is told of a fact."""
    return fact in FOR_EVERYBODY or sheet_of(fact, subject) in sheets
