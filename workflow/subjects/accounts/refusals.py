"""Why an account is not opened, changed, reset or closed."""

from typing import Final

from workflow.reasons import ReasonKind

ACCOUNT_EXISTS: Final = ReasonKind("account_exists", field="account")
ACCOUNT_IS_CLOSED: Final = ReasonKind("account_is_closed")
SECOND_OFFICER_IS_THERE: Final = ReasonKind("second_officer_is_there", helps_with=("OpenAccount",))
OFFICER_MAY: Final = ReasonKind("second_person_may/officer", looked_at=("account",))
OFFICER_IS_NEW: Final = ReasonKind("second_person_may/new_officer", looked_at=("account", "until"))
FACTOR_IS_NEW: Final = ReasonKind("factor_is_new", field="factor")
FACTOR_EXISTS: Final = ReasonKind("factor_exists", field="factor")
FACTOR_REMAINS: Final = ReasonKind("factor_remains", field="factor")
ROLES_GO_TOGETHER: Final = ReasonKind("roles_go_together", looked_at=("one", "other"), field="roles")
ACCOUNT_IS_NEW: Final = ReasonKind("account_is_new", field="account")
ACCOUNT_IS_A_PERSON: Final = ReasonKind("account_is_a_person", field="account")
ACCOUNT_IS_OPEN: Final = ReasonKind("account_is_open", helps_with=("ReopenAccount",))
ADMINISTRATOR_REMAINS: Final = ReasonKind("administrator_remains", helps_with=("OpenAccount",))
FACTOR_IS_FIRST: Final = ReasonKind("factor_is_first")
PASSWORD_IS_OWN: Final = ReasonKind("password_is_own")
OPENS_OWN_ACCOUNT: Final = ReasonKind("another_person/opens")
REOPENS_OWN_ACCOUNT: Final = ReasonKind("another_person/reopens")
RESETS_OWN_ACCOUNT: Final = ReasonKind("another_person/resets")
CHANGES_OWN_ACCOUNT: Final = ReasonKind("another_person/changes")
LANGUAGE_IS_THEIRS: Final = ReasonKind("own_hand/language")
PASSWORD_IS_THEIRS: Final = ReasonKind("own_hand/password")
NEW_FACTOR_IS_THEIRS: Final = ReasonKind("own_hand/new_factor")
FACTOR_IS_THEIRS: Final = ReasonKind("own_hand/factor")
FACTOR_IS_FRESH: Final = ReasonKind("factor_is_fresh")
CODE_IS_WRONG: Final = ReasonKind("factor_is_proved/code")
KEY_IS_WRONG: Final = ReasonKind("factor_is_proved/key")
