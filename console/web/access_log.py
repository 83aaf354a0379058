"""Who sees what of which case is recorded before an answer leaves, in the one place each request passes through.

A case that an address names is recorded before its page runs, and counts: whoever opens too many is asked for a fresh
proof, then stopped. What else an answer tells of cases is found in the answer itself (``recorded_answers``).
"""

from collections.abc import Collection
from typing import NamedTuple

from console.accounts.sessions import Session
from console.views.stopping import tell_of_stop
from console.web.context import WebContext
from console.web.errors import StepUpFirst, Stopped
from events.instants import instant_text
from handlers.queries.record_view import Viewer, is_stopped, record_listed, record_view


class Looking(NamedTuple):
    """Somebody in front of one answer: as whom, at which page, and which case its address named."""

    web: WebContext
    viewer: Viewer
    page: str
    case_id: str = ""
    typed: str = ""  # a number in the address of a page that tells nothing of the case, nor whether there is one


def looking(web: WebContext, session: Session, page: str, case_id: str = "") -> Looking:
    """Return who looks, as their session proves it."""
    proof = instant_text(session.strong_at) if session.strong_at else ""
    return Looking(web, Viewer(session.account, session.token_hash[:16], proof), page, case_id)


def record_case(look: Looking) -> None:
    """Record that somebody looks at the case their address names; raises StepUpFirst or Stopped when they may not."""
    container, limits = look.web.container, look.web.container.settings.view_limits
    sight = record_view(
        container.database, container.keys, look.case_id, look.viewer, look.page, look.web.now(), limits
    )
    if sight == "prove":
        raise StepUpFirst
    if sight != "shown":
        tell_of_stop(container, look.viewer.account)
        raise Stopped


def record_second(look: Looking) -> None:
    """Record that a colleague who proves themselves at this screen sees what they confirm; raises Stopped.

    The proof is of this moment, so no other one is asked for.
    """
    if not look.case_id:
        refuse_stopped(look)
        return
    container, limits = look.web.container, look.web.container.settings.view_limits
    if (
        record_view(container.database, container.keys, look.case_id, look.viewer, look.page, look.web.now(), limits)
        != "shown"
    ):
        tell_of_stop(container, look.viewer.account)
        raise Stopped


def at_this_screen(web: WebContext, account: str, page: str, case_id: str = "") -> Looking:
    """Return a colleague as one who looks, without a session of their own."""
    return Looking(web, Viewer(account, "at a colleague's screen", instant_text(web.now())), page, case_id)


def refuse_stopped(look: Looking) -> None:
    """Raise Stopped when nothing is shown to the account any more."""
    if is_stopped(look.web.container.database, look.viewer.account):
        raise Stopped


def record_others(look: Looking, case_ids: Collection[str]) -> None:
    """Record which cases an answer tells of besides; raises Stopped when nothing is shown to the account any more."""
    database = look.web.container.database
    if record_listed(database, case_ids, look.viewer, look.page, look.web.now()) != "shown":
        raise Stopped
