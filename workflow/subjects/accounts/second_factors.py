"""When a second factor may be added or removed: never with a password alone, never at a screen left alone."""

from __future__ import annotations

from typing import Final

from workflow.reasons import Refused, refused
from workflow.subjects.accounts import refusals

NOT_FRESH: Final = refused(
    "factor_is_fresh", "your second factor was not given within the last minutes", "give your second factor again first"
)
WRONG_CODE: Final = refused(
    "factor_is_proved", "this is not the code", "look at the app again, and check the clock of the telephone"
)
WRONG_KEY: Final = refused(
    "factor_is_proved", "the key did not answer as asked, or is registered already", "try again, or take another key"
)


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
