"""The three published layouts of CTDC files as tables: which column says what."""

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


def _columns(names: str, prefix: str = "") -> dict[str, tuple[str, ...]]:
    """Return a group's columns: ``Other`` says what its name says, ``Both=One+Another`` two things, ``No=`` nothing."""
    split = (name.partition("=") for name in names.split())
    return {prefix + name: tuple(filter(None, said.split("+"))) if other else (name,) for name, other, said in split}


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
        "exploitation": _columns(
            "isForcedLabour=ForcedLabour isSexualExploit=SexualExploitation isOtherExploit=Other "
            "isSexAndLabour=ForcedLabour+SexualExploitation isForcedMarriage=ForcedMarriage "
            "isForcedMilitary=ForcedMilitaryByNonStateActors isOrganRemoval=OrganRemoval "
            "isSlaveryAndPractices=Servitude"
        ),
        "means_of_control": _columns(
            "DebtBondage TakesEarnings RestrictsFinancialAccess Threats PsychologicalAbuse PhysicalAbuse "
            "SexualAbuse FalsePromises RestrictsMovement RestrictsMedicalCare ExcessiveWorkingHours "
            "WithholdsNecessities WithholdsDocuments Other PsychoactiveSubstances=PsychoactiveSubstance "
            "UsesChildren=ThreatensChildrenFamily ThreatOfLawEnforcement=ThreatsLawEnforcement NotSpecified=",
            prefix="meansOfControl",
        ),
        "labour_sectors": _columns(f"{SECTORS} NotSpecified=", prefix="typeOfLabour"),
        "recruiter_relations": _columns("IntimatePartner Friend Family Other Unknown=", prefix="recruiterRelation"),
        "sexual_exploitation_types": _columns(
            "Prostitution Pornography RemoteInteractiveServices PrivateSexualServices", prefix="typeOfSex"
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
        "means_of_control": _columns(
            "financial=FinancialControl threats=Threats physical=PhysicalControl "
            "limit_necessities=WithholdsNecessities other=Other",
            prefix="control_",
        )
    },
    words={},
    opaque=("majority_status_at_exploit", "majority_entry", "labor", "victim_purpose", "trafficker_relationship"),
)

_EXPLOITATION: Words = {
    "forced labor": "ForcedLabour", "forced labour": "ForcedLabour", "sexual exploitation": "SexualExploitation",
    "forced marriage": "ForcedMarriage", "forced military": "ForcedMilitaryByNonStateActors",
    "organ removal": "OrganRemoval", "slavery and similar practices": "Servitude", "other": "Other",
}  # fmt: skip
_MEANS: Words = {
    "financial": "FinancialControl", "threats": "Threats", "physical": "PhysicalControl",
    "survival": "WithholdsNecessities", "other": "Other",
}  # fmt: skip
_SECTORS: Words = {re.sub(r"(?<=[a-z])(?=[A-Z])", " ", sector).lower(): sector for sector in SECTORS.split()} | {
    "mining": "MiningOrDrilling"
}
_RECRUITERS: Words = {
    "intimate partner": "IntimatePartner", "friend/acquaintance": "Friend",
    "family/relative": "Family", "other": "Other",
}  # fmt: skip

CONDENSED = Layout(
    name="condensed",
    year="yearOfRegistration",
    source="Datasource",
    gender="gender",
    age="ageCategories",
    citizenship="citizenship",
    majority=None,
    country=None,
    flags={"exploitation": _columns("isForcedLabour=ForcedLabour")},
    words={
        "exploitation": ("ExploitType", _EXPLOITATION),
        "means_of_control": ("ControlCategory", _MEANS),
        "labour_sectors": ("Labor_Type", _SECTORS),
        "recruiter_relations": ("RecruiterCategory", _RECRUITERS),
    },
)

LAYOUTS = (GLOBAL, SEVENTEEN, CONDENSED)
KNOWN_LAYOUTS = (
    "the layouts known are: the official global dataset (63 columns, semicolons), "
    "the sample with 17 columns, and the condensed file with 10 columns"
)
