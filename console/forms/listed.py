"""Closed lists of ours for fields that take any one word: reasons, mostly. Free words would end up holding names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

N_: Final = str  # marks a text for translation; it is translated where it is shown
Words = Mapping[str, str]

_HOW_MUCH: Final[Words] = {"0": N_("0: very bad"), "1": N_("1: bad"), "2": N_("2: good"), "3": N_("3: very good")}
_OTHER: Final = {"other": N_("Another reason")}
AFTER_AN_END: Final[Words] = {
    "came_back": N_("The person came back"),
    "plans_changed": N_("Plans have changed"),
    "health": N_("Health"),
    "danger": N_("Danger"),
}
# By the fields that take them.
LISTED: Final[Mapping[str, Words]] = {
    "RefuseDocument.reason": {
        "identity_not_confirmed": N_("Identity could not be confirmed"),
        "not_a_citizen": N_("Not a citizen of the country"),
        "papers_missing": N_("Papers are missing"),
        **_OTHER,
    },
    "AppealDocument.reason": {
        "new_evidence": N_("There is new evidence"),
        "mistake": N_("The authority made a mistake"),
        **_OTHER,
    },
    "WithdrawDocument.reason": {
        "not_needed": N_("It is not needed any more"),
        "found": N_("The old document was found"),
        "person_asked": N_("The person wants it so"),
        **_OTHER,
    },
    "LeaveCourse.reason": {
        "found_work": N_("Found work"),
        "moved": N_("Moved away"),
        "health": N_("Health"),
        "family": N_("Family"),
        "not_interested": N_("Does not want it any more"),
        **_OTHER,
    },
    "DeclineTraining.reason": {
        "has_work": N_("Has work already"),
        "studies_elsewhere": N_("Studies elsewhere"),
        "health": N_("Health"),
        "family": N_("Family"),
        "not_interested": N_("Does not want one"),
        **_OTHER,
    },
    "DeclineReferral.reason": {
        "full": N_("No room"),
        "not_our_field": N_("Not their field"),
        "language": N_("Nobody speaks the language"),
        "too_far": N_("Too far away"),
        "not_eligible": N_("The person does not meet their conditions"),
        **_OTHER,
    },
    "RevokeReferral.reason": {
        "person_asked": N_("The person wants it so"),
        "not_needed": N_("It is not needed any more"),
        "found_elsewhere": N_("Help was found elsewhere"),
        "wrong_provider": N_("Sent to the wrong organisation"),
        **_OTHER,
    },
    "gender": {
        "female": N_("Female"),
        "male": N_("Male"),
        "transgender_feminine": N_("Transgender woman"),
        "transgender_masculine": N_("Transgender man"),
        "non_binary": N_("Non-binary"),
        "not_said": N_("Does not want to say"),
    },
    "exploitation": {
        "ForcedLabour": N_("Forced labour"),
        "SexualExploitation": N_("Sexual exploitation"),
        "ForcedMarriage": N_("Forced marriage"),
        "ForcedMilitaryByNonStateActors": N_("Forced to fight"),
        "OrganRemoval": N_("Removal of organs"),
        "Servitude": N_("Servitude"),
        "Other": N_("Another kind of exploitation"),
    },
    **dict.fromkeys(("economic", "social", "psychosocial"), _HOW_MUCH),
}
