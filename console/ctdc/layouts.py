"""The three published layouts of CTDC files as tables: which column says what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """Which column of one layout says what: flags are 1/0 columns, words have a closed list of values."""

    name: str
    year: str
    source: str
    gender: str
    age: str
    citizenship: str
    majority: str | None
    country: str | None
    flags: Mapping[str, Mapping[str, tuple[str, ...]]]
    words: Mapping[str, tuple[str, Words]]
    opaque: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Return the name of every column of the layout."""
        named = (self.year, self.source, self.gender, self.age, self.citizenship, self.majority, self.country)
        known = (column for column in named if column is not None)
        flagged = (column for group in self.flags.values() for column in group)
        worded = (column for column, _ in self.words.values())
        return (*known, *flagged, *worded, *self.opaque, *self.unread)


def _same(prefix: str, names: str) -> dict[str, tuple[str, ...]]:
    return {f"{prefix}{name}": (name,) for name in names.split()}


SECTORS = (
    "Agriculture Aquafarming Begging Construction DomesticWork Hospitality "
    "IllicitActivities Manufacturing MiningOrDrilling Peddling Transportation Other"
)

GLOBAL = Layout(
    name="global-dataset",
    year="yearOfRegistration",
    source="Datasource",
    gender="gender",
    age="ageBroad",
    citizenship="citizenship",
    majority="majorityStatus",
    country="CountryOfExploitation",
    flags={
        "exploitation": {
            "isForcedLabour": ("ForcedLabour",),
            "isSexualExploit": ("SexualExploitation",),
            "isOtherExploit": ("Other",),
            "isSexAndLabour": ("ForcedLabour", "SexualExploitation"),
            "isForcedMarriage": ("ForcedMarriage",),
            "isForcedMilitary": ("ForcedMilitaryByNonStateActors",),
            "isOrganRemoval": ("OrganRemoval",),
            "isSlaveryAndPractices": ("Servitude",),
        },
        "means_of_control": _same(
            "meansOfControl",
            "DebtBondage TakesEarnings RestrictsFinancialAccess Threats PsychologicalAbuse PhysicalAbuse "
            "SexualAbuse FalsePromises RestrictsMovement RestrictsMedicalCare ExcessiveWorkingHours "
            "WithholdsNecessities WithholdsDocuments Other",
        )
        | {
            "meansOfControlPsychoactiveSubstances": ("PsychoactiveSubstance",),
            "meansOfControlUsesChildren": ("ThreatensChildrenFamily",),
            "meansOfControlThreatOfLawEnforcement": ("ThreatsLawEnforcement",),
            "meansOfControlNotSpecified": (),
        },
        "labour_sectors": _same("typeOfLabour", SECTORS) | {"typeOfLabourNotSpecified": ()},
        "recruiter_relations": _same("recruiterRelation", "IntimatePartner Friend Family Other")
        | {"recruiterRelationUnknown": ()},
        "sexual_exploitation_types": _same(
            "typeOfSex", "Prostitution Pornography RemoteInteractiveServices PrivateSexualServices"
        ),
    },
    words={},
    opaque=("majorityStatusAtExploit", "majorityEntry", "isAbduction"),
    unread=(
        "meansOfControlConcatenated",
        "typeOfExploitConcatenated",
        "typeOfLabourConcatenated",
        "typeOfSexConcatenated",
        "RecruiterRelationship",
    ),
)

SEVENTEEN = Layout(
    name="17-columns",
    year="registration_year",
    source="datasource",
    gender="gender",
    age="age_range",
    citizenship="citizenship",
    majority="majority_status",
    country="country_of_exploitation",
    flags={
        "means_of_control": {
            "control_financial": ("FinancialControl",),
            "control_threats": ("Threats",),
            "control_physical": ("PhysicalControl",),
            "control_limit_necessities": ("WithholdsNecessities",),
            "control_other": ("Other",),
        }
    },
    words={},
    opaque=("majority_status_at_exploit", "majority_entry", "labor", "victim_purpose", "trafficker_relationship"),
)

CONDENSED = Layout(
    name="condensed",
    year="yearOfRegistration",
    source="Datasource",
    gender="gender",
    age="ageCategories",
    citizenship="citizenship",
    majority=None,
    country=None,
    flags={"exploitation": {"isForcedLabour": ("ForcedLabour",)}},
    words={
        "exploitation": (
            "ExploitType",
            {
                "forced labor": "ForcedLabour",
                "forced labour": "ForcedLabour",
                "sexual exploitation": "SexualExploitation",
                "forced marriage": "ForcedMarriage",
                "forced military": "ForcedMilitaryByNonStateActors",
                "organ removal": "OrganRemoval",
                "slavery and similar practices": "Servitude",
                "other": "Other",
            },
        ),
        "means_of_control": (
            "ControlCategory",
            {
                "financial": "FinancialControl",
                "threats": "Threats",
                "physical": "PhysicalControl",
                "survival": "WithholdsNecessities",
                "other": "Other",
            },
        ),
        "labour_sectors": (
            "Labor_Type",
            {re.sub(r"(?<=[a-z])(?=[A-Z])", " ", sector).lower(): sector for sector in SECTORS.split()}
            | {"mining": "MiningOrDrilling"},
        ),
        "recruiter_relations": (
            "RecruiterCategory",
            {
                "intimate partner": "IntimatePartner",
                "friend/acquaintance": "Friend",
                "family/relative": "Family",
                "other": "Other",
            },
        ),
    },
)

LAYOUTS = (GLOBAL, SEVENTEEN, CONDENSED)
KNOWN_LAYOUTS = (
    "the layouts known are: the official global dataset (63 columns, semicolons), "
    "the sample with 17 columns, and the condensed file with 10 columns"
)
