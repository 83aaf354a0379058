"""A last look before an account is closed: who it is, and what that means for them and for their cases."""

import hashlib
from typing import Any
from uuid import UUID

import orjson
from fastapi.responses import Response

from console.web.errors import NotReadable
from console.web.request_context import RequestContext
from console.web.session_keys import is_key, key_of
from console.web.sign_in_cookies import typed
from handlers.projections.accounts import AccountRow
from workflow.subjects.accounts.commands import AccountCommand


def last_look_at_account(context: RequestContext, row: AccountRow, command: AccountCommand) -> Response | None:
    """Return the page that asks once more, or None: nothing is grave about it, or exactly this was seen."""
    if not command.grave or row.account.closed:
        return None
    fields = command.model_dump(mode="json", include={"account", "reason"})
    what = hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).digest()
    command_id = _id(context)
    if is_key(typed(context.given, "_checked"), context.session, command_id, what):
        return None
    more: dict[str, Any] = {"command_id": command_id, "checked": key_of(context.session, command_id, what)}
    return context.page("pages/person_close.html", row=row, command=command, **more)


def _id(context: RequestContext) -> UUID:
    try:
        return UUID(typed(context.given, "_command_id"))
    except ValueError:
        raise NotReadable(422, "form_without_id") from None
