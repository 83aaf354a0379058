"""Planted cases: nobody's, made up so that whoever looks at one is known at once as somebody who looks around.

Which they are stands beside the keys, as keyed hashes: neither the log nor its database nor a stolen key store tells.
"""

import hashlib
import hmac

from events.keys import Keys

_PURPOSE = "planted-cases"


def plant(keys: Keys, case_id: str, *, is_planted: bool, who: str) -> None:
    """Let a case alarm when anybody looks at it, or do so no longer; by whom stands beside the keys, and not which.

    It is written down first: nothing is planted, and no alarm taken away, without a word.
    """
    mark = _mark(keys, case_id)
    keys.tell("case planted" if is_planted else "case planted no longer", who)
    keys.note(mark, b"planted" if is_planted else b"")


def is_planted(keys: Keys, case_id: str) -> bool:
    """Tell whether a case is planted."""
    return bool(keys.noted(_mark(keys, case_id)))


def _mark(keys: Keys, case_id: str) -> str:
    return f"planted/{hmac.new(keys.secret(_PURPOSE), case_id.encode(), hashlib.sha256).hexdigest()}"
