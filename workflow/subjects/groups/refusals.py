"""Why somebody does not join a group, leave one, or do something with others."""

from typing import Final

from workflow.reasons import ReasonKind

BELONGS_TO_NO_GROUP: Final = ReasonKind("belongs_to_no_group", helps_with=("LeaveGroup",))
IS_IN_A_GROUP: Final = ReasonKind("is_in_a_group", helps_with=("FormGroup", "JoinGroup"))
MEMBER_EXISTS: Final = ReasonKind("member_exists", field="with_case")
MEMBER_IS_ANOTHER: Final = ReasonKind("member_is_another", field="with_case")
MEMBER_IS_IN_A_GROUP: Final = ReasonKind("member_is_in_a_group", ("case",), field="with_case")
MEMBER_IS_OF_THE_PROGRAMME: Final = ReasonKind("member_is_of_the_programme", field="with_case")
MEMBERS_CASE_IS_OPEN: Final = ReasonKind("members_case_is_open", field="with_case")
COMPANY_IS_A_GROUP: Final = ReasonKind("company_is_a_group", helps_with=("FormGroup", "JoinGroup"))
NO_SUSPECT_IS_ALONG: Final = ReasonKind("no_suspect_is_along", ("case",))
