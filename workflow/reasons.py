"""Why something may not happen, in words a case manager can act on.

A refusal is a value, not an exception: it lists every reason at once, what was looked at, and what would help.
"""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """One guard's answer when it says no."""

    code: str
    text: str
    help: str
    looked_at: tuple[tuple[str, str], ...] = ()


class Refused(NamedTuple):
    """The command was not carried out and nothing has changed."""

    reasons: tuple[Reason, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the names of the guards that said no."""
        return tuple(reason.code for reason in self.reasons)


def refused(code: str, text: str, advice: str, **looked_at: object) -> Refused:
    """Return a refusal with one reason."""
    return Refused((reason(code, text, advice, **looked_at),))


def reason(code: str, text: str, advice: str, **looked_at: object) -> Reason:
    """Return a reason; what was looked at is kept as text, for people and for the log of an audit."""
    return Reason(code, text, advice, tuple((name, str(value)) for name, value in looked_at.items()))
