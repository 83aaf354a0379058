"""Which facts a paper may prove, and which kind of paper usually does; which compartment a kind usually lies in."""

from collections.abc import Mapping
from typing import Final

from events.facts.attachments import FileKind

PROVABLE: Final[Mapping[str, FileKind]] = {
    "ConsentGiven": "consent",
    "ConsentWithdrawn": "consent",
    "ChildAssented": "consent",
    "AgeEstablished": "official_letter",
    "GuardianAppointed": "official_letter",
    "BestInterestsDecided": "official_letter",
    "VictimIdentified": "official_letter",
    "LegalReferenceAssigned": "official_letter",
    "SafetyPlanAgreed": "declaration",
    "PersonMet": "photo",
    "CarePlanAgreed": "declaration",
    "SessionHeld": "medical_paper",
    "FitnessCertified": "medical_paper",
    "DocumentStepDone": "official_letter",
    "DocumentRefused": "official_letter",
    "DocumentCollected": "identity_document",
    "DocumentLost": "official_letter",
    "TravelDocumentRecorded": "travel_document",
    "TransitVisaRecorded": "travel_document",
    "ReturnDeclared": "declaration",
    "StayChosen": "declaration",
    "TicketIssued": "travel_document",
    "PersonHandedOver": "declaration",
    "PlanAgreed": "declaration",
    "CourseCompleted": "certificate",
    "FollowUpVisited": "photo",
    "GrantRequested": "declaration",
    "EvidenceRecorded": "receipt",
    "PayeeChanged": "declaration",
    "CostRecorded": "receipt",
    "TranchePaid": "receipt",
    "ErasureRequested": "declaration",
}
# The word such a fact is told apart by from others of its kind.
SAYS: Final = ("purpose", "kind", "step", "course", "service", "month")
COMPARTMENT_OF_KIND: Final[Mapping[FileKind, str]] = {
    "declaration": "legal",
    "consent": "legal",
    "identity_document": "identity",
    "travel_document": "identity",
    "official_letter": "legal",
    "medical_paper": "medical",
    "receipt": "money",
    "certificate": "identity",
    "photo": "identity",
    "other": "story",
}
