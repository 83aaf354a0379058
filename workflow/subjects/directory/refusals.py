"""Why an entry of the directory is not listed, changed, ended, stopped or resumed, and nothing of it is confirmed."""

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
# What two people are told no with, as elsewhere; there is no case, and the verbs and pages are the directory's.
_BY_TWO: Final = ("ConfirmEntry", "DeclineEntry", "WithdrawEntry")
ENTRY_IS_PROPOSED_ONCE: Final = ReasonKind("is_proposed_once/entry", ("proposal_id", "proposer"), helps_with=_BY_TWO)
ENTRY_PROPOSAL_IS_PENDING: Final = ReasonKind("proposal_is_pending/entry", ("proposal_id",), field="proposal_id")
ENTRY_PROPOSAL_IS_YOURS: Final = ReasonKind(
    "own_hand/entry_proposal", ("proposal_id", "proposer"), helps_with=("DeclineEntry",)
)
ENTRY_IS_CONFIRMED_BY_ANOTHER: Final = ReasonKind(
    "second_person_agreed/entry", ("proposal_id",), helps_with=("WithdrawEntry",)
)
ENTRY_MOVED: Final = ReasonKind("nothing_moved/entry", helps_with=("DeclineEntry",))
PROPOSAL_IS_OF_ENTRY: Final = ReasonKind("proposal_is_of_entry", ("proposal_id",), field="proposal_id")
