"""Why a case is not given, opened in an emergency, reviewed or compared."""

from typing import Final

from workflow.reasons import ReasonKind

EXPORTS_ARE_FEW: Final = ReasonKind("exports_are_few", ("most",))
OWNER_IS_A_PERSON: Final = ReasonKind("owner_is_a_person", field="owner")
OWNER_IS_ANOTHER: Final = ReasonKind("owner_is_another", field="owner")
OWNER_HAS_ACCOUNT: Final = ReasonKind("owner_has_account", looked_at=("account",), field="owner")
OWNER_IS_HERE: Final = ReasonKind("owner_is_here", looked_at=("account",), field="owner")
OWNER_WOULD_SEE: Final = ReasonKind("owner_would_see", looked_at=("account", "programme"), field="owner")
DUPLICATE_IS_NEW: Final = ReasonKind("duplicate_is_new", field="other")
DUPLICATE_IS_SUSPECTED: Final = ReasonKind("duplicate_is_suspected", field="other")
OTHER_CASE_EXISTS: Final = ReasonKind("joined_case_exists", field="other")
OTHER_CASE_IS_ANOTHER: Final = ReasonKind("joined_case_exists/this_one", field="other")
ONE_PROGRAMME: Final = ReasonKind("joined_cases_are_of_one_programme", field="other")
OTHER_CASE_HAS_ENDED: Final = ReasonKind("joined_case_has_ended", ("case", "stage"), field="other")
OTHER_CASE_GOES_ON: Final = ReasonKind("joined_case_is_the_last", ("case", "next"), field="other")
OTHER_CASE_LEADS: Final = ReasonKind("joined_case_is_the_last/leads", ("case", "joined"), field="other")
ALREADY_ONE_PERSONS: Final = ReasonKind("joined_case_is_anothers", ("case",), field="other")
OTHER_WAITS_FOR_ERASURE: Final = ReasonKind("joined_case_is_kept", ("case",), field="other")
OTHER_IS_JOINED: Final = ReasonKind("other_case_is_joined", field="other")
BOTH_MAY_SEE_BOTH: Final = ReasonKind("both_may_see_both_cases", ("account",))
CASE_IS_LED: Final = ReasonKind("case_leads", ("leading",))
CASE_IS_ANOTHERS: Final = ReasonKind("case_is_anothers")
GLASS_IS_WHOLE: Final = ReasonKind("glass_is_whole")
GLASS_IS_BROKEN: Final = ReasonKind("glass_is_broken", looked_at=("account",), field="account")
REVIEW_IS_DUE: Final = ReasonKind("review_is_due", looked_at=("account",), field="account")
STOP_IS_DUE: Final = ReasonKind("stop_is_due", looked_at=("account",), field="account")
STOP_REVIEWER_IS_ANOTHER: Final = ReasonKind("stop_reviewer_is_another")
REVIEWER_IS_ANOTHER: Final = ReasonKind("reviewer_is_another")
