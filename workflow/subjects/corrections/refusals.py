"""Why nothing is corrected so."""

from typing import Final

from workflow.reasons import ReasonKind

NOTHING_IS_CORRECTED: Final = ReasonKind("correction_changes_something")
PART_IS_OPEN_TO_YOU: Final = ReasonKind("corrector_may_read_it", ("parts",), looked_at=("mandate",))
ONE_OF_BOTH: Final = ReasonKind("phone_is_one", field="no_phone")
BIRTH_DATE_IS_PAST: Final = ReasonKind("birth_date_is_past/corrected", field="birth_date")
BIRTH_DATE_SAYS_OTHERWISE: Final = ReasonKind(
    "age_agrees", ("month",), looked_at=("age_band",), helps_with=("CorrectIdentity",), field="age_band"
)
CITIZENSHIPS_ARE_DIFFERENT: Final = ReasonKind("citizenships_are_named_once", field="citizenships")
NO_AGE_WAITS: Final = ReasonKind("corrected_age_waits", looked_at=("correction_id",), helps_with=("CorrectIdentity",))
# Not refusals but what is to be arranged anew; each has words and the forms that help, as a refusal has.
DESTINATION_FITS: Final = ReasonKind("arranged_before/destination", ("country",), helps_with=("DeclareReturn",))
DOCUMENT_UNDER_WAY_FITS: Final = ReasonKind(
    "arranged_before/document_under_way", ("country",), looked_at=("document_id",), helps_with=("WithdrawDocument",)
)
DOCUMENT_IN_HAND_FITS: Final = ReasonKind(
    "arranged_before/document_in_hand", ("country",), helps_with=("StartDocument", "RecordDocumentLoss")
)
APPOINTMENT_FITS: Final = ReasonKind(
    "arranged_before/appointment", ("service", "language"), helps_with=("CancelAppointment", "BookAppointment")
)
ARRIVAL_FITS: Final = ReasonKind("arranged_before/arrival", ("language",), helps_with=("DelayArrival",))
HANDLE_IS_OF_THE_NAME: Final = ReasonKind("handle_is_of_the_name", helps_with=("ChangeHandle",), field="name")
