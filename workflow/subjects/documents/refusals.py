"""Why a document is not sought, contested, recorded or travelled on."""

from typing import Final

from workflow.reasons import ReasonKind

_BY_A_DOCUMENT: Final = ("RecordTravelDocument", "StartDocument")
DOCUMENT_HAS_RUN_OUT: Final = ReasonKind("document_is_valid/has_run_out", field="valid_until")
DOCUMENT_IS_IN_HAND: Final = ReasonKind("document_is_in_hand", helps_with=("StartDocument",))
AUTHORITY_HAS_IT: Final = ReasonKind(
    "authority_has_it", looked_at=("step",), helps_with=("RecordDocumentStep", "WithdrawDocument"), field="document_id"
)
DOCUMENT_IS_REFUSED: Final = ReasonKind("document_is_refused", helps_with=("RefuseDocument",), field="document_id")
DOCUMENT_IS_NOT_REFUSED: Final = ReasonKind(
    "document_is_not_refused", helps_with=("AppealDocument", "WithdrawDocument"), field="document_id"
)
STEP_IS_NEXT: Final = ReasonKind(
    "step_is_next", ("given",), looked_at=("next_step",), helps_with=("RecordDocumentStep",), field="step"
)
STEP_IS_DONE: Final = ReasonKind("step_is_done", field="on")
STEP_COMES_AFTER: Final = ReasonKind("step_comes_after", looked_at=("step_before",), field="on")
PROGRAMME_HAD_NOT_BEGUN: Final = ReasonKind("programme_is_running/had_not_begun", looked_at=("since",))
DOCUMENT_IS_COLLECTED: Final = ReasonKind("document_is_collected", field="valid_until")
COLLECTED_DOCUMENT_HAS_RUN_OUT: Final = ReasonKind("document_is_valid/collected", field="valid_until")
DOCUMENT_IS_UNDER_WAY: Final = ReasonKind("document_is_under_way", ("known",), field="document_id")
NO_DOCUMENT_IS_UNDER_WAY: Final = ReasonKind(
    "document_is_under_way/none", helps_with=("StartDocument",), field="document_id"
)
DOCUMENT_PATH_IS_KNOWN: Final = ReasonKind("document_path_is_known", ("path", "known"), field="path")
DOCUMENT_PATH_FITS: Final = ReasonKind(
    "document_path_fits", looked_at=("citizenships",), helps_with=("CorrectCitizenships",), field="country"
)
COLLECTED_IN_PERSON: Final = ReasonKind("collected_in_person", ("step",), field="by")
DONE_IN_PERSON: Final = ReasonKind("done_in_person", ("step",), field="by")
NO_TRAVEL_DOCUMENT: Final = ReasonKind(
    "travel_papers_are_in_order/none", looked_at=("needed_until",), helps_with=_BY_A_DOCUMENT
)
TRAVEL_DOCUMENT_RUNS_OUT: Final = ReasonKind(
    "travel_papers_are_in_order/runs_out",
    looked_at=("needed_until",),
    helps_with=_BY_A_DOCUMENT,
)
DOCUMENT_IS_NOT_FOR_TRAVEL: Final = ReasonKind(
    "travel_papers_are_in_order/not_for_travel",
    ("kind",),
    looked_at=("needed_until",),
    helps_with=_BY_A_DOCUMENT,
)
DOCUMENT_LEADS_ELSEWHERE: Final = ReasonKind(
    "travel_papers_are_in_order/leads_elsewhere",
    ("kind", "country", "home"),
    looked_at=("needed_until",),
    helps_with=_BY_A_DOCUMENT,
)
DOCUMENT_HAS_GONE_ON: Final = ReasonKind(
    "nothing_stands_on_it/document", helps_with=("RecordTravelDocument", "WithdrawDocument"), field="record"
)
DOCUMENT_IS_CHOSEN: Final = ReasonKind("document_is_chosen", ("choices",), field="path")
PATH_TO_CHOOSE: Final = ReasonKind("document_is_chosen/path", ("path",))
COUNTRYS_PATH_TO_CHOOSE: Final = ReasonKind("document_is_chosen/countrys_path", ("path", "country"))
DOCUMENT_WAS_REFUSED: Final = ReasonKind(
    "document_is_new/refused", looked_at=("document_id",), helps_with=("AppealDocument", "WithdrawDocument")
)
DOCUMENT_IS_UNDER_WAY_ALREADY: Final = ReasonKind(
    "document_is_new/under_way", looked_at=("document_id",), helps_with=("RecordDocumentStep",)
)
