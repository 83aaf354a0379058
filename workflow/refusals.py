"""What the engine itself says no with, and what several subjects say alike."""

from typing import Final

from workflow.reasons import ReasonKind

PROGRAMME_IS_YOURS: Final = ReasonKind("programme_is_yours")
CASE_EXISTS: Final = ReasonKind("case_exists")
CASE_IS_OPEN: Final = ReasonKind("case_is_open", looked_at=("stage",), helps_with=("AdvanceCase", "OpenCase"))
PERSON_WAS_ERASED: Final = ReasonKind("person_is_not_erased", ("at",))
NOTHING_LEADS_ON: Final = ReasonKind("stage_allows_it/nothing_leads_on", looked_at=("stage",), helps_with=("OpenCase",))
STAGE_DOES_NOT_ALLOW_IT: Final = ReasonKind(
    "stage_allows_it/not_from_here", ("trigger", "ways"), looked_at=("stage",), helps_with=("AdvanceCase",)
)
PROPOSED_ALREADY: Final = ReasonKind(
    "is_proposed_once", looked_at=("proposal_id", "proposer"), helps_with=("ConfirmDecision", "WithdrawProposal")
)
PROPOSAL_IS_PENDING: Final = ReasonKind("proposal_is_pending", looked_at=("proposal_id",), field="proposal_id")
PROPOSAL_IS_IN_TIME: Final = ReasonKind("proposal_is_in_time", looked_at=("until",))
PROPOSAL_IS_YOURS: Final = ReasonKind("own_hand/proposal", looked_at=("proposer",), helps_with=("DeclineDecision",))
PROPOSER_CONFIRMS: Final = ReasonKind("second_person_agreed/proposer_confirms", helps_with=("WithdrawProposal",))
# The same of what officers decide about the house: there is no case, and their verbs and pages are others.
_BY_OFFICERS: Final = ("ConfirmOfficeDecision", "DeclineOfficeDecision", "WithdrawOfficeProposal")
HOUSE_PROPOSED_ALREADY: Final = ReasonKind(
    "is_proposed_once/officers", looked_at=("proposal_id", "proposer"), helps_with=_BY_OFFICERS
)
HOUSE_PROPOSAL_IS_PENDING: Final = ReasonKind(
    "proposal_is_pending/officers", looked_at=("proposal_id",), field="proposal_id"
)
HOUSE_PROPOSAL_IS_YOURS: Final = ReasonKind(
    "own_hand/officers_proposal", looked_at=("proposal_id", "proposer"), helps_with=("DeclineOfficeDecision",)
)
HOUSE_PROPOSER_CONFIRMS: Final = ReasonKind(
    "second_person_agreed/officer_confirms", looked_at=("proposal_id",), helps_with=("WithdrawOfficeProposal",)
)
HOUSE_MOVED: Final = ReasonKind("nothing_moved/officers", helps_with=("DeclineOfficeDecision",))
CONFIRMER_MAY: Final = ReasonKind("second_person_may/confirm", looked_at=("account",))
PUBLISHER_MAY: Final = ReasonKind("second_person_may/publisher", looked_at=("account",))
PROPOSER_MAY: Final = ReasonKind("first_person_may", looked_at=("account",), helps_with=("DeclineDecision",))
ACCOUNT_STANDS: Final = ReasonKind("account_is_open/of_two", looked_at=("account",))
NOTHING_MOVED: Final = ReasonKind("nothing_moved", helps_with=("DeclineDecision",))
NOBODY_SIGNED_IN: Final = ReasonKind("somebody_signed_in", looked_at=("actor",))
PEOPLE_DECIDE: Final = ReasonKind("people_decide", looked_at=("actor",))
RECIPIENT_IS_REACHED: Final = ReasonKind("recipient_is_reached", ("status",), helps_with=("CancelTask",))
CONSENT_IS_MISSING: Final = ReasonKind(
    "consent_to_{purpose}/missing", looked_at=("purpose",), helps_with=("GiveConsent",), field="purpose"
)
PURPOSE_IS_KNOWN: Final = ReasonKind("purpose_is_known", ("purpose", "known"), field="purpose")
IT_HAS_HAPPENED: Final = ReasonKind("it_has_happened", looked_at=("at",), field="occurred_at")
HAPPENED_WITHIN_THE_CASE: Final = ReasonKind("it_has_happened/long_before", ("opened", "days"), field="occurred_at")
TIME_IS_FREE: Final = ReasonKind("time_is_free", ("service", "taken"), helps_with=("MoveAppointment",), field="at")
TIME_IS_NOT_TRAVELLED: Final = ReasonKind("time_is_free/on_the_way", ("departs", "arrives"), field="at")
PROGRAMME_HAS_BEGUN: Final = ReasonKind("programme_has_begun", looked_at=("since",))
RETRACTED_BEFORE: Final = ReasonKind("record_stands/retracted", looked_at=("record",), field="record")
NOT_RETRACTABLE: Final = ReasonKind("record_is_retractable", looked_at=("record",), field="record")
STEP_STANDS_ON_IT: Final = ReasonKind("nothing_stands_on_it/step", ("step",), field="record")
LATER_STANDS_ON_IT: Final = ReasonKind(
    "nothing_stands_on_it/later", ("at",), looked_at=("later",), helps_with=("RetractRecord",), field="record"
)
TASK_IS_OPEN: Final = ReasonKind("task_is_open")
TASK_IS_STUCK: Final = ReasonKind("task_is_stuck")
LETTER_IS_UNKNOWN: Final = ReasonKind("letter_is_unknown")
TASK_IS_A_LETTER: Final = ReasonKind("task_is_a_letter")
TASK_IS_WANTED: Final = ReasonKind("task_is_wanted", helps_with=("CancelTask",))
TASK_IS_BEING_DONE: Final = ReasonKind("task_is_not_begun/being_done")
TASK_WAS_SENT: Final = ReasonKind("task_is_not_begun/was_sent", helps_with=("ConfirmLetter", "RetryTask"))
TASK_IS_ASKED_ABOUT: Final = ReasonKind("task_is_not_begun/asked_about")
TIMER_IS_SET: Final = ReasonKind("timer_is_set")
TIMER_IS_DUE: Final = ReasonKind("timer_is_due", looked_at=("due_at",))
TASK_IS_YOURS: Final = ReasonKind("task_is_yours")
ID_IS_A_MACHINES: Final = ReasonKind("id_is_yours/a_machines")
MACHINE_ID_IS_MADE_HERE: Final = ReasonKind("id_is_yours/not_made_here")
PROGRAMME_IS_THE_FILES: Final = ReasonKind("programme_is_the_files", ("file", "given"))
PROOF_IS_FRESH: Final = ReasonKind("proof_is_fresh", ("count",))
TOO_MANY_FILES: Final = ReasonKind("too_many_files", ("count",))
SERVICE_IS_AWAITED: Final = ReasonKind(
    "{service}_is_provided/awaited", ("service", "case"), helps_with=("RecordSession",)
)
SERVICE_NEEDS_REFERRAL: Final = ReasonKind(
    "{service}_is_provided/needs_referral", ("service",), helps_with=("SendReferral", "RecordReferralServed")
)
MANDATE_OPENS_IT: Final = ReasonKind("mandate_opens_it", ("mandate", "openers"), looked_at=("compartment",))
