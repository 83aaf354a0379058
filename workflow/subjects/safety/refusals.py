"""Why a case is not safe to go on, and who must decide first."""

from typing import Final

from workflow.reasons import ReasonKind

DECISION_IS_PAST: Final = ReasonKind("decision_is_past", looked_at=("day",), field="decided_on")
REFLECTION_RUNS: Final = ReasonKind("reflection_runs")
DANGERS_ARE_UNKNOWN: Final = ReasonKind("risk_is_assessed/unknown", helps_with=("AssessRisk",))
PERSON_IS_A_CHILD: Final = ReasonKind("person_is_a_child", ("purpose",), helps_with=("GiveConsent",))
SAFETY_PLAN_IS_AGREED: Final = ReasonKind(
    "safety_plan_is_agreed", looked_at=("level",), helps_with=("AgreeSafetyPlan",)
)
CHILD_REFUSES: Final = ReasonKind("child_assents/refuses", looked_at=("to",), helps_with=("RecordAssent",))
CHILD_HAS_NO_GUARDIAN: Final = ReasonKind(
    "guardian_is_appointed/child_has_none", helps_with=("AppointGuardian", "EstablishAge")
)
RETURN_IS_SAFE: Final = ReasonKind("return_is_safe", looked_at=("level",), helps_with=("ChooseStay", "AssessRisk"))
DANGER_IS_OVER: Final = ReasonKind("danger_is_over", helps_with=("AssessRisk", "AgreeSafetyPlan"))
REFLECTION_IS_OVER: Final = ReasonKind("reflection_is_over", looked_at=("until",), helps_with=("EndReflection",))
RISK_IS_NOT_ASSESSED: Final = ReasonKind("risk_is_assessed/never", looked_at=("last",), helps_with=("AssessRisk",))
RISK_ASSESSMENT_IS_OLD: Final = ReasonKind(
    "risk_is_assessed/too_old", ("days",), looked_at=("last",), helps_with=("AssessRisk",)
)
CHILD_WAS_NOT_ASKED: Final = ReasonKind("child_assents/not_asked", looked_at=("to",), helps_with=("RecordAssent",))
STAY_IS_NOT_DECIDED: Final = ReasonKind(
    "best_interests_are_decided/stay", looked_at=("decided",), helps_with=("DecideBestInterests", "EstablishAge")
)
RETURN_IS_NOT_DECIDED: Final = ReasonKind(
    "best_interests_are_decided/return", looked_at=("decided",), helps_with=("DecideBestInterests", "EstablishAge")
)
PLAN_RESTS_ON_IT: Final = ReasonKind("nothing_stands_on_it/safety_plan", helps_with=("AssessRisk",), field="record")
GUARDIANS_CONSENTS_REST_ON_IT: Final = ReasonKind(
    "nothing_stands_on_it/guardians_consents", ("purposes",), helps_with=("WithdrawConsent",), field="record"
)
GUARDIAN_AGREED_SINCE: Final = ReasonKind(
    "nothing_stands_on_it/guardian_agreed", helps_with=("EndGuardianship",), field="record"
)
KNOWN_CHILD_TAKES_TWO: Final = ReasonKind(
    "age_takes_two_people", helps_with=("CorrectIdentity", "CorrectDetails"), field="child"
)
GUARDIAN_IS_OF_THE_GROUP: Final = ReasonKind("guardian_is_of_the_group", helps_with=("JoinGroup",), field="member")
GUARDIAN_IS_AN_ADULT: Final = ReasonKind("guardian_is_an_adult", field="member")
GUARDIAN_IS_NOT_SUSPECTED: Final = ReasonKind(
    "guardian_is_not_suspected", helps_with=("AppointGuardian",), field="member"
)
