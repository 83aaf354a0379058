"""Facts of the hotline and the consultation centres: what was asked, never by whom.

There is no field for a number, a name or a note, and none for the number of a case: a call is counted and
forgotten. ``month`` is the month by the hotline's own clock.
"""

from datetime import datetime

from events.catalogue import Fact


class CallTaken(Fact):
    """Somebody called and was heard; the length is rounded to five minutes."""

    language: str
    outcome: str
    topics: tuple[str, ...]
    at_risk_groups: tuple[str, ...]
    region: str
    minutes: int
    month: str


class CallMissed(Fact):
    """Somebody called when nobody could answer."""

    language: str
    month: str


class CallBackPromised(Fact):
    """A caller was asked to call again at a time, and given a code to name: no number of theirs is kept."""

    code: str
    due_at: datetime


class CallBackMade(Fact):
    """A caller called again as agreed."""

    code: str


class CallBackExpired(Fact):
    """A caller did not call again; the code is forgotten."""

    code: str


class ConsultationHeld(Fact):
    """Somebody was advised by a consultation centre, there or by telephone."""

    centre: str
    how: str
    language: str
    topics: tuple[str, ...]
    at_risk_groups: tuple[str, ...]
    month: str


class CaseCodesPrinted(Fact):
    """A pad of codes was printed; each can open one case, and nothing says who was handed which."""

    codes: tuple[str, ...]


class ConsultationConverted(Fact):
    """Somebody who had been advised agreed to a case; which consultation that was is written nowhere."""

    code: str
    month: str
