"""When a second factor may be added or removed: never with a password alone, never at a screen left alone."""

from typing import Final

from workflow.reasons import Refused, refused
from workflow.subjects.accounts import refusals

NOT_FRESH: Final = refused(refusals.FACTOR_IS_FRESH())
WRONG_CODE: Final = refused(refusals.CODE_IS_WRONG())
WRONG_KEY: Final = refused(refusals.KEY_IS_WRONG())


def against_adding(*, signed_in: bool, fresh: bool, has_factors: bool, one_time: bool) -> Refused | None:
    """Return why somebody may not add a second factor now, or None.

    Signed in, they gave one within the last minutes; half way in, it is the account's first, and the password is
    already one of their own.
    """
    if signed_in:
        return None if fresh else NOT_FRESH
    if has_factors:
        return refused(refusals.FACTOR_IS_FIRST())
    if one_time:
        return refused(refusals.PASSWORD_IS_OWN())
    return None
