"""What the engine itself says no with, and what several subjects say alike."""

from typing import Final

from workflow.reasons import ReasonKind

PROGRAMME_IS_YOURS: Final = ReasonKind("programme_is_yours")
CASE_EXISTS: Final = ReasonKind("case_exists")
CASE_IS_OPEN: Final = ReasonKind("case_is_open", looked_at=("stage",), helps_with=("AdvanceCase", "OpenCase"))
NOTHING_LEADS_ON: Final = ReasonKind("stage_allows_it/nothing_leads_on", looked_at=("stage",), helps_with=("OpenCase",))
STAGE_DOES_NOT_ALLOW_IT: Final = ReasonKind(
    "stage_allows_it/not_from_here", ("trigger", "ways"), looked_at=("stage",), helps_with=("AdvanceCase",)
)
SECOND_PERSON_IS_THE_FIRST: Final = ReasonKind("second_person_agreed/is_the_first", field="second")
CONSENT_IS_MISSING: Final = ReasonKind(
    "consent_to_{purpose}/missing", looked_at=("purpose",), helps_with=("GiveConsent",), field="purpose"
)
PURPOSE_IS_KNOWN: Final = ReasonKind("purpose_is_known", ("purpose", "known"), field="purpose")
PROGRAMME_HAS_BEGUN: Final = ReasonKind("programme_has_begun", looked_at=("since",))
TASK_IS_OPEN: Final = ReasonKind("task_is_open")
TASK_IS_STUCK: Final = ReasonKind("task_is_stuck")
LETTER_IS_UNKNOWN: Final = ReasonKind("letter_is_unknown")
TASK_IS_A_LETTER: Final = ReasonKind("task_is_a_letter")
TASK_IS_WANTED: Final = ReasonKind("task_is_wanted", helps_with=("CancelTask",))
TASK_IS_BEING_DONE: Final = ReasonKind("task_is_not_begun/being_done")
TASK_WAS_SENT: Final = ReasonKind("task_is_not_begun/was_sent", helps_with=("ConfirmLetter", "RetryTask"))
TIMER_IS_SET: Final = ReasonKind("timer_is_set")
TIMER_IS_DUE: Final = ReasonKind("timer_is_due", looked_at=("due_at",))
TASK_IS_YOURS: Final = ReasonKind("task_is_yours")
PROGRAMME_IS_THE_FILES: Final = ReasonKind("programme_is_the_files", ("file", "given"))
TOO_MANY_FILES: Final = ReasonKind("too_many_files", ("count",))
SERVICE_IS_AWAITED: Final = ReasonKind(
    "{service}_is_provided/awaited", ("service", "case"), helps_with=("RecordSession",)
)
SERVICE_NEEDS_REFERRAL: Final = ReasonKind(
    "{service}_is_provided/needs_referral", ("service",), helps_with=("SendReferral", "RecordReferralServed")
)
MANDATE_OPENS_IT: Final = ReasonKind("mandate_opens_it", ("mandate", "openers"), looked_at=("compartment",))
