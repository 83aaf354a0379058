"""Why a journey, its escort, host or visas are not in order."""

from typing import Final

from workflow.reasons import ReasonKind

ESCORT_IS_ASKED: Final = ReasonKind("escort_is_asked", helps_with=("PlanTrip",))
HOST_IS_KNOWN: Final = ReasonKind("host_is_known", ("known",), field="host")
HOST_IS_ANOTHER: Final = ReasonKind("host_is_another", helps_with=("AnswerHost",), field="host")
HOST_IS_ASKED: Final = ReasonKind("host_is_asked", helps_with=("AskHost",))
VISA_IS_VALID: Final = ReasonKind("visa_is_valid", field="valid_until")
HAS_DEPARTED: Final = ReasonKind("has_departed", helps_with=("AdvanceCase",))
RECEIVING_GUARDIAN_IS_THERE: Final = ReasonKind("receiving_guardian_is_there", field="received_by")
RECEIVER_IS_NAMED: Final = ReasonKind("receiver_is_named", field="receiver")
DEPARTURE_HAS_COME: Final = ReasonKind("departure_has_come", ("at",), helps_with=("PlanTrip",), field="occurred_at")
HANDED_OVER_AFTER_ARRIVAL: Final = ReasonKind("handed_over_after_arrival", ("at",), field="came_early")
HANDED_OVER_AFTER_DEPARTURE: Final = ReasonKind("handed_over_after_departure", ("at",), field="occurred_at")
NO_TRIP_TO_CHANGE: Final = ReasonKind("trip_is_planned/to_change", helps_with=("PlanTrip",))
TRIP_IS_AHEAD: Final = ReasonKind("trip_is_ahead", helps_with=("AddNote",))
DEPARTURE_IS_AHEAD: Final = ReasonKind("departure_is_ahead", field="departs_at")
ROUTE_LEADS_HOME: Final = ReasonKind(
    "route_leads_home", ("found", "home"), helps_with=("PlanTrip", "DeclareReturn"), field="legs"
)
DECLARATION_IS_SIGNED: Final = ReasonKind("declaration_is_signed", field="signed_on")
HAS_NOT_DEPARTED: Final = ReasonKind("has_not_departed", helps_with=("AdvanceCase", "HandOver"))
NO_TRIP_TO_CANCEL: Final = ReasonKind("trip_is_planned/to_cancel")
ESCORT_IS_FREE: Final = ReasonKind("escort_is_free", looked_at=("skill",), field="departs_at")
RETURN_IS_DECLARED: Final = ReasonKind("return_is_declared", helps_with=("DeclareReturn",))
TRIP_IS_NOT_PLANNED: Final = ReasonKind("trip_is_planned/not_yet", helps_with=("PlanTrip",))
NO_ESCORT_CONFIRMED: Final = ReasonKind("escort_is_confirmed/nobody", helps_with=("AnswerEscort", "PlanTrip"))
ESCORT_IS_OF_ANOTHER_KIND: Final = ReasonKind(
    "escort_is_confirmed/of_another_kind", looked_at=("needed",), helps_with=("PlanTrip",)
)
TICKET_IS_ISSUED: Final = ReasonKind("ticket_is_issued")
HOST_IS_READY: Final = ReasonKind("host_is_ready", helps_with=("AnswerHost", "AskHost"))
TRANSIT_VISAS_ARE_IN_ORDER: Final = ReasonKind(
    "transit_visas_are_in_order", ("country",), looked_at=("countries",), helps_with=("RecordTransitVisa", "PlanTrip")
)
STAY_IS_CHOSEN: Final = ReasonKind("stay_is_chosen", helps_with=("ChooseStay",))
HAS_COME_HOME: Final = ReasonKind("has_come_home", helps_with=("HandOver",))
NOT_THEIR_COUNTRY: Final = ReasonKind(
    "destination_is_home/elsewhere",
    ("country", "own"),
    helps_with=("ChooseStay", "CorrectCitizenships"),
    field="destination",
)
NOT_THEIR_COUNTRY_UNLESS: Final = ReasonKind(
    "destination_is_home/without_why",
    ("country", "own"),
    helps_with=("ChooseStay", "CorrectCitizenships"),
    field="destination",
)
