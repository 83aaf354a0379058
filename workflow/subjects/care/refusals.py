"""Why an appointment, a session, a certificate or a plan of care does not count."""

from typing import Final

from workflow.reasons import ReasonKind

APPOINTMENT_IS_WANTED: Final = ReasonKind(
    "appointment_is_wanted", ("service",), looked_at=("id",), helps_with=("MoveAppointment",), field="service"
)
APPOINTMENT_HAS_NO_TIME: Final = ReasonKind("appointment_is_booked/has_no_time", helps_with=("BookAppointment",))
NO_SUCH_OPEN_APPOINTMENT: Final = ReasonKind("appointment_is_open/no_such", field="appointment")
CERTIFIER_IS_MEDICAL: Final = ReasonKind("certifier_is_medical", looked_at=("mandate",))
CERTIFICATE_IS_VALID: Final = ReasonKind("certificate_is_valid", field="valid_until")
CERTIFICATE_IS_DATED: Final = ReasonKind("certificate_is_dated", looked_at=("certified_on",), field="certified_on")
CERTIFICATE_IS_RECENT: Final = ReasonKind(
    "certificate_is_recent", ("days",), looked_at=("certified_on",), field="certified_on"
)
SERVICE_IS_CARE: Final = ReasonKind("service_is_care", ("service", "known"), field="service")
PROVIDER_OFFERS_IT: Final = ReasonKind("provider_offers_it", ("provider", "service", "known"), field="provider")
APPOINTMENT_IS_AHEAD: Final = ReasonKind(
    "appointment_is_ahead", looked_at=("at",), helps_with=("RecordSession",), field="at"
)
PROGRAMME_ENDS_BEFORE: Final = ReasonKind("programme_is_running/ends_before")
PROVIDER_IS_OPEN: Final = ReasonKind("provider_is_open", ("provider", "opens"), looked_at=("at",), field="at")
SESSION_OF_NO_APPOINTMENT: Final = ReasonKind("appointment_is_open/no_such_for_session", field="appointment")
NOBODY_WAS_EXPECTED: Final = ReasonKind("appointment_is_booked/nobody_was_expected", helps_with=("BookAppointment",))
APPOINTMENT_IS_PAST: Final = ReasonKind("appointment_is_past", looked_at=("at",), helps_with=("MoveAppointment",))
CARE_PLAN_IS_AGREED: Final = ReasonKind("care_plan_is_agreed", helps_with=("AgreeCarePlan",))
NO_CERTIFICATE: Final = ReasonKind(
    "fit_to_travel/none", looked_at=("needed_until",), helps_with=("CertifyFitness", "BookAppointment")
)
CERTIFICATE_RUNS_OUT: Final = ReasonKind(
    "fit_to_travel/runs_out", looked_at=("needed_until",), helps_with=("CertifyFitness", "BookAppointment")
)
CERTIFICATE_WILL_BE_OLD: Final = ReasonKind(
    "fit_to_travel/too_old", ("days",), looked_at=("needed_until",), helps_with=("CertifyFitness", "BookAppointment")
)
APPOINTMENT_RESTS_ON_IT: Final = ReasonKind(
    "nothing_stands_on_it/appointment", ("service",), helps_with=("CancelAppointment",), field="record"
)
