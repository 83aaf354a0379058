"""Somebody who proves at a colleague's screen that it is them, without a session of their own."""

from console.accounts.sign_in import Wait, Wrong
from console.web.access_log import at_this_screen, record_second
from console.web.request_context import RequestContext
from console.web.sign_in_cookies import source_of, typed
from handlers.projections.accounts import AccountRow


def vouched_here(context: RequestContext, case_id: str = "") -> AccountRow | Wrong | Wait:
    """Return whose name, password and code were sent, once it is recorded that they see this; raises Stopped."""
    account, password, code = (typed(context.given, name) for name in ("account", "password", "code"))
    found = context.web.sign_in.vouch(account, password, code, source_of(context.request))
    if not isinstance(found, Wrong | Wait):
        record_second(at_this_screen(context.web, found.account.account, context.act, case_id))
    return found
