"""Why an entry of the directory is not listed, changed, ended, stopped or resumed."""

from typing import Final

from workflow.reasons import ReasonKind

ENTRY_IS_NEW: Final = ReasonKind("entry_is_new", ("entry",), helps_with=("ChangeEntry",), field="entry")
ENTRY_IS_KNOWN: Final = ReasonKind("entry_is_known", ("entry", "known"), helps_with=("ListEntry",), field="entry")
ENTRY_CAN_BE_READ: Final = ReasonKind("entry_can_be_read", ("keys",), field="more")
ENTRY_NAMES_WHAT_IS_KNOWN: Final = ReasonKind("entry_names_what_is_known", ("names",), field="more")
SOMETHING_CHANGES: Final = ReasonKind("something_changes", ("entry",))
STAFF_STAYS: Final = ReasonKind("staff_stays", ("entry",), helps_with=("ListEntry",), field="more")
ENTRY_IS_STOPPED: Final = ReasonKind("entry_is_not_stopped", ("entry",), helps_with=("ProposeResumption",))
OTHERS_ARE_STOPPED: Final = ReasonKind("others_are_stopped", ("entry",), helps_with=("EndEntry",))
ENTRY_IS_NOT_STOPPED: Final = ReasonKind("entry_is_stopped", ("entry",), helps_with=("StopEntry",))
ENTRY_IS_IN_USE: Final = ReasonKind("entry_is_in_use", ("entry",))
HOUSE_HOLDS_ITS_PEOPLE: Final = ReasonKind(
    "house_holds_its_people", ("people", "places", "beds"), helps_with=("ReleaseBed",), field="places"
)
RESUMPTION_IS_PROPOSED: Final = ReasonKind(
    "resumption_is_proposed", ("entry",), helps_with=("ProposeResumption",), field="proposer"
)
RESUMED_BY_ANOTHER: Final = ReasonKind("resumed_by_another", ("proposer",))
BOTH_MAY_RESUME: Final = ReasonKind("both_may_resume", ("account",))
