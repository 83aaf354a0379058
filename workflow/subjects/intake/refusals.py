"""Why a case is not opened and a consent does not count."""

from typing import Final

from workflow.reasons import ReasonKind

RECIPIENT_IS_KNOWN: Final = ReasonKind("recipient_is_known", field="recipient")
CONSENT_IS_LIVE: Final = ReasonKind("consent_is_live", looked_at=("until",), field="until")
NO_GUARDIAN_IS_RECORDED: Final = ReasonKind("guardian_is_appointed/none_recorded", helps_with=("AppointGuardian",))
TURNS_EIGHTEEN: Final = ReasonKind("guardian_consents/turns_eighteen", looked_at=("month",), field="of_age")
GUARDIAN_CONSENTS: Final = ReasonKind(
    "guardian_consents", helps_with=("AppointGuardian", "RecordAssent", "EstablishAge"), field="by"
)
CONSENT_EXISTS: Final = ReasonKind("consent_exists", ("purpose",), field="purpose")
CASE_IS_NEW: Final = ReasonKind("case_is_new")
PREVIOUS_CASE_EXISTS: Final = ReasonKind("previous_case_exists", field="previous_case")
PREVIOUS_CASE_HAS_ENDED: Final = ReasonKind("previous_case_has_ended", looked_at=("stage",), field="previous_case")
PREVIOUS_CASE_HAS_NO_OTHER: Final = ReasonKind("previous_case_has_no_other", looked_at=("next",), field="previous_case")
PREVIOUS_PERSON_WAS_ERASED: Final = ReasonKind("previous_case_exists/was_erased", ("at",), field="previous_case")
HANDLE_IS_NOT_THE_NAME: Final = ReasonKind("handle_is_not_the_name", field="handle")
HANDLE_IS_FREE: Final = ReasonKind("handle_is_free", field="handle")
HANDLE_IS_ANOTHER: Final = ReasonKind("handle_is_another", field="handle")
BIRTH_DATE_IS_PAST: Final = ReasonKind("birth_date_is_past", field="birth_date")
AGE_BAND_AGREES: Final = ReasonKind("age_is_one/band", field="age_band")
MAJORITY_AGREES: Final = ReasonKind("age_is_one/majority", field="majority")
MAJORITY_AGREES_WITH_BAND: Final = ReasonKind("age_is_one/majority_and_band", field="majority")
SOURCE_IS_THE_AGENCYS: Final = ReasonKind("source_is_the_agencys", ("agency", "kind", "given"), field="source")
GUARDIANS_CONSENT_IS_OVER: Final = ReasonKind(
    "consent_to_{purpose}/guardians_is_over", looked_at=("purpose",), helps_with=("GiveConsent",), field="purpose"
)
GUARDIAN_CONSENTS_NOW: Final = ReasonKind(
    "consent_to_{purpose}/is_a_child", looked_at=("purpose",), helps_with=("AppointGuardian", "GiveConsent"),
    field="purpose",
)  # fmt: skip
PROGRAMME_TAKES_NOBODY: Final = ReasonKind("programme_is_running/takes_nobody", ("programme",), looked_at=("day",))
